-- name: insert
-- Add a secret, unless the client has as many as it may have: then no row.
insert into client_secrets (client_id, digest, prefix, expires_at, created_at)
select clients.id, %(digest)s, %(prefix)s, %(expires_at)s, %(now)s
  from clients
 where clients.id = %(client_id)s
   and (select count(*) from client_secrets where client_id = %(client_id)s) < %(limit)s
returning id, prefix, expires_at, created_at;

-- name: of_client
-- The secrets of a client as they may be shown, newest first.
select id, prefix, expires_at, created_at
  from client_secrets
 where client_id = %(client_id)s
 order by created_at desc, id;

-- name: digests
-- What the secrets of a client are compared with, newest first.
select digest, expires_at
  from client_secrets
 where client_id = %(client_id)s
 order by created_at desc, id;

-- name: delete
-- Revoke a secret of a client; no row when it is gone or another client's.
delete from client_secrets
 where id = %(id)s
   and client_id = %(client_id)s
returning id, prefix, expires_at, created_at;
