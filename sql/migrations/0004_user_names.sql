-- No user name looks like another: two that do would be mistaken for one another in an app's list of people.

create function username_skeleton(username text) returns text
    language sql immutable strict parallel safe
    return replace(lower(translate(username, '01I', 'oll')), 'm', 'rn');
comment on function username_skeleton(text) is
    'What a user name looks like: equal for names that are confusable by Unicode Technical Standard 39, section 4';

alter table users add column resembles_another boolean not null default false;
comment on column users.resembles_another is
    'The name looked like another''s before that was forbidden, and stays good until it is changed';
update users
   set resembles_another = true
 where exists (select
                 from users earlier
                where username_skeleton(earlier.username) = username_skeleton(users.username)
                  and (earlier.created_at, earlier.id) < (users.created_at, users.id));
create unique index users_skeleton_key on users (username_skeleton(username)) where not resembles_another;
