-- name: write_for_sessions
-- Note that the apps signed in to by some sessions are to be told of their end, those without an address for it too.
insert into logouts (client_id, user_id, subject, session_id, next_attempt_at, created_at)
select distinct clients.id, authorizations.user_id, authorizations.user_id::text, authorizations.session_id,
       case when clients.backchannel_logout_uri is not null then %(now)s::timestamptz end, %(now)s::timestamptz
  from authorizations
  join clients on clients.id = authorizations.client_id
 where authorizations.session_id = any(%(session_ids)s::uuid[])
   and authorizations.code_used_at is not null;

-- name: write_for_person
-- Note that the apps of a person, or one of them, are to be told to end all sessions; an app that needs a sid is told
-- each one that it may still know.
with told as (
    update consents
       set signed_out_at = %(now)s
     where user_id = %(user_id)s
       and (%(client_id)s::text is null or client_id = %(client_id)s)
    returning client_id
), known as (
    select distinct client_id, session_id
      from authorizations
     where user_id = %(user_id)s
       and session_id is not null
       and code_used_at is not null
)
insert into logouts (client_id, user_id, subject, session_id, next_attempt_at, created_at)
select clients.id, %(user_id)s::uuid, %(user_id)s::uuid::text, known.session_id,
       case when clients.backchannel_logout_uri is not null then %(now)s::timestamptz end, %(now)s
  from told
  join clients on clients.id = told.client_id
  left join known on clients.backchannel_logout_session_required and known.client_id = clients.id;

-- name: write_for_lost_access
-- The same for everybody who has signed in to a restricted app and may not use it any more, once for each.
with lost as (
    update consents
       set signed_out_at = %(now)s
     where (signed_out_at is null or signed_out_at < last_used_at)
       and exists (select
                     from clients
                    where clients.id = consents.client_id
                      and clients.is_group_restricted)
       and not exists (select
                         from app_users
                        where app_users.client_id = consents.client_id
                          and app_users.user_id = consents.user_id)
    returning client_id, user_id
)
insert into logouts (client_id, user_id, subject, session_id, next_attempt_at, created_at)
select distinct clients.id, lost.user_id, lost.user_id::text, authorizations.session_id,
       case when clients.backchannel_logout_uri is not null then %(now)s::timestamptz end, %(now)s::timestamptz
  from lost
  join clients on clients.id = lost.client_id
  left join authorizations
    on clients.backchannel_logout_session_required
   and authorizations.client_id = lost.client_id
   and authorizations.user_id = lost.user_id
   and authorizations.session_id is not null
   and authorizations.code_used_at is not null;

-- name: take
-- Take what is due longest until a time: other instances pass it over, and if its sender dies it comes back.
update logouts
   set attempts = attempts + 1, next_attempt_at = %(until)s
 where id = (select id
               from logouts
              where next_attempt_at <= %(now)s
              order by next_attempt_at, created_at, id
              limit 1
                for update skip locked)
returning id, client_id, user_id, subject, session_id, attempts;

-- name: confirm
-- Note that the app has taken it.
update logouts
   set confirmed_at = %(now)s, next_attempt_at = null, last_attempt_at = %(now)s, last_reason = null,
       last_status = %(status)s, last_words = null
 where id = %(id)s
   and next_attempt_at is not null;

-- name: postpone
-- Note why it was not taken, and when to try again.
update logouts
   set next_attempt_at = %(next_attempt_at)s, last_attempt_at = %(now)s, last_reason = %(reason)s,
       last_status = %(status)s, last_words = %(words)s
 where id = %(id)s
   and next_attempt_at is not null;

-- name: postpone_others
-- An app that does not answer keeps nobody else's waiting: what is due for it waits as long as this one.
update logouts
   set next_attempt_at = %(next_attempt_at)s
 where client_id = %(client_id)s
   and next_attempt_at < %(next_attempt_at)s;

-- name: give_up
-- Note why it will not be tried again by itself.
update logouts
   set given_up_at = %(now)s, next_attempt_at = null, last_attempt_at = %(now)s, last_reason = %(reason)s,
       last_status = %(status)s, last_words = %(words)s
 where id = %(id)s
   and next_attempt_at is not null;

-- name: forget_address
-- The app has no address any more.
update logouts
   set next_attempt_at = null
 where id = %(id)s;

-- name: list
-- What apps were told, the latest first: of one person, one app or one session, each where it is given.
select logouts.id, logouts.client_id, clients.name as client_name, logouts.user_id,
       coalesce(nullif(users.display_name, ''), users.username) as user_name, logouts.session_id, logouts.attempts,
       logouts.next_attempt_at, logouts.confirmed_at, logouts.given_up_at, logouts.last_reason, logouts.last_status,
       logouts.last_words, logouts.created_at
  from logouts
  join clients on clients.id = logouts.client_id
  left join users on users.id = logouts.user_id
 where (%(user_id)s::uuid is null or logouts.user_id = %(user_id)s)
   and (%(client_id)s::text is null or logouts.client_id = %(client_id)s)
   and (%(session_id)s::uuid is null or logouts.session_id = %(session_id)s)
 order by logouts.created_at desc, lower(clients.name), logouts.id
 limit %(size)s;

-- name: retry
-- Try one again at once, and for another day; no row when it is gone, was confirmed, or has no address.
update logouts
   set next_attempt_at = %(now)s, given_up_at = null, attempts = 0
  from clients
 where logouts.id = %(id)s
   and clients.id = logouts.client_id
   and clients.backchannel_logout_uri is not null
   and logouts.confirmed_at is null
returning logouts.client_id, logouts.user_id;

-- name: frames
-- The front-channel addresses of the apps that were signed in to by a session, with the sid that each is told.
select distinct clients.frontchannel_logout_uri
  from logouts
  join clients on clients.id = logouts.client_id
 where logouts.session_id = %(session_id)s
   and clients.frontchannel_logout_uri is not null
 order by clients.frontchannel_logout_uri;

-- name: expire
-- Forget what was written before a time.
delete from logouts
 where created_at < %(before)s
   and next_attempt_at is null;
