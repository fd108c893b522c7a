-- name: insert_authorization
-- A completed authorization request, with the digest of its code.
insert into authorizations (client_id, user_id, session_id, scopes, claims, nonce, acr, amr, auth_time, code_digest,
                            code_expires_at, redirect_uri, code_challenge, code_challenge_method, expires_at, created_at)
values (%(client_id)s, %(user_id)s, %(session_id)s, %(scopes)s::text[], %(claims)s::jsonb, %(nonce)s, %(acr)s,
        %(amr)s::text[], %(auth_time)s, %(code_digest)s, %(code_expires_at)s, %(redirect_uri)s, %(code_challenge)s,
        %(code_challenge_method)s, %(expires_at)s, %(now)s);

-- name: by_code
-- What a code stands for, whatever its state.
select id, client_id, user_id, session_id, scopes, claims, nonce, acr, amr, auth_time, redirect_uri, code_challenge,
       code_challenge_method, code_expires_at, code_used_at, revoked_at
  from authorizations
 where code_digest = %(digest)s;

-- name: authorization
-- One authorization.
select id, client_id, user_id, session_id, scopes, claims, nonce, acr, amr, auth_time, redirect_uri, code_challenge,
       code_challenge_method, code_expires_at, code_used_at, revoked_at
  from authorizations
 where id = %(id)s;

-- name: redeem_code
-- Spend a code and store the tokens issued for it, all or nothing; no row when it was spent or revoked before.
-- RFC 6749 4.1.2: the caller tells a second use apart and revokes the family.
with spent as (
    update authorizations
       set code_used_at = %(now)s,
           expires_at = greatest(expires_at, %(refresh_expires_at)s)
     where id = %(id)s
       and code_used_at is null
       and revoked_at is null
       and code_expires_at > %(now)s
    returning id
), access as (
    insert into access_tokens (digest, authorization_id, scopes, expires_at)
    select %(access)s::bytea, id, %(scopes)s::text[], %(access_expires_at)s::timestamptz
      from spent
), refresh as (
    insert into refresh_tokens (digest, authorization_id, expires_at)
    select %(refresh)s::bytea, id, %(refresh_expires_at)s::timestamptz
      from spent
)
select true
  from spent;

-- name: refresh_token
-- A stored refresh token, whatever its state.
select authorization_id, rotated_at, successor, expires_at
  from refresh_tokens
 where digest = %(digest)s;

-- name: rotate
-- Exchange a refresh token for its successor and a new access token; no row when it was exchanged before.
with rotated as (
    update refresh_tokens
       set rotated_at = %(now)s,
           successor = %(sealed_successor)s
     where digest = %(digest)s
       and rotated_at is null
       and expires_at > %(now)s
    returning authorization_id
), kept as (
    update authorizations
       set expires_at = greatest(expires_at, %(refresh_expires_at)s)
      from rotated
     where id = rotated.authorization_id
       and revoked_at is null
    returning id
), access as (
    insert into access_tokens (digest, authorization_id, scopes, expires_at)
    select %(access)s::bytea, id, %(scopes)s::text[], %(access_expires_at)s::timestamptz
      from kept
), refresh as (
    insert into refresh_tokens (digest, authorization_id, expires_at)
    select %(refresh)s::bytea, id, %(refresh_expires_at)s::timestamptz
      from kept
)
select true
  from kept;

-- name: insert_access_token
-- One more access token of an authorization.
insert into access_tokens (digest, authorization_id, scopes, expires_at)
values (%(access)s, %(authorization_id)s, %(scopes)s::text[], %(access_expires_at)s);

-- name: access_token
-- A live access token; no row when it has expired, was revoked, or its person is disabled.
select authorizations.id as authorization_id, authorizations.client_id, authorizations.user_id,
       access_tokens.scopes, authorizations.claims
  from access_tokens
  join authorizations on authorizations.id = access_tokens.authorization_id
  join users on users.id = authorizations.user_id
 where access_tokens.digest = %(digest)s
   and access_tokens.expires_at > %(now)s
   and authorizations.revoked_at is null
   and not users.disabled;

-- name: revoke
-- End an authorization.
update authorizations
   set revoked_at = %(now)s
 where id = %(id)s
   and revoked_at is null;

-- name: revoke_session
-- End what apps got through a session; offline access outlives it.
update authorizations
   set revoked_at = %(now)s
 where session_id = %(session_id)s
   and revoked_at is null
   and not 'offline_access' = any(scopes);

-- name: revoke_user
-- End everything that apps have of a person.
update authorizations
   set revoked_at = %(now)s
 where user_id = %(user_id)s
   and revoked_at is null;

-- name: revoke_client_of_user
-- End everything that one app has of a person.
update authorizations
   set revoked_at = %(now)s
 where user_id = %(user_id)s
   and client_id = %(client_id)s
   and revoked_at is null;

-- name: expire_access_tokens
-- Delete access tokens that have expired.
delete from access_tokens
 where expires_at <= %(now)s;

-- name: expire_refresh_tokens
-- Delete refresh tokens that have expired.
delete from refresh_tokens
 where expires_at <= %(now)s;

-- name: expire_authorizations
-- Delete authorizations whose last token has expired.
delete from authorizations
 where expires_at <= %(now)s;
