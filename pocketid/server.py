"""Cheroot, hardened: the WSGI server of one process.

    make_server(application, host=..., port=...)     binds; every thread is there before the first request
    server.serve()                                   until stop(), which a signal handler may call
      gate thread                                    connections until they have sent a whole request (gate.py)
      worker threads                                 one request each; queue full: 503 at once; waited too long: 503
    stop                                             no new connections; running requests finish, then return

It speaks HTTP/1.1 without TLS: that is the proxy's. It knows nothing of the application.
"""

import io
import logging
import os
import select
import socket
import stat
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from cheroot import server as cheroot_server
from cheroot import wsgi

from pocketid import exchange, gate
from pocketid.exchange import Application
from pocketid.gate import BODY_BYTES, HEAD_BYTES, IDLE_SECONDS, Gate, Head

_SOCKET_BUFFER = 256 * 1024
_BACKLOG = 512
_LONGEST_WAIT_SECONDS = 2.0


class _Headers(cheroot_server.HeaderReader):
    """A header whose name has an underscore would pass for one with a hyphen in the WSGI environment.

    Cheroot's own reader that drops them looks for a text in bytes, and fails on every request.
    """

    def _allow_header(self, key_name: bytes) -> bool:
        return b"_" not in key_name


class _Request(cheroot_server.HTTPRequest):
    """A request that Cheroot reads itself, elsewhere than on Linux."""

    header_reader = _Headers()


class _Connection(gate.Connection):
    """A request that the gate found whole is answered at once; the body of an upload is read as it comes."""

    RequestHandlerClass = _Request
    queued_at = 0.0
    is_refused = False
    is_cut_off = False

    def communicate(self) -> bool:
        """Answer a request, unless it has waited for a thread so long that others had better be served instead."""
        if self.head is None:
            keeps_open: bool = super().communicate()  # type: ignore[no-untyped-call]  # Cheroot's stub has no types here
            return keeps_open
        if time.monotonic() - self.queued_at > _LONGEST_WAIT_SECONDS:
            self.is_refused = True
            return True
        try:
            if self.head.body_bytes <= BODY_BYTES:
                self._deliver(self._answer(self.head, io.BytesIO(self.take_body())))
            else:
                self._upload(self.head)
            if not self.head.keeps_open:
                self._read_away()
        except OSError:  # the client is gone
            return False
        return self.head.keeps_open

    def _upload(self, head: Head) -> None:
        """Read what the handler left, since a connection that is closed before may take the answer with it."""
        head.keeps_open = False
        try:
            self.socket.settimeout(IDLE_SECONDS)
            gate.tell_to_continue(self)
            body = io.BufferedReader(_Body(self, head.body_bytes))
            answer = self._answer(head, body)
            while body.read(BODY_BYTES):
                pass
            self._deliver(answer)
        finally:
            self.server.gate.finished(self)

    def _answer(self, head: Head, body: io.BufferedIOBase) -> bytes | Iterator[bytes]:
        try:
            return exchange.answer(self.server.wsgi_app, head, body, self.remote_addr, self.server.bind_addr)
        except Exception as error:  # the application's own frame failed: nobody else can say so
            self.server.error_log(repr(error), logging.ERROR, traceback=True)
            head.keeps_open = False
            return exchange.FAILED

    def _deliver(self, answer: bytes | Iterator[bytes]) -> None:
        """Send it. One that fails half way is cut off with a reset, so that nobody takes it for whole."""
        try:
            for piece in (answer,) if isinstance(answer, bytes) else answer:
                self._send(piece)
        except OSError:
            raise
        except Exception as error:
            self.server.error_log(repr(error), logging.ERROR, traceback=True)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.is_cut_off = True
            raise ConnectionAbortedError from error

    def _close_kernel_socket(self) -> None:
        """A reset comes of closing alone: a shutdown before it would look like the end of the answer."""
        if not self.is_cut_off:
            super()._close_kernel_socket()  # type: ignore[misc]  # Cheroot's stub leaves it out

    def _send(self, answer: bytes) -> None:
        """The kernel has room for most answers at once; for the rest of a long one the client is waited for."""
        sent = 0
        with suppress(BlockingIOError):
            sent = self.socket.send(answer)
        if sent < len(answer):
            self.socket.settimeout(IDLE_SECONDS)
            self.socket.sendall(memoryview(answer)[sent:])
            self.socket.settimeout(0)

    def _read_away(self) -> None:
        """What lies unread when a connection is closed resets it, and the answer may be lost (RFC 9112 9.6)."""
        self.socket.settimeout(0)
        with suppress(BlockingIOError):
            self.socket.recv(_SOCKET_BUFFER)


class _Body(io.RawIOBase):
    """The body of an upload: what has arrived with its head, then what the socket brings, and no byte more."""

    def __init__(self, connection: _Connection, size: int) -> None:
        self._connection = connection
        self._arrived = memoryview(connection.received)[connection.head.bytes :] if connection.head else b""
        self._left = size

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As io.RawIOBase says."""
        wanted = min(len(buffer), self._left)
        if self._arrived:
            part = self._arrived[:wanted]
            buffer[: len(part)] = part
            self._arrived = self._arrived[len(part) :]
            size = len(part)
        else:
            size = self._connection.socket.recv_into(buffer, wanted) if wanted else 0
        self._left -= size
        return size


class _Cheroot(wsgi.Server):
    """Cheroot with the gate in place of its own watch over connections, where there is an epoll."""

    ConnectionClass = _Connection
    gate: Gate | None = None
    upload_paths: Callable[[str], bool]
    upload_limit: int
    queue: int
    unix_socket_mode: int | None = None

    def prepare(self) -> None:
        """Bind, start the threads and set up the gate."""
        # In C, and one wake-up for each request, where Cheroot's takes a lock and a condition.
        queue: SimpleQueue[Any] = SimpleQueue()
        self.requests._queue, self.requests.get = queue, queue.get  # noqa: SLF001
        super().prepare()
        if hasattr(select, "epoll"):
            self._connections.close()
            uploads = max(1, self.requests.max // 4)
            self._connections: Any = Gate(self, self.upload_paths, self.upload_limit, uploads)
            self.gate = self._connections

    def hand_on(self, connection: _Connection) -> None:
        """Queue a whole request for the threads; a full queue answers 503 instead of hanging."""
        connection.queued_at = time.monotonic()
        if self.requests.qsize < self.queue:
            self.requests.put(connection)
        elif self.gate is not None:
            self.gate.refuse(connection, 503)

    def put_conn(self, connection: Any) -> None:
        """A thread is done."""
        if self.gate is None or not self.ready:
            super().put_conn(connection)
        elif connection.is_refused:
            self.gate.finished(connection)
            self.gate.refuse(connection, 503)
        else:
            self.gate.put(connection)

    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: Any) -> socket.socket:
        """Bind, or close what cannot be bound."""
        try:
            socket_.bind(bind_addr)
        except OSError:
            socket_.close()
            raise
        return socket_

    def bind_unix_socket(self, bind_addr: str) -> socket.socket:
        """A socket file with the wished mode from its first moment; a dead one is replaced, a live one refused."""
        path = Path(bind_addr)
        if path.exists():
            _refuse_live_socket(path)
            path.unlink()
        listening: socket.socket = self.prepare_socket(
            bind_addr, socket.AF_UNIX, socket.SOCK_STREAM, proto=0, nodelay=False, ssl_adapter=None
        )
        mode = 0o660 if self.unix_socket_mode is None else self.unix_socket_mode
        umask = os.umask(0o777 & ~mode)
        try:
            listening.bind(bind_addr)
        finally:
            os.umask(umask)
        path.chmod(mode)
        self.bind_addr, self.socket = bind_addr, listening
        return listening

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:  # noqa: FBT001, FBT002
        """Cheroot's own reports go where all others go."""
        logging.getLogger("cheroot").log(level, msg, exc_info=traceback)


class Server:
    """A bound server; see the head of this module."""

    def __init__(self, cheroot: _Cheroot) -> None:
        self._cheroot = cheroot
        self._stopping: SimpleQueue[None] = SimpleQueue()  # an Event cannot be set by two signals at once

    @property
    def bound_address(self) -> tuple[str, int] | str:
        """Host and port, or the path of the unix socket."""
        address: tuple[str, int] | str = self._cheroot.bind_addr
        return address

    def serve(self) -> None:
        """Serve until `stop` is called; returns when the last request is answered or the time for it is up."""
        watching = threading.Thread(target=self._cheroot.serve, name="gate", daemon=True)
        watching.start()
        self._stopping.get()
        self._cheroot.stop()
        watching.join(timeout=5)
        if isinstance(self.bound_address, str):
            Path(self.bound_address).unlink(missing_ok=True)

    def stop(self) -> None:
        """Ask `serve` to end; returns at once."""
        self._stopping.put(None)


def make_server(
    application: Application,
    *,
    host: str,
    port: int,
    unix_socket: str | None = None,
    unix_socket_mode: int | None = None,
    threads: int = 16,
    queue: int = 512,
    shutdown_seconds: int = 8,
    upload_paths: Callable[[str], bool] = lambda path: False,
    upload_limit: int = BODY_BYTES,
) -> Server:
    """Bind. Raises OSError whose text names the address and what is wrong with it.

    `upload_paths` tells which paths may have bodies of up to `upload_limit` bytes; all others have 64 KiB.
    """
    address: Any = unix_socket or (host, port)
    cheroot = _Cheroot(
        address,
        application,
        numthreads=threads,
        max=threads,
        server_name="Pocketid",
        request_queue_size=_BACKLOG,
        timeout=IDLE_SECONDS,
        shutdown_timeout=shutdown_seconds,
    )
    cheroot.unix_socket_mode = unix_socket_mode
    cheroot.max_request_header_size = HEAD_BYTES + 1024
    cheroot.max_request_body_size = max(upload_limit, BODY_BYTES)
    cheroot.upload_paths, cheroot.upload_limit, cheroot.queue = upload_paths, upload_limit, queue
    try:
        cheroot.prepare()
    except OSError as error:
        place = unix_socket or f"{host}:{port}"
        raise OSError(f"Cannot listen on {place}: {_reason(error)}") from error
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):  # a whole request and a whole answer fit the kernel
        cheroot.socket.setsockopt(socket.SOL_SOCKET, option, _SOCKET_BUFFER)
    return Server(cheroot)


def _refuse_live_socket(path: Path) -> None:
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise OSError("there is a file of this name that is no socket")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return
    raise OSError("another program listens on this socket")


def _reason(error: OSError) -> str:
    text = str(error)
    if "Address already in use" in text:
        return "another program listens there already."
    if "Permission denied" in text:
        return "this account may not; take a port above 1023, or let systemd open it."
    return text
