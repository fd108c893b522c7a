-- name: landings
-- The apps that have an address to land at, by name.
select id, name
  from clients
 where launch_url is not null
 order by lower(name), id;

-- name: taken
-- Which of some user names and addresses cannot be given: `number` is the place in the arrays from 1, `kind` says
-- whose it is: a person's, that of an open invitation, or that of an earlier place in the same arrays. A user name
-- that looks like another counts as the same.
with wanted as (
    select number, lower(username) as username, username_skeleton(username) as skeleton, lower(email) as email
      from unnest(%(usernames)s::text[], %(emails)s::text[]) with ordinality as row (username, email, number)),
open as (
    select lower(username) as username, username_skeleton(username) as skeleton, lower(email) as email
      from invitations
     where accepted_at is null
       and withdrawn_at is null
       and id is distinct from %(own_id)s::uuid)
select number, 'username' as field, 'person' as kind
  from wanted
  join users on lower(users.username) = wanted.username
 union
select number, 'username', 'person'
  from wanted
  join users on username_skeleton(users.username) = wanted.skeleton and not users.resembles_another
 union
select number, 'email', 'person'
  from wanted
  join users on lower(users.email) = wanted.email
 union
select number, 'username', 'invitation'
  from wanted
  join open using (username)
 union
select number, 'username', 'invitation'
  from wanted
  join open using (skeleton)
 union
select number, 'email', 'invitation'
  from wanted
  join open using (email)
 union
select number, 'username', 'earlier'
  from (select number, username, min(number) over (partition by username) as first_of_name,
               min(number) over (partition by skeleton) as first_of_skeleton
          from wanted) as same
 where username is not null
   and number > least(first_of_name, first_of_skeleton)
 union
select number, 'email', 'earlier'
  from (select number, email, min(number) over (partition by email) as first_of_email from wanted) as same
 where email is not null
   and number > first_of_email
 order by number, field, kind;
