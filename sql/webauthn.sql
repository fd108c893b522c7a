-- name: insert
-- Add a passkey to a person.
insert into passkeys (user_id, credential_id, public_key, name, aaguid, transports, sign_count, backup_eligible,
                      backed_up, created_at)
values (%(user_id)s, %(credential_id)s, %(public_key)s, %(name)s, %(aaguid)s, %(transports)s, %(sign_count)s,
        %(backup_eligible)s, %(backed_up)s, %(now)s)
returning id, user_id, credential_id, public_key, name, aaguid, transports, sign_count, backup_eligible, backed_up,
          last_used_at, created_at;

-- name: by_credential_id
-- The passkey that an authenticator answered with.
select id, user_id, credential_id, public_key, name, aaguid, transports, sign_count, backup_eligible, backed_up,
       last_used_at, created_at
  from passkeys
 where credential_id = %(credential_id)s;

-- name: of_user
-- A person's passkeys, the oldest first.
select id, user_id, credential_id, public_key, name, aaguid, transports, sign_count, backup_eligible, backed_up,
       last_used_at, created_at
  from passkeys
 where user_id = %(user_id)s
 order by created_at, id;

-- name: used
-- Note that a passkey was used; its counter never goes back here, whatever the authenticator says.
update passkeys
   set sign_count = greatest(sign_count, %(sign_count)s),
       backup_eligible = %(backup_eligible)s,
       backed_up = %(backed_up)s,
       last_use_verified = %(is_verified)s,
       last_used_at = %(now)s
 where id = %(id)s;

-- name: rename
-- Give a person's passkey another name.
update passkeys
   set name = %(name)s
 where id = %(id)s
   and user_id = %(user_id)s;

-- name: lock_user
-- Make changes to one person's passkeys wait for one another until the end of the transaction.
select pg_advisory_xact_lock(hashtextextended('pocketid:passkeys:' || %(user_id)s::text, 0));

-- name: delete
-- Remove a person's passkey.
delete from passkeys
 where id = %(id)s
   and user_id = %(user_id)s;
