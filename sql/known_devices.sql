-- name: recall
-- A person's address, how many devices are known, and how many of them fit: this browser, or one like it at this place.
select users.email,
       (select count(*) from known_devices where user_id = users.id) as known,
       (select count(*)
          from known_devices
         where user_id = users.id
           and (browser_digest = %(browser_digest)s
                or (device = %(device)s and network = %(network)s))) as fitting
  from users
 where users.id = %(user_id)s;

-- name: remember
-- Know a browser, and where it was last.
insert into known_devices (user_id, browser_digest, device, network, last_seen_at)
values (%(user_id)s, %(browser_digest)s, %(device)s, %(network)s, %(now)s)
    on conflict (user_id, browser_digest) do update
   set device = excluded.device, network = excluded.network, last_seen_at = excluded.last_seen_at;

-- name: expire
-- Forget the devices that were not used since.
delete from known_devices
 where last_seen_at < %(before)s;

-- name: insert_report
-- A link by which somebody can say that a sign-in was not theirs.
insert into sign_in_reports (digest, user_id, session_id, expires_at)
values (%(digest)s, %(user_id)s, %(session_id)s, %(expires_at)s);

-- name: take_report
-- Spend such a link; no row when it is unknown, used or has expired.
delete from sign_in_reports
 where digest = %(digest)s
   and expires_at > %(now)s
returning user_id, session_id;

-- name: expire_reports
-- Delete the links that nobody used in time.
delete from sign_in_reports
 where expires_at <= %(now)s;
