"""A wire between a program and PostgreSQL that a test can hold at one statement, cut, or take away.

    with Wire(folder, target) as wire          clients connect with host=folder, as to PostgreSQL itself
      wire.hold(Point(3, Side.BEFORE))         the third statement from now on is not passed on ...
      wire.hold(Point(3, Side.AFTER))          ... or is, and PostgreSQL's answer is not
      wire.held.wait(10)                       until that has happened; everything on the wire then stands still
      wire.cut()                               ends all connections, as when the machine in between dies
      wire.take_away(), wire.put_back()        nobody gets through meanwhile

A statement is what the client sends until it waits: a Query, or messages up to a Sync (PostgreSQL manual,
"Message Flow"). So `begin` and `commit` count as well, and the preparation of a statement by itself.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self

_NAME = ".s.PGSQL.5432"
_QUERY, _SYNC, _READY = b"Q", b"S", b"Z"
_PARTS = {b"P", b"B", b"D", b"E", b"C", _QUERY, _SYNC}
_MANY = 1_000_000
_UNASKED = {b"A", b"N"}  # notifications and notices come when they come


class Side(Enum):
    """Where the wire is held: in front of PostgreSQL, or on the way back."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Point:
    """The statement with a number among those that contain a text."""

    number: int
    side: Side
    text: bytes = b""


class _Ended(Exception):
    """One end of a connection is gone."""


_NOWHERE = Point(0, Side.BEFORE)


class Wire:
    """See the head of this module."""

    def __init__(self, folder: Path, target: Path) -> None:
        self.path = folder / _NAME
        self.target = target
        self.held = threading.Event()
        self._point = _NOWHERE
        self._passed = 0
        self._resumed = threading.Event()
        self._lock = threading.Lock()
        self._connections: list[_Connection] = []
        self._listener: socket.socket | None = None

    def __enter__(self) -> Self:
        self.put_back()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.take_away()

    def count(self, act: Callable[[], object], text: bytes = b"") -> int:
        """How many statements that contain a text are sent meanwhile."""
        self.hold(Point(_MANY, Side.BEFORE, text))
        act()
        with self._lock:
            passed = self._passed
        self.release()
        return passed

    def hold(self, point: Point) -> None:
        """Hold the wire at a statement, counted over all connections from now on."""
        with self._lock:
            self.held.clear()
            self._resumed.clear()
            self._point, self._passed = point, 0

    def release(self) -> None:
        """Hold nothing any more, and pass on what was held."""
        with self._lock:
            self._point = _NOWHERE
        self._resumed.set()

    def cut(self) -> None:
        """End all connections; what was held is lost."""
        with self._lock:
            self._point = _NOWHERE
            connections, self._connections = self._connections, []
        for connection in connections:
            connection.end()
        self._resumed.set()

    def take_away(self) -> None:
        """End all connections and take no more."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
            self.path.unlink(missing_ok=True)
        self.cut()

    def put_back(self) -> None:
        """Take connections."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.path))
        listener.listen(64)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def reached(self, statement: bytes) -> Side | None:
        """Count a statement that comes by; where the wire is to be held at it."""
        with self._lock:
            if self._point.text in statement:
                self._passed += 1
                if self._passed == self._point.number:
                    return self._point.side
        return None

    def stand_still(self) -> None:
        """Wait until the wire is released or cut."""
        self.held.set()
        self._resumed.wait()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client = listener.accept()[0]
            except OSError:
                return
            connection = _Connection(self, client)
            with self._lock:
                self._connections.append(connection)
            connection.begin()


class _Connection:
    """One connection over the wire: a thread for each direction."""

    def __init__(self, wire: Wire, client: socket.socket) -> None:
        self._wire = wire
        self._client = client
        self._holds_answer = False
        self._server = socket.socket(socket.AF_UNIX)

    def begin(self) -> None:
        """Reach PostgreSQL and pass on in both directions."""
        try:
            self._server.connect(str(self._wire.target))
        except OSError:
            self.end()
            return
        for pump in (self._to_server, self._to_client):
            threading.Thread(target=self._run, args=(pump,), daemon=True).start()

    def end(self) -> None:
        """Close both ends."""
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _run(self, pump: Callable[[], None]) -> None:
        with suppress(OSError, _Ended):
            pump()
        self.end()

    def _to_server(self) -> None:
        self._server.sendall(_startup(self._client))
        while True:
            statement = b""
            kind = b""
            while kind not in {_QUERY, _SYNC}:
                kind, message = _message(self._client)
                statement += message
                if kind not in _PARTS:
                    break  # the end of a connection: no statement
            else:
                side = self._wire.reached(statement)
                self._holds_answer = side is Side.AFTER
                if side is Side.BEFORE:
                    self._wire.stand_still()
            self._server.sendall(statement)

    def _to_client(self) -> None:
        """Answers are passed on whole: up to a ReadyForQuery, the first of which ends the start-up."""
        answer = b""
        is_open = False
        try:
            while True:
                kind, message = _message(self._server)
                answer += message
                if kind == _READY:
                    is_open = True
                    if self._holds_answer:
                        self._wire.stand_still()
                elif is_open and (kind not in _UNASKED or answer != message):
                    continue
                self._client.sendall(answer)
                answer = b""
        finally:  # PostgreSQL's last words
            self._client.sendall(answer)


def _startup(end: socket.socket) -> bytes:
    """The first packet of a connection, which has no kind."""
    length = _exactly(end, 4)
    return length + _exactly(end, int.from_bytes(length) - 4)


def _message(end: socket.socket) -> tuple[bytes, bytes]:
    """The next message: its kind, and the whole of it."""
    head = _exactly(end, 5)
    return head[:1], head + _exactly(end, int.from_bytes(head[1:]) - 4)


def _exactly(end: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = end.recv(size - len(data))
        if not part:
            raise _Ended
        data += part
    return data
