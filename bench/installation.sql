-- What a benchmark needs in a database, written by `installation.py`. Random texts come from md5, because index
-- pages of random keys are what a real installation has.

-- name: people
-- People p1, p2, ...; p1 is the administrator.
insert into users (username, first_name, last_name, display_name, email, email_verified, is_admin, created_at)
select 'p' || n, 'First' || n, 'Last' || n, 'First' || n || ' Last' || n, 'p' || n || '@example.test', true, n = 1,
       now() - n * interval '1 minute'
  from generate_series(1, %(people)s::int) as n;

-- name: passkeys
-- One passkey for each person; nobody has its private key.
insert into passkeys (user_id, credential_id, public_key, name)
select id, sha256(id::text::bytea), '\x00', 'Phone'
  from users;

-- name: groups
-- Everybody is in the group of all, and in one of nine others.
with made as (
    insert into groups (name, friendly_name)
    select 'group' || n, 'Group ' || n
      from generate_series(0, 9) as n
    returning id, name
)
insert into group_members (group_id, user_id)
select made.id, users.id
  from made
  join users on made.name in ('group0', 'group' || (1 + length(users.username) %% 9));

-- name: clients
-- Twenty clients c1, c2, ...; those with an even number sign by ES256. Each has one secret, secret-of-<id>.
with made as (
    insert into clients (id, name, redirect_uris, signing_algorithm)
    select 'c' || n, 'Client ' || n, array['https://app.example.test/callback'],
           case when n %% 2 = 0 then 'ES256' else 'RS256' end
      from generate_series(1, 20) as n
    returning id
)
insert into client_secrets (client_id, digest, prefix)
select id, 'sha256:' || encode(sha256(('secret-of-' || id)::bytea), 'hex'), 'secr'
  from made;

-- name: sessions
-- Sessions of people, the administrator's first, with consents for two clients; returns the cookies' tokens.
with chosen as (
    select id, md5(random()::text) || '-session-' as token, is_admin
      from users
     order by is_admin desc, random()
     limit %(count)s
), consented as (
    insert into consents (user_id, client_id, scopes, granted_at, last_used_at)
    select id, client_id, '{openid,profile,email,groups}', now(), now()
      from chosen, unnest(array['c1', 'c2']) as client_id
        on conflict do nothing
), begun as (
    insert into sessions (digest, user_id, method, authenticated_at, verified_at, last_seen_at, expires_at)
    select sha256(token::bytea), id, 'passkey', now(), now(), now() + interval '1 day', now() + interval '1 day'
      from chosen
)
select token
  from chosen
 order by is_admin desc;

-- name: live_tokens
-- Authorizations, each with one access and one refresh token that nobody will present.
with chosen as (
    select id, row_number() over () as number
      from users
), granted as (
    insert into authorizations (client_id, user_id, scopes, auth_time, code_digest, code_expires_at, code_used_at,
                                expires_at, created_at)
    select 'c' || (1 + n %% 20), chosen.id, '{openid,profile,email,groups}', now(), sha256(('code' || n)::bytea),
           now(), now(), now() + interval '30 days', now()
      from generate_series(1, %(authorizations)s::int) as n
      join chosen on chosen.number = 1 + n %% (select count(*) from users)
    returning id, expires_at
), access as (
    insert into access_tokens (digest, authorization_id, scopes, expires_at)
    select sha256(('access' || id)::bytea), id, '{openid,profile,email,groups}', now() + interval '1 hour'
      from granted
)
insert into refresh_tokens (digest, authorization_id, expires_at)
select sha256(('refresh' || id)::bytea), id, expires_at
  from granted;

-- name: events
-- The audit log of a year.
insert into audit_events (at, event, user_id, actor_id, client_id, address, user_agent)
select now() - (%(events)s::int - n) * interval '1 year' / %(events)s::int,
       (array['SIGN_IN', 'CLIENT_AUTHORIZATION', 'TOKEN_ISSUED', 'TOKEN_REFRESHED'])[1 + n %% 4], chosen.id, chosen.id,
       'c' || (1 + n %% 20), '192.0.2.7', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
  from generate_series(1, %(events)s::int) as n
  join (select id, row_number() over () as number from users) as chosen
    on chosen.number = 1 + n %% (select count(*) from users);

-- name: codes
-- Fresh authorizations of random people; returns their codes.
with chosen as (
    select id, row_number() over (order by random()) as number
      from users
), made as (
    select chosen.id as user_id, left(md5(random()::text) || md5(n::text), 43) as code
      from generate_series(1, %(count)s::int) as n
      join chosen on chosen.number = 1 + n %% (select count(*) from users)
), granted as (
    insert into authorizations (client_id, user_id, session_id, scopes, nonce, amr, auth_time, code_digest,
                                code_expires_at, redirect_uri, code_challenge, code_challenge_method, expires_at,
                                created_at)
    select %(client_id)s, user_id, gen_random_uuid(), '{openid,profile,email,groups}', 'the-nonce', '{hwk}', now(),
           sha256(code::bytea), now() + interval '1 hour', 'https://app.example.test/callback', %(challenge)s, 'S256',
           now() + interval '1 hour', now()
      from made
)
select code
  from made;

-- name: refresh_tokens
-- Fresh authorizations of random people whose codes are spent; returns their refresh tokens.
with chosen as (
    select id, row_number() over (order by random()) as number
      from users
), made as (
    select gen_random_uuid() as id, chosen.id as user_id, left(md5(random()::text) || md5(n::text), 43) as token
      from generate_series(1, %(count)s::int) as n
      join chosen on chosen.number = 1 + n %% (select count(*) from users)
), granted as (
    insert into authorizations (id, client_id, user_id, session_id, scopes, amr, auth_time, code_digest,
                                code_expires_at, code_used_at, expires_at, created_at)
    select id, %(client_id)s, user_id, gen_random_uuid(), '{openid,profile,email,groups}', '{hwk}', now(),
           sha256(('code of ' || id)::bytea), now(), now(), now() + interval '30 days', now()
      from made
    returning id
), issued as (
    insert into refresh_tokens (digest, authorization_id, expires_at)
    select sha256(made.token::bytea), granted.id, now() + interval '30 days'
      from made
      join granted on granted.id = made.id
)
select token
  from made;

-- name: visitors
-- A protected host, wiki.localhost, and people who are signed in to it; returns the tokens of its cookies.
with host as (
    insert into protected_hosts (client_id, host)
    values ('c3', 'wiki.localhost')
        on conflict do nothing
), chosen as (
    select id as user_id, gen_random_uuid() as session_id, gen_random_uuid() as authorization_id,
           left(md5(random()::text) || md5(id::text), 43) as token
      from users
     order by random()
     limit %(count)s
), begun as (
    insert into sessions (id, digest, user_id, method, authenticated_at, last_seen_at, expires_at)
    select session_id, sha256(('session of ' || token)::bytea), user_id, 'passkey', now(), now(), now() + interval '1 day'
      from chosen
), granted as (
    insert into authorizations (id, client_id, user_id, session_id, scopes, amr, auth_time, code_digest,
                                code_expires_at, code_used_at, expires_at, created_at)
    select authorization_id, 'c3', user_id, session_id, '{profile,email,groups}', '{hwk}', now(),
           sha256(('code of ' || token)::bytea), now(), now(), now() + interval '30 days', now()
      from chosen
), entered as (
    insert into protected_sessions (digest, authorization_id, created_at)
    select sha256(token::bytea), authorization_id, now()
      from chosen
)
select token
  from chosen;

-- name: passkey_of
-- Give a person the passkey of the software authenticator.
insert into passkeys (user_id, credential_id, public_key, name, transports)
values (%(user_id)s, %(credential_id)s, %(public_key)s, 'Software', '{internal}');

-- name: user_ids
-- Some people.
select id
  from users
 order by username
 limit %(count)s;

-- name: peer_table
-- The one table of an adapter of oidc-provider, as its users write it.
create table oidc (
    model text not null,
    id text not null,
    payload jsonb not null,
    grant_id text,
    uid text,
    user_code text,
    expires_at timestamptz,
    consumed_at timestamptz,
    primary key (model, id)
);
create index oidc_grant_id on oidc (grant_id);
create index oidc_uid on oidc (uid);
create index oidc_user_code on oidc (user_code);

-- name: peer_people
-- The same people as ours.
insert into oidc (model, id, payload)
select 'Account', 'p' || n,
       jsonb_build_object('name', 'First' || n || ' Last' || n, 'given_name', 'First' || n, 'family_name', 'Last' || n,
                          'preferred_username', 'p' || n, 'email', 'p' || n || '@example.test', 'email_verified', true,
                          'groups', jsonb_build_array('group0', 'group' || (1 + n %% 9)))
  from generate_series(1, %(people)s::int) as n;

-- name: peer_artifacts
-- Fresh grants, each with one artifact of the kind `model`; returns the artifacts' values.
with made as (
    select n, left(md5(random()::text) || md5(n::text), 43) as value, md5(random()::text) as grant_id,
           extract(epoch from now())::int as iat, 'p' || (1 + n %% %(people)s::int) as account
      from generate_series(1, %(count)s::int) as n
), granted as (
    insert into oidc (model, id, payload, expires_at)
    select 'Grant', grant_id,
           jsonb_build_object('kind', 'Grant', 'jti', grant_id, 'accountId', account, 'clientId', %(client_id)s::text,
                              'iat', iat, 'exp', iat + 86400,
                              'openid', jsonb_build_object('scope', 'openid profile email groups'),
                              'resources', jsonb_build_object('urn:app', 'openid profile email groups')),
           now() + interval '1 day'
      from made
), stored as (
    insert into oidc (model, id, payload, grant_id, expires_at)
    select %(model)s::text, value,
           jsonb_build_object('kind', %(model)s::text, 'jti', value, 'accountId', account, 'grantId', grant_id,
                              'clientId', %(client_id)s::text, 'iat', iat, 'exp', iat + 86400, 'authTime', iat,
                              'scope', 'openid profile email groups', 'nonce', 'the-nonce',
                              'sessionUid', grant_id, 'gty', 'authorization_code')
           || %(more)s::jsonb,
           grant_id, now() + interval '1 day'
      from made
)
select value
  from made;
