-- name: insert
-- Write one event.
insert into audit_events (at, event, user_id, actor_id, client_id, address, user_agent, details)
values (%(at)s, %(event)s, %(user_id)s, %(actor_id)s, %(client_id)s, %(address)s::text::inet, %(user_agent)s, %(details)s);

-- name: search
-- The newest events that fit the filter, newest first; each part of the filter may be null.
select event.id, event.at, event.event, event.user_id, person.username, event.actor_id,
       actor.username as actor_username, event.client_id, client.name as client_name,
       host(event.address) as address, event.user_agent, event.country, event.city, event.details
  from audit_events event
  left join users person on person.id = event.user_id
  left join users actor on actor.id = event.actor_id
  left join clients client on client.id = event.client_id
 where (%(event)s::text is null or event.event = %(event)s)
   and (%(user_id)s::uuid is null or event.user_id = %(user_id)s)
   and (%(person_id)s::uuid is null or %(person_id)s in (event.user_id, event.actor_id))
   and (%(client_id)s::text is null or event.client_id = %(client_id)s)
   and (%(since)s::timestamptz is null or event.at >= %(since)s)
   and (%(until)s::timestamptz is null or event.at < %(until)s)
   and (%(before)s::bigint is null or event.id < %(before)s)
 order by event.id desc
 limit %(size)s;

-- name: expire
-- Delete the events of before a time.
delete from audit_events
 where at < %(before)s;
