-- name: count
-- How many APIs have a text in their name or resource.
select count(*)
  from apis
 where %(text)s::text is null
    or position(lower(%(text)s) in lower(name || E'\n' || resource)) > 0;

-- name: search
-- One page of APIs, by name.
select apis.id, apis.name, apis.resource,
       (select count(*) from api_permissions where api_id = apis.id) as permissions,
       (select count(distinct client_id) from api_grants where api_id = apis.id) as clients
  from apis
 where %(text)s::text is null
    or position(lower(%(text)s) in lower(name || E'\n' || resource)) > 0
 order by lower(name), id
 limit %(size)s offset %(offset)s;

-- name: by_id
-- One API; no row when there is none.
select id, name, resource, client_id, updated_at
  from apis
 where id = %(id)s;

-- name: insert
-- A new API.
insert into apis (name, resource, created_at, updated_at)
values (%(name)s, %(resource)s, %(now)s, %(now)s)
returning id, name, resource, client_id, updated_at;

-- name: update
-- Rename an API, and say by which client it asks about tokens; its resource stays.
update apis
   set name = %(name)s,
       client_id = (select id from clients where id = %(client_id)s),
       updated_at = %(now)s
 where id = %(id)s;

-- name: delete
-- Remove an API with its permissions and grants.
delete from apis
 where id = %(id)s;

-- name: permissions
-- What an API permits, by key.
select key, name, description
  from api_permissions
 where api_id = %(id)s
 order by key;

-- name: remove_permissions
-- Take away what is not listed, from everybody who was granted it too.
delete from api_permissions
 where api_id = %(id)s
   and key <> all(%(keys)s::text[]);

-- name: put_permission
-- Add a permission, or describe it anew; grants of it stay.
insert into api_permissions (api_id, key, name, description)
values (%(id)s, %(key)s, %(name)s, %(description)s)
    on conflict on constraint api_permissions_key do update
   set name = excluded.name, description = excluded.description;

-- name: grants
-- Which clients may ask for an API, in which way and for what; by the client's name.
select api_grants.client_id, clients.name as client_name, api_grants.way,
       array(select api_permissions.key
               from api_grant_permissions granted
               join api_permissions on api_permissions.id = granted.permission_id
              where granted.api_id = api_grants.api_id
                and granted.client_id = api_grants.client_id
                and granted.way = api_grants.way
              order by api_permissions.key) as keys
  from api_grants
  join clients on clients.id = api_grants.client_id
 where api_grants.api_id = %(id)s
   and (%(client_id)s::text is null or api_grants.client_id = %(client_id)s)
 order by lower(clients.name), clients.id, api_grants.way desc;

-- name: withdraw
-- Take back what a client may ask for in one way.
delete from api_grants
 where api_id = %(id)s
   and client_id = %(client_id)s
   and way = %(way)s;

-- name: grant
-- Let a client ask for an API in one way, and for these of its permissions.
with granted as (
    insert into api_grants (api_id, client_id, way)
    values (%(id)s, %(client_id)s, %(way)s)
    returning api_id, client_id, way
)
insert into api_grant_permissions (api_id, client_id, way, permission_id)
select granted.api_id, granted.client_id, granted.way, api_permissions.id
  from granted
  join api_permissions using (api_id)
 where api_permissions.key = any(%(keys)s::text[]);

-- name: allowed
-- An API by its resource, and what a client may ask of it in one way: null when nothing at all; no row without API.
select apis.resource, apis.name,
       (select array(select api_permissions.key
                       from api_grant_permissions
                       join api_permissions on api_permissions.id = api_grant_permissions.permission_id
                      where api_grant_permissions.api_id = api_grants.api_id
                        and api_grant_permissions.client_id = api_grants.client_id
                        and api_grant_permissions.way = api_grants.way
                      order by api_permissions.key)
          from api_grants
         where api_grants.api_id = apis.id
           and api_grants.client_id = %(client_id)s
           and api_grants.way = %(way)s) as keys
  from apis
 where rtrim(apis.resource, '/') = rtrim(%(resource)s, '/');

-- name: described
-- Permissions of the API with a resource in words, by key.
select api_permissions.key, api_permissions.name, api_permissions.description
  from api_permissions
  join apis on apis.id = api_permissions.api_id
 where apis.resource = %(resource)s
   and api_permissions.key = any(%(keys)s::text[])
 order by api_permissions.key;
