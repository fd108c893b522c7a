-- Reopens /setup for 15 minutes, so that a new administrator can be made when nobody can get in any more.
-- Nothing else changes: people, apps, passkeys and the former administrators stay as they are.
--
--     psql "$DB_CONNECTION_STRING" -f sql/maintenance/reset_setup.sql
--
-- Then open /setup in a browser. Whoever reaches that page within these minutes can become administrator, so
-- run this when only you can. It closes when it was used, or by itself. To close it at once:
--
--     update instance set setup_reopened_until = null;

\set ON_ERROR_STOP on

update instance
   set setup_reopened_until = now() + interval '15 minutes'
returning 'Setup is open until ' || to_char(setup_reopened_until at time zone 'UTC', 'HH24:MI:SS') || ' UTC.' as result;
