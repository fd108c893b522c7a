-- name: by_id
-- A person with the names of their groups, and their custom claims over those of the groups.
select users.id, users.username, users.first_name, users.last_name, users.display_name, users.email,
       users.email_verified, users.locale, users.disabled, users.updated_at,
       array(select groups.name
               from group_members
               join groups on groups.id = group_members.group_id
              where group_members.user_id = users.id
              order by groups.name) as groups,
       (select coalesce(jsonb_object_agg(claim.name, claim.value order by claim.rank), '{}')
          from (select custom_claims.name, custom_claims.value, 1 as rank
                  from custom_claims
                  join group_members on group_members.group_id = custom_claims.group_id
                 where group_members.user_id = users.id
                union all
                select custom_claims.name, custom_claims.value, 2
                  from custom_claims
                 where custom_claims.user_id = users.id) as claim) as custom_claims
  from users
 where users.id = %(id)s;
