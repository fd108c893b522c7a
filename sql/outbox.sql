-- name: insert
-- Mails that wait to be sent, as many as the arrays are long.
insert into outbox (id, kind, address, user_id, sealed_values, next_attempt_at, created_at)
select mail.id, %(kind)s, mail.address, %(user_id)s, mail.sealed_values, %(now)s, %(now)s
  from unnest(%(ids)s::uuid[], %(addresses)s::text[], %(sealed_values)s::bytea[]) as mail (id, address, sealed_values);

-- name: waiting
-- The mails that wait, the oldest first, each with the language of its person.
select outbox.id, outbox.kind, outbox.address, outbox.user_id, outbox.sealed_values, outbox.attempts,
       outbox.created_at, users.locale
  from outbox
  left join users on users.id = outbox.user_id
 where outbox.next_attempt_at is not null
 order by outbox.created_at, outbox.id;

-- name: take
-- Take the mail that is due longest until a time: other instances pass it over, and if its sender dies it comes back.
update outbox
   set attempts = attempts + 1, next_attempt_at = %(until)s
 where id = (select id
               from outbox
              where next_attempt_at <= %(now)s
              order by next_attempt_at, created_at, id
              limit 1
                for update skip locked)
returning id, kind, address, user_id, sealed_values, attempts, created_at,
          (select users.locale from users where users.id = outbox.user_id) as locale;

-- name: sent
-- Note that a mail was taken by the server, and forget what it said.
update outbox
   set sent_at = %(now)s, next_attempt_at = null, given_up_at = null, sealed_values = null, last_error = null
 where id = %(id)s
   and sent_at is null;

-- name: postpone
-- Note why a mail was not taken, and when to try again.
update outbox
   set next_attempt_at = %(next_attempt_at)s, last_error = %(last_error)s
 where id = %(id)s
   and next_attempt_at is not null;

-- name: give_up
-- Note why a mail will not be tried again by itself.
update outbox
   set given_up_at = %(now)s, next_attempt_at = null, last_error = %(last_error)s
 where id = %(id)s
   and next_attempt_at is not null;

-- name: count
-- How many mails wait, were given up, and were sent, of those that are still here.
select count(next_attempt_at) as waiting, count(given_up_at) as given_up, count(sent_at) as sent
  from outbox;

-- name: list
-- The mails of one state with their people, the latest first.
select outbox.id, outbox.kind, outbox.address, users.id as user_id, users.username, outbox.attempts,
       outbox.last_error, outbox.created_at, outbox.next_attempt_at, outbox.sent_at, outbox.given_up_at
  from outbox
  left join users on users.id = outbox.user_id
 where case %(state)s::text
       when 'waiting' then outbox.next_attempt_at is not null
       when 'given_up' then outbox.given_up_at is not null
       else outbox.sent_at is not null end
 order by outbox.created_at desc, outbox.id
 limit %(size)s;

-- name: retry
-- Try one mail again, or all that were given up.
update outbox
   set next_attempt_at = %(now)s, given_up_at = null, attempts = 0
 where sent_at is null
   and (id = %(id)s::uuid or (%(id)s::uuid is null and given_up_at is not null));

-- name: discard
-- Delete a mail that was not sent.
delete from outbox
 where id = %(id)s
   and sent_at is null;

-- name: expire
-- Delete the mails that were sent or given up before these times.
delete from outbox
 where sent_at < %(sent_before)s
    or given_up_at < %(given_up_before)s;
