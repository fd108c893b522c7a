-- name: insert
-- Let a client stand for a site.
insert into protected_hosts (client_id, host, public_paths)
values (%(client_id)s, %(host)s, %(public_paths)s);

-- name: update
-- Change what is protected.
update protected_hosts
   set host = %(host)s,
       public_paths = %(public_paths)s
 where client_id = %(client_id)s;

-- name: all
-- Every protected host, by its name.
select protected_hosts.client_id, clients.name, protected_hosts.host, protected_hosts.public_paths
  from protected_hosts
  join clients on clients.id = protected_hosts.client_id
 order by clients.name, protected_hosts.host;

-- name: by_client
-- The host that a client stands for; no row for other clients.
select protected_hosts.client_id, clients.name, protected_hosts.host, protected_hosts.public_paths
  from protected_hosts
  join clients on clients.id = protected_hosts.client_id
 where protected_hosts.client_id = %(client_id)s;

-- name: client_of
-- The client that stands for a host.
select client_id
  from protected_hosts
 where host = %(host)s;

-- name: visit
-- A protected host, and who comes to it: null when the cookie is unknown, its sign-in is over, was taken back or is
-- too old, or its person is disabled or may not use the host (any more). No row for other hosts.
select protected_hosts.public_paths, clients.always_includes_groups, clients.claim_mapping, visitor.scopes,
       visitor.subject
  from protected_hosts
  join clients on clients.id = protected_hosts.client_id
  left join lateral (select authorizations.scopes, subjects.subject
                       from protected_sessions
                       join authorizations on authorizations.id = protected_sessions.authorization_id
                       join sessions on sessions.id = authorizations.session_id
                       join users on users.id = authorizations.user_id
                       join subjects on subjects.user_id = users.id
                       join app_users on app_users.client_id = authorizations.client_id
                                     and app_users.user_id = users.id
                      where protected_sessions.digest = %(digest)s
                        and authorizations.client_id = clients.id
                        and authorizations.revoked_at is null
                        and (clients.longest_sign_in_seconds is null
                             or authorizations.auth_time
                                > %(now)s::timestamptz - clients.longest_sign_in_seconds * interval '1 second')
                        and sessions.expires_at > %(now)s
                        and not users.disabled) as visitor on true
 where protected_hosts.host = %(host)s;

-- name: begin
-- Let a cookie stand for an authorization.
insert into protected_sessions (digest, authorization_id, created_at)
values (%(digest)s, %(authorization_id)s, %(now)s);
