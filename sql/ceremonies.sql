-- name: insert
-- Remember a challenge until its answer comes.
insert into ceremonies (kind, challenge, browser_digest, user_id, new_user, expires_at)
values (%(kind)s, %(challenge)s, %(browser_digest)s, %(user_id)s, %(new_user)s, %(expires_at)s)
returning id;

-- name: take
-- Spend a challenge and return what it was made for; no row when it is unknown or spent (WA-01).
delete from ceremonies
 where kind = %(kind)s
   and challenge = %(challenge)s
returning browser_digest, user_id, new_user, expires_at;

-- name: expire
-- Delete the challenges that nobody answered in time.
delete from ceremonies
 where expires_at <= %(now)s;
