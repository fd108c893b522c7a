"""The servers of a run, each a process of its own that ends with the block."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.installation import ENCRYPTION_KEY, Installation, PeerInstallation
from tests.processes import NODE, ROOT, await_answer, free_port, pocketid, running


@contextmanager
def hello(folder: Path) -> Iterator[int]:
    """Bare Bottle; yields its port."""
    port, log = free_port(), folder / "hello.log"
    with running([sys.executable, "-m", "bench.hello", str(port)], {}, log) as process:
        await_answer(f"http://127.0.0.1:{port}/", process, log)
        yield port


@contextmanager
def ours(folder: Path, installation: Installation) -> Iterator[int]:
    """Pocketid over a database that is there, with its usual settings; yields its port."""
    port = free_port()
    environment = {
        "DB_CONNECTION_STRING": installation.conninfo,
        "ENCRYPTION_KEY": ENCRYPTION_KEY,
        "TRUST_PROXY": "127.0.0.1",  # so that each sign-in can come from an address of its own
    }
    scratch = folder / f"pocketid-{port}"
    scratch.mkdir()
    with pocketid(scratch, port, **environment):
        yield port


@contextmanager
def peer(folder: Path, installation: PeerInstallation) -> Iterator[int]:
    """oidc-provider; yields its port."""
    port, log = free_port(), folder / "peer.log"
    parts = psycopg.conninfo.conninfo_to_dict(installation.conninfo)
    environment = {
        "PORT": str(port),
        "PGHOST": str(parts["host"]),
        "PGUSER": str(parts["user"]),
        "PGDATABASE": str(parts["dbname"]),
        "NODE_ENV": "production",
    }
    with running([NODE, str(ROOT / "bench" / "peer.mjs")], environment, log) as process:
        await_answer(f"http://127.0.0.1:{port}/.well-known/openid-configuration", process, log)
        yield port
