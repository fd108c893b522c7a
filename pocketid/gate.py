"""The gate: the one thread that accepts connections and watches those that wait, in one epoll.

    waits for a request       new, or between two requests: closed when nothing comes for IDLE_SECONDS
    unfinished                has begun a request, and REQUEST_SECONDS to send the rest
    malformed, too large      answered here and closed; no thread ever sees it
    whole                     handed on, its head read once and for all (`read_head`); looked at again when it
                              is put back

So a thousand clients that send a byte a minute cost a thousand file descriptors and no thread, and nobody
disagrees about where a request ends (RFC 9112 11.2). `read_head` is a pure function of the bytes.
"""

import re
import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from cheroot.server import HTTPConnection

HEAD_BYTES, BODY_BYTES = 16 * 1024, 64 * 1024
IDLE_SECONDS = REQUEST_SECONDS = 10
UPLOAD_SECONDS = 60
_LINGER_SECONDS = 2.0
_MOST_WAITING = 2000
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_LINE = re.compile(r"([A-Z]{1,20}) (\S+) HTTP/1\.([01])", re.ASCII)
_TARGET = re.compile(r"/(?:(?!/)(?:[!$&-;=?-Z_a-z~\[\]|]|%[0-9A-Fa-f]{2})*)?")
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_LENGTH = re.compile(r"[0-9]{1,12}")
_QUOTED_SLASH = re.compile(r"%2[Ff]")
_ONCE = {"HTTP_HOST", "CONTENT_LENGTH"}
_REASONS = {
    400: "Bad Request",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
    501: "Not Implemented",
    503: "Service Unavailable",
}


@dataclass(slots=True)
class Head:
    """The head of a well-formed request. `headers` are named as in a WSGI environment (PEP 3333)."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    bytes: int
    body_bytes: int
    keeps_open: bool


def read_head(received: bytes) -> Head | int | None:
    """The head that bytes begin with; the status that refuses it; None while it is not whole.

    RFC 9112 2.2, 3, 5, 6.
    """
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return 431 if len(received) > HEAD_BYTES else None
    if end > HEAD_BYTES:
        return 431
    first, *lines = received[:end].decode("latin-1").split("\r\n")
    line = _LINE.fullmatch(first)
    if line is None:
        return 400
    method, target, minor = line.groups()
    if method not in _METHODS:
        return 501
    path, _mark, query = target.partition("?")
    if not _TARGET.fullmatch(path) or not _TARGET.fullmatch("/" + query):
        return 400
    headers = _headers(lines)
    if headers is None:
        return 400
    if "HTTP_TRANSFER_ENCODING" in headers:
        return 501
    length = headers.get("CONTENT_LENGTH", "0")
    if not _LENGTH.fullmatch(length) or (minor == "1" and "HTTP_HOST" not in headers):
        return 400
    keeps_open = minor == "1" and "close" not in headers.get("HTTP_CONNECTION", "").lower()
    return Head(method, _unquoted(path), query, headers, end + 4, int(length), keeps_open)


def _headers(lines: list[str]) -> dict[str, str] | None:
    """The fields by their WSGI names, None when one is malformed or comes twice that must not.

    One Content-Length or none, and nothing else, decides where a body ends (RFC 9112 6.3). Other repeated fields
    are a list (RFC 9110 5.3). A name with an underscore would pass for one with a hyphen, and is left out.
    """
    headers: dict[str, str] = {}
    for line in lines:
        field = _FIELD.fullmatch(line)
        if field is None:
            return None
        name, value = field.groups()
        if "_" in name:
            continue
        key, value = _key(name), value.rstrip(" \t")
        if key in headers:
            if key in _ONCE:
                return None
            value = f"{headers[key]}{'; ' if key == 'HTTP_COOKIE' else ', '}{value}"
        headers[key] = value
    return headers


@lru_cache(maxsize=256)
def _key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in {"CONTENT_LENGTH", "CONTENT_TYPE"} else f"HTTP_{key}"


def _unquoted(path: str) -> str:
    """Percent-decoded, as Latin-1; a quoted slash separates nothing and stays as it is."""
    if "%" not in path:
        return path
    return "%2F".join(unquote_to_bytes(part).decode("latin-1") for part in _QUOTED_SLASH.split(path))


class Connection(HTTPConnection):
    """A client's connection with what the gate knows of it; `received` has not been answered yet."""

    received = b""
    head: Head | None = None
    until = 0.0
    is_closing = False
    was_told_to_continue = False

    def take_body(self) -> bytes:
        """The body of the request that is whole; what lies behind it stays for the next look."""
        assert self.head is not None
        end = self.head.bytes + self.head.body_bytes
        body, self.received = self.received[self.head.bytes : end], self.received[end:]
        return body


class Gate:
    """Accepts and watches connections; see the head of this module. To Cheroot it is a ConnectionManager."""

    can_add_keepalive_connection = True  # who has waited longest makes room

    def __init__(
        self,
        server: Any,
        is_upload_path: Callable[[str], bool],
        upload_bytes: int,
        uploads: int,
    ) -> None:
        self._server = server
        self._is_upload_path = is_upload_path
        self._upload_bytes = upload_bytes
        self._uploads = uploads
        self._uploading: dict[Connection, float] = {}
        self._waiting: dict[int, Connection] = {}
        self._listening = server.socket
        self._listening.settimeout(0)
        self._epoll = select.epoll()
        self._epoll.register(self._listening, select.EPOLLIN)
        self._is_stopping = False
        self._has_stopped = threading.Event()
        self._has_stopped.set()

    def run(self, interval: float) -> None:
        """Accept and watch until `stop`; what has waited too long is looked for every `interval` seconds."""
        self._has_stopped.clear()
        listening = self._listening.fileno()
        checked = time.monotonic()
        while not self._is_stopping:
            for descriptor, _event in self._epoll.poll(interval):
                if descriptor == listening:
                    self._accept()
                elif (connection := self._waiting.pop(descriptor, None)) is not None:
                    self._receive(connection)
            now = time.monotonic()
            if now - checked > interval:
                checked = now
                self._expire(now)
        self._has_stopped.set()

    def stop(self) -> None:
        """End `run`."""
        self._is_stopping = True
        self._has_stopped.wait(timeout=3)

    def close(self) -> None:
        """Close everything that waits."""
        for connection in list(self._waiting.values()):
            _close(connection)
        self._epoll.close()

    def put(self, connection: Connection) -> None:
        """A thread has answered: wait for the next request, or look at what came behind the last one."""
        connection.head, connection.was_told_to_continue = None, False
        connection.until = time.monotonic() + IDLE_SECONDS
        if connection.received:
            self._judge(connection)
        else:
            self._watch(connection)

    def finished(self, connection: Connection) -> None:
        """A thread is done with a connection; an upload makes room for another."""
        self._uploading.pop(connection, None)

    def refuse(self, connection: Connection, status: int) -> None:
        """Answer with a status and close, leaving the client a moment to read it."""
        reason = _REASONS[status]
        retry = "Retry-After: 1\r\n" if status == 503 else ""
        answer = (
            f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\n{retry}"
            f"Content-Length: {len(reason) + 1}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{reason}\n"
        )
        try:
            connection.socket.settimeout(0)
            connection.socket.send(answer.encode("ascii"))
            connection.socket.shutdown(socket.SHUT_WR)
        except OSError:
            _close(connection)
            return
        connection.is_closing = True
        connection.until = time.monotonic() + _LINGER_SECONDS
        self._watch(connection)

    def _accept(self) -> None:
        try:
            accepted, address = self._listening.accept()
        except (BlockingIOError, ConnectionError):
            return
        except OSError:  # most likely no descriptor is left
            self._make_room()
            return
        accepted.settimeout(0)
        connection = self._server.ConnectionClass(self._server, accepted)
        if isinstance(address, tuple):
            connection.remote_addr, connection.remote_port = address[:2]
        connection.until = time.monotonic() + REQUEST_SECONDS
        if len(self._waiting) >= _MOST_WAITING:
            self._make_room()
        self._waiting[accepted.fileno()] = connection
        self._epoll.register(accepted, select.EPOLLIN | select.EPOLLONESHOT)

    def _make_room(self) -> None:
        longest = next(iter(self._waiting), None)
        if longest is not None:
            _close(self._waiting.pop(longest))

    def _watch(self, connection: Connection) -> None:
        """Wait until something arrives. One event at most, so that whoever has a connection has it alone."""
        descriptor = connection.socket.fileno()
        self._waiting[descriptor] = connection
        try:
            self._epoll.modify(descriptor, select.EPOLLIN | select.EPOLLONESHOT)
        except (OSError, ValueError):  # closed, or the epoll is
            self._waiting.pop(descriptor, None)
            _close(connection)

    def _receive(self, connection: Connection) -> None:
        wanted = HEAD_BYTES + 4 + BODY_BYTES - len(connection.received)
        try:
            arrived = connection.socket.recv(wanted)
        except BlockingIOError:
            self._watch(connection)
            return
        except OSError:
            arrived = b""
        if not arrived:
            _close(connection)
        elif connection.is_closing:  # nobody reads it, but an unread byte would reset the connection
            self._watch(connection)
        else:
            if not connection.received:
                connection.until = time.monotonic() + REQUEST_SECONDS
            connection.received += arrived
            self._judge(connection)

    def _judge(self, connection: Connection) -> None:
        """Hand a connection on, refuse it, or wait for the rest."""
        head = connection.head or read_head(connection.received)
        if head is None:
            self._watch(connection)
        elif isinstance(head, int):
            self.refuse(connection, head)
        elif head.body_bytes > BODY_BYTES:
            self._judge_upload(connection, head)
        else:
            connection.head = head
            if len(connection.received) >= head.bytes + head.body_bytes:
                self._server.hand_on(connection)
            else:
                tell_to_continue(connection)
                self._watch(connection)

    def _judge_upload(self, connection: Connection, head: Head) -> None:
        """Uploads are read by a thread as they come, so only some threads may do that, and not for ever."""
        if head.body_bytes > self._upload_bytes or not self._is_upload_path(head.path):
            self.refuse(connection, 413)
        elif len(self._uploading) >= self._uploads:
            self.refuse(connection, 503)
        else:
            connection.head = head
            self._uploading[connection] = time.monotonic() + UPLOAD_SECONDS
            self._server.hand_on(connection)

    def _expire(self, now: float) -> None:
        for descriptor, connection in list(self._waiting.items()):
            if connection.until < now:
                del self._waiting[descriptor]
                _close(connection)
        for connection, until in list(self._uploading.items()):
            if until < now:  # the thread that reads it gets an end of file
                with suppress(OSError):
                    connection.socket.shutdown(socket.SHUT_RDWR)


def tell_to_continue(connection: Connection) -> None:
    """A client that waits for permission to send its body gets it, once (RFC 9110 10.1.1)."""
    if connection.head and "HTTP_EXPECT" in connection.head.headers and not connection.was_told_to_continue:
        connection.was_told_to_continue = True
        with suppress(OSError):
            connection.socket.send(b"HTTP/1.1 100 Continue\r\n\r\n")


def _close(connection: Connection) -> None:
    with suppress(OSError, ValueError):
        connection.close()
