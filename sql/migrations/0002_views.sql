-- Two rules that several statements share: what apps may learn of a person, and who may sign in to which app.

create view subjects as
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
           'custom_claims', (select coalesce(jsonb_object_agg(claim.name, claim.value
                                                              order by claim.is_own, claim.owner), '{}')
                               from (select custom_claims.name, custom_claims.value, false as is_own,
                                            groups.name as owner
                                       from group_members
                                       join groups on groups.id = group_members.group_id
                                       join custom_claims on custom_claims.group_id = groups.id
                                      where group_members.user_id = users.id
                                      union all
                                     select custom_claims.name, custom_claims.value, true, ''
                                       from custom_claims
                                      where custom_claims.user_id = users.id) as claim)) as subject
  from users;

comment on view subjects is
    'A person as apps may learn of them: the row, the groups, and the custom claims, the person''s own over those of the groups';

create view app_users as
select clients.id as client_id, users.id as user_id
  from clients
 cross join users
 where not clients.is_group_restricted
    or exists (select
                 from client_groups
                 join group_members using (group_id)
                where client_groups.client_id = clients.id
                  and group_members.user_id = users.id);

comment on view app_users is
    'Who may sign in to which app: everybody, or the members of the groups that it is limited to';
