-- name: id
-- The identity of this installation.
select id
  from instance;

-- name: keep_key_check
-- Store the text that proves the key, unless one is there.
update instance
   set key_check = %(key_check)s
 where key_check is null;

-- name: key_check
-- The text that only the right key opens.
select key_check
  from instance;
