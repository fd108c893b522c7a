-- name: spend
-- Remember a token until it has expired; no row when it is remembered already. Of two who come at once, the second waits
-- for the first, and gets none.
insert into used_jtis (digest, expires_at)
values (%(digest)s, %(expires_at)s)
    on conflict (digest) do update
   set expires_at = excluded.expires_at
 where used_jtis.expires_at <= %(now)s;

-- name: expire
-- Forget what has expired.
delete from used_jtis
 where expires_at <= %(now)s;
