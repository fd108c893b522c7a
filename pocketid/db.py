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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import msgspec
import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult
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
_PREPARED_AFTER, _MOST_PREPARED = 2, 200
_NAME = re.compile(r"^-- name: *(\w+)(, planned each time)? *$", re.MULTILINE)
_PARAMETER = re.compile(r"%\((\w+)\)s")
_COMMENT = re.compile(r"--[^\n]*")
_WRITES = re.compile(
    r"\b(insert\s+into|update|delete\s+from|truncate|pg_notify|pg_advisory_xact_lock)\b|\bfor\s+update\b"
)

# What PostgreSQL or the way to it is to blame for, and what may have passed at the next try.
_DONE = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}
_STALE = (psycopg.errors.FeatureNotSupported, psycopg.errors.InvalidSqlStatementName)
_AWAY = (
    psycopg.OperationalError,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.IdleInTransactionSessionTimeout,
)

psycopg.adapters.register_dumper(dict, JsonbDumper)
set_json_loads(msgspec.json.decode)


@dataclass(frozen=True)
class Statement:
    """One named statement of sql/*.sql; `text` is what stands in the file.

    `numbered` is the same as PostgreSQL takes it: $1 is the first of `order`.
    One that is `planned_each_time` is never prepared: its optional filters need a plan for those that are given.
    """

    name: str
    text: bytes
    numbered: bytes
    order: tuple[str, ...]
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
            order = tuple(dict.fromkeys(_PARAMETER.findall(code)))
            self[name] = Statement(
                name,
                body.encode(),
                _numbered(body, order).encode(),
                order,
                frozenset(order),
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


@dataclass(slots=True)
class Result:
    """What a statement answered; `count` is how many rows it touched."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    count: int

    @property
    def value(self) -> Any:
        """The first column of the first row, or None."""
        return self.rows[0][0] if self.rows else None


class Connection(psycopg.Connection[Any]):
    """A connection that runs named statements by libpq's own calls, which is a third of what a cursor costs.

    A statement is prepared when it is used for the third time, once for each combination of its parameters' types.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._transformer = Transformer(self)
        self._uses: dict[tuple[str, tuple[int, ...]], int] = {}
        self._prepared_names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._column_names: dict[str, tuple[str, ...]] = {}

    def execute_named(self, statement: Statement, parameters: Mapping[str, Any]) -> Result:
        """Run a statement. Raises psycopg.Error."""
        transformer = self._transformer
        values = [parameters[name] for name in statement.order]
        dumped = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        types = transformer.types or ()
        name = self._prepare(statement, types)
        result = self.ask(statement, name, dumped, types, transformer.formats)
        if result.status not in _DONE:
            raise self._error(result)
        transformer.set_pgresult(result)
        rows = transformer.load_rows(0, result.ntuples, tuple) if result.ntuples else []
        return Result(self._columns_of(statement, result), rows, result.command_tuples or 0)

    def ask(
        self, statement: Statement, name: bytes | None, values: Any, types: Any, formats: Any
    ) -> PGresult:
        """Send a statement and wait for its result; the interpreter is free meanwhile."""
        if name is None:
            return self.pgconn.exec_params(statement.numbered, values, types, formats)
        return self.pgconn.exec_prepared(name, values, formats)

    def _prepare(self, statement: Statement, types: tuple[int, ...]) -> bytes | None:
        """The name that it is prepared under for these types; None when it is not."""
        key = statement.name, types
        if (name := self._prepared_names.get(key)) or statement.planned_each_time:
            return name
        uses = self._uses[key] = self._uses.get(key, 0) + 1
        if uses <= _PREPARED_AFTER or len(self._prepared_names) >= _MOST_PREPARED:
            return None
        name = b"%d" % len(self._prepared_names)
        result = self.pgconn.prepare(name, statement.numbered, types)
        if result.status not in _DONE:
            raise self._error(result)
        self._prepared_names[key] = name
        return name

    def _columns_of(self, statement: Statement, result: PGresult) -> tuple[str, ...]:
        found = self._column_names.get(statement.name)
        if found is None:
            names = (result.fname(place) or b"" for place in range(result.nfields))
            found = self._column_names[statement.name] = tuple(name.decode() for name in names)
        return found

    def _error(self, result: PGresult) -> psycopg.Error:
        if self.pgconn.status == ConnStatus.BAD:  # whatever it says: it said it last
            return psycopg.OperationalError(result.get_error_message())
        error = psycopg.errors.error_from_result(result)
        if isinstance(error, _STALE):  # a migration went by, or somebody deallocated what we prepared
            self.close()
        return error


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
        "prepare_threshold": None,  # named statements are prepared by Connection itself
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
        result = self._execute(name, parameters)
        return row(**dict(zip(result.columns, result.rows[0], strict=True))) if result.rows else None

    def many(self, row: Callable[..., T], name: str, /, **parameters: Any) -> list[T]:
        """All rows, each as what `row` makes of its columns."""
        result = self._execute(name, parameters)
        return [row(**dict(zip(result.columns, found, strict=True))) for found in result.rows]

    def value(self, name: str, /, **parameters: Any) -> Any:
        """The first column of the first row, or None."""
        return self._execute(name, parameters).value

    def values(self, name: str, /, **parameters: Any) -> list[Any]:
        """The first column of all rows."""
        return [found[0] for found in self._execute(name, parameters).rows]

    def run(self, name: str, /, **parameters: Any) -> int:
        """How many rows the statement touched."""
        return self._execute(name, parameters).count

    def complete(self, name: str, /, **parameters: Any) -> Any:
        """The first column of the request's last write, which is committed by the same round trip; or None.

        Not tried again on a lost connection: nobody knows whether it was done.
        """
        statement = self._statements.bind(name, parameters)
        if self._connection is None:
            self._connection = self._take()
        try:
            found = self._connection.execute_named(statement, parameters).value
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

    def _execute(self, name: str, parameters: Mapping[str, Any]) -> Result:
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

    def _attempt(self, statement: Statement, parameters: Mapping[str, Any]) -> Result:
        if self._connection is None:
            self._connection = self._take()
        if statement.writes:
            self._begin()
        return self._connection.execute_named(statement, parameters)


def _numbered(text: str, order: Sequence[str]) -> str:
    """Each %(name)s as its number; what a comment says is no parameter."""
    numbers = {name: f"${number}" for number, name in enumerate(order, 1)}
    return _PARAMETER.sub(lambda found: numbers.get(found[1], found[0]), text).replace("%%", "%")
