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

-- name: client
-- The first of some client ids that exists, with the digests that its secret may match at a time.
select id, name, description, launch_url, redirect_uris, logout_uris, is_public, requires_pkce,
       allows_plain_pkce, requires_reauthentication, requires_pushed_request, requires_signed_request,
       requires_device_bound_passkey, longest_sign_in_seconds, skips_consent, is_group_restricted, claims_in_id_token,
       always_includes_groups, claim_mapping, signing_algorithm, access_token_seconds, refresh_token_seconds,
       recipe, recipe_answers, created_by, created_at, updated_at,
       array(select client_secrets.digest
               from client_secrets
              where client_secrets.client_id = clients.id
                and (client_secrets.expires_at is null or client_secrets.expires_at > %(now)s)
              order by client_secrets.created_at desc, client_secrets.id) as digests
  from clients
 where id = any(%(ids)s::text[])
 order by array_position(%(ids)s::text[], id)
 limit 1;

-- name: delete
-- Revoke a secret of a client; no row when it is gone or another client's.
delete from client_secrets
 where id = %(id)s
   and client_id = %(client_id)s
returning id, prefix, expires_at, created_at;
