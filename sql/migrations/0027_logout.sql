-- Apps hear that people have signed out: addresses of clients for it, and what each was told.

alter table clients
    add column backchannel_logout_uri text,
    add column backchannel_logout_session_required boolean not null default false,
    add column frontchannel_logout_uri text,
    add column frontchannel_logout_session_required boolean not null default false;
comment on column clients.backchannel_logout_uri is 'Where we post logout tokens; null where the app takes none';
comment on column clients.frontchannel_logout_uri is 'What the signed-out page opens in a frame; null where the app has none';

create table logouts (
    id uuid primary key default gen_random_uuid(),
    client_id text not null references clients on delete cascade,
    user_id uuid references users on delete set null,
    subject text not null,
    session_id uuid,
    attempts integer not null default 0,
    next_attempt_at timestamptz,
    confirmed_at timestamptz,
    given_up_at timestamptz,
    last_attempt_at timestamptz,
    last_reason text,
    last_status integer,
    last_words text,
    created_at timestamptz not null,
    check (num_nonnulls(next_attempt_at, confirmed_at, given_up_at) <= 1)
);
comment on table logouts is
    'Apps to be told that somebody has signed out: waiting (next_attempt_at), confirmed, given up, or none of these where the app has no address for it';
comment on column logouts.subject is 'The sub that the app knows; it outlives the person';
comment on column logouts.session_id is 'The sid that has ended; null stands for all sessions of the person';
create index logouts_next_attempt_at on logouts (next_attempt_at) where next_attempt_at is not null;
create index logouts_client_id on logouts (client_id, created_at);
create index logouts_user_id on logouts (user_id, created_at);
create index logouts_session_id on logouts (session_id);
create index logouts_created_at on logouts (created_at);
create trigger logouts_changed after insert on logouts
    for each statement execute function tell_of_change();

alter table consents add column signed_out_at timestamptz;
comment on column consents.signed_out_at is 'When the app was last told to end all sessions of the person';
