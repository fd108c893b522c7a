-- name: migrated_to
-- The number of the newest migration that this database has seen.
select coalesce(max(number), 0) as number
  from migrations;
