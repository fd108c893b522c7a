-- Login codes by e-mail: short, and so worth nothing outside of the browser that asked.

create table login_codes (
    browser_digest bytea primary key,
    code_mac bytea not null,
    user_id uuid references users on delete cascade,
    guesses_left integer not null check (guesses_left >= 0),
    expires_at timestamptz not null
);

create index login_codes_user_id on login_codes (user_id);
create index login_codes_expires_at on login_codes (expires_at);

comment on table login_codes is 'The code that a browser has asked for by e-mail: one for each browser, the last';
comment on column login_codes.code_mac is 'HMAC of the code, which was mailed and is stored nowhere';
comment on column login_codes.user_id is 'Null where the address was nobody''s: the browser is answered all the same';
