"""What an installation weighs: start-up, memory, and what a browser loads for the sign-in page.

Start-up and memory are those of `pocket-id` as most people run it, with the embedded database as its child.
"""

import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import workloads
from bench.load import Connection, WrongAnswer, check
from pocketid.routes import ROUTES
from tests.processes import free_port, running

_POLL_SECONDS = 0.01
_START_SECONDS = 60
_LOADED = re.compile(rb'<(?:link|script|img)\b[^>]*\b(?:src|href)="(/[^"]*)"')


@dataclass(frozen=True)
class Running:
    """A server with its embedded database. `seconds` passed from its start to the first 204 of /healthz."""

    port: int
    pid: int
    data: Path
    seconds: float

    def resident(self) -> float:
        """Resident memory of our process in MB."""
        return _kilobytes(self.pid, "Rss") / 1024

    def database_memory(self) -> float:
        """Memory of all processes of the database in MB, shared pages divided among them (PSS)."""
        return sum(_kilobytes(pid, "Pss") for pid in _descendants(self.pid)) / 1024


@dataclass(frozen=True)
class Page:
    """What a browser loads for a page; sizes in bytes, headers among them."""

    requests: int
    bytes: int
    headers: int


@contextmanager
def embedded_server(folder: Path) -> Iterator[Running]:
    """`pocket-id` over its own database in `folder`, which may have data in it or be empty."""
    port = free_port()
    environment = {
        "APP_URL": f"http://localhost:{port}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DATA_DIR": str(folder / "data"),
        "TRUST_PROXY": "127.0.0.1",
    }
    started = time.perf_counter()
    log = folder / "pocketid.log"
    with running([sys.executable, "-m", "pocketid"], environment, log) as process:
        while not _is_healthy(port):
            if process.poll() is not None or time.perf_counter() - started > _START_SECONDS:
                raise WrongAnswer(f"did not start:\n{log.read_text()}")
            time.sleep(_POLL_SECONDS)
        yield Running(port, process.pid, folder / "data", time.perf_counter() - started)


def sign_in_page(port: int) -> Page:
    """The sign-in page with everything that it needs, as a browser that takes gzip loads it for the first time."""
    page = _answer(port, "/login")
    check(page, 200, b"data-options")
    paths = dict.fromkeys(found.decode().replace("&amp;", "&") for found in _LOADED.findall(page))
    answers = [page]
    for path in paths:
        answers.append(_answer(port, path))
        check(answers[-1], 200, b"")
    return Page(len(answers), sum(map(len, answers)), max(map(_head_bytes, answers)))


def largest_headers(port: int, session: str) -> tuple[int, str]:
    """The largest head of an answer in bytes, and its path, over all pages that can be opened by address alone."""
    heads: dict[str, int] = {}
    for cookie in ({}, {"Cookie": f"session={session}"}):
        for route in ROUTES:
            if route.method == "GET" and "<" not in route.path:
                heads[route.path] = max(
                    heads.get(route.path, 0), _head_bytes(_answer(port, route.path, cookie))
                )
    path = max(heads, key=lambda path: heads[path])
    return heads[path], path


def _answer(port: int, path: str, headers: Mapping[str, str] | None = None) -> bytes:
    connection = Connection(port)
    connection.send(workloads.request(port, "GET", path, {"Accept-Encoding": "gzip", **(headers or {})}))
    while (answer := connection.receive()) is None:
        pass
    connection.close()
    return answer


def _head_bytes(answer: bytes) -> int:
    return len(answer.partition(b"\r\n\r\n")[0])


def _is_healthy(port: int) -> bool:
    try:
        return _answer(port, "/healthz")[9:12] == b"204"
    except OSError:
        return False


def _kilobytes(pid: int, field: str) -> int:
    """A sum of /proc/PID/smaps_rollup; 0 for a process that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


def _descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task").glob("*/children")
    own = [int(child) for path in children for child in path.read_text().split()]
    return own + [descendant for child in own for descendant in _descendants(child)]
