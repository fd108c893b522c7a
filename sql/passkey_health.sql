-- name: of_people
-- The passkeys of some people, the oldest first.
select user_id, name, aaguid, backup_eligible, last_use_verified, last_used_at
  from passkeys
 where user_id = any(%(user_ids)s::uuid[])
 order by created_at, id;
