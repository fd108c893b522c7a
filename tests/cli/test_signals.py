"""Being told to stop more than once, as by Ctrl-C for a whole group of processes and then by its leader."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import ENCRYPTION_KEY
from tests.processes import ROOT, await_answer, free_port


def test_many_signals_at_once_stop_it_as_one_does(database: str, tmp_path: Path) -> None:
    port = free_port()
    log = tmp_path / "log"
    environment = {
        **os.environ,
        "DB_CONNECTION_STRING": database,
        "ENCRYPTION_KEY": ENCRYPTION_KEY,
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pocketid"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        await_answer(f"http://127.0.0.1:{port}/healthz", process, log)
        until = time.monotonic() + 20
        while process.poll() is None and time.monotonic() < until:
            for number in (signal.SIGINT, signal.SIGTERM):
                process.send_signal(number)
        assert process.wait(timeout=1) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
