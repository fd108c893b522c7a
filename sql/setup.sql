-- name: is_open
-- Whether the first admin may be made: there is none yet, or the maintenance script has reopened setup.
select coalesce(setup_reopened_until > %(now)s, false)
       or not exists (select from users where is_admin)
  from instance;

-- name: has_admin
-- Whether there has been a first admin.
select exists (select from users where is_admin);

-- name: lock
-- Make two completions of setup wait for one another until the end of the transaction.
select id
  from instance
   for update;

-- name: close
-- End a reopening.
update instance
   set setup_reopened_until = null;
