-- Tokens for APIs, tokens that apps get for themselves, and what each client may say of its tokens.

alter table authorizations add column resource text;
comment on column authorizations.resource is 'The API that its access tokens are for (RFC 8707); null for the app itself';
comment on column authorizations.user_id is 'Null for tokens that an app got for itself (RFC 6749 4.4)';

alter table clients
    add column allows_client_credentials boolean not null default true,
    add column has_opaque_access_tokens boolean not null default false,
    add column refresh_absolute_seconds integer check (refresh_absolute_seconds between 60 and 157680000),
    add column signs_userinfo boolean not null default false;
comment on column clients.allows_client_credentials is 'Whether it may get tokens for itself; a public client never may';
comment on column clients.has_opaque_access_tokens is 'Whether its access tokens are random texts and no JWTs';
comment on column clients.refresh_absolute_seconds is 'When refreshing ends for good, counted from the sign-in; null for never';
comment on column clients.signs_userinfo is 'Whether userinfo is a JWT in its signing algorithm (OpenID Connect Core 5.3.2)';
