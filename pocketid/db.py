"""Connections, the request's transaction, and named SQL statements whose rows become dataclasses.

    statements = Statements.load(data_dir("sql"))     every `-- name:` in sql/*.sql, once, at start
    pool = Pool(conninfo, size)                       one connection for each thread at most
    with Database(pool, statements) as db:            one for each request; takes no connection until asked
        db.one(User, "users.by_id", id=...)           a read runs by itself
        db.run("users.disable", id=...)               the first write begins the transaction
        db.commit()                                   leaving without it rolls back
        db.complete("tokens.redeem_code", ...)        a write that is a transaction by itself: one round trip

Reads before the first write need no transaction (READ COMMITTED gives each statement its own snapshot
anyway), which saves their round trips and lets a lost connection be replaced without anybody noticing.
This module does not build SQL: what stands in the file is what runs.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import msgspec
import psycopg
from psycopg.types.json import JsonbDumper, set_json_loads
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from pocketid import log
from pocketid.errors import Invalid, Unavailable, Violation
from pocketid.text import _

T = TypeVar("T")

STATEMENT_TIMEOUT_MS = 10_000
LOCK_TIMEOUT_MS = 5_000
_WAIT_FOR_CONNECTION_SECONDS = 2.0
_WAIT_WHILE_AWAY_SECONDS = 0.2
_RECONNECT_SECONDS = 1.0
_NAME = re.compile(r"^-- name: *(\w+)(, planned each time)? *$", re.MULTILINE)
_PARAMETER = re.compile(r"%\((\w+)\)s")
_COMMENT = re.compile(r"--[^\n]*")
_WRITES = re.compile(
    r"\b(insert\s+into|update|delete\s+from|truncate|pg_notify|pg_advisory_xact_lock)\b|\bfor\s+update\b"
)

# What PostgreSQL or the way to it is to blame for, and what may have passed at the next try.
_AWAY = (
    psycopg.OperationalError,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.IdleInTransactionSessionTimeout,
)

psycopg.adapters.register_dumper(dict, JsonbDumper)
set_json_loads(msgspec.json.decode)


@dataclass(frozen=True, slots=True)
class Statement:
    """One named statement of sql/*.sql; `text` is executed as it stands in the file.

    One that is `planned_each_time` is never prepared: its optional filters need a plan for those that are given.
    """

    name: str
    text: bytes
    parameters: frozenset[str]
    writes: bool
    source: str
    planned_each_time: bool


class Statements(dict[str, Statement]):
    """All named statements, by full name: file stem, dot, name."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read every sql file directly in `folder`. Raises ValueError for a name given twice."""
        statements = cls()
        for path in sorted(folder.glob("*.sql")):
            if path.name != "schema.sql":
                statements._read(path)
        return statements

    def _read(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        heads = list(_NAME.finditer(text))
        for head, following in zip(heads, [*heads[1:], None], strict=True):
            body = text[head.end() : following.start() if following else len(text)].strip()
            name = f"{path.stem}.{head[1]}"
            source = f"{path.name}:{text.count(chr(10), 0, head.start()) + 1}"
            if name in self:
                raise ValueError(f"{source}: the name {name} is given twice")
            code = _COMMENT.sub("", body)
            self[name] = Statement(
                name,
                body.encode(),
                frozenset(_PARAMETER.findall(code)),
                bool(_WRITES.search(code)),
                source,
                head[2] is not None,
            )

    def bind(self, name: str, parameters: Mapping[str, Any]) -> Statement:
        """The statement, if these are exactly its parameters. Raises LookupError or TypeError."""
        statement = self.get(name)
        if statement is None:
            raise LookupError(f"no statement is called {name}")
        if parameters.keys() != statement.parameters:
            different = sorted(parameters.keys() ^ statement.parameters)
            raise TypeError(
                f"{statement.source} {name}: parameters missing or unknown: {', '.join(different)}"
            )
        return statement


class Cursor(psycopg.Cursor[tuple[Any, ...]]):
    """A cursor for one statement, with the names of its columns."""

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(column.name for column in self.description or ())


class Connection(psycopg.Connection[Any]):
    """A connection that keeps a cursor for each statement, with what was found out about its types."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._by_statement: dict[str, Cursor] = {}

    def execute_named(self, statement: Statement, parameters: Mapping[str, Any]) -> Cursor:
        """Run a statement; its result is good until it runs again."""
        cursor = self._by_statement.get(statement.name)
        if cursor is None:
            cursor = self._by_statement[statement.name] = Cursor(self)
        return cursor.execute(
            statement.text, parameters, prepare=False if statement.planned_each_time else None
        )


class Source(Protocol):
    """Where a Database takes its connection from."""

    def take(self) -> Connection:
        """A connection in autocommit mode. Raises Unavailable."""

    def give_back(self, connection: Connection) -> None:
        """Return it; a broken one is replaced."""


class Pool:
    """Connections to one database, opened when they are needed, `size` at most."""

    def __init__(self, conninfo: str, size: int) -> None:
        self._pool = ConnectionPool(
            conninfo,
            min_size=1,
            max_size=size,
            max_waiting=4 * size,
            # One more try after a failed one, then at the next request: the pool's own pauses would double
            # up to minutes, and last on after PostgreSQL is back.
            reconnect_timeout=_RECONNECT_SECONDS,
            open=False,
            connection_class=Connection,
            kwargs=connection_arguments(),
            name="pocketid",
        )
        self._is_away = False

    def open(self) -> None:
        """Start opening connections in the background."""
        self._pool.open(wait=False)

    def close(self) -> None:
        """Close all connections; those in use when they come back."""
        self._pool.close(timeout=2)

    def take(self) -> Connection:
        """A connection in autocommit mode. Raises Unavailable when none is to be had within two seconds.

        Once that has happened nobody waits that long until one is to be had again, so that the threads of a
        server whose database is away stay free to say so.
        """
        wait = _WAIT_WHILE_AWAY_SECONDS if self._is_away else _WAIT_FOR_CONNECTION_SECONDS
        try:
            connection = self._pool.getconn(timeout=wait)
        except (PoolTimeout, TooManyRequests, psycopg.OperationalError) as error:
            self._is_away = True
            self._pool.check()  # who waited in vain still counts as waiting, and too many of them end its tries
            raise unavailable(error) from error
        self._is_away = False
        return connection

    def give_back(self, connection: Connection) -> None:
        """Return a connection. A broken one is replaced, and so are the idle ones, which are likely as dead."""
        is_broken = connection.broken
        self._pool.putconn(connection)
        if is_broken:
            self._pool.drain()

    def figures(self) -> dict[str, int]:
        """How many connections there are, and how many requests wait for one."""
        return self._pool.get_stats()


def connection_arguments() -> dict[str, Any]:
    """How every connection of ours is opened, whoever opens it."""
    settings = {
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "lock_timeout": LOCK_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": STATEMENT_TIMEOUT_MS,
        "timezone": "UTC",
    }
    return {
        "autocommit": True,
        "prepare_threshold": 2,
        "connect_timeout": 3,
        # A database whose machine vanishes without a word is noticed within seconds, not hours.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "tcp_user_timeout": 15_000,
        "application_name": "pocketid",
        "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
    }


def connect(conninfo: str) -> Connection:
    """One connection outside of the pool, in autocommit mode. Raises psycopg.OperationalError."""
    return Connection.connect(conninfo, **connection_arguments())


def unavailable(error: BaseException) -> Unavailable:
    """What a person is told while the database is away; the log has the reason."""
    log.warning("database_unavailable", reason=str(error).strip() or type(error).__name__)
    if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
        return Unavailable(_("The database takes no changes at the moment. Please try again later."))
    return Unavailable(_("The database does not answer at the moment. Please try again in a few seconds."))


class Database:
    """One request's view of the database; see the head of this module."""

    def __init__(self, source: Source, statements: Statements) -> None:
        self._source = source
        self._statements = statements
        self._connection: Connection | None = None
        self._transaction: AbstractContextManager[Any] | None = None
        self._away: Unavailable | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rollback()
        self.release()

    def another(self) -> "Database":
        """A Database of its own over the same connections, for work that goes on after this request."""
        return Database(self._source, self._statements)

    def one(self, row: Callable[..., T], name: str, /, **parameters: Any) -> T | None:
        """The first row as what `row`, mostly a dataclass, makes of its columns; or None."""
        cursor = self._execute(name, parameters)
        found = cursor.fetchone()
        return None if found is None else row(**dict(zip(cursor.columns, found, strict=True)))

    def many(self, row: Callable[..., T], name: str, /, **parameters: Any) -> list[T]:
        """All rows, each as what `row` makes of its columns."""
        cursor = self._execute(name, parameters)
        names = cursor.columns
        return [row(**dict(zip(names, found, strict=True))) for found in self._all(cursor)]

    def value(self, name: str, /, **parameters: Any) -> Any:
        """The first column of the first row, or None."""
        return _first(self._execute(name, parameters))

    def values(self, name: str, /, **parameters: Any) -> list[Any]:
        """The first column of all rows."""
        return [found[0] for found in self._all(self._execute(name, parameters))]

    def run(self, name: str, /, **parameters: Any) -> int:
        """How many rows the statement touched."""
        return self._execute(name, parameters).rowcount

    def complete(self, name: str, /, **parameters: Any) -> Any:
        """The first column of the request's last write, which is committed by the same round trip; or None.

        Not tried again on a lost connection: nobody knows whether it was done.
        """
        statement = self._statements.bind(name, parameters)
        if self._connection is None:
            self._connection = self._take()
        try:
            found = _first(self._connection.execute_named(statement, parameters))
        except psycopg.errors.IntegrityError as error:
            raise Violation(error.diag.constraint_name or "") from error
        except _AWAY as error:
            raise unavailable(error) from error
        self.commit()
        return found

    @contextmanager
    def checked(self, messages: Mapping[str, tuple[str, str]]) -> Iterator[None]:
        """Undo what happens inside when a constraint refuses it, and raise Invalid with the field's message.

        `messages` maps a constraint's name to (field, message). A constraint that is not among them is a
        fault of ours and stays a Violation.
        """
        self._retried(self._begin)
        assert self._connection is not None
        try:
            with self._connection.transaction():
                yield
        except Violation as violation:
            if violation.constraint not in messages:
                raise
            field, message = messages[violation.constraint]
            raise Invalid({field: _(message)}) from violation
        except _AWAY as error:
            raise unavailable(error) from error

    def commit(self) -> None:
        """Make what was written last. Raises Unavailable when the connection was lost before it was."""
        transaction, self._transaction = self._transaction, None
        if transaction is not None:
            try:
                transaction.__exit__(None, None, None)
            except _AWAY as error:
                raise unavailable(error) from error

    def rollback(self) -> None:
        """Forget what was written."""
        transaction, self._transaction = self._transaction, None
        if transaction is not None:
            rollback = psycopg.Rollback()
            try:
                transaction.__exit__(psycopg.Rollback, rollback, None)
            except _AWAY:  # gone with the connection, and so is what it wrote
                return

    def release(self) -> None:
        """Return the connection; the next statement takes another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._source.give_back(connection)

    def _take(self) -> Connection:
        """A connection. Who waited for one in vain does not wait again: the page that says so needs none."""
        if self._away is not None:
            raise self._away
        try:
            return self._source.take()
        except Unavailable as away:
            self._away = away
            raise

    def _begin(self) -> None:
        if self._connection is None:
            self._connection = self._take()
        if self._transaction is None:
            transaction = self._connection.transaction()
            transaction.__enter__()
            self._transaction = transaction

    @staticmethod
    def _all(cursor: Cursor) -> list[tuple[Any, ...]]:
        """All rows; a kept cursor must not keep what may be many."""
        found = cursor.fetchall()
        cursor.pgresult = None
        return found

    def _execute(self, name: str, parameters: Mapping[str, Any]) -> Cursor:
        statement = self._statements.bind(name, parameters)
        try:
            return self._retried(lambda: self._attempt(statement, parameters))
        except psycopg.errors.IntegrityError as error:
            raise Violation(error.diag.constraint_name or "") from error

    def _retried(self, action: Callable[[], T]) -> T:
        """Do it, once more on a fresh connection if the old one was lost before the first write.

        Raises Unavailable.
        """
        try:
            return action()
        except _AWAY as error:
            if self._transaction is not None or self._connection is None or not self._connection.broken:
                raise unavailable(error) from error
        self.release()
        try:
            return action()
        except _AWAY as error:
            raise unavailable(error) from error

    def _attempt(self, statement: Statement, parameters: Mapping[str, Any]) -> Cursor:
        if self._connection is None:
            self._connection = self._take()
        if statement.writes:
            self._begin()
        return self._connection.execute_named(statement, parameters)


def _first(cursor: Cursor) -> Any:
    found = cursor.fetchone()
    return None if found is None else found[0]
