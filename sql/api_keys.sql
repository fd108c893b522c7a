-- name: insert
-- A new key, unless the person has as many as they may; no row then.
insert into api_keys (user_id, name, description, digest, prefix, expires_at, created_at)
select %(user_id)s, %(name)s, %(description)s, %(digest)s, %(prefix)s, %(expires_at)s, %(now)s
 where (select count(*) from api_keys where user_id = %(user_id)s) < %(limit)s
returning id, name, description, prefix, expires_at, last_used_at, warned_at, created_at;

-- name: of_user
-- A person's keys, the newest first.
select id, name, description, prefix, expires_at, last_used_at, warned_at, created_at
  from api_keys
 where user_id = %(user_id)s
 order by created_at desc, id;

-- name: by_id
-- One key of a person.
select id, name, description, prefix, expires_at, last_used_at, warned_at, created_at
  from api_keys
 where id = %(id)s
   and user_id = %(user_id)s;

-- name: current
-- Whoever a key acts for, and remember that it was used; no row when it is unknown or expired or its owner is disabled.
with used as (
    update api_keys
       set last_used_at = %(now)s
     where digest = %(digest)s
       and (last_used_at is null or last_used_at < %(now)s::timestamptz - interval '1 minute')
)
select users.id as user_id, users.username, users.display_name, users.is_admin, users.locale,
       api_keys.id as session_id, 'api_key' as method, %(now)s::timestamptz as authenticated_at,
       null::timestamptz as verified_at, api_keys.expires_at, %(now)s::timestamptz as last_seen_at,
       null::boolean as is_synced
  from api_keys
  join users on users.id = api_keys.user_id
 where api_keys.digest = %(digest)s
   and api_keys.expires_at > %(now)s
   and not users.disabled;

-- name: renew
-- Give a key another secret and another end; the old secret is dead.
update api_keys
   set digest = %(digest)s, prefix = %(prefix)s, expires_at = %(expires_at)s, warned_at = null
 where id = %(id)s
   and user_id = %(user_id)s
returning id, name, description, prefix, expires_at, last_used_at, warned_at, created_at;

-- name: delete
-- Revoke a key of a person, and return its name.
delete from api_keys
 where id = %(id)s
   and user_id = %(user_id)s
returning name;

-- name: take_expiring
-- The keys that expire before a time and whose owners were not told yet; they count as told now.
update api_keys
   set warned_at = %(now)s
  from users
 where users.id = api_keys.user_id
   and users.email is not null
   and not users.disabled
   and api_keys.warned_at is null
   and api_keys.expires_at between %(now)s and %(before)s
returning api_keys.user_id, users.email, users.display_name, api_keys.name, api_keys.expires_at;
