-- Sites behind a proxy that asks here before each request (forward authentication).

create table protected_hosts (
    client_id text primary key references clients (id) on delete cascade,
    host text not null unique check (host = lower(host)),
    public_paths text[] not null default '{}'
);
comment on table protected_hosts is 'The client that stands for a site; who may use it is decided as for every client';
comment on column protected_hosts.host is 'With the port, where it is not the usual one';
comment on column protected_hosts.public_paths is 'Open to everybody; one that ends in a slash stands for all below it';

create table protected_sessions (
    digest bytea primary key,
    authorization_id uuid not null references authorizations (id) on delete cascade,
    created_at timestamptz not null
);
comment on table protected_sessions is 'What the cookie of a protected host stands for: an authorization, and so a person and their session here';
create index protected_sessions_authorization_id on protected_sessions (authorization_id);
