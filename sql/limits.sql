-- name: take
-- Take a token and return how many are left; below zero means refused, and goes no deeper than the debt.
insert into limits (key, tokens, updated_at)
values (%(key)s, %(burst)s::float8 - 1, %(now)s)
    on conflict (key) do update
   set tokens = greatest(-%(debt)s::float8, least(%(burst)s::float8, limits.tokens
                + greatest(0, extract(epoch from %(now)s::timestamptz - limits.updated_at)::float8)
                / %(per_seconds)s::float8) - 1),
       updated_at = %(now)s
returning tokens;

-- name: left
-- How many tokens a bucket has gathered again; no row when nobody has taken any.
select tokens + greatest(0, extract(epoch from %(now)s::timestamptz - updated_at)::float8) / %(per_seconds)s::float8
  from limits
 where key = %(key)s;

-- name: expire
-- Forget the buckets that have long been full again.
delete from limits
 where updated_at < %(before)s;
