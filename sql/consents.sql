-- name: scopes
-- The scopes that a person has granted an app; no row when there are none.
select scopes
  from consents
 where user_id = %(user_id)s
   and client_id = %(client_id)s;

-- name: of_user
-- The apps that a person has signed in to, the last used first.
select consents.client_id, clients.name as client_name, consents.scopes, consents.granted_at, consents.last_used_at
  from consents
  join clients on clients.id = consents.client_id
 where consents.user_id = %(user_id)s
 order by consents.last_used_at desc, consents.client_id;

-- name: last_of_client
-- Who signed in to an app last; a permission of an API is shown behind its resource.
select consents.user_id, coalesce(nullif(users.display_name, ''), users.username) as name,
       array(select rtrim(replace(scope, chr(31), ' ')) from unnest(consents.scopes) as scope) as scopes,
       consents.last_used_at
  from consents
  join users on users.id = consents.user_id
 where consents.client_id = %(client_id)s
 order by consents.last_used_at desc, consents.user_id
 limit %(size)s;

-- name: delete
-- Take back what an app was granted.
delete from consents
 where user_id = %(user_id)s
   and client_id = %(client_id)s;
