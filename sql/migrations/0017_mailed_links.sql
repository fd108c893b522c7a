-- Devices that people sign in from, so that a new one is told of; links to say "this was not me"; and proofs of addresses.

create table known_devices (
    user_id uuid not null references users on delete cascade,
    browser_digest bytea not null,
    device text not null,
    network text not null,
    last_seen_at timestamptz not null,
    primary key (user_id, browser_digest)
);
comment on table known_devices is 'Filled only while people are told of sign-ins from new devices';
create index known_devices_last_seen_at on known_devices (last_seen_at);

create table sign_in_reports (
    digest bytea primary key,
    user_id uuid not null references users on delete cascade,
    session_id uuid not null,
    expires_at timestamptz not null
);
comment on column sign_in_reports.session_id is 'No reference: what apps got outlives the session';
create index sign_in_reports_user_id on sign_in_reports (user_id);
create index sign_in_reports_expires_at on sign_in_reports (expires_at);

create table email_verifications (
    user_id uuid primary key references users on delete cascade,
    digest bytea not null,
    email text not null,
    expires_at timestamptz not null
);
comment on table email_verifications is 'One a person: a newer link takes the place of the one before';
create unique index email_verifications_digest_key on email_verifications (digest);
create index email_verifications_expires_at on email_verifications (expires_at);
