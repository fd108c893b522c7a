-- Whether an event came from a network of ours, so that a search for the others need not read the whole log; and
-- indexes in the order that the log is shown in, which imported events have by time and not by id.

alter table audit_events add column is_internal boolean;

comment on column audit_events.is_internal is 'Whether the address is one of ours; null without address';

update audit_events
   set is_internal = address <<= any (array['127.0.0.0/8', '::1/128', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16',
                                            'fc00::/7', '169.254.0.0/16', 'fe80::/10', '100.64.0.0/10']::inet[])
 where address is not null;

drop index audit_events_at;
drop index audit_events_event;
drop index audit_events_user_id;
drop index audit_events_client_id;
create index audit_events_at on audit_events (at, id);
create index audit_events_event on audit_events (event, at, id);
create index audit_events_user_id on audit_events (user_id, at, id) where user_id is not null;
create index audit_events_actor_id on audit_events (actor_id, at, id) where actor_id is distinct from user_id;
create index audit_events_client_id on audit_events (client_id, at, id) where client_id is not null;
create index audit_events_address on audit_events (address, at, id) where address is not null;
create index audit_events_external on audit_events (at, id) where not is_internal;
create index audit_events_internal on audit_events (at, id) where is_internal;
