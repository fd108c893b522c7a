-- name: insert
-- Begin a trial.
insert into client_trials (state_digest, client_id, user_id, browser_digest, scopes, secret_matches, expires_at)
values (%(state_digest)s, %(client_id)s, %(user_id)s, %(browser_digest)s, %(scopes)s, %(secret_matches)s,
        %(expires_at)s);

-- name: is_open
-- Whether this person's browser is trying this client with this state.
select exists (
    select
      from client_trials
     where state_digest = %(state_digest)s
       and client_id = %(client_id)s
       and user_id = %(user_id)s
       and browser_digest = %(browser_digest)s
       and expires_at > %(now)s);

-- name: take
-- End a trial, once; no row when it is over, has expired, or is another person's, browser's or client's.
delete from client_trials
 where state_digest = %(state_digest)s
   and client_id = %(client_id)s
   and user_id = %(user_id)s
   and browser_digest = %(browser_digest)s
   and expires_at > %(now)s
returning scopes, secret_matches;

-- name: expire
-- Delete the trials that nobody came back from.
delete from client_trials
 where expires_at <= %(now)s;
