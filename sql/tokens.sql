-- name: grant
-- Store a completed authorization request with the digest of its code, what the person let the app know, and the
-- event that tells of it; true for their first sign-in to the app. Where the session has ended meanwhile the code is
-- stored nowhere. The lock makes an ending session wait, and revoke this authorization too.
with session as (
    select id
      from sessions
     where id = %(session_id)s
       for key share
), granted as (
    insert into authorizations (client_id, user_id, session_id, scopes, claims, nonce, acr, amr, auth_time,
                                code_digest, code_expires_at, redirect_uri, code_challenge, code_challenge_method,
                                resource, dpop_jkt, expires_at, created_at)
    select %(client_id)s, %(user_id)s, case when not %(outlives_session)s then id end, %(scopes)s::text[], %(claims)s::jsonb, %(nonce)s, %(acr)s,
           %(amr)s::text[], %(auth_time)s, %(code_digest)s, %(code_expires_at)s, %(redirect_uri)s, %(code_challenge)s,
           %(code_challenge_method)s, %(resource)s, %(dpop_jkt)s, %(expires_at)s, %(now)s
      from session
), consented as (
    insert into consents (user_id, client_id, scopes, granted_at, last_used_at)
    values (%(user_id)s, %(client_id)s, %(told)s::text[], %(now)s, %(now)s)
        on conflict (user_id, client_id) do update
       set scopes = array(select distinct scope
                            from unnest(consents.scopes || excluded.scopes) as scope
                           order by scope),
           last_used_at = excluded.last_used_at
    returning xmax = 0 as is_new
), told as (
    insert into audit_events (at, event, user_id, actor_id, client_id, address, is_internal, country, city, user_agent,
                              details)
    select %(now)s, case when is_new then 'NEW_CLIENT_AUTHORIZATION' else 'CLIENT_AUTHORIZATION' end, %(user_id)s,
           %(user_id)s, %(client_id)s, %(address)s::text::inet, %(is_internal)s::boolean, %(country)s, %(city)s,
           %(user_agent)s, %(details)s
      from consented
)
select is_new
  from consented;

-- name: by_code
-- What a code stands for, whatever its state, with the person as they are now.
select id, client_id, user_id, session_id, scopes, claims, nonce, acr, amr, auth_time, redirect_uri, code_challenge,
       code_challenge_method, code_digest, code_expires_at, code_used_at, revoked_at, resource, created_at, dpop_jkt,
       subject,
       exists (select
                 from app_users
                where app_users.client_id = authorizations.client_id
                  and app_users.user_id = authorizations.user_id) as may_use
  from authorizations
  join subjects using (user_id)
 where code_digest = %(digest)s;

-- name: redeem_code
-- Spend a code, store the tokens issued for it and the event that tells of it, all or nothing; no row when it was
-- spent or revoked before. RFC 6749 4.1.2: the caller tells a second use apart and revokes the family.
with spent as (
    update authorizations
       set code_used_at = %(now)s,
           dpop_jkt = %(dpop_jkt)s,
           expires_at = greatest(expires_at, %(access_expires_at)s, %(refresh_expires_at)s)
     where id = %(id)s
       and code_used_at is null
       and revoked_at is null
       and code_expires_at > %(now)s
    returning id, client_id, user_id
), issued_access as (
    insert into access_tokens (digest, authorization_id, scopes, dpop_jkt, expires_at)
    select %(access)s::bytea, id, %(scopes)s::text[], %(dpop_jkt)s, %(access_expires_at)s::timestamptz
      from spent
), issued_refresh as (
    insert into refresh_tokens (digest, authorization_id, expires_at)
    select %(refresh)s::bytea, id, %(refresh_expires_at)s::timestamptz
      from spent
), told as (
    insert into audit_events (at, event, user_id, client_id, address, is_internal, country, city, user_agent)
    select %(now)s, %(event)s, user_id, client_id, %(address)s::text::inet, %(is_internal)s::boolean, %(country)s,
           %(city)s, %(user_agent)s
      from spent
)
select true
  from spent;

-- name: by_refresh_token
-- A stored refresh token, whatever its state, and what it stands for, with the person as they are now.
select refresh_tokens.rotated_at, refresh_tokens.successor, refresh_tokens.expires_at, authorizations.id,
       authorizations.client_id, authorizations.user_id, authorizations.session_id, authorizations.scopes,
       authorizations.claims, authorizations.nonce, authorizations.acr, authorizations.amr, authorizations.auth_time,
       authorizations.redirect_uri, authorizations.code_challenge, authorizations.code_challenge_method,
       authorizations.code_digest, authorizations.code_expires_at, authorizations.code_used_at,
       authorizations.revoked_at, authorizations.resource, authorizations.created_at, authorizations.dpop_jkt,
       subjects.subject,
       exists (select
                 from app_users
                where app_users.client_id = authorizations.client_id
                  and app_users.user_id = authorizations.user_id) as may_use
  from refresh_tokens
  join authorizations on authorizations.id = refresh_tokens.authorization_id
  join subjects on subjects.user_id = authorizations.user_id
 where refresh_tokens.digest = %(digest)s;

-- name: rotate
-- Exchange a refresh token for its successor and a new access token, with the event that tells of it; no row when
-- it was exchanged or revoked before.
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
       set expires_at = greatest(expires_at, %(access_expires_at)s, %(refresh_expires_at)s),
           dpop_jkt = %(dpop_jkt)s
      from rotated
     where id = rotated.authorization_id
       and revoked_at is null
    returning id, client_id, user_id
), issued_access as (
    insert into access_tokens (digest, authorization_id, scopes, dpop_jkt, expires_at)
    select %(access)s::bytea, id, %(scopes)s::text[], %(dpop_jkt)s, %(access_expires_at)s::timestamptz
      from kept
), issued_refresh as (
    insert into refresh_tokens (digest, authorization_id, expires_at)
    select %(refresh)s::bytea, id, %(refresh_expires_at)s::timestamptz
      from kept
), told as (
    insert into audit_events (at, event, user_id, client_id, address, is_internal, country, city, user_agent)
    select %(now)s, %(event)s, user_id, client_id, %(address)s::text::inet, %(is_internal)s::boolean, %(country)s,
           %(city)s, %(user_agent)s
      from kept
)
select true
  from kept;

-- name: insert_access_token
-- One more access token of an authorization, which stays as long as it; no row when that was revoked.
with kept as (
    update authorizations
       set expires_at = greatest(expires_at, %(access_expires_at)s)
     where id = %(authorization_id)s
       and revoked_at is null
    returning id
)
insert into access_tokens (digest, authorization_id, scopes, dpop_jkt, expires_at)
select %(access)s::bytea, id, %(scopes)s::text[], %(dpop_jkt)s, %(access_expires_at)s::timestamptz
  from kept;

-- name: issue_to_client
-- Store an access token that a client gets for itself, with the event that tells of it.
with granted as (
    insert into authorizations (client_id, scopes, resource, expires_at, created_at)
    values (%(client_id)s, %(scopes)s::text[], %(resource)s, %(expires_at)s, %(now)s)
    returning id
), issued as (
    insert into access_tokens (digest, authorization_id, scopes, dpop_jkt, expires_at)
    select %(access)s::bytea, id, %(scopes)s::text[], %(dpop_jkt)s, %(expires_at)s::timestamptz
      from granted
), told as (
    insert into audit_events (at, event, client_id, address, is_internal, country, city, user_agent, details)
    select %(now)s, %(event)s, %(client_id)s, %(address)s::text::inet, %(is_internal)s::boolean, %(country)s,
           %(city)s, %(user_agent)s, %(details)s
      from granted
)
select true
  from granted;

-- name: state
-- A live access token of anybody, also one that a client got for itself, and the client of the API that it is for; no
-- row when it has expired or was revoked, its person is kept out, or its client may not ask for the API, or for
-- itself, any more.
select authorizations.client_id, authorizations.user_id, authorizations.resource, access_tokens.scopes,
       access_tokens.expires_at, access_tokens.dpop_jkt, apis.client_id as api_client_id
  from access_tokens
  join authorizations on authorizations.id = access_tokens.authorization_id
  join clients on clients.id = authorizations.client_id
  left join users on users.id = authorizations.user_id
  left join apis on apis.resource = authorizations.resource
 where access_tokens.digest = %(digest)s
   and access_tokens.expires_at > %(now)s
   and authorizations.revoked_at is null
   and (authorizations.user_id is null and clients.allows_client_credentials and not clients.is_public
        or not users.disabled
           and exists (select
                         from app_users
                        where app_users.client_id = authorizations.client_id
                          and app_users.user_id = authorizations.user_id))
   and (authorizations.resource is null
        or exists (select
                     from api_grants
                    where api_grants.api_id = apis.id
                      and api_grants.client_id = authorizations.client_id
                      and api_grants.way = case when authorizations.user_id is null then 'client' else 'person' end));

-- name: refresh_state
-- A refresh token that would be taken now; no row for any other.
select authorizations.client_id, authorizations.user_id, authorizations.resource, authorizations.scopes,
       refresh_tokens.expires_at, authorizations.dpop_jkt, null::text as api_client_id
  from refresh_tokens
  join authorizations on authorizations.id = refresh_tokens.authorization_id
  join clients on clients.id = authorizations.client_id
  join users on users.id = authorizations.user_id
 where refresh_tokens.digest = %(digest)s
   and refresh_tokens.rotated_at is null
   and refresh_tokens.expires_at > %(now)s
   and (clients.refresh_absolute_seconds is null
        or authorizations.created_at > %(now)s::timestamptz - clients.refresh_absolute_seconds * interval '1 second')
   and authorizations.revoked_at is null
   and not users.disabled
   and exists (select
                 from app_users
                where app_users.client_id = authorizations.client_id
                  and app_users.user_id = authorizations.user_id);

-- name: owner
-- Whose a stored token is, an access or a refresh token; no row when it is not stored.
select authorizations.id, authorizations.client_id, authorizations.user_id
  from authorizations
 where authorizations.id in (select authorization_id from access_tokens where digest = %(access)s
                              union all
                             select authorization_id from refresh_tokens where digest = %(refresh)s);

-- name: delete_access_token
-- End one access token; the refresh token beside it stays.
delete from access_tokens
 where digest = %(digest)s;

-- name: access_token
-- A live access token, with the person as they are now; no row when it has expired, was revoked, or its person is
-- disabled or may not use the app any more.
select authorizations.client_id, access_tokens.scopes, authorizations.claims, subjects.subject,
       clients.always_includes_groups, clients.claim_mapping, clients.signs_userinfo, clients.signing_algorithm,
       access_tokens.dpop_jkt
  from access_tokens
  join authorizations on authorizations.id = access_tokens.authorization_id
  join clients on clients.id = authorizations.client_id
  join subjects on subjects.user_id = authorizations.user_id
  join users on users.id = authorizations.user_id
 where access_tokens.digest = %(digest)s
   and access_tokens.expires_at > %(now)s
   and authorizations.revoked_at is null
   and not users.disabled
   and exists (select
                 from app_users
                where app_users.client_id = authorizations.client_id
                  and app_users.user_id = authorizations.user_id);

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
-- Delete used refresh tokens that have expired; the unused one of a family stays as long as it, so that its late use
-- is told from reuse.
delete from refresh_tokens
 where expires_at <= %(now)s
   and rotated_at is not null;

-- name: expire_authorizations
-- Delete authorizations whose last token has expired, but those that an app's sign-out may still depend on.
delete from authorizations
 where expires_at <= %(now)s
   and (code_used_at is null
        or session_id is null
        or (code_used_at < %(used_before)s
            and not exists (select
                              from sessions
                             where sessions.id = authorizations.session_id
                               and sessions.expires_at > %(now)s)));
