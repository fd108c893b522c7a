-- name: of_client
-- Who a client is elsewhere, in the order in which it was added.
select id, client_id, issuer, subject, audience, jwks_uri, allows_reuse
  from federated_identities
 where client_id = %(client_id)s
 order by created_at, id;

-- name: insert
-- Add an identity, unless the client has as many as it may have: then no row.
insert into federated_identities (client_id, issuer, subject, audience, jwks_uri, allows_reuse, created_at)
select clients.id, %(issuer)s, %(subject)s, %(audience)s, %(jwks_uri)s, %(allows_reuse)s, %(now)s
  from clients
 where clients.id = %(client_id)s
   and (select count(*) from federated_identities where client_id = %(client_id)s) < %(limit)s;

-- name: delete
-- Remove an identity of a client; no row when it is gone or another client's.
delete from federated_identities
 where id = %(id)s
   and client_id = %(client_id)s
returning id, client_id, issuer, subject, audience, jwks_uri, allows_reuse;
