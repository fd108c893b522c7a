-- name: by_id
-- One group.
select id, name, friendly_name, created_at, updated_at,
       (select count(*) from group_members where group_id = groups.id) as members
  from groups
 where id = %(id)s;

-- name: search
-- One page of groups, by friendly name.
select id, name, friendly_name, created_at, updated_at,
       (select count(*) from group_members where group_id = groups.id) as members
  from groups
 where (%(text)s::text is null or position(lower(%(text)s) in lower(friendly_name || E'\n' || name)) > 0)
 order by lower(friendly_name), id
 limit %(size)s offset %(offset)s;

-- name: names
-- Every group by the name that people read, and nothing else of it.
select id, friendly_name as name
  from groups
 order by lower(friendly_name), id;

-- name: count
-- How many groups the search finds in all.
select count(*)
  from groups
 where (%(text)s::text is null or position(lower(%(text)s) in lower(friendly_name || E'\n' || name)) > 0);

-- name: insert
-- A new group.
insert into groups (name, friendly_name, created_at, updated_at)
values (%(name)s, %(friendly_name)s, %(now)s, %(now)s)
returning id, name, friendly_name, created_at, updated_at, 0::bigint as members;

-- name: update
-- Rename a group.
update groups
   set name = %(name)s, friendly_name = %(friendly_name)s, updated_at = %(now)s
 where id = %(id)s;

-- name: delete
-- Delete a group with its memberships.
delete from groups
 where id = %(id)s;

-- name: members
-- One page of a group's members, by user name; the text finds whom it finds in users.search.
select users.id, users.username, users.display_name, users.email
  from users
  join group_members on group_members.user_id = users.id
 where group_members.group_id = %(group_id)s
   and (%(text)s::text is null or position(lower(%(text)s) in users.sought) > 0)
 order by lower(users.username)
 limit %(size)s offset %(offset)s;

-- name: count_members
-- How many members the text finds.
select count(*)
  from users
  join group_members on group_members.user_id = users.id
 where group_members.group_id = %(group_id)s
   and (%(text)s::text is null or position(lower(%(text)s) in users.sought) > 0);

-- name: others
-- The first people who are not in a group, by user name.
select users.id, users.username, users.display_name, users.email
  from users
 where not exists (select from group_members
                    where group_members.group_id = %(group_id)s
                      and group_members.user_id = users.id)
   and (%(text)s::text is null or position(lower(%(text)s) in users.sought) > 0)
 order by lower(users.username)
 limit %(size)s;

-- name: add_members
-- Add people who exist and are not members yet; returns the user names of those who came.
insert into group_members (group_id, user_id)
select %(group_id)s, id
  from users
 where id = any(%(user_ids)s::uuid[])
    on conflict do nothing
returning (select username from users where users.id = group_members.user_id);

-- name: remove_members
-- Remove some members; returns the user names of those who went.
delete from group_members
 using users
 where group_members.group_id = %(group_id)s
   and group_members.user_id = any(%(user_ids)s::uuid[])
   and users.id = group_members.user_id
returning users.username;

-- name: remove_members_but
-- Remove all members but some.
delete from group_members
 where group_id = %(group_id)s
   and user_id <> all(%(user_ids)s::uuid[]);

-- name: of_user
-- The groups of a person, by friendly name.
select id, name, friendly_name, created_at, updated_at,
       (select count(*) from group_members everybody where everybody.group_id = groups.id) as members
  from groups
  join group_members on group_members.group_id = groups.id
 where group_members.user_id = %(user_id)s
 order by lower(friendly_name), id;

-- name: others_of_user
-- The first groups that a person is not in, by the name that people read.
select id, friendly_name as name
  from groups
 where not exists (select from group_members
                    where group_members.group_id = groups.id
                      and group_members.user_id = %(user_id)s)
   and (%(text)s::text is null or position(lower(%(text)s) in lower(friendly_name || E'\n' || name)) > 0)
 order by lower(friendly_name), id
 limit %(size)s;

-- name: join
-- Put a person into groups that exist.
insert into group_members (group_id, user_id)
select id, %(user_id)s
  from groups
 where id = any(%(group_ids)s::uuid[])
    on conflict do nothing;

-- name: leave_but
-- Take a person out of all groups but some.
delete from group_members
 where user_id = %(user_id)s
   and group_id <> all(%(group_ids)s::uuid[]);

-- name: opens
-- The apps that are restricted to groups, this one among them.
select clients.id, clients.name
  from clients
  join client_groups on client_groups.client_id = clients.id
 where client_groups.group_id = %(group_id)s
   and clients.is_group_restricted
 order by lower(clients.name), clients.id;

-- name: of_client
-- The groups that a client is limited to, by friendly name.
select id, name, friendly_name, created_at, updated_at,
       (select count(*) from group_members where group_members.group_id = groups.id) as members
  from groups
  join client_groups on client_groups.group_id = groups.id
 where client_groups.client_id = %(client_id)s
 order by lower(friendly_name), id;

-- name: others_of_client
-- The first groups that a client is not limited to, by the name that people read.
select id, friendly_name as name
  from groups
 where not exists (select from client_groups
                    where client_groups.group_id = groups.id
                      and client_groups.client_id = %(client_id)s)
   and (%(text)s::text is null or position(lower(%(text)s) in lower(friendly_name || E'\n' || name)) > 0)
 order by lower(friendly_name), id
 limit %(size)s;
