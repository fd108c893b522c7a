"""Programs that tests start: our server and relying parties, each ended by the process that was started."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import playwright

ROOT = Path(__file__).parents[1]
NODE = str(Path(playwright.__file__).parent / "driver" / "node")  # Debian's is too old for oidc-provider
_START_SECONDS = 30
_STOP_SECONDS = 15


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """Our server as a process: over an embedded database in `directory`, unless the environment names one.

    `within` is put before its command, as `nsenter ...` is. A server that ended can be started again.
    """

    def __init__(self, directory: Path, port: int, within: Sequence[str] = (), /, **environment: str) -> None:
        self.environment = {
            "APP_URL": f"http://localhost:{port}",
            "PORT": str(port),
            "HOST": "127.0.0.1",
            "DATA_DIR": str(directory / "data"),
            **environment,
        }
        self.origin = self.environment["APP_URL"]
        self.log = directory / "pocketid.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._within = within
        self._health = f"http://127.0.0.1:{port}/healthz"

    def start(self) -> subprocess.Popen[bytes]:
        """Start, and return once it answers."""
        process = self.process = _spawn(self._command(), self.environment, self.log)
        _await("pocketid", process, self.log, self._is_well)
        return process

    def stop(self) -> int:
        """Ask it to end as a service manager does; its exit code."""
        assert self.process
        return _end(self.process)

    def kill(self) -> None:
        """End it at once, as a power failure does."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def run(self, *words: str) -> str:
        """What a command of ours prints, run beside the server with its environment."""
        return subprocess.run(
            self._command(*words),
            env={**os.environ, **self.environment},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _command(self, *words: str) -> list[str]:
        return [*self._within, sys.executable, "-m", "pocketid", *words]

    def _is_well(self) -> bool:
        if not self._within:
            return _answers(self._health)
        asked = subprocess.run(
            self._command("healthcheck"),
            env={**os.environ, **self.environment},
            cwd=ROOT,
            check=False,
            capture_output=True,
        )
        return asked.returncode == 0


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str], log: Path, directory: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    """A program whose output goes to `log`; it is asked to end, and ended if it does not listen."""
    process = _spawn(command, environment, log, directory)
    try:
        yield process
    finally:
        _end(process)


@contextmanager
def pocketid(directory: Path, port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Our server over an embedded database in `directory`, once it answers."""
    with Server(directory, port, **environment) as server:
        assert server.process
        yield server.process


@contextmanager
def relying_party(
    directory: Path, port: int, within: Sequence[str] = (), /, **environment: str
) -> Iterator[str]:
    """The Immich-like relying party (relying_party.mjs); yields its origin."""
    values = {"ORIGIN": f"http://localhost:{port}", "PORT": str(port), **environment}
    log = directory / f"relying_party-{port}.log"
    with running([*within, NODE, str(ROOT / "tests" / "relying_party.mjs")], values, log) as process:
        await_line(b"listening", process, log)
        yield values["ORIGIN"]


def await_answer(
    url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = _START_SECONDS
) -> None:
    """Wait until an address answers with success. Raises AssertionError with the log when the program ends."""
    _await(url, process, log, lambda: _answers(url), seconds)


def await_line(words: bytes, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a program has printed some words. Raises AssertionError with the log when it ends."""
    _await(str(process.args), process, log, lambda: words in log.read_bytes())


def _spawn(
    command: list[str], environment: Mapping[str, str], log: Path, directory: Path = ROOT
) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command, env={**os.environ, **environment}, cwd=directory, stdout=output, stderr=subprocess.STDOUT
        )


def _end(process: subprocess.Popen[bytes]) -> int:
    process.terminate()
    try:
        return process.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # a loopback address of ours
            return bool(answer.status < 300)
    except (urllib.error.URLError, OSError):
        return False


def await_text(text: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the log says something."""
    _await(text, process, log, lambda: text in log.read_text())


def _await(
    what: str,
    process: subprocess.Popen[bytes],
    log: Path,
    is_there: Callable[[], bool],
    seconds: float = _START_SECONDS,
) -> None:
    until = time.monotonic() + seconds
    while not is_there():
        assert process.poll() is None, f"{what} ended:\n{log.read_text()}"
        assert time.monotonic() < until, f"{what} did not start:\n{log.read_text()}"
        time.sleep(0.05)
