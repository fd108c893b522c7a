-- name: of
-- The claims of one person or one group, by name.
select name, value
  from custom_claims
 where user_id = %(user_id)s::uuid
    or group_id = %(group_id)s::uuid
 order by name;

-- name: meant_for
-- Every claim that a person has, from themselves and from their groups: by name, the strongest first.
select name, value, group_id, friendly_name
  from claims_of_people
 where user_id = %(user_id)s
 order by name, group_name nulls first;

-- name: lock
-- Make others who change the claims of the same person or group wait.
select (select id from users where id = %(user_id)s::uuid for no key update) as person,
       (select id from groups where id = %(group_id)s::uuid for no key update) as people;

-- name: clear
-- Take all claims from one person or one group.
delete from custom_claims
 where user_id = %(user_id)s::uuid
    or group_id = %(group_id)s::uuid;

-- name: insert
-- Give claims to one person or one group that has none.
insert into custom_claims (user_id, group_id, name, value)
select %(user_id)s::uuid, %(group_id)s::uuid, name, value
  from unnest(%(names)s::text[], %(texts)s::text[]) as claim (name, value);

-- name: names
-- The names in use, the most frequent first.
select name
  from custom_claims
 group by name
 order by count(*) desc, name
 limit %(size)s;
