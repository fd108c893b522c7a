-- name: insert
-- A mail that waits to be sent.
insert into outbox (id, kind, address, user_id, sealed_values, next_attempt_at, created_at)
values (%(id)s, %(kind)s, %(address)s, %(user_id)s, %(sealed_values)s, %(now)s, %(now)s);

-- name: waiting
-- The mails that wait, the oldest first, each with the language of its person.
select outbox.id, outbox.kind, outbox.address, outbox.sealed_values, outbox.attempts, outbox.created_at,
       users.locale
  from outbox
  left join users on users.id = outbox.user_id
 where outbox.next_attempt_at is not null
 order by outbox.created_at, outbox.id;
