"""The gate before the server's threads: only whole, small, well-formed requests pass.

    Gate.admit(connection)        peeks at what lies in the kernel's buffer, and takes nothing out of it
      incomplete                  parked in an epoll of its own until more arrives or its deadline passes
      malformed, too large        answered here and closed; no thread ever sees it
      whole                       handed on; the thread that gets it never waits for the client

So a thousand clients that send a byte a minute cost a thousand file descriptors and no thread. `verdict` is a
pure function of the bytes; it is stricter than Cheroot's parser, which reads the same bytes afterwards, so the
two can never disagree about where a request ends (RFC 9112 11.2).
"""

import re
import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

HEAD_BYTES, BODY_BYTES = 16 * 1024, 64 * 1024
REQUEST_SECONDS = 10.0
UPLOAD_SECONDS = 60.0
_LINGER_SECONDS = 2.0
_MOST_PARKED = 2000
_METHODS = {b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"}
_LINE = re.compile(rb"([A-Z]{1,20}) (\S+) HTTP/1\.([01])")
_TARGET = re.compile(rb"/(?:(?!/)(?:[!$&-;=?-Z_a-z~\[\]|]|%[0-9A-Fa-f]{2})*)?")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_REASONS = {
    400: "Bad Request",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "HTTP Version Not Supported",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with the bytes so far: `status` refuses, `whole` (bytes) or an upload is handed on, else wait."""

    whole: int = 0
    status: int = 0
    is_upload: bool = False
    expects_continue: bool = False


_WAIT = Verdict()
_ENDED = getattr(select, "EPOLLRDHUP", 0) | getattr(select, "EPOLLHUP", 0) | getattr(select, "EPOLLERR", 0)


def verdict(received: bytes, is_upload_path: Callable[[str], bool], upload_bytes: int) -> Verdict:
    """Judge the beginning of a connection's bytes. RFC 9112 2.2, 3, 5, 6."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return Verdict(status=431) if len(received) > HEAD_BYTES else _WAIT
    if end > HEAD_BYTES:
        return Verdict(status=431)
    lines = received[:end].split(b"\r\n")
    line = _LINE.fullmatch(lines[0])
    if line is None:
        return Verdict(status=400)
    if line[1] not in _METHODS:
        return Verdict(status=501)
    if not _TARGET.fullmatch(line[2].partition(b"?")[0]) or not _TARGET.fullmatch(
        b"/" + line[2].partition(b"?")[2]
    ):
        return Verdict(status=400)
    fields = [_FIELD.fullmatch(text) for text in lines[1:]]
    if not all(fields):
        return Verdict(status=400)
    return _framing(
        received, end + 4, line, [found for found in fields if found], is_upload_path, upload_bytes
    )


def _framing(
    received: bytes,
    start: int,
    line: "re.Match[bytes]",
    fields: "list[re.Match[bytes]]",
    is_upload_path: Callable[[str], bool],
    upload_bytes: int,
) -> Verdict:
    """Where the body ends: one Content-Length or none, and nothing else decides (RFC 9112 6.3)."""
    names = [found[1].lower() for found in fields]
    if b"transfer-encoding" in names:
        return Verdict(status=501)
    hosts, lengths = names.count(b"host"), names.count(b"content-length")
    if hosts > 1 or lengths > 1 or (line[3] == b"1" and hosts == 0):
        return Verdict(status=400)
    text = next((found[2].strip() for found in fields if found[1].lower() == b"content-length"), b"0")
    if not text.isdigit() or len(text) > 12:
        return Verdict(status=400)
    length = int(text)
    if length <= BODY_BYTES:
        if len(received) - start >= length:
            return Verdict(whole=start + length)
        expects = any(found[1].lower() == b"expect" for found in fields)
        return Verdict(expects_continue=expects)
    path = line[2].partition(b"?")[0].decode("ascii")
    if length > upload_bytes or not is_upload_path(path):
        return Verdict(status=413)
    return Verdict(is_upload=True)


@dataclass(slots=True)
class _Parked:
    """A connection that waits, for more of its request or (`is_closing`) for its end."""

    connection: Any
    until: float
    is_closing: bool = False
    was_told_to_continue: bool = False


class Gate:
    """Parks connections until their request is whole; see the head of this module."""

    def __init__(
        self,
        hand_on: Callable[[Any], None],
        is_upload_path: Callable[[str], bool],
        upload_bytes: int,
        uploads: int,
    ) -> None:
        self._hand_on = hand_on
        self._is_upload_path = is_upload_path
        self._upload_bytes = upload_bytes
        self._uploads = uploads
        self._running: dict[int, tuple[Any, float]] = {}
        self._parked: dict[int, _Parked] = {}
        self._lock = threading.Lock()
        self._epoll = select.epoll() if hasattr(select, "epoll") else None
        self._stopped = False
        self._thread = threading.Thread(target=self._watch, name="gate", daemon=True)
        if self._epoll is not None:
            self._thread.start()

    def admit(self, connection: Any) -> None:
        """Hand a readable connection on, park it, or refuse it."""
        if self._epoll is None:  # elsewhere than on Linux the socket's own time-outs have to do
            self._hand_on(connection)
            return
        if connection.socket.gettimeout():  # with one Python waits before it looks, whatever the flags
            with suppress(OSError):
                connection.socket.settimeout(0)
        self._judge(_Parked(connection, time.monotonic() + REQUEST_SECONDS), is_new=True)

    def finished(self, connection: Any) -> None:
        """A thread is done with a connection; an upload makes room for another."""
        self._running.pop(id(connection), None)

    def refuse(self, connection: Any, status: int) -> None:
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
            self._close(connection)
            return
        self._park(_Parked(connection, time.monotonic() + _LINGER_SECONDS, is_closing=True))

    def stop(self) -> None:
        """Close everything that is parked and end the thread."""
        self._stopped = True
        if self._epoll is not None:
            self._thread.join(timeout=3)
            for descriptor in list(self._parked):
                self._drop(descriptor)
            self._epoll.close()

    def _judge(self, parked: _Parked, *, is_new: bool) -> bool:
        """Act on what has arrived; True while the connection has to wait on."""
        connection = parked.connection
        try:
            received = connection.socket.recv(
                HEAD_BYTES + BODY_BYTES + 4, socket.MSG_PEEK | socket.MSG_DONTWAIT
            )
        except BlockingIOError:
            received = None
        except OSError:
            received = b""
        if received == b"":
            if not is_new:
                self._release(parked)
            self._close(connection)
            return False
        judged = verdict(received, self._is_upload_path, self._upload_bytes) if received else _WAIT
        if not (judged.whole or judged.status or judged.is_upload):
            self._tell_to_continue(parked, judged)
            if is_new:
                self._park(parked)
            return True
        if not is_new:
            self._release(parked)
        if judged.status:
            self.refuse(connection, judged.status)
        elif judged.is_upload and not self._take_upload(connection):
            self.refuse(connection, 503)
        else:
            connection.whole = judged.whole
            self._hand_on(connection)
        return False

    def _take_upload(self, connection: Any) -> bool:
        """Uploads are read by a thread as they come, so only some threads may do that, and not for ever."""
        if len(self._running) >= self._uploads:
            return False
        self._running[id(connection)] = (connection, time.monotonic() + UPLOAD_SECONDS)
        return True

    def _tell_to_continue(self, parked: _Parked, judged: Verdict) -> None:
        """A client that waits for permission to send its body gets it (RFC 9110 10.1.1)."""
        if judged.expects_continue and not parked.was_told_to_continue:
            parked.was_told_to_continue = True
            with suppress(OSError):
                parked.connection.socket.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _park(self, parked: _Parked) -> None:
        descriptor = parked.connection.socket.fileno()
        if self._epoll is None or descriptor < 0 or self._stopped:
            self._close(parked.connection)
            return
        with self._lock:
            oldest = next(iter(self._parked), None) if len(self._parked) >= _MOST_PARKED else None
            self._parked[descriptor] = parked
        if oldest is not None:
            self._drop(oldest)
        try:
            self._epoll.register(descriptor, select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLET)
        except OSError:
            self._drop(descriptor)

    def _release(self, parked: _Parked) -> None:
        with self._lock:
            descriptor = next((fd for fd, kept in self._parked.items() if kept is parked), None)
            if descriptor is not None:
                del self._parked[descriptor]
        if descriptor is not None and self._epoll is not None:
            with suppress(OSError, ValueError):
                self._epoll.unregister(descriptor)

    def _drop(self, descriptor: int) -> None:
        parked = self._parked.get(descriptor)
        if parked is not None:
            self._release(parked)
            self._close(parked.connection)

    def _watch(self) -> None:
        """The gate's thread: nothing that a socket does may end it."""
        assert self._epoll is not None
        checked = time.monotonic()
        while not self._stopped:
            for descriptor, event in self._epoll.poll(0.5):
                with suppress(OSError, ValueError, KeyError):
                    self._heard(descriptor, has_ended=bool(event & _ENDED))
            now = time.monotonic()
            if now - checked > 0.5:
                checked = now
                self._expire(now)

    def _heard(self, descriptor: int, *, has_ended: bool) -> None:
        parked = self._parked.get(descriptor)
        if parked is None:
            return
        if not parked.is_closing:
            must_wait = self._judge(parked, is_new=False)
            if must_wait and has_ended:  # nothing more will come
                self._drop(descriptor)
            return
        while parked.connection.socket.recv(HEAD_BYTES, socket.MSG_DONTWAIT):
            pass
        self._drop(descriptor)

    def _expire(self, now: float) -> None:
        for descriptor, parked in list(self._parked.items()):
            if parked.until < now:
                self._drop(descriptor)
        for connection, until in list(self._running.values()):
            if until < now:  # the thread that reads it gets an end of file
                with suppress(OSError):
                    connection.socket.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _close(connection: Any) -> None:
        with suppress(OSError, ValueError):
            connection.close()
