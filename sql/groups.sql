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
 where (%(text)s::text is null or name ilike %(text)s or friendly_name ilike %(text)s)
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
 where (%(text)s::text is null or name ilike %(text)s or friendly_name ilike %(text)s);

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
-- One page of people, members first; the text finds whom it finds in users.search.
select person.id, person.username, person.display_name, person.email,
       member.user_id is not null as is_member
  from users person
  left join group_members member on member.user_id = person.id and member.group_id = %(group_id)s
 where (%(text)s::text is null or person.username ilike %(text)s or person.email ilike %(text)s
        or person.display_name ilike %(text)s or person.first_name || ' ' || person.last_name ilike %(text)s)
 order by member.user_id is null, lower(person.username), person.id
 limit %(size)s offset %(offset)s;

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
