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
