-- name: by_id
-- A person as apps may learn of them; no row when they are gone.
select subject
  from subjects
 where user_id = %(id)s;
