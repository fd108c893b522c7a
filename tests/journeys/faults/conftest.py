"""Fixtures of the fault campaign: a PostgreSQL that may be killed, a wire to it, and the campaign's table."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from pocketid import embedded
from tests.conftest import make_open_folder
from tests.journeys.faults.installation import Installation, Serving, some_origin
from tests.journeys.faults.wire import Wire

IS_LONG = os.environ.get("POCKETID_TEST_PROFILE") == "long"
T = TypeVar("T")


def at_once(*actions: Callable[[], T]) -> list[T]:
    """Do all in threads that begin together; what each returned, in order."""
    results: dict[int, T] = {}
    begin = threading.Barrier(len(actions))

    def run(number: int, action: Callable[[], T]) -> None:
        begin.wait()
        results[number] = action()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == len(actions), "a thread failed"
    return [results[number] for number in range(len(actions))]


@dataclass
class Outcome:
    """One row of the table: `lost` counts what did not hold for somebody; None stands for no race."""

    injected: int = 0
    lost: int = 0
    double_winners: int | None = None
    figures: list[str] = field(default_factory=list)

    @contextmanager
    def once(self, times: int = 1) -> Iterator[None]:
        """The fault is injected, and what must hold is looked at, inside."""
        self.injected += times
        try:
            yield
        except BaseException:
            self.lost += 1
            raise

    def race(self, winners: int) -> None:
        """A race was run, and this many won."""
        self.injected += 1
        self.lost += winners == 0
        self.double_winners = (self.double_winners or 0) + (winners > 1)


class Campaign(dict[str, Outcome]):
    """What was injected and what came of it, by fault. Each test asserts; this is what is printed."""

    def of(self, fault: str) -> Outcome:
        """The row of a fault."""
        return self.setdefault(fault, Outcome())

    def table(self) -> str:
        """All rows as text."""
        width = max(map(len, self), default=0)
        head = f"{'fault':{width}}  injected  requests lost  double winners"
        lines = [
            f"{fault:{width}}  {row.injected:8}  {row.lost:13}"
            f"  {'-' if row.double_winners is None else row.double_winners:>14}  {'; '.join(row.figures)}"
            for fault, row in self.items()
        ]
        return "\n".join(["", head, *lines, ""])


@pytest.fixture(scope="session")
def campaign(request: pytest.FixtureRequest) -> Iterator[Campaign]:
    """The table; printed at the end of the long form."""
    outcomes = Campaign()
    yield outcomes
    if IS_LONG:
        capture = request.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            print(outcomes.table())


@dataclass(frozen=True)
class Machine:
    """A PostgreSQL of the test's own with an installation on it; `conninfo` leads there over the wire."""

    postgres: embedded.Embedded
    wire: Wire
    installation: Installation
    conninfo: str


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    folder = make_open_folder()
    (folder / "wire").mkdir()
    with (
        embedded.start(folder) as postgres,
        Wire(folder / "wire", folder / "run" / ".s.PGSQL.5432") as wire,
    ):
        installation = Installation(folder, postgres.conninfo, some_origin())
        yield Machine(postgres, wire, installation, f"host={folder / 'wire'} user=pocketid dbname=pocketid")
        installation.close()
    shutil.rmtree(folder)


@pytest.fixture
def intact_wire(machine: Machine) -> Iterator[None]:
    """Whatever a test did to the wire, the next one finds it in place."""
    yield
    machine.wire.take_away()
    machine.wire.put_back()


@pytest.fixture(scope="module")
def installation(machine: Machine) -> Installation:
    return machine.installation


@pytest.fixture(scope="module")
def pair(machine: Machine) -> Iterator[tuple[Serving, Serving]]:
    """Two servers on one database, under one address."""
    with machine.installation.serving() as one, machine.installation.serving() as other:
        yield one, other
