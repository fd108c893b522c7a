"""Brings the schema up to this program: sql/migrations in order, each in one transaction, forward only.

    migrate(conninfo)
      advisory lock         of two instances that start together one migrates and the other waits
      recorded numbers      a database that is newer than this program is refused
      each missing file     number first, then the file, committed together

It does not go back: restore the dump that was made before.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import psycopg

from pocketid import db, log
from pocketid.paths import data_dir

_FILE = re.compile(r"(\d{4})_(\w+)\.sql")
_LOCK = "select pg_advisory_lock(hashtext('pocketid:migrations'))"
_TABLE = """create table if not exists migrations (
    number integer primary key, name text not null, applied_at timestamptz not null default now())"""
OLDEST_POSTGRESQL = 140000


class MigrationError(Exception):
    """The database cannot be used by this program; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of sql/migrations."""

    number: int
    name: str
    path: Path


def available() -> list[Migration]:
    """The migrations of this program in order, numbered from 1 without a gap."""
    found: list[Migration] = []
    for path in sorted((data_dir("sql") / "migrations").glob("*.sql")):
        match = _FILE.fullmatch(path.name)
        if match is None or int(match[1]) != len(found) + 1:
            raise MigrationError(f"{path.name} is out of order in sql/migrations")
        found.append(Migration(int(match[1]), match[2], path))
    return found


def migrate(conninfo: str) -> list[Migration]:
    """Apply what is missing and return it.

    Raises MigrationError, and psycopg.OperationalError when the database cannot be reached.
    """
    migrations = available()
    with db.connect(conninfo) as connection:
        if connection.info.server_version < OLDEST_POSTGRESQL:
            raise MigrationError(
                f"PostgreSQL {connection.info.server_version // 10000} is too old: 14 or newer is needed"
            )
        connection.execute("set statement_timeout = 0; set lock_timeout = 0")
        connection.execute(_LOCK)  # given back with the connection
        _refuse_pocket_id(connection)
        connection.execute(_TABLE)
        applied = _applied(connection)
        if applied > len(migrations):
            raise MigrationError(
                f"this database was migrated to {applied:04d} by a newer version; this program knows"
                f" {len(migrations):04d}. Install the newer version, or restore a dump from before it."
            )
        for migration in migrations[applied:]:
            _apply(connection, migration)
    return migrations[applied:]


def missing(connection: psycopg.Connection[tuple[int]]) -> int:
    """How many migrations this database still lacks; negative when it is newer than this program."""
    return len(available()) - _applied(connection)


def _applied(connection: psycopg.Connection[tuple[int]]) -> int:
    row = connection.execute("select coalesce(max(number), 0) from migrations").fetchone()
    return row[0] if row else 0


def _apply(connection: psycopg.Connection[tuple[int]], migration: Migration) -> None:
    with connection.transaction():
        connection.execute(
            "insert into migrations (number, name) values (%s, %s)", (migration.number, migration.name)
        )
        connection.execute(migration.path.read_bytes())
    log.event("migrated", number=migration.number, name=migration.name)


def _refuse_pocket_id(connection: psycopg.Connection[tuple[int]]) -> None:
    if connection.execute("select 1 where to_regclass('oidc_clients') is not null").fetchone():
        raise MigrationError(
            "this database holds the tables of Pocket ID itself. Nothing was changed. Make a new, empty"
            " database for Pocketid and name it in DB_CONNECTION_STRING."
        )
