-- Mails that wait to be sent: each is written in the transaction of what caused it, and sent by jobs.py.

create table outbox (
    id uuid primary key,
    kind text not null,
    address text not null check (char_length(address) between 3 and 320),
    user_id uuid references users on delete cascade,
    sealed_values bytea,
    attempts integer not null default 0,
    next_attempt_at timestamptz,
    last_error text,
    sent_at timestamptz,
    given_up_at timestamptz,
    created_at timestamptz not null,
    check (num_nonnulls(next_attempt_at, sent_at, given_up_at) = 1),
    check ((sealed_values is null) = (sent_at is not null))
);
comment on table outbox is 'Mails: waiting (next_attempt_at), sent (sent_at) or given up (given_up_at)';
comment on column outbox.sealed_values is 'What the views are given, links and codes among it, as JSON sealed under ENCRYPTION_KEY; gone once sent';
create index outbox_next_attempt_at on outbox (next_attempt_at) where next_attempt_at is not null;
create index outbox_user_id on outbox (user_id);
create trigger outbox_changed after insert on outbox
    for each statement execute function tell_of_change();
