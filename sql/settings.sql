-- name: all
-- Every stored setting; those that were never changed have no row.
select name, value
  from settings;

-- name: store
-- Set one setting.
insert into settings (name, value, updated_at)
values (%(name)s, %(value)s, %(now)s)
    on conflict (name) do update
   set value = excluded.value, updated_at = excluded.updated_at;
