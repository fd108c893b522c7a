-- Sign-in on a device without a passkey, approved on another one; and sessions that are for one app only.

create table device_logins (
    id uuid primary key,
    browser_digest bytea not null,
    code_mac bytea not null,
    interaction_id uuid references interactions on delete cascade,
    address inet,
    user_agent text,
    approved_by uuid references users on delete cascade,
    denied boolean not null default false,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    check (approved_by is null or not denied)
);

create unique index device_logins_code_key on device_logins (code_mac);
create index device_logins_approved_by on device_logins (approved_by);
create index device_logins_interaction_id on device_logins (interaction_id);
create index device_logins_expires_at on device_logins (expires_at);

comment on table device_logins is 'Browsers that wait until somebody approves their sign-in on another device';
comment on column device_logins.code_mac is 'HMAC of the code; the code follows from the id under ENCRYPTION_KEY, and is stored nowhere';
comment on column device_logins.interaction_id is 'The app''s request that the sign-in is for alone; null for a sign-in to the site';

alter table sessions
    drop constraint sessions_method_check,
    add constraint sessions_method_check check (method in ('passkey', 'one_time_access', 'device')),
    add column only_client_id text references clients on delete cascade;

create index sessions_only_client_id on sessions (only_client_id);

comment on column sessions.only_client_id is 'The app that the session is for alone: no browser holds its token';

alter table interactions add column session_id uuid references sessions on delete cascade;

create index interactions_session_id on interactions (session_id);

comment on column interactions.session_id is 'The session for this app only that goes on with the request, instead of the one of the browser';
