-- name: lock
-- Let one process at a time decide which keys are missing.
select pg_advisory_xact_lock(hashtext('pocketid:signing_keys'));

-- name: all
-- Every key in force or still published, the newest first.
select kid, algorithm, public_jwk, sealed_private_jwk, active_from, retired_at
  from signing_keys
 order by active_from desc, retired_at desc nulls first, kid;

-- name: listed
-- The same without the keys themselves.
select kid, algorithm, active_from, retired_at, published_until
  from signing_keys
 order by active_from desc, retired_at desc nulls first, kid;

-- name: insert
-- Store a key that signs from `active_from` on; the one before it ends there.
with before as (
    update signing_keys
       set retired_at = %(active_from)s
     where algorithm = %(algorithm)s
       and retired_at is null
)
insert into signing_keys (kid, algorithm, public_jwk, sealed_private_jwk, active_from, created_at)
values (%(kid)s, %(algorithm)s, %(public_jwk)s, %(sealed_private_jwk)s, %(active_from)s, %(now)s);

-- name: settle
-- Note of keys that sign no more when their last token expires: the latest end of any token that there is.
update signing_keys
   set published_until = greatest(%(least)s, (select max(expires_at) from access_tokens))
 where retired_at <= %(before)s
   and published_until is null;

-- name: delete
-- Forget a key.
delete from signing_keys
 where kid = %(kid)s;
