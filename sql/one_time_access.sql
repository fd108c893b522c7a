-- name: insert
-- Remember a code by its digest.
insert into one_time_access_tokens (digest, user_id, created_by, expires_at, created_at)
values (%(digest)s, %(user_id)s, %(created_by)s, %(expires_at)s, %(now)s);

-- name: take
-- Spend a code that is still good; no row when it is unknown, used, withdrawn or has expired.
delete from one_time_access_tokens
 where digest = %(digest)s
   and expires_at > %(now)s
returning user_id;

-- name: of_user
-- The codes that let a person in, the next to expire first.
select token.id, token.created_at, token.expires_at, author.username as created_by
  from one_time_access_tokens token
  left join users author on author.id = token.created_by
 where token.user_id = %(user_id)s
   and token.expires_at > %(now)s
 order by token.expires_at, token.id;

-- name: delete
-- Withdraw a person's code.
delete from one_time_access_tokens
 where id = %(id)s
   and user_id = %(user_id)s;

-- name: expire
-- Delete the codes that nobody used in time.
delete from one_time_access_tokens
 where expires_at <= %(now)s;
