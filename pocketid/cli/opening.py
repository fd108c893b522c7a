"""Opening what every command needs: the configuration, the key, the database. Each problem is one clear line.

configuration()              environment -> Config, or CannotStart with every problem at once
with opened(config) as it    database reachable and migrated, key right; `it.site`, `it.conninfo`
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from pocketid import config as configuration_of
from pocketid import embedded, instance, log, migrate, signing_keys
from pocketid.config import Config, ConfigError
from pocketid.crypto import Keyring, random_token
from pocketid.db import Pool, Statements
from pocketid.errors import Refusal
from pocketid.migrate import MigrationError
from pocketid.paths import data_dir
from pocketid.web import Site

_KEY_FILE = "encryption_key"
_FEWEST_KEY_BYTES = 16
_OTHER_CONNECTIONS = 14  # the listener, commands beside the server, psql, PostgreSQL's own reserve


class CannotStart(Exception):
    """What stands in the way, a line for each problem."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Opened:
    """A site whose database is ready. `embedded` is set when the database is a child of this process."""

    site: Site
    conninfo: str
    pool: Pool
    embedded: embedded.Embedded | None


def configuration() -> Config:
    """The configuration in force; logging is set up by it. Raises CannotStart."""
    try:
        config = configuration_of.from_environment()
    except ConfigError as error:
        raise CannotStart(*error.problems) from error
    log.configure(config.log_level, as_json=config.log_json, priority_prefix=config.logs_to_journal)
    for warning in config.warnings:
        log.warning("configuration", hint=warning)
    return config


@contextmanager
def opened(config: Config, *, beside_server: bool = False) -> Iterator[Opened]:
    """The site over a database that is up to date. Raises CannotStart.

    A command may work `beside_server`: it then uses the embedded database that a serving process runs.
    """
    with ExitStack() as closing:
        child = None
        conninfo = config.database
        if conninfo is None and beside_server:
            conninfo = embedded.running(config.data_dir)
        if conninfo is None:
            try:
                child = closing.enter_context(
                    embedded.start(config.data_dir, config.threads + _OTHER_CONNECTIONS)
                )
            except embedded.EmbeddedError as error:
                raise CannotStart(str(error)) from error
            conninfo = child.conninfo
        keyring = Keyring(config.encryption_key or kept_key(config.data_dir))
        _migrate(conninfo)
        pool = Pool(conninfo, min(config.threads, embedded.CONNECTIONS) if child else config.threads)
        closing.callback(pool.close)
        pool.open()
        site = Site(config, keyring, pool, Statements.load(data_dir("sql")))
        _check(site)
        yield Opened(site, conninfo, pool, child)


def kept_key(directory: Path) -> bytes:
    """The key beside the embedded database, made at the first start and readable by its owner alone.

    Raises CannotStart when there is a file without a key: another one would open nothing.
    """
    path = directory / _KEY_FILE
    if not path.exists():
        _make_key(path)
    if path.stat().st_mode & 0o077:
        log.warning("configuration", hint=f"{path} can be read by others: chmod 600 {path}")
    key = path.read_bytes().strip()
    if len(key) < _FEWEST_KEY_BYTES:
        raise CannotStart(f"{path} holds no key. Put the former one back, from a copy of the folder.")
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(random_token() + "\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def _migrate(conninfo: str) -> None:
    try:
        migrate.migrate(conninfo)
    except MigrationError as error:
        raise CannotStart(str(error)) from error
    except psycopg.OperationalError as error:
        raise CannotStart(configuration_of.explain_connection_error(str(error))) from error
    except psycopg.Error as error:
        raise CannotStart(f"the database could not be migrated, and was left as it was: {error}") from error


def _check(site: Site) -> None:
    try:
        with site.database() as db:
            instance.check_key(db, site.keyring)
            signing_keys.ensure(db, site.keyring, datetime.now(UTC))
            db.commit()
    except (instance.WrongKey, Refusal) as error:
        raise CannotStart(str(error)) from error
