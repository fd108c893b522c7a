-- Whether passkeys were used with PIN, finger or face, so that an admin knows whom requiring that would keep out.
alter table passkeys add column last_use_verified boolean;

comment on column passkeys.last_use_verified is 'Whether the last use proved who it was (PIN, finger, face); null until that is known';

create or replace view passkey_holders as
select passkeys.user_id, count(*) as number, bool_and(passkeys.backup_eligible) as all_synced,
       min(coalesce(passkeys.aaguid::text, '')) = max(coalesce(passkeys.aaguid::text, '')) as all_alike,
       bool_and(passkeys.last_use_verified is false) as none_verified
  from passkeys
  join users on users.id = passkeys.user_id
 where not users.disabled
 group by passkeys.user_id;

create or replace view user_states as
select id as user_id, 'admin' as state
  from users
 where is_admin
 union all
select id, 'disabled'
  from users
 where disabled
 union all
select id, 'never_signed_in'
  from users
 where last_sign_in_at is null
 union all
select id, 'unverified'
  from users
 where email is not null
   and not email_verified
 union all
select id, 'no_passkey'
  from users
 where not disabled
   and not exists (select from passkeys where passkeys.user_id = users.id)
 union all
select user_id, 'one_passkey'
  from passkey_holders
 where number = 1
 union all
select user_id, 'one_device'
  from passkey_holders
 where number = 1
   and not all_synced
 union all
select user_id, 'one_provider'
  from passkey_holders
 where number > 1
   and all_synced
   and all_alike
 union all
select user_id, 'only_synced'
  from passkey_holders
 where all_synced
 union all
select user_id, 'none_verified'
  from passkey_holders
 where none_verified;
