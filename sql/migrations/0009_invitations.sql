-- Invitations: who is awaited, with what rights, and where they go. The account is made together with its passkey when
-- somebody accepts, so that there never is a half one.

create table invitations (
    id uuid primary key default gen_random_uuid(),
    digest bytea,
    is_mailed boolean not null default false,
    mail_id uuid references outbox on delete set null,
    first_name text not null default '' check (char_length(first_name) <= 50),
    last_name text not null default '' check (char_length(last_name) <= 50),
    username text check (char_length(username) between 1 and 50),
    email text check (char_length(email) between 3 and 255),
    note text not null default '' check (char_length(note) <= 500),
    client_id text references clients on delete set null,
    days integer not null check (days between 1 and 31),
    created_by uuid references users on delete set null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    opened_at timestamptz,
    accepted_at timestamptz,
    withdrawn_at timestamptz,
    user_id uuid references users on delete cascade,
    check ((accepted_at is null) = (user_id is null)),
    check (digest is null or (accepted_at is null and withdrawn_at is null))
);

comment on column invitations.digest is
    'SHA-256 of the secret in the link; null once it was used or withdrawn';
comment on column invitations.is_mailed is
    'The link went to the address alone, so that whoever has it reads mail there; one that an admin saw proves nothing';
comment on column invitations.mail_id is 'The mail with the link, while the outbox remembers it';
comment on column invitations.client_id is 'The app that they land at; null for the page of their apps';
comment on column invitations.created_by is
    'Who made it, or made its link anew; while that is no enabled admin it lets nobody in';

create unique index invitations_digest_key on invitations (digest);
create unique index invitations_username_key on invitations (lower(username))
 where accepted_at is null and withdrawn_at is null;
create unique index invitations_skeleton_key on invitations (username_skeleton(username))
 where accepted_at is null and withdrawn_at is null;
create unique index invitations_email_key on invitations (lower(email))
 where accepted_at is null and withdrawn_at is null;
create unique index invitations_user_id_key on invitations (user_id);
create index invitations_created_at on invitations (created_at, id);
create index invitations_created_by on invitations (created_by);
create index invitations_mail_id on invitations (mail_id);
create index invitations_client_id on invitations (client_id);

create table invitation_groups (
    invitation_id uuid not null references invitations on delete cascade,
    group_id uuid not null references groups on delete cascade,
    primary key (invitation_id, group_id)
);

create index invitation_groups_group_id on invitation_groups (group_id);

create function invitation_state(invitation invitations, at timestamptz) returns text
language sql stable as $$
    select case
           when invitation.accepted_at is not null then 'done'
           when invitation.withdrawn_at is not null then 'withdrawn'
           when invitation.expires_at <= at then 'expired'
           when not exists (select
                              from users
                             where users.id = invitation.created_by
                               and users.is_admin
                               and not users.disabled) then 'held'
           when invitation.opened_at is not null then 'opened'
           when invitation.is_mailed then 'sent'
           else 'made' end
$$;

comment on function invitation_state is
    'made, sent and opened let somebody in; held, expired, withdrawn and done do not';

create table invitation_imports (
    id uuid primary key default gen_random_uuid(),
    created_by uuid not null references users on delete cascade,
    content bytea,
    days integer not null,
    client_id text references clients on delete set null,
    by_mail boolean not null,
    number integer,
    mailed integer,
    sealed_links bytea,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    check ((content is null) = (number is not null)),
    check ((number is null) = (sealed_links is null))
);

comment on table invitation_imports is
    'Uploaded files that wait to be confirmed, then how many were invited and the links to hand over; for an hour each';
comment on column invitation_imports.sealed_links is 'A CSV of links, sealed under ENCRYPTION_KEY';

create index invitation_imports_created_by on invitation_imports (created_by);
create index invitation_imports_client_id on invitation_imports (client_id);
create index invitation_imports_expires_at on invitation_imports (expires_at);
