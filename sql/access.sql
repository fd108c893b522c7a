-- name: may_use
-- Whether a person may sign in to an app.
select exists (
    select
      from app_users
     where client_id = %(client_id)s
       and user_id = %(user_id)s);

-- name: apps
-- The apps that a person may sign in to, by name.
select id, name, description, launch_url
  from clients
  join app_users on app_users.client_id = clients.id
 where app_users.user_id = %(user_id)s
 order by lower(name), id;

-- name: rules
-- Whom each app is open to, by its name; one app alone when its id is given.
select clients.id as client_id, clients.name, clients.is_group_restricted,
       array(select groups.friendly_name
               from client_groups
               join groups on groups.id = client_groups.group_id
              where client_groups.client_id = clients.id
              order by lower(groups.friendly_name), groups.id) as groups
  from clients
 where %(client_id)s::text is null
    or clients.id = %(client_id)s
 order by lower(clients.name), clients.id;

-- name: memberships
-- Through which groups people come to apps; no row for who does not.
select group_members.user_id, client_groups.client_id,
       array_agg(groups.friendly_name order by lower(groups.friendly_name), groups.id) as groups
  from client_groups
  join group_members on group_members.group_id = client_groups.group_id
  join groups on groups.id = client_groups.group_id
 where client_groups.client_id = any(%(client_ids)s::text[])
   and group_members.user_id = any(%(user_ids)s::uuid[])
 group by group_members.user_id, client_groups.client_id;
