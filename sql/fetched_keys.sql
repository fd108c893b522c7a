-- name: by_address
-- What was last fetched from an address; no row when nobody has tried for long.
select keys, fetched_at
  from fetched_keys
 where address = %(address)s;

-- name: claim
-- Let one of all instances fetch; no row when somebody tried a moment ago.
insert into fetched_keys (address, tried_at)
values (%(address)s, %(now)s)
    on conflict (address) do update
   set tried_at = excluded.tried_at
 where fetched_keys.tried_at <= %(tried_before)s
returning true;

-- name: store
-- Keep what was fetched.
update fetched_keys
   set keys = %(keys)s::jsonb[],
       fetched_at = %(now)s
 where address = %(address)s;

-- name: expire
-- Forget what nobody asked for since.
delete from fetched_keys
 where tried_at < %(before)s;
