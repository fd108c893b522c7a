-- name: insert
-- Write one event.
insert into audit_events (at, event, user_id, actor_id, client_id, address, is_internal, country, city, user_agent,
                          details)
values (%(at)s, %(event)s, %(user_id)s, %(actor_id)s, %(client_id)s, %(address)s::text::inet, %(is_internal)s,
        %(country)s, %(city)s, %(user_agent)s, %(details)s);

-- name: older, planned each time
-- The newest events that fit the filter and are older than a position, newest first; each part may be null.
-- A plan for any filter would read the whole log for rare ones, so each search is planned for those it has.
select event.id, event.at, event.event, event.user_id, person.username, event.actor_id,
       actor.username as actor_username, event.client_id, client.name as client_name,
       host(event.address) as address, event.is_internal, event.country, event.city, event.user_agent, event.details
  from audit_events event
  left join users person on person.id = event.user_id
  left join users actor on actor.id = event.actor_id
  left join clients client on client.id = event.client_id
 where (%(event)s::text is null or event.event = %(event)s)
   and (%(user_id)s::uuid is null or event.user_id = %(user_id)s)
   and (%(person_id)s::uuid is null or event.user_id = %(person_id)s
        or (event.actor_id = %(person_id)s and event.actor_id is distinct from event.user_id))
   and (%(client_id)s::text is null or event.client_id = %(client_id)s)
   and (%(network)s::inet is null or event.address <<= %(network)s::inet)
   and (%(is_internal)s::boolean is null or event.is_internal = %(is_internal)s)
   and (%(since)s::timestamptz is null or event.at >= %(since)s)
   and (%(until)s::timestamptz is null or event.at < %(until)s)
   and (%(beside_at)s::timestamptz is null or (event.at, event.id) < (%(beside_at)s, %(beside_id)s::bigint))
 order by event.at desc, event.id desc
 limit %(size)s;

-- name: newer, planned each time
-- The oldest events that fit the filter and are newer than a position, oldest first; each part may be null.
-- A plan for any filter would read the whole log for rare ones, so each search is planned for those it has.
select event.id, event.at, event.event, event.user_id, person.username, event.actor_id,
       actor.username as actor_username, event.client_id, client.name as client_name,
       host(event.address) as address, event.is_internal, event.country, event.city, event.user_agent, event.details
  from audit_events event
  left join users person on person.id = event.user_id
  left join users actor on actor.id = event.actor_id
  left join clients client on client.id = event.client_id
 where (%(event)s::text is null or event.event = %(event)s)
   and (%(user_id)s::uuid is null or event.user_id = %(user_id)s)
   and (%(person_id)s::uuid is null or event.user_id = %(person_id)s
        or (event.actor_id = %(person_id)s and event.actor_id is distinct from event.user_id))
   and (%(client_id)s::text is null or event.client_id = %(client_id)s)
   and (%(network)s::inet is null or event.address <<= %(network)s::inet)
   and (%(is_internal)s::boolean is null or event.is_internal = %(is_internal)s)
   and (%(since)s::timestamptz is null or event.at >= %(since)s)
   and (%(until)s::timestamptz is null or event.at < %(until)s)
   and (%(beside_at)s::timestamptz is null or (event.at, event.id) > (%(beside_at)s, %(beside_id)s::bigint))
 order by event.at, event.id
 limit %(size)s;

-- name: by_id
-- One event; no row when there is none.
select event.id, event.at, event.event, event.user_id, person.username, event.actor_id,
       actor.username as actor_username, event.client_id, client.name as client_name,
       host(event.address) as address, event.is_internal, event.country, event.city, event.user_agent, event.details
  from audit_events event
  left join users person on person.id = event.user_id
  left join users actor on actor.id = event.actor_id
  left join clients client on client.id = event.client_id
 where event.id = %(id)s;

-- name: count_before
-- How many events are older than a time.
select count(*)
  from audit_events
 where at < %(before)s;

-- name: expire
-- Delete the events of before a time.
delete from audit_events
 where at < %(before)s;
