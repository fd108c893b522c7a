"""kill -9, of our process and of PostgreSQL, between the statements of a request that spends or makes something.

After each the errand's own check holds: old state or new, nothing single-use twice, and the person goes on.
"""

import http.client
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from pocketid import embedded
from tests.browser import Browser
from tests.conftest import make_open_folder
from tests.journeys.faults.conftest import IS_LONG, Campaign, Machine
from tests.journeys.faults.errands import ERRANDS, Errand, Exchange, SetUp
from tests.journeys.faults.installation import (
    ANSWER_SECONDS,
    Installation,
    Serving,
    eventually,
    expect,
    serving,
    some_origin,
)
from tests.journeys.faults.wire import Side, Wire

pytestmark = pytest.mark.usefixtures("intact_wire")

Point = tuple[int, Side]


class Attempt:
    """A request under way in a thread of its own; `answer` is None when the server was killed under it."""

    def __init__(self, act: Callable[[], Browser]) -> None:
        self._act = act
        self.answer: Browser | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def is_over(self) -> bool:
        """Whether there is nothing to wait for any more."""
        return not self._thread.is_alive()

    def result(self) -> Browser | None:
        """Wait for the end."""
        self._thread.join(ANSWER_SECONDS)
        assert self.is_over(), "neither an answer nor an end"
        return self.answer

    def _run(self) -> None:
        try:
            self.answer = self._act()
        except (OSError, http.client.HTTPException):
            return


def begun(wire: Wire, point: Point, act: Callable[[], Browser]) -> Attempt:
    """A request that has come to a point on the wire, or to its end if it never does."""
    wire.hold(*point)
    attempt = Attempt(act)
    eventually(lambda: wire.held.is_set() or attempt.is_over(), "the request came to nothing")
    return attempt


def points(count: int) -> list[Point]:
    """Before each statement of a request and after the last; in the short form around the last alone."""
    first = 1 if IS_LONG else count
    return [*((number, Side.BEFORE) for number in range(first, count + 1)), (count, Side.AFTER)]


def statements(wire: Wire, errand: Errand, before: Serving, at: Serving) -> int:
    """How many statements the errand's request makes of a server, prepared for at another or the same one."""
    errand.prepare(before)
    errand.reach(at)
    return wire.count(errand.act)


@pytest.fixture(scope="module")
def other(machine: Machine) -> Iterator[Serving]:
    """A server that stays, for what comes before and after a kill."""
    with machine.installation.serving() as started:
        yield started


@pytest.mark.parametrize("make", ERRANDS, ids=lambda make: make.name.replace(" ", "-"))
def test_s_ft_01_a_killed_server_leaves_the_old_state_or_the_new(
    make: Callable[[Installation], Errand], machine: Machine, other: Serving, campaign: Campaign
) -> None:
    installation, wire, errand = machine.installation, machine.wire, make(machine.installation)
    outcome = campaign.of(f"kill -9 of the server, {errand.name}")
    with installation.serving(machine.conninfo) as victim:
        count = statements(wire, errand, other, victim)
    outcome.figures.append(f"{count} statements")
    for point in points(count):
        with installation.serving(machine.conninfo) as victim:
            errand.prepare(other)
            errand.reach(victim)
            attempt = begun(wire, point, errand.act)
            assert wire.held.is_set()
            victim.kill()
            wire.cut()
            assert attempt.result() is None
        with outcome.once():
            assert errand.is_done() is (point[1] is Side.AFTER)
            errand.check(other)


@pytest.mark.parametrize("make", ERRANDS if IS_LONG else (Exchange, SetUp), ids=lambda make: make.name)
def test_s_ft_02_a_killed_postgresql_is_said_with_503_and_the_server_goes_on_when_it_is_back(
    make: Callable[[Installation], Errand], machine: Machine, campaign: Campaign
) -> None:
    installation, wire, errand = machine.installation, machine.wire, make(machine.installation)
    outcome = campaign.of(f"kill -9 of PostgreSQL, {errand.name}")
    with installation.serving(machine.conninfo) as server:
        statements(wire, errand, server, server)  # and what is cached is cached
        for point in points(statements(wire, errand, server, server)):
            errand.prepare(server)
            attempt = begun(wire, point, errand.act)
            assert wire.held.is_set()
            killed = machine.postgres.pid
            os.kill(killed or 0, signal.SIGKILL)
            wire.take_away()
            assert_unavailable(attempt.result())
            assert_unavailable(installation.browser(server).get("/login"))
            assert server.get("/healthz") == 503
            eventually(lambda: answers(installation.conninfo), "PostgreSQL does not come back")
            assert machine.postgres.pid != killed
            wire.put_back()
            await_health(installation, server)
            with outcome.once():
                assert errand.is_done() is (point[1] is Side.AFTER)
                errand.check(server)


def test_s_ft_02_an_outage_is_told_all_the_while_and_over_when_it_is_over(
    machine: Machine, campaign: Campaign
) -> None:
    installation, wire = machine.installation, machine.wire
    outcome = campaign.of("outage of half a minute")
    with installation.serving(machine.conninfo) as server, outcome.once():
        browser = installation.signed_in(server, installation.add_person(is_admin=True))
        wire.take_away()
        until = time.monotonic() + (30 if IS_LONG else 1)
        while time.monotonic() < until:
            assert_unavailable(browser.get("/settings/account"))
        wire.put_back()
        began = time.monotonic()
        await_health(installation, server)
        outcome.figures.append(f"well again after {time.monotonic() - began:.1f} s")
        expect(browser.get("/settings/account"), 200)


class Inside:
    """A wire in front of the embedded PostgreSQL of a server: its socket is moved aside, and comes anew with it."""

    def __init__(self, data: Path) -> None:
        self._sockets = data / "run"
        self._pid_file = data / "postgres" / "postmaster.pid"
        self._aside = self._sockets / ".s.PGSQL.5433"
        self.wire = Wire(self._sockets, self._aside)
        self.conninfo = f"host={self._sockets} port=5433 user=pocketid dbname=pocketid"

    def pid(self) -> int:
        """The process id of PostgreSQL."""
        return int(self._pid_file.read_text().split()[0])

    def step_in(self) -> None:
        """Put the wire in place; connections that are open already end."""
        self.wire.path.rename(self._aside)
        self.wire.put_back()
        with psycopg.connect(self.conninfo) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
            )

    def kill(self) -> None:
        """kill -9 PostgreSQL, and step out of the way of the next."""
        os.kill(self.pid(), signal.SIGKILL)
        self.wire.take_away()


def test_s_ft_02_a_killed_embedded_postgresql_is_started_again_by_its_server(campaign: Campaign) -> None:
    outcome = campaign.of("kill -9 of the embedded PostgreSQL, code exchange")
    folder, origin = make_open_folder(), some_origin()
    inside = Inside(folder / "data")
    with serving(folder, origin) as server:
        inside.step_in()
        installation = Installation(folder, inside.conninfo, origin)
        errand = Exchange(installation)
        await_health(installation, server)
        statements(inside.wire, errand, server, server)
        for point in points(statements(inside.wire, errand, server, server)):
            errand.prepare(server)
            attempt = begun(inside.wire, point, errand.act)
            assert inside.wire.held.is_set()
            killed = inside.pid()
            inside.kill()
            answer = attempt.result()
            assert answer is not None
            assert answer.status in {200, 503}  # what had not written yet goes on with the next PostgreSQL
            eventually(lambda: server.get("/healthz") == 204, "the server does not recover")
            assert inside.pid() != killed
            inside.step_in()
            await_health(installation, server)
            with outcome.once():
                assert errand.is_done() is (answer.status == 200 or point[1] is Side.AFTER)
                errand.check(server)
        inside.wire.take_away()
        installation.close()
    shutil.rmtree(folder)


def test_s_ft_10_server_and_embedded_postgresql_killed_at_once_come_back_together(campaign: Campaign) -> None:
    outcome = campaign.of("kill -9 of the server and its embedded PostgreSQL")
    folder, origin = make_open_folder(), some_origin()
    data = folder / "data"
    with serving(folder, origin) as server:
        conninfo = embedded.running(data)
        assert conninfo is not None
        installation = Installation(folder, conninfo, origin)
        errand = Exchange(installation)
        errand.prepare(server)
        pid = Inside(data).pid()
        server.process.send_signal(signal.SIGSTOP)  # or it would start PostgreSQL again
        os.kill(pid, signal.SIGKILL)
        server.kill()
    with outcome.once(), serving(folder, origin) as server:
        assert Inside(data).pid() != pid
        errand.check(server)
        installation.close()
    shutil.rmtree(folder)


def assert_unavailable(browser: Browser | None) -> None:
    """503, and when to come back."""
    assert browser is not None
    expect(browser, 503)
    assert int(browser.headers["Retry-After"]) >= 1


def answers(conninfo: str) -> bool:
    """Whether PostgreSQL takes connections."""
    try:
        psycopg.connect(conninfo, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def await_health(installation: Installation, server: Serving) -> None:
    """Wait until a server says that it is well again, and hears of changes, so that it may keep what it reads."""
    eventually(lambda: server.get("/healthz") == 204, "the server does not recover")
    eventually(lambda: bool(installation.listeners()), "the server does not listen again")
