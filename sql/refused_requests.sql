-- name: record
-- Note that a client asked for a redirect URI that it may not use; the same one again only counts up.
insert into refused_requests (client_id, redirect_uri, address, first_at, last_at)
values (%(client_id)s, %(redirect_uri)s, %(address)s::text::inet, %(now)s, %(now)s)
    on conflict (client_id, md5(redirect_uri)) do update
   set times = refused_requests.times + 1,
       address = excluded.address,
       last_at = excluded.last_at;

-- name: trim
-- Forget all but the newest of a client.
delete from refused_requests
 where client_id = %(client_id)s
   and id not in (select id
                    from refused_requests
                   where client_id = %(client_id)s
                   order by last_at desc, id
                   limit %(kept)s);

-- name: of_client
-- What a client was refused, newest first.
select refused.id, refused.client_id, clients.name as client_name, clients.redirect_uris as registered,
       refused.redirect_uri, refused.times, host(refused.address) as address, refused.first_at,
       refused.last_at
  from refused_requests refused
  join clients on clients.id = refused.client_id
 where refused.client_id = %(client_id)s
 order by refused.last_at desc, refused.id;

-- name: newest
-- The client that was refused last, with what it asked for; the newest of each client.
select newest.id, newest.client_id, newest.client_name, newest.registered, newest.redirect_uri, newest.times,
       newest.address, newest.first_at, newest.last_at
  from (select distinct on (refused.client_id)
               refused.id, refused.client_id, clients.name as client_name,
               clients.redirect_uris as registered, refused.redirect_uri, refused.times,
               host(refused.address) as address, refused.first_at, refused.last_at
          from refused_requests refused
          join clients on clients.id = refused.client_id
         order by refused.client_id, refused.last_at desc, refused.id) newest
 order by newest.last_at desc, newest.id
 limit %(size)s;

-- name: delete
-- Forget one refused request of a client.
delete from refused_requests
 where id = %(id)s
   and client_id = %(client_id)s;
