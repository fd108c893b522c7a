-- Custom claims keep every value that is meant for a person, the strongest first, so that lists can be joined.

create view claims_of_people as
select user_id, name, value, null::uuid as group_id, null::text as group_name, null::text as friendly_name
  from custom_claims
 where user_id is not null
 union all
select group_members.user_id, custom_claims.name, custom_claims.value, groups.id, groups.name, groups.friendly_name
  from group_members
  join groups on groups.id = group_members.group_id
  join custom_claims on custom_claims.group_id = groups.id;

comment on view claims_of_people is
    'The custom claims of each person, their own and those of their groups; the strongest value of a name comes first when ordered by group_name nulls first';

create or replace view subjects as
select users.id as user_id,
       jsonb_build_object(
           'id', users.id,
           'username', users.username,
           'first_name', users.first_name,
           'last_name', users.last_name,
           'display_name', users.display_name,
           'email', users.email,
           'email_verified', users.email_verified,
           'locale', users.locale,
           'disabled', users.disabled,
           'updated_at', users.updated_at,
           'groups', array(select groups.name
                             from group_members
                             join groups on groups.id = group_members.group_id
                            where group_members.user_id = users.id
                            order by groups.name),
           'custom_claims', (select coalesce(jsonb_object_agg(claim.name, claim.texts), '{}')
                               from (select name, jsonb_agg(value order by group_name nulls first) as texts
                                       from claims_of_people
                                      where claims_of_people.user_id = users.id
                                      group by name) as claim)) as subject
  from users;

comment on view subjects is
    'A person as apps may learn of them: the row, the groups, and the values of each custom claim, the strongest first';
