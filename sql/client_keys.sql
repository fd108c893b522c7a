-- name: of_client
-- The keys of a client; no row when it has none.
select client_id, keys, jwks_uri, algorithm, sealed_secret
  from client_keys
 where client_id = %(client_id)s;

-- name: save
-- Give a client other keys.
insert into client_keys (client_id, keys, jwks_uri, algorithm, updated_at)
values (%(client_id)s, %(keys)s::jsonb[], %(jwks_uri)s, %(algorithm)s, %(now)s)
    on conflict (client_id) do update
   set keys = excluded.keys,
       jwks_uri = excluded.jwks_uri,
       algorithm = excluded.algorithm,
       updated_at = excluded.updated_at;

-- name: seal
-- Give a client another secret to sign with.
insert into client_keys (client_id, sealed_secret, updated_at)
values (%(client_id)s, %(sealed_secret)s, %(now)s)
    on conflict (client_id) do update
   set sealed_secret = excluded.sealed_secret,
       updated_at = excluded.updated_at;
