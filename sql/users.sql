-- name: by_id
-- One person.
select id, username, first_name, last_name, display_name, email, email_verified, is_admin, disabled, waiting_since,
       locale, last_sign_in_at, created_at, updated_at
  from users
 where id = %(id)s;

-- name: by_username_or_email
-- The person with this user name, else the one with this address; case does not count.
select id, username, first_name, last_name, display_name, email, email_verified, is_admin, disabled, waiting_since,
       locale, last_sign_in_at, created_at, updated_at
  from users
 where lower(username) = lower(%(text)s::text)
    or lower(email) = lower(%(text)s::text)
 order by lower(username) = lower(%(text)s::text) desc
 limit 1;

-- name: standing_of_username
-- What keeps a person, or somebody new, from choosing a user name; null when nothing does.
select case
       when exists (select
                      from users
                     where lower(username) = lower(%(username)s)
                       and id is distinct from %(user_id)s::uuid) then 'taken'
       when exists (select
                      from users
                     where username_skeleton(username) = username_skeleton(%(username)s)
                       and not resembles_another
                       and id is distinct from %(user_id)s::uuid) then 'lookalike'
       when lower(%(username)s) = any(%(reserved)s::text[])
         or exists (select
                      from unnest(%(reserved)s::text[]) as word
                     where username_skeleton(word) = username_skeleton(%(username)s)) then 'reserved' end;

-- name: insert
-- A new person; the id may have been chosen before, because a passkey was made for it.
insert into users (id, username, first_name, last_name, display_name, email, email_verified, is_admin, disabled,
                   created_at, updated_at)
values (coalesce(%(id)s::uuid, gen_random_uuid()), %(username)s, %(first_name)s, %(last_name)s, %(display_name)s,
        %(email)s, %(email_verified)s, %(is_admin)s, %(disabled)s, %(now)s, %(now)s)
returning id, username, first_name, last_name, display_name, email, email_verified, is_admin, disabled, waiting_since,
          locale, last_sign_in_at, created_at, updated_at;

-- name: update
-- Change a person.
update users
   set username = %(username)s, first_name = %(first_name)s, last_name = %(last_name)s,
       display_name = %(display_name)s, email = %(email)s, email_verified = %(email_verified)s,
       is_admin = %(is_admin)s, disabled = %(disabled)s, updated_at = %(now)s,
       waiting_since = case when %(disabled)s then waiting_since end,
       resembles_another = resembles_another and username = %(username)s
 where id = %(id)s
returning id, username, first_name, last_name, display_name, email, email_verified, is_admin, disabled, waiting_since,
          locale, last_sign_in_at, created_at, updated_at;

-- name: set_locale
-- Remember the language a person chose; null is whatever their browser says.
update users
   set locale = %(locale)s, updated_at = %(now)s
 where id = %(id)s;

-- name: delete
-- Delete a person; passkeys, sessions, memberships, consents and tokens go with the row.
delete from users
 where id = %(id)s;

-- name: note_sign_in
-- Remember the last sign-in.
update users
   set last_sign_in_at = %(now)s
 where id = %(id)s;

-- name: search
-- One page of people, by text, state and group, in one of the fixed orders.
select person.id, person.username, person.display_name, person.email, person.email_verified, person.is_admin,
       person.disabled, person.waiting_since, person.last_sign_in_at, person.created_at, person.updated_at,
       (select count(*) from passkeys where passkeys.user_id = person.id) as passkeys
  from unnest(array(
       select users.id
         from users
        where (%(text)s::text is null or position(lower(%(text)s) in users.sought) > 0)
          and (%(state)s::text is null
               or users.id in (select user_id from user_states where user_states.state = %(state)s))
          and (%(group_id)s::uuid is null
               or users.id in (select user_id from group_members where group_members.group_id = %(group_id)s))
        order by case when not %(descending)s::boolean then case %(sort)s::text
                     when 'username' then lower(users.username)
                     when 'display_name' then lower(users.display_name)
                     when 'email' then lower(users.email) end end asc nulls last,
                 case when %(descending)s::boolean then case %(sort)s::text
                     when 'username' then lower(users.username)
                     when 'display_name' then lower(users.display_name)
                     when 'email' then lower(users.email) end end desc nulls last,
                 case when not %(descending)s::boolean then case %(sort)s::text
                     when 'created_at' then users.created_at
                     when 'last_sign_in_at' then users.last_sign_in_at end end asc nulls last,
                 case when %(descending)s::boolean then case %(sort)s::text
                     when 'created_at' then users.created_at
                     when 'last_sign_in_at' then users.last_sign_in_at end end desc nulls last,
                 users.id
        limit %(size)s offset %(offset)s)) with ordinality as page (id, place)
  join users person on person.id = page.id
 order by page.place;

-- name: count
-- How many people the search finds in all.
select count(*)
  from users
 where (%(text)s::text is null or position(lower(%(text)s) in users.sought) > 0)
   and (%(state)s::text is null
        or users.id in (select user_id from user_states where user_states.state = %(state)s))
   and (%(group_id)s::uuid is null
        or users.id in (select user_id from group_members where group_members.group_id = %(group_id)s));

-- name: states_of
-- The states that a person is in.
select state
  from user_states
 where user_id = %(id)s;

-- name: count_states
-- How many people are in each state; a state that nobody is in has no row.
select state, count(*) as people
  from user_states
 group by state;

-- name: verify_email
-- Note that an address is its person's, if it still is theirs.
update users
   set email_verified = true, updated_at = %(now)s
 where id = %(id)s
   and email = %(email)s;

-- name: admins
-- Those who administer.
select id, username, first_name, last_name, display_name, email, email_verified, is_admin, disabled, waiting_since,
       locale, last_sign_in_at, created_at, updated_at
  from users
 where is_admin
   and not disabled
 order by created_at, id;
