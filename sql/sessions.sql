-- name: insert
-- Begin a session.
insert into sessions (digest, user_id, method, passkey_id, authenticated_at, verified_at, last_seen_at,
                      expires_at, address, user_agent, created_at)
values (%(digest)s, %(user_id)s, %(method)s, %(passkey_id)s, %(now)s, %(verified_at)s, %(now)s,
        %(expires_at)s, %(address)s::text::inet, %(user_agent)s, %(now)s);

-- name: current
-- The running session of a cookie with its person; no row when it is over or the person is disabled.
select users.id as user_id, users.username, users.display_name, users.is_admin, users.locale,
       sessions.id as session_id, sessions.method, sessions.authenticated_at, sessions.verified_at,
       sessions.expires_at, sessions.last_seen_at, passkeys.backup_eligible as is_synced
  from sessions
  join users on users.id = sessions.user_id
  left join passkeys on passkeys.id = sessions.passkey_id
 where sessions.digest = %(digest)s
   and sessions.only_client_id is null
   and sessions.expires_at > %(now)s
   and not users.disabled;

-- name: insert_for_app
-- Begin a session for one app only, and return its id.
insert into sessions (digest, user_id, method, only_client_id, authenticated_at, last_seen_at, expires_at, address,
                      user_agent, created_at)
values (%(digest)s, %(user_id)s, %(method)s, %(client_id)s, %(now)s, %(now)s, %(expires_at)s,
        %(address)s::text::inet, %(user_agent)s, %(now)s)
returning id;

-- name: for_app
-- A running session for one app only with its person; no row when it is over or the person is disabled.
select users.id as user_id, users.username, users.display_name, users.is_admin, users.locale,
       sessions.id as session_id, sessions.method, sessions.authenticated_at, sessions.verified_at,
       sessions.expires_at, sessions.last_seen_at, null::boolean as is_synced
  from sessions
  join users on users.id = sessions.user_id
 where sessions.id = %(id)s
   and sessions.only_client_id = %(client_id)s
   and sessions.expires_at > %(now)s
   and not users.disabled;

-- name: delete_for_app
-- End a session for one app only.
delete from sessions
 where id = %(id)s
   and user_id = %(user_id)s
   and only_client_id = %(client_id)s;

-- name: delete_all_for_app
-- End all sessions of a person that are for one app only.
delete from sessions
 where user_id = %(user_id)s
   and only_client_id = %(client_id)s;

-- name: seen
-- Note that a session was used.
update sessions
   set last_seen_at = %(now)s
 where id = %(id)s;

-- name: renew
-- Note that a passkey was used again; the token changes with the privilege (ASVS 7.2.4).
update sessions
   set digest = %(digest)s, method = 'passkey', passkey_id = %(passkey_id)s, authenticated_at = %(now)s,
       verified_at = %(now)s, last_seen_at = %(now)s, expires_at = %(expires_at)s
 where id = %(id)s;

-- name: of_user
-- A person's running sessions, the last used first, each with the apps that were signed in to by it.
select sessions.id, sessions.method, sessions.authenticated_at, sessions.last_seen_at, sessions.expires_at,
       host(sessions.address) as address, sessions.user_agent, only_client.name as only_app,
       array(select distinct clients.name
               from authorizations
               join clients on clients.id = authorizations.client_id
              where authorizations.session_id = sessions.id
                and authorizations.revoked_at is null
              order by clients.name) as apps
  from sessions
  left join clients as only_client on only_client.id = sessions.only_client_id
 where sessions.user_id = %(user_id)s
   and sessions.expires_at > %(now)s
 order by sessions.last_seen_at desc, sessions.id;

-- name: delete
-- End one session of a person.
delete from sessions
 where id = %(id)s
   and user_id = %(user_id)s;

-- name: delete_of_user
-- End all sessions of a person but the one kept; returns those that ended.
delete from sessions
 where user_id = %(user_id)s
   and (%(kept)s::uuid is null or id <> %(kept)s)
returning id;

-- name: expire
-- Delete the sessions that are over.
delete from sessions
 where expires_at <= %(now)s;
