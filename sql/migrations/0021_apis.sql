-- APIs that accept our access tokens, what they permit, and which clients may ask for it.

create table apis (
    id uuid primary key default gen_random_uuid(),
    name text not null check (char_length(name) between 1 and 50),
    resource text not null check (char_length(resource) between 1 and 350),
    client_id text references clients (id) on delete set null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
comment on column apis.resource is 'The absolute URI that apps name it by (RFC 8707 2), and the audience of its tokens';
comment on column apis.client_id is 'The client by which the API itself asks about tokens (RFC 7662)';
create unique index apis_resource on apis (rtrim(resource, '/'));
create index apis_client_id on apis (client_id);

create table api_permissions (
    id uuid primary key default gen_random_uuid(),
    api_id uuid not null references apis (id) on delete cascade,
    key text not null check (char_length(key) between 1 and 128),
    name text not null check (char_length(name) between 1 and 50),
    description text not null default '' check (char_length(description) <= 200),
    constraint api_permissions_key unique (api_id, key),
    unique (api_id, id)
);

create table api_grants (
    api_id uuid not null references apis (id) on delete cascade,
    client_id text not null references clients (id) on delete cascade,
    way text not null check (way in ('person', 'client')),
    primary key (api_id, client_id, way)
);
comment on column api_grants.way is 'For whom the client asks: for a person who signs in to it, or for itself';
create index api_grants_client_id on api_grants (client_id);

create table api_grant_permissions (
    api_id uuid not null,
    client_id text not null,
    way text not null,
    permission_id uuid not null,
    primary key (api_id, client_id, way, permission_id),
    foreign key (api_id, client_id, way) references api_grants on delete cascade,
    foreign key (api_id, permission_id) references api_permissions (api_id, id) on delete cascade
);
