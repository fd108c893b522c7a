-- Keys for programs that act for a person.

create table api_keys (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users (id) on delete cascade,
    name text not null check (char_length(name) between 3 and 50),
    description text check (char_length(description) <= 150),
    digest bytea not null unique,
    prefix text not null,
    expires_at timestamptz not null,
    last_used_at timestamptz,
    warned_at timestamptz,
    created_at timestamptz not null
);
comment on column api_keys.prefix is 'The first characters of the key, by which its owner tells it from others';
comment on column api_keys.warned_at is 'When its owner was told by mail that it is about to expire';
create index api_keys_user_id on api_keys (user_id, created_at desc);
create index api_keys_unwarned on api_keys (expires_at) where warned_at is null;
