-- The first schema: people, apps, passkeys, sessions, tokens, and what is recorded about them.

create table instance (
    only_row boolean primary key default true check (only_row),
    id uuid not null default gen_random_uuid(),
    key_check bytea,
    setup_reopened_until timestamptz,
    created_at timestamptz not null default now()
);
comment on table instance is 'One row: what this installation is, whatever process serves it.';
comment on column instance.key_check is 'A known text sealed under ENCRYPTION_KEY; a wrong key is found out before anything is written.';
insert into instance default values;

create table users (
    id uuid primary key default gen_random_uuid(),
    username text not null check (char_length(username) between 1 and 50),
    first_name text not null default '' check (char_length(first_name) <= 50),
    last_name text not null default '' check (char_length(last_name) <= 50),
    display_name text not null default '' check (char_length(display_name) <= 100),
    email text check (char_length(email) between 3 and 255),
    email_verified boolean not null default false,
    is_admin boolean not null default false,
    disabled boolean not null default false,
    locale text,
    last_sign_in_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index users_username_key on users (lower(username));
create unique index users_email_key on users (lower(email));
create index users_created_at on users (created_at, id);

create function keep_an_admin() returns trigger language plpgsql as $$
begin
    -- Two admins who demote each other at the same moment wait here for one another.
    perform pg_advisory_xact_lock(hashtext('pocketid:last_admin'));
    if not exists (select from users where id <> old.id and is_admin and not disabled) then
        raise exception 'the last enabled admin cannot be removed, disabled or demoted'
            using errcode = 'check_violation', constraint = 'users_last_admin';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger users_last_admin_update before update of is_admin, disabled on users
    for each row when (old.is_admin and not old.disabled and (not new.is_admin or new.disabled))
    execute function keep_an_admin();
create trigger users_last_admin_delete before delete on users
    for each row when (old.is_admin and not old.disabled)
    execute function keep_an_admin();

create table groups (
    id uuid primary key default gen_random_uuid(),
    name text not null check (char_length(name) between 2 and 255),
    friendly_name text not null check (char_length(friendly_name) between 2 and 50),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index groups_name_key on groups (lower(name));

create table group_members (
    group_id uuid not null references groups on delete cascade,
    user_id uuid not null references users on delete cascade,
    primary key (group_id, user_id)
);
create index group_members_user_id on group_members (user_id);

create table custom_claims (
    id uuid primary key default gen_random_uuid(),
    user_id uuid references users on delete cascade,
    group_id uuid references groups on delete cascade,
    name text not null check (char_length(name) between 1 and 255),
    value text not null,
    check (num_nonnulls(user_id, group_id) = 1)
);
create unique index custom_claims_user_key on custom_claims (user_id, name) where user_id is not null;
create unique index custom_claims_group_key on custom_claims (group_id, name) where group_id is not null;

create table passkeys (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    credential_id bytea not null,
    public_key bytea not null,
    name text not null check (char_length(name) between 1 and 50),
    aaguid uuid,
    attestation_type text not null default 'none',
    transports text[] not null default '{}',
    sign_count bigint not null default 0,
    backup_eligible boolean not null default false,
    backed_up boolean not null default false,
    last_used_at timestamptz,
    created_at timestamptz not null default now()
);
comment on column passkeys.public_key is 'COSE_Key, WebAuthn 6.5.1.1';
create unique index passkeys_credential_id_key on passkeys (credential_id);
create index passkeys_user_id on passkeys (user_id);

create table ceremonies (
    id uuid primary key default gen_random_uuid(),
    kind text not null check (kind in ('registration', 'authentication')),
    challenge bytea not null,
    browser_digest bytea not null,
    user_id uuid references users on delete cascade,
    new_user jsonb,
    expires_at timestamptz not null
);
comment on column ceremonies.new_user is 'The account that a registration creates together with its passkey: never one without the other.';
create unique index ceremonies_challenge_key on ceremonies (challenge);
create index ceremonies_expires_at on ceremonies (expires_at);

create table sessions (
    id uuid primary key default gen_random_uuid(),
    digest bytea not null,
    user_id uuid not null references users on delete cascade,
    method text not null check (method in ('passkey', 'one_time_access')),
    passkey_id uuid references passkeys on delete set null,
    authenticated_at timestamptz not null,
    verified_at timestamptz,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    address inet,
    user_agent text,
    created_at timestamptz not null default now()
);
comment on column sessions.id is 'The sid of ID tokens';
comment on column sessions.verified_at is 'When a passkey was last used in this session; null for one begun by a link or code';
create unique index sessions_digest_key on sessions (digest);
create index sessions_user_id on sessions (user_id);
create index sessions_expires_at on sessions (expires_at);

create table one_time_access_tokens (
    id uuid primary key default gen_random_uuid(),
    digest bytea not null,
    user_id uuid not null references users on delete cascade,
    created_by uuid references users on delete set null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now()
);
create unique index one_time_access_tokens_digest_key on one_time_access_tokens (digest);
create index one_time_access_tokens_user_id on one_time_access_tokens (user_id);

create table clients (
    id text primary key check (char_length(id) between 2 and 128),
    name text not null check (char_length(name) between 1 and 50),
    description text not null default '' check (char_length(description) <= 150),
    launch_url text,
    redirect_uris text[] not null default '{}',
    logout_uris text[] not null default '{}',
    is_public boolean not null default false,
    requires_pkce boolean not null default true,
    allows_plain_pkce boolean not null default false,
    requires_reauthentication boolean not null default false,
    skips_consent boolean not null default false,
    is_group_restricted boolean not null default false,
    claims_in_id_token boolean not null default true,
    always_includes_groups boolean not null default false,
    signing_algorithm text not null default 'RS256' check (signing_algorithm in ('RS256', 'ES256', 'EdDSA')),
    access_token_seconds integer not null default 3600 check (access_token_seconds between 60 and 31536000),
    refresh_token_seconds integer not null default 2592000 check (refresh_token_seconds between 60 and 31536000),
    recipe text,
    recipe_answers jsonb not null default '{}',
    created_by uuid references users on delete set null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (requires_pkce or not is_public)
);
comment on column clients.logout_uris is 'post_logout_redirect_uris, OpenID Connect RP-Initiated Logout 3.1';

create table client_secrets (
    id uuid primary key default gen_random_uuid(),
    client_id text not null references clients on delete cascade,
    digest text not null,
    prefix text not null,
    expires_at timestamptz,
    created_at timestamptz not null default now()
);
comment on column client_secrets.digest is 'sha256:<hex> of a generated secret, or an Argon2id or bcrypt string of a chosen one';
create index client_secrets_client_id on client_secrets (client_id);

create table client_groups (
    client_id text not null references clients on delete cascade,
    group_id uuid not null references groups on delete cascade,
    primary key (client_id, group_id)
);
create index client_groups_group_id on client_groups (group_id);

create table refused_requests (
    id uuid primary key default gen_random_uuid(),
    client_id text not null references clients on delete cascade,
    redirect_uri text not null,
    times integer not null default 1,
    address inet,
    first_at timestamptz not null,
    last_at timestamptz not null
);
comment on table refused_requests is 'Redirect URIs that a client asked for without having registered them: the inbox on its page';
create unique index refused_requests_key on refused_requests (client_id, md5(redirect_uri));

create table consents (
    user_id uuid not null references users on delete cascade,
    client_id text not null references clients on delete cascade,
    scopes text[] not null,
    granted_at timestamptz not null,
    last_used_at timestamptz not null,
    primary key (user_id, client_id)
);
create index consents_client_id on consents (client_id);

create table interactions (
    id uuid primary key default gen_random_uuid(),
    browser_digest bytea not null,
    client_id text not null references clients on delete cascade,
    parameters jsonb not null,
    needs_sign_in_after timestamptz,
    account_chosen boolean not null default false,
    consented_by uuid references users on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
comment on table interactions is 'An authorization request that waits for its person: sign-in, account choice, consent';
create index interactions_expires_at on interactions (expires_at);

create table authorizations (
    id uuid primary key default gen_random_uuid(),
    client_id text not null references clients on delete cascade,
    user_id uuid references users on delete cascade,
    session_id uuid,
    scopes text[] not null,
    claims jsonb,
    nonce text,
    acr text,
    amr text[] not null default '{}',
    auth_time timestamptz,
    code_digest bytea,
    code_expires_at timestamptz,
    code_used_at timestamptz,
    redirect_uri text,
    code_challenge text,
    code_challenge_method text,
    revoked_at timestamptz,
    expires_at timestamptz not null,
    created_at timestamptz not null
);
comment on table authorizations is 'What one completed authorization request stands for: its code, and the family of tokens issued from it';
comment on column authorizations.session_id is 'The sid; no reference, because tokens outlive the session that they came from';
comment on column authorizations.expires_at is 'When the last token of the family has expired and the row may go';
create unique index authorizations_code_key on authorizations (code_digest);
create index authorizations_user_id on authorizations (user_id, client_id);
create index authorizations_client_id on authorizations (client_id);
create index authorizations_session_id on authorizations (session_id);
create index authorizations_expires_at on authorizations (expires_at);

create table access_tokens (
    digest bytea primary key,
    authorization_id uuid not null references authorizations on delete cascade,
    scopes text[] not null,
    expires_at timestamptz not null
);
comment on column access_tokens.digest is 'SHA-256 of the jti: the row is what makes a signed token revocable';
create index access_tokens_authorization_id on access_tokens (authorization_id);
create index access_tokens_expires_at on access_tokens (expires_at);

create table refresh_tokens (
    digest bytea primary key,
    authorization_id uuid not null references authorizations on delete cascade,
    rotated_at timestamptz,
    successor bytea,
    expires_at timestamptz not null
);
comment on column refresh_tokens.successor is 'The token that replaced this one, sealed under a key derived from this one, for a retry within the grace window';
create index refresh_tokens_authorization_id on refresh_tokens (authorization_id);
create index refresh_tokens_expires_at on refresh_tokens (expires_at);

create table signing_keys (
    kid text primary key,
    algorithm text not null check (algorithm in ('RS256', 'ES256', 'EdDSA')),
    public_jwk jsonb not null,
    sealed_private_jwk bytea not null,
    active_from timestamptz not null,
    retired_at timestamptz,
    created_at timestamptz not null default now()
);

create table settings (
    name text primary key,
    value text not null,
    updated_at timestamptz not null default now()
);

create table images (
    subject text not null check (subject in ('application', 'client', 'user')),
    subject_id text not null,
    variant text not null,
    media_type text not null,
    content bytea not null,
    digest text not null,
    updated_at timestamptz not null default now(),
    primary key (subject, subject_id, variant)
);

create table audit_events (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    event text not null,
    user_id uuid,
    actor_id uuid,
    client_id text,
    address inet,
    user_agent text,
    country text,
    city text,
    details jsonb not null default '{}'
);
comment on column audit_events.user_id is 'Whom it happened to; kept when the person is deleted';
comment on column audit_events.actor_id is 'Who did it; null for the command line, SQL and strangers';
create index audit_events_user_id on audit_events (user_id, id desc);
create index audit_events_client_id on audit_events (client_id, id desc);
create index audit_events_event on audit_events (event, id desc);
create index audit_events_at on audit_events (at);

create table limits (
    key text primary key,
    tokens double precision not null,
    updated_at timestamptz not null
);
comment on table limits is 'Token buckets, one for each kind of request and who makes it';
create index limits_updated_at on limits (updated_at);

create function tell_of_change() returns trigger language plpgsql as $$
begin
    perform pg_notify('pocketid', tg_table_name);
    return null;
end $$;
create trigger settings_changed after insert or update or delete or truncate on settings
    for each statement execute function tell_of_change();
create trigger signing_keys_changed after insert or update or delete or truncate on signing_keys
    for each statement execute function tell_of_change();
