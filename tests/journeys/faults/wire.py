"""A wire between a program and PostgreSQL that a test can hold at one statement, cut, or take away.

    with Wire(folder, target) as wire          clients connect with host=folder, as to PostgreSQL itself
      wire.hold(3, Side.BEFORE)                the third statement from now on is not passed on ...
      wire.hold(3, Side.AFTER)                 ... or is, and PostgreSQL's answer is not
      wire.held.wait(10)                       until that has happened; everything on the wire then stands still
      wire.cut()                               ends all connections, as when the machine in between dies
      wire.take_away(), wire.put_back()        nobody gets through meanwhile

A statement is a Query, or messages up to a Sync with an Execute among them (PostgreSQL manual, "Message Flow").
So `begin` and `commit` count as well; preparing a statement, which is done when it comes often, does not.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self

_NAME = ".s.PGSQL.5432"
_QUERY, _EXECUTE, _SYNC, _TERMINATE, _READY = b"Q", b"E", b"S", b"X", b"Z"
_UNASKED = {b"A", b"N"}  # notifications and notices come when they come


class Side(Enum):
    """Where the wire is held: in front of PostgreSQL, or on the way back."""

    BEFORE = "before"
    AFTER = "after"


class _Ended(Exception):
    """One end of a connection is gone."""


class Wire:
    """See the head of this module."""

    def __init__(self, folder: Path, target: Path) -> None:
        self.path = folder / _NAME
        self.target = target
        self.held = threading.Event()
        self._number = 0
        self._passed = 0
        self._side = Side.BEFORE
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

    def count(self, act: Callable[[], object]) -> int:
        """How many statements are sent meanwhile."""
        self.hold(0, Side.BEFORE)
        act()
        with self._lock:
            return self._passed

    def hold(self, number: int, side: Side) -> None:
        """Hold the wire at a statement, counted over all connections from now on."""
        with self._lock:
            self.held.clear()
            self._resumed.clear()
            self._number, self._side, self._passed = number, side, 0

    def release(self) -> None:
        """Hold nothing any more, and pass on what was held."""
        with self._lock:
            self._number = 0
        self._resumed.set()

    def cut(self) -> None:
        """End all connections; what was held is lost."""
        with self._lock:
            self._number = 0
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

    def reached(self) -> Side | None:
        """Count a statement that comes by; where the wire is to be held at it."""
        with self._lock:
            self._passed += 1
            return self._side if self._passed == self._number else None

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
            messages, kinds = _until_waiting(self._client)
            if kinds & {_QUERY, _EXECUTE}:
                side = self._wire.reached()
                self._holds_answer = side is Side.AFTER
                if side is Side.BEFORE:
                    self._wire.stand_still()
            self._server.sendall(messages)

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


def _until_waiting(end: socket.socket) -> tuple[bytes, set[bytes]]:
    """What a client sends until it waits for an answer or ends the connection, and the kinds of message in it."""
    kind, messages = _message(end)
    kinds = {kind}
    while kind not in {_QUERY, _SYNC, _TERMINATE}:
        kind, message = _message(end)
        messages += message
        kinds.add(kind)
    return messages, kinds


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
