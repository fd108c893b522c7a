-- name: insert
-- A device that asks; no row when its user code is taken.
insert into device_codes (digest, user_code_mac, client_id, scopes, resource, address, user_agent, interval_seconds,
                          created_at, expires_at)
values (%(digest)s, %(user_code_mac)s, %(client_id)s, %(scopes)s::text[], %(resource)s, %(address)s::text::inet,
        %(user_agent)s, %(interval_seconds)s, %(now)s, %(expires_at)s)
    on conflict (user_code_mac) do nothing;

-- name: poll
-- Note that a device asks what has become of its code, and tell it; no row when the code is unknown or another
-- client's. Who asks too early while nobody has decided waits longer from then on (RFC 8628 3.5).
with before as (
    select digest, decision, expires_at,
           decision is null
           and polled_at > %(now)s::timestamptz - make_interval(secs => interval_seconds - %(jitter)s::float8)
               as is_early
      from device_codes
     where digest = %(digest)s
       and client_id = %(client_id)s
       for update
)
update device_codes
   set polled_at = %(now)s,
       interval_seconds = least(%(longest)s::integer, interval_seconds + case when is_early then %(step)s::integer else 0 end)
  from before
 where device_codes.digest = before.digest
returning before.decision, before.expires_at, coalesce(before.is_early, false) as is_early;

-- name: by_user_code
-- The device that shows a code and waits, as the person who decides sees it; no row when none does.
select device_codes.digest, device_codes.client_id, clients.name as client_name, device_codes.scopes,
       device_codes.resource, device_codes.user_agent, host(device_codes.address) as address,
       device_codes.created_at, device_codes.expires_at
  from device_codes
  join clients on clients.id = device_codes.client_id
 where device_codes.user_code_mac = %(user_code_mac)s
   and device_codes.decision is null
   and device_codes.expires_at > %(now)s;

-- name: decide
-- Approve or deny, once; no row when somebody was first, or it has expired.
update device_codes
   set decision = %(decision)s
 where digest = %(digest)s
   and decision is null
   and expires_at > %(now)s;

-- name: expire
-- Forget codes, some time after they have expired: until then their devices are told so.
delete from device_codes
 where expires_at <= %(before)s;
