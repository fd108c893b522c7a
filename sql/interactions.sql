-- name: insert
-- Store a request that waits for its person.
insert into interactions (browser_digest, client_id, parameters, needs_sign_in_after, pushed, is_signed, created_at,
                          expires_at)
values (%(browser_digest)s, %(client_id)s, %(parameters)s, %(needs_sign_in_after)s, %(pushed)s, %(is_signed)s, %(now)s,
        %(expires_at)s)
returning id;

-- name: by_id
-- A waiting request of one browser.
select id, client_id, parameters, needs_sign_in_after, account_chosen, consented_by, session_id, pushed,
       is_signed, created_at
  from interactions
 where id = %(id)s
   and browser_digest = %(browser_digest)s
   and expires_at > %(now)s;

-- name: choose_account
-- The person has said with which account to go on.
update interactions
   set account_chosen = true
 where id = %(id)s;

-- name: enter
-- Somebody has signed in to go on with a request: in the browser, or by a session for its app only.
update interactions
   set account_chosen = true, consented_by = null, session_id = %(session_id)s
 where id = %(id)s;

-- name: leave
-- The request waits for somebody else than the one of the session for its app only.
update interactions
   set account_chosen = false, consented_by = null, session_id = null
 where id = %(id)s;

-- name: consent
-- The person has consented.
update interactions
   set consented_by = %(user_id)s
 where id = %(id)s;

-- name: delete
-- Take a finished request away.
delete from interactions
 where id = %(id)s;

-- name: expire
-- Delete the requests that nobody finished.
delete from interactions
 where expires_at <= %(now)s;
