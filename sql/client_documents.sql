-- name: by_client
-- What is known of the document of a client; no row when nobody has asked for long.
select tried_at, fetched_at, digest, problem
  from client_documents
 where client_id = %(client_id)s;

-- name: claim
-- Let one of all instances fetch; no row when somebody tried a moment ago.
insert into client_documents (client_id, tried_at)
values (%(client_id)s, %(now)s)
    on conflict (client_id) do update
   set tried_at = excluded.tried_at
 where client_documents.tried_at <= %(tried_before)s
returning true;

-- name: store
-- Keep that the document was good.
insert into client_documents (client_id, tried_at, fetched_at, digest)
values (%(client_id)s, %(now)s, %(now)s, %(digest)s)
    on conflict (client_id) do update
   set fetched_at = excluded.fetched_at,
       digest = excluded.digest,
       problem = null;

-- name: note
-- Keep why the document was not had; one that was wrong ends what an earlier one said.
update client_documents
   set problem = %(problem)s,
       fetched_at = case when %(is_wrong)s then null else fetched_at end
 where client_id = %(client_id)s;

-- name: expire
-- Forget addresses that nobody came from lately and that no client has.
delete from client_documents
 where tried_at < %(before)s
   and not exists (select
                     from clients
                    where clients.id = client_documents.client_id);

-- name: expire_clients
-- Remove clients that described themselves and that nobody let in.
delete from clients
 where id like 'https://%%'
   and created_at < %(before)s
   and not exists (select
                     from consents
                    where consents.client_id = clients.id)
   and not exists (select
                     from authorizations
                    where authorizations.client_id = clients.id);
