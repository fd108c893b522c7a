"""Programs that tests start: our server and a relying party, each ended by the process that was started."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
_START_SECONDS = 30


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str], log: Path, directory: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    """A program whose output goes to `log`; it is asked to end, and ended if it does not listen."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, cwd=directory, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def pocketid(directory: Path, port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Our server over an embedded database in `directory`, once it answers."""
    values = {
        "APP_URL": f"http://localhost:{port}",
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "DATA_DIR": str(directory / "data"),
        **environment,
    }
    log = directory / "pocketid.log"
    with running([sys.executable, "-m", "pocketid"], values, log) as process:
        await_answer(f"http://127.0.0.1:{port}/healthz", process, log)
        yield process


@contextmanager
def relying_party(directory: Path, port: int, **environment: str) -> Iterator[str]:
    """The Immich-like relying party (relying_party.mjs); yields its origin."""
    values = {"ORIGIN": f"http://localhost:{port}", "PORT": str(port), **environment}
    log = directory / "relying_party.log"
    with running(["node", str(ROOT / "tests" / "relying_party.mjs")], values, log) as process:
        _await("the relying party", process, log, lambda: b"listening" in log.read_bytes())
        yield values["ORIGIN"]


def await_answer(
    url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = _START_SECONDS
) -> None:
    """Wait until an address answers with success. Raises AssertionError with the log when the program ends."""

    def answers() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # a loopback address of ours
                return bool(answer.status < 300)
        except (urllib.error.URLError, OSError):
            return False

    _await(url, process, log, answers, seconds)


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
