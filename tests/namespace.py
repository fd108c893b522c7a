"""A machine of its own for a test, as far as network and /etc/hosts go: Linux namespaces.

    with Namespace(folder, names=("pocketid.skylab.local",)) as namespace:
        subprocess.run([*namespace.within, "nginx", ...])

Port 443 is free in it, the names lead to SERVER, whoever goes there comes from CLIENT, and there is no way out.
"""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.processes import ROOT, await_line

SERVER, CLIENT = "192.168.99.1", "192.168.99.77"
_SETUP = f"""
set -eu
mount --bind "$1" /etc/hosts
ip link set lo up
ip address add {SERVER}/32 dev lo
ip address add {CLIENT}/32 dev lo
ip route replace local {SERVER} dev lo table local src {CLIENT}
echo ready
exec sleep infinity
"""
# As root, and as anybody where the kernel lets everybody make user namespaces
_WAYS = (("--net", "--mount"), ("--net", "--mount", "--user", "--map-root-user"))


class Namespace:
    """A network and a mount namespace, kept by a process that sleeps in them."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._hosts = folder / "hosts"
        self._hosts.write_text(f"127.0.0.1 localhost\n{SERVER} {' '.join(names)}\n")
        self._log = folder / "namespace.log"
        self._way = next((way for way in _WAYS if _is_possible(way)), None)

    def __enter__(self) -> Self:
        assert self._way, "this machine lets nobody make namespaces: run as root, or allow user namespaces"
        with self._log.open("wb") as output:
            self._keeper = subprocess.Popen(
                ["unshare", *self._way, "sh", "-c", _SETUP, "sh", str(self._hosts)],
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        await_line(b"ready", self._keeper, self._log)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keeper.terminate()
        self._keeper.wait()

    @property
    def within(self) -> list[str]:
        """What to put before a command that is to run in here."""
        assert self._way
        options = [option for option in self._way if option != "--map-root-user"]
        if "--user" in options:
            options.append("--preserve-credentials")
        return ["nsenter", f"--target={self._keeper.pid}", *options, f"--wd={ROOT}"]

    def program(self, name: str, folder: Path) -> Path:
        """A program that runs another one in here, for those who take no more than a path."""
        found = shutil.which(name)
        assert found, f"{name} is missing: make tools"
        script = folder / f"{name}-within"
        script.write_text(f'#!/bin/sh\nexec {" ".join(self.within)} {found} "$@"\n')
        script.chmod(0o755)
        return script


def _is_possible(way: Sequence[str]) -> bool:
    return subprocess.run(["unshare", *way, "true"], check=False, capture_output=True).returncode == 0
