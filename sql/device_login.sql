-- name: insert
-- A browser that waits for approval; no row when its code is taken.
insert into device_logins (id, browser_digest, code_mac, interaction_id, address, user_agent, created_at, expires_at)
values (%(id)s, %(browser_digest)s, %(code_mac)s, %(interaction_id)s, %(address)s::text::inet, %(user_agent)s,
        %(now)s, %(expires_at)s)
    on conflict (code_mac) do nothing;

-- name: of_browser
-- What became of a wait, for the browser that waits; no row when it is another's, has expired or was taken.
select id, interaction_id, approved_by, denied, expires_at
  from device_logins
 where id = %(id)s
   and browser_digest = %(browser_digest)s
   and expires_at > %(now)s;

-- name: by_code
-- The browser that shows a code and waits, as the person who approves it sees it; no row when nobody waits with it.
select device_logins.user_agent, host(device_logins.address) as address, device_logins.created_at,
       device_logins.expires_at, clients.id as client_id, clients.name as client_name
  from device_logins
  left join interactions on interactions.id = device_logins.interaction_id
  left join clients on clients.id = interactions.client_id
 where device_logins.code_mac = %(code_mac)s
   and device_logins.approved_by is null
   and not device_logins.denied
   and device_logins.expires_at > %(now)s;

-- name: approve
-- Let the browser with a code in; no row when somebody has decided, or it has expired.
update device_logins
   set approved_by = %(user_id)s
 where code_mac = %(code_mac)s
   and approved_by is null
   and not denied
   and expires_at > %(now)s;

-- name: deny
-- Refuse the browser with a code; no row when somebody has decided, or it has expired.
update device_logins
   set denied = true
 where code_mac = %(code_mac)s
   and approved_by is null
   and not denied
   and expires_at > %(now)s;

-- name: take
-- Spend an approval: who gave it, and for which request of an app alone; no row when there is none (any more).
delete from device_logins
 where id = %(id)s
   and browser_digest = %(browser_digest)s
   and approved_by is not null
   and expires_at > %(now)s
returning approved_by, interaction_id;

-- name: expire
-- Forget who waited in vain.
delete from device_logins
 where expires_at <= %(now)s;
