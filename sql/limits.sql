-- name: take
-- Take a token and return how many are left; below zero means refused, and costs nothing more.
insert into limits (key, tokens, updated_at)
values (%(key)s, %(burst)s::float8 - 1, %(now)s)
    on conflict (key) do update
   set tokens = greatest(-1, least(%(burst)s::float8, limits.tokens
                + greatest(0, extract(epoch from %(now)s::timestamptz - limits.updated_at)::float8)
                / %(per_seconds)s::float8) - 1),
       updated_at = %(now)s
returning tokens;

-- name: expire
-- Forget the buckets that have long been full again.
delete from limits
 where updated_at < %(before)s;
