-- Pushed authorization requests (RFC 9126), and what a client may ask of a sign-in beyond the rest.

create table pushed_requests (
    digest bytea primary key,
    client_id text not null references clients on delete cascade,
    parameters jsonb not null,
    is_signed boolean not null,
    expires_at timestamptz not null
);
comment on table pushed_requests is 'Authorization requests that clients left here; a row is gone once a code was issued for it';
create index pushed_requests_client_id on pushed_requests (client_id);
create index pushed_requests_expires_at on pushed_requests (expires_at);

alter table interactions
    add column pushed bytea,
    add column is_signed boolean not null default false;
comment on column interactions.pushed is 'The digest of the pushed request that it began with, which may be gone';
comment on column interactions.is_signed is 'Whether the request came signed by its client';

alter table clients
    add column requires_pushed_request boolean not null default false,
    add column requires_signed_request boolean not null default false,
    add column requires_device_bound_passkey boolean not null default false,
    add column longest_sign_in_seconds integer check (longest_sign_in_seconds > 0);
comment on column clients.longest_sign_in_seconds is 'How old a sign-in may be before the passkey is asked for again; null for as long as the session';
