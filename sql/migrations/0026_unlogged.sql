-- Rows that are worth nothing after a crash are not waited for until they are on the disk.
--
-- PostgreSQL empties an unlogged table when it comes up after a crash, and keeps it over an ordered stop. So nothing
-- that was spent ever comes back: what is lost is whole.
--
-- ceremonies   challenges: whoever has a passkey dialogue open while PostgreSQL crashes is told to try again. A
--              registration's answer is stored in tables that are logged.
-- limits       buckets: they are full again.
--
-- Interactions stay logged: device logins refer to them, and a person would have to begin again in the app. Codes,
-- tokens, sessions and events stay logged because they must not be lost.

alter table ceremonies set unlogged;
alter table limits set unlogged;
