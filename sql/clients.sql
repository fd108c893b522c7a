-- name: by_id
-- One client; no row when there is none.
select id, name, description, launch_url, redirect_uris, logout_uris, backchannel_logout_uri,
       backchannel_logout_session_required, frontchannel_logout_uri, frontchannel_logout_session_required,
       is_public, requires_pkce,
       allows_plain_pkce, requires_reauthentication, requires_pushed_request, requires_signed_request,
       requires_device_bound_passkey, longest_sign_in_seconds, skips_consent, is_group_restricted, claims_in_id_token,
       always_includes_groups, claim_mapping, signing_algorithm, auth_method, requires_dpop, is_fapi,
       access_token_seconds, refresh_token_seconds, allows_client_credentials, has_opaque_access_tokens,
       refresh_absolute_seconds, signs_userinfo, recipe, recipe_answers, created_by, created_at, updated_at
  from clients
 where id = %(id)s;

-- name: insert
-- Add a client.
insert into clients (id, name, description, launch_url, redirect_uris, logout_uris, backchannel_logout_uri,
                     backchannel_logout_session_required, frontchannel_logout_uri,
                     frontchannel_logout_session_required, is_public, requires_pkce,
                     allows_plain_pkce, requires_reauthentication, requires_pushed_request, requires_signed_request,
                     requires_device_bound_passkey, longest_sign_in_seconds, skips_consent, is_group_restricted,
                     claims_in_id_token, always_includes_groups, claim_mapping, signing_algorithm, auth_method,
                     requires_dpop, is_fapi, access_token_seconds, refresh_token_seconds, allows_client_credentials,
                     has_opaque_access_tokens, refresh_absolute_seconds, signs_userinfo, recipe, recipe_answers, created_by,
                     created_at, updated_at)
values (%(id)s, %(name)s, %(description)s, %(launch_url)s, %(redirect_uris)s, %(logout_uris)s,
        %(backchannel_logout_uri)s, %(backchannel_logout_session_required)s, %(frontchannel_logout_uri)s,
        %(frontchannel_logout_session_required)s, %(is_public)s,
        %(requires_pkce)s, %(allows_plain_pkce)s, %(requires_reauthentication)s,
        %(requires_pushed_request)s, %(requires_signed_request)s, %(requires_device_bound_passkey)s,
        %(longest_sign_in_seconds)s, %(skips_consent)s,
        %(is_group_restricted)s, %(claims_in_id_token)s, %(always_includes_groups)s, %(claim_mapping)s,
        %(signing_algorithm)s, %(auth_method)s, %(requires_dpop)s, %(is_fapi)s,
        %(access_token_seconds)s, %(refresh_token_seconds)s, %(allows_client_credentials)s,
        %(has_opaque_access_tokens)s, %(refresh_absolute_seconds)s, %(signs_userinfo)s, %(recipe)s,
        %(recipe_answers)s, %(created_by)s, %(now)s, %(now)s);

-- name: update
-- Change a client; its id and who made it stay.
update clients
   set name = %(name)s,
       description = %(description)s,
       launch_url = %(launch_url)s,
       redirect_uris = %(redirect_uris)s,
       logout_uris = %(logout_uris)s,
       backchannel_logout_uri = %(backchannel_logout_uri)s,
       backchannel_logout_session_required = %(backchannel_logout_session_required)s,
       frontchannel_logout_uri = %(frontchannel_logout_uri)s,
       frontchannel_logout_session_required = %(frontchannel_logout_session_required)s,
       is_public = %(is_public)s,
       requires_pkce = %(requires_pkce)s,
       allows_plain_pkce = %(allows_plain_pkce)s,
       requires_reauthentication = %(requires_reauthentication)s,
       requires_pushed_request = %(requires_pushed_request)s,
       requires_signed_request = %(requires_signed_request)s,
       requires_device_bound_passkey = %(requires_device_bound_passkey)s,
       longest_sign_in_seconds = %(longest_sign_in_seconds)s,
       skips_consent = %(skips_consent)s,
       is_group_restricted = %(is_group_restricted)s,
       claims_in_id_token = %(claims_in_id_token)s,
       always_includes_groups = %(always_includes_groups)s,
       claim_mapping = %(claim_mapping)s,
       signing_algorithm = %(signing_algorithm)s,
       auth_method = %(auth_method)s,
       requires_dpop = %(requires_dpop)s,
       is_fapi = %(is_fapi)s,
       access_token_seconds = %(access_token_seconds)s,
       refresh_token_seconds = %(refresh_token_seconds)s,
       allows_client_credentials = %(allows_client_credentials)s,
       has_opaque_access_tokens = %(has_opaque_access_tokens)s,
       refresh_absolute_seconds = %(refresh_absolute_seconds)s,
       signs_userinfo = %(signs_userinfo)s,
       recipe = %(recipe)s,
       recipe_answers = %(recipe_answers)s,
       updated_at = %(now)s
 where id = %(id)s;

-- name: delete
-- Remove a client; its secrets, consents, codes and tokens go with it.
delete from clients
 where id = %(id)s;

-- name: count
-- How many clients there are whose name or id holds a text; all when it is null.
select count(*)
  from clients
 where %(q)s::text is null
    or position(lower(%(q)s) in lower(name)) > 0
    or position(lower(%(q)s) in lower(id)) > 0;

-- name: search
-- Clients whose name or id holds a text, by name, with what the list says of each.
select client.id, client.name, client.description, client.is_group_restricted,
       images.digest as logo_version,
       array(select groups.friendly_name
               from client_groups
               join groups on groups.id = client_groups.group_id
              where client_groups.client_id = client.id
              order by lower(groups.friendly_name)) as group_names,
       greatest((select max(last_used_at) from consents where consents.client_id = client.id),
                (select max(created_at) from authorizations where authorizations.client_id = client.id))
           as last_used_at,
       (select coalesce(sum(times), 0) from refused_requests where refused_requests.client_id = client.id)
           as refused
  from clients client
  left join images
    on images.subject = 'client' and images.subject_id = client.id and images.variant = 'logo'
 where %(q)s::text is null
    or position(lower(%(q)s) in lower(client.name)) > 0
    or position(lower(%(q)s) in lower(client.id)) > 0
 order by lower(client.name), client.id
 limit %(size)s
offset %(offset)s;

-- name: group_ids
-- The groups whose members may use a restricted client.
select group_id
  from client_groups
 where client_id = %(id)s
 order by group_id;

-- name: remove_groups
-- Withdraw the client from the groups that are not listed.
delete from client_groups
 where client_id = %(id)s
   and group_id <> all(%(group_ids)s::uuid[]);

-- name: remove_group
-- Withdraw the client from one group.
delete from client_groups
 where client_id = %(id)s
   and group_id = %(group_id)s;

-- name: add_groups
-- Open the client to the listed groups that exist.
insert into client_groups (client_id, group_id)
select %(id)s, groups.id
  from groups
 where groups.id = any(%(group_ids)s::uuid[])
    on conflict do nothing;

-- name: people
-- How many enabled people may use a client: the rule of app_users, counted without looking at each person alone.
select count(*)
  from users
 where not disabled
   and (not %(is_group_restricted)s
        or id in (select group_members.user_id
                    from group_members
                    join client_groups on client_groups.group_id = group_members.group_id
                   where client_groups.client_id = %(id)s));

-- name: people_with_device_bound_passkey
-- The same, of those who have a passkey that is not copied between devices.
select count(*)
  from users
 where not disabled
   and exists (select
                 from passkeys
                where passkeys.user_id = users.id
                  and not passkeys.backup_eligible)
   and (not %(is_group_restricted)s
        or id in (select group_members.user_id
                    from group_members
                    join client_groups on client_groups.group_id = group_members.group_id
                   where client_groups.client_id = %(id)s));
