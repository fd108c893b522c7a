-- Public keys of clients, by which they sign, and what may be used only once.

create table client_keys (
    client_id text primary key references clients (id) on delete cascade,
    keys jsonb[] not null default '{}',
    jwks_uri text,
    algorithm text,
    updated_at timestamptz not null,
    check (jwks_uri is null or keys = '{}')
);
comment on column client_keys.keys is 'Members of a JWK set, public ones alone';
comment on column client_keys.algorithm is 'The only algorithm that the client signs with; null stands for any that is allowed';

create table fetched_keys (
    address text primary key,
    keys jsonb[] not null default '{}',
    tried_at timestamptz not null,
    fetched_at timestamptz
);
comment on table fetched_keys is 'JWK sets behind addresses that admins typed in, kept for a short time';

create table used_jtis (
    digest bytea primary key,
    expires_at timestamptz not null
);
comment on table used_jtis is 'Tokens of others that were accepted once and must not be again';
create index used_jtis_expires_at on used_jtis (expires_at);
