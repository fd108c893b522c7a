-- name: is_in_allowed_group
-- Whether a person is in one of the groups that an app is limited to.
select exists (
    select
      from client_groups
      join group_members using (group_id)
     where client_groups.client_id = %(client_id)s
       and group_members.user_id = %(user_id)s);

-- name: apps
-- The apps that a person may sign in to, by name.
select id, name, description, launch_url
  from clients
 where not is_group_restricted
    or exists (select
                 from client_groups
                 join group_members using (group_id)
                where client_groups.client_id = clients.id
                  and group_members.user_id = %(user_id)s)
 order by lower(name), id;
