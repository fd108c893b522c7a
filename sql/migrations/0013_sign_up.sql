-- Sign-up: links that let people make an account, and accounts that wait for an administrator.

create table sign_up_links (
    id uuid primary key default gen_random_uuid(),
    digest bytea not null,
    most_uses integer not null check (most_uses between 1 and 100),
    uses integer not null default 0,
    created_by uuid references users on delete set null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    check (uses between 0 and most_uses)
);
create unique index sign_up_links_digest_key on sign_up_links (digest);
create index sign_up_links_expires_at on sign_up_links (expires_at);

create table sign_up_link_groups (
    link_id uuid references sign_up_links on delete cascade,
    group_id uuid references groups on delete cascade,
    primary key (link_id, group_id)
);
create index sign_up_link_groups_group_id on sign_up_link_groups (group_id);

alter table users add column waiting_since timestamptz,
    add constraint users_waiting_check check (waiting_since is null or (disabled and not is_admin));
comment on column users.waiting_since is
    'Signed up, and not accepted by an administrator yet; disabled until then, which is what keeps them out everywhere';
create index users_waiting_since on users (waiting_since) where waiting_since is not null;

create table sign_up_watches (
    browser_digest bytea primary key,
    user_id uuid references users on delete set null,
    reason text not null default '',
    redirect text not null,
    expires_at timestamptz not null
);
comment on table sign_up_watches is
    'What a browser is told of the account that waits: the person is gone when it was refused, with the reason';
create index sign_up_watches_user_id on sign_up_watches (user_id);
create index sign_up_watches_expires_at on sign_up_watches (expires_at);
