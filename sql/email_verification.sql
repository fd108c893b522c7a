-- name: store
-- Keep the link to a person's address by its digest, in place of the one before.
insert into email_verifications (user_id, digest, email, expires_at)
values (%(user_id)s, %(digest)s, %(email)s, %(expires_at)s)
    on conflict (user_id) do update
   set digest = excluded.digest, email = excluded.email, expires_at = excluded.expires_at;

-- name: take
-- Spend a link; no row when it is unknown, used, replaced or has expired.
delete from email_verifications
 where digest = %(digest)s
   and expires_at > %(now)s
returning user_id, email;

-- name: expire
-- Delete the links that nobody used in time.
delete from email_verifications
 where expires_at <= %(now)s;
