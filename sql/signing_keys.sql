-- name: lock
-- Let one process at a time decide which keys are missing.
select pg_advisory_xact_lock(hashtext('pocketid:signing_keys'));

-- name: all
-- Every key in force or still published, the newest first.
select kid, algorithm, public_jwk, sealed_private_jwk, active_from, retired_at
  from signing_keys
 order by active_from desc, kid;

-- name: insert
-- Store a key that signs from now on.
insert into signing_keys (kid, algorithm, public_jwk, sealed_private_jwk, active_from, created_at)
values (%(kid)s, %(algorithm)s, %(public_jwk)s, %(sealed_private_jwk)s, %(now)s, %(now)s);
