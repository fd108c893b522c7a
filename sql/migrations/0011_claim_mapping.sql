-- What a client is told in another way than the rest: names of its own, some groups only, constants, roles.

alter table clients add column claim_mapping jsonb not null default '{}';
comment on column clients.claim_mapping is 'groups and rules as in pocketid/claim_mapping.py; empty when nothing differs';
