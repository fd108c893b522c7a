-- Devices without a browser that ask for an app's tokens (RFC 8628).

create table device_codes (
    digest bytea primary key,
    user_code_mac bytea not null unique,
    client_id text not null references clients (id) on delete cascade,
    scopes text[] not null,
    resource text,
    address inet,
    user_agent text not null,
    decision text check (decision in ('approved', 'denied')),
    interval_seconds integer not null,
    polled_at timestamptz,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
comment on table device_codes is 'What an approval leads to is an authorization whose code is the device code';
comment on column device_codes.user_code_mac is 'The code that the person types, under ENCRYPTION_KEY: eight letters are too few for a plain hash';
comment on column device_codes.interval_seconds is 'How long the device has to wait between two questions; longer after each that came too early';
create index device_codes_client_id on device_codes (client_id);
create index device_codes_expires_at on device_codes (expires_at);
