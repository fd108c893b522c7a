-- How a client proves who it is, beside secrets.

alter table clients
    add column auth_method text not null default 'any' check (auth_method in ('any', 'private_key_jwt', 'client_secret_jwt')),
    add column requires_dpop boolean not null default false,
    add column is_fapi boolean not null default false,
    add constraint clients_fapi check (not is_fapi
        or (auth_method = 'private_key_jwt' and requires_dpop and requires_pushed_request and requires_pkce
            and not allows_plain_pkce and not is_public and signing_algorithm <> 'RS256'));
comment on column clients.auth_method is 'any: secrets, keys and federated identities alike, as far as the client has them';
comment on column clients.is_fapi is 'The client keeps to the FAPI 2.0 Security Profile, and we hold it to that';

alter table client_keys
    add column sealed_secret bytea;
comment on column client_keys.sealed_secret is 'The secret of client_secret_jwt, sealed under ENCRYPTION_KEY and bound to client_id';

create table federated_identities (
    id uuid primary key default gen_random_uuid(),
    client_id text not null references clients (id) on delete cascade,
    issuer text not null,
    subject text,
    audience text,
    jwks_uri text,
    allows_reuse boolean not null,
    created_at timestamptz not null
);
comment on table federated_identities is 'Who a client is elsewhere: tokens of these issuers prove that it is the client';
comment on column federated_identities.subject is 'Null stands for the client id';
comment on column federated_identities.audience is 'Null stands for our issuer';
comment on column federated_identities.jwks_uri is 'Null stands for /.well-known/jwks.json of the issuer';
comment on column federated_identities.allows_reuse is 'The same token may come again until it has expired';
create index federated_identities_client_id on federated_identities (client_id);

alter table authorizations
    add column dpop_jkt text;
comment on column authorizations.dpop_jkt is 'Thumbprint of the key that the code is bound to, and later the tokens (RFC 9449)';

alter table access_tokens
    add column dpop_jkt text;
comment on column access_tokens.dpop_jkt is 'Thumbprint of the key that the token works with; null for a bearer token';
