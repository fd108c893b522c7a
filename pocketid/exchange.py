"""One request and its answer, between the gate's `Head` and a WSGI application (PEP 3333).

answer(application, head, body, address, bound)      the whole answer as bytes, to be sent at once;
                                                     a file that is made while it is sent, in pieces
"""

import io
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator
from email.utils import formatdate
from functools import lru_cache
from time import time
from typing import Any

from pocketid.gate import Head

Application = Callable[..., Iterable[bytes]]
FAILED = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def answer(
    application: Application,
    head: Head,
    body: io.BufferedIOBase,
    address: str | None,
    bound: tuple[str, int] | str,
) -> bytes | Iterator[bytes]:
    """Head and body of what the application answers, in pieces where that is no list.

    Raises what it raises, and ValueError for a broken header.
    """
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        started.append((status, headers))

    chunks = application(_environ(head, body, address, bound), start_response)
    if not isinstance(chunks, list):
        return _pieces(head, chunks, started)
    status, headers = started[-1]
    return _head(head, status, headers) + b"".join(chunks)


def _pieces(
    head: Head, chunks: Iterable[bytes], started: list[tuple[str, list[tuple[str, str]]]]
) -> Iterator[bytes]:
    """Who would keep the connection is told where the answer ends by its chunks (RFC 9112 7.1), others by its end."""
    try:
        rest = iter(chunks)
        first = next(rest, b"")  # an application may begin its answer only now
        status, headers = started[-1]
        is_chunked = head.keeps_open and all(name.lower() != "content-length" for name, _value in headers)
        yield _head(head, status, [*headers, ("Transfer-Encoding", "chunked")] if is_chunked else headers)
        for chunk in itertools.chain((first,), rest):
            if chunk:
                yield b"%x\r\n%b\r\n" % (len(chunk), chunk) if is_chunked else chunk
        if is_chunked:
            yield b"0\r\n\r\n"
    finally:
        if hasattr(chunks, "close"):
            chunks.close()


def _environ(
    head: Head, body: io.BufferedIOBase, address: str | None, bound: tuple[str, int] | str
) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": head.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": head.path,
        "QUERY_STRING": head.query,
        "REMOTE_ADDR": address or "",
        "SERVER_NAME": "Pocketid",
        "SERVER_PORT": "" if isinstance(bound, str) else str(bound[1]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **head.headers,
    }


def _head(head: Head, status: str, headers: list[tuple[str, str]]) -> bytes:
    """The status line and the fields, with a date (RFC 9110 6.6.1) and without our version."""
    lines = [f"HTTP/1.1 {status}", *[f"{name}: {value}" for name, value in headers], _date(int(time()))]
    if not head.keeps_open:
        lines.append("Connection: close")
    text = "\r\n".join(lines)
    if text.count("\n") != len(lines) or text.count("\r") != len(lines):
        raise ValueError("a header of an answer holds a line break")
    return f"{text}\r\n\r\n".encode("latin-1")


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    return f"Date: {formatdate(second, usegmt=True)}\r\nServer: Pocketid"
