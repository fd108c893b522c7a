-- An admin tries a client in their own browser: for that time it may return to an address of this site.

create table client_trials (
    state_digest bytea primary key,
    client_id text not null references clients on delete cascade,
    user_id uuid not null references users on delete cascade,
    browser_digest bytea not null,
    scopes text[] not null,
    secret_matches boolean,
    expires_at timestamptz not null
);
comment on column client_trials.secret_matches is 'Whether the secret that the admin typed is one of the client''s; null without one';
create index client_trials_client_id on client_trials (client_id);
create index client_trials_user_id on client_trials (user_id);
