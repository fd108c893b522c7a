-- name: store
-- Remember the code that a browser asked for, instead of the one before.
insert into login_codes (browser_digest, code_mac, user_id, guesses_left, expires_at)
values (%(browser_digest)s, %(code_mac)s, %(user_id)s, %(guesses)s, %(expires_at)s)
    on conflict (browser_digest) do update
   set code_mac = excluded.code_mac, user_id = excluded.user_id, guesses_left = excluded.guesses_left,
       expires_at = excluded.expires_at;

-- name: is_awaited
-- Whether a browser waits for a code, whoever it is of.
select true
  from login_codes
 where browser_digest = %(browser_digest)s
   and expires_at > %(now)s;

-- name: guess
-- Count a guess, and say what is right; no row when there is no code, or no guess is left.
update login_codes
   set guesses_left = guesses_left - 1
 where browser_digest = %(browser_digest)s
   and guesses_left > 0
   and expires_at > %(now)s
returning code_mac, user_id;

-- name: take
-- Spend a code; no row when somebody else was first.
delete from login_codes
 where browser_digest = %(browser_digest)s
   and code_mac = %(code_mac)s;

-- name: expire
-- Forget the codes that nobody used in time.
delete from login_codes
 where expires_at <= %(now)s;
