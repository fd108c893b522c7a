"""A load generator: prepared requests over a few keep-alive connections, each answer looked at.

with Generator() as generator:
    outcome = generator.fire(Batch(port, requests, status=200, contains=b"access_token", seconds=1.0))
outcome.rate        answers a second
outcome.answers     the first answers, whole, to be checked at leisure

It runs in a process of its own so that it never waits for our interpreter, and takes about 40 microseconds of
processor time for a request. A wrong answer ends the batch: wrong answers are not fast.
"""

import itertools
import multiprocessing
import selectors
import socket
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

_CHUNK = 256 * 1024
_ANSWER_SECONDS = 20.0


class WrongAnswer(Exception):
    """An answer that is not what a client would have needed, or none."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What to send. It ends after `seconds`, or with the last request unless they may be sent `again`.

    A right answer has the status, and the bytes `contains` somewhere in head or body. The first `keep` are kept.
    """

    port: int
    requests: Sequence[bytes]
    status: int
    contains: bytes
    seconds: float
    again: bool = True
    connections: int = 8
    keep: int = 1


@dataclass(slots=True)
class Outcome:
    """What came back; times in seconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    @property
    def median(self) -> float:
        """The median time from request to answer."""
        return statistics.median(self.latencies)


class Generator:
    """The process that makes the load."""

    def __init__(self) -> None:
        self._process = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.shutdown()

    def fire(self, batch: Batch) -> Outcome:
        """Send a batch and wait for its end. Raises WrongAnswer."""
        return self.begin(batch).result()

    def begin(self, batch: Batch) -> Future[Outcome]:
        """Send a batch meanwhile."""
        return self._process.submit(fire, batch)


class Connection:
    """One keep-alive connection with at most one request on its way."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.sent_at = 0.0
        self._received = b""
        self._is_open = True
        self._socket = _connected(port)

    def fileno(self) -> int:
        """What selectors ask for."""
        return self._socket.fileno()

    def send(self, request: bytes) -> None:
        """Begin one exchange, over a new connection when the server wanted the last one closed."""
        self.sent_at = time.perf_counter()
        if not self._is_open:
            self.close()
            self._socket = _connected(self._port)
        self._socket.sendall(request)

    def receive(self) -> bytes | None:
        """The whole answer, or None while a part is missing. Raises WrongAnswer when the server hangs up."""
        chunk = self._socket.recv(_CHUNK)
        if not chunk:
            raise WrongAnswer(f"the connection was closed after {self._received[:500]!r}")
        self._received += chunk
        head, blank, body = self._received.partition(b"\r\n\r\n")
        if not blank or len(body) < _length(head):
            return None
        answer, self._received = self._received, b""
        self._is_open = b"\r\nconnection: close" not in head.lower()
        return answer

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def fire(batch: Batch) -> Outcome:
    """Send a batch from this process. Raises WrongAnswer."""
    outcome = Outcome()
    waiting = itertools.cycle(batch.requests) if batch.again else iter(batch.requests)
    started = time.perf_counter()
    until = started + batch.seconds
    with selectors.DefaultSelector() as selector, ExitStack() as closing:
        for request in itertools.islice(waiting, batch.connections):
            connection = Connection(batch.port)
            closing.callback(connection.close)
            selector.register(connection, selectors.EVENT_READ, connection)
            connection.send(request)
        while selector.get_map():
            ready = selector.select(_ANSWER_SECONDS)
            if not ready:
                raise WrongAnswer(f"no answer within {_ANSWER_SECONDS:.0f} seconds")
            for key, _events in ready:
                connection = key.data
                if _take(connection, batch, outcome):
                    selector.unregister(connection)
                    following = next(waiting, None) if time.perf_counter() < until else None
                    if following is not None:
                        connection.send(following)
                        selector.register(connection, selectors.EVENT_READ, connection)
    outcome.seconds = time.perf_counter() - started
    return outcome


def check(answer: bytes, status: int, contains: bytes) -> None:
    """Raise WrongAnswer unless an answer has the status and the bytes."""
    if answer[9:12] != b"%d" % status or contains not in answer:
        raise WrongAnswer(f"expected {status} with {contains!r}, got {answer[:2000]!r}")


def _connected(port: int) -> socket.socket:
    connected = socket.create_connection(("127.0.0.1", port), timeout=_ANSWER_SECONDS)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def _take(connection: Connection, batch: Batch, outcome: Outcome) -> bool:
    """Note an answer; False while it is not whole."""
    answer = connection.receive()
    if answer is None:
        return False
    outcome.latencies.append(time.perf_counter() - connection.sent_at)
    check(answer, batch.status, batch.contains)
    if len(outcome.answers) < batch.keep:
        outcome.answers.append(answer)
    return True


def _length(head: bytes) -> int:
    """Content-Length; an answer without one has no body (none of the servers here sends chunks)."""
    for line in head.split(b"\r\n"):
        name, _colon, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
