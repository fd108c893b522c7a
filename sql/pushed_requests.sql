-- name: insert
-- Keep a request that a client pushed.
insert into pushed_requests (digest, client_id, parameters, is_signed, expires_at)
values (%(digest)s, %(client_id)s, %(parameters)s, %(is_signed)s, %(expires_at)s);

-- name: by_digest
-- A pushed request that its client may still come back with; no row when it is another client's.
select digest, parameters, is_signed
  from pushed_requests
 where digest = %(digest)s
   and client_id = %(client_id)s
   and expires_at > %(now)s;

-- name: spend
-- Take a pushed request away; no row when somebody did before.
delete from pushed_requests
 where digest = %(digest)s;

-- name: expire
-- Delete the pushed requests that nobody can come back with and nobody is at work on.
delete from pushed_requests
 where expires_at <= %(before)s;
