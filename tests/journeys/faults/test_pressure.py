"""A database that refuses, more clients than the server holds, a key that changes meanwhile, and many requests."""

import json
import selectors
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import psycopg
import pytest

from pocketid import audit, signing_keys
from pocketid.crypto import Keyring, from_base64url
from tests.browser import Browser
from tests.journeys.faults.conftest import IS_LONG, Campaign, Machine
from tests.journeys.faults.installation import KEY, Installation, Serving, eventually, expect, serving
from tests.oidc.flow import claims_of

_CONNECTIONS = 500
_REQUESTS, _WARM = (100_000, 10_000) if IS_LONG else (1_800, 600)
_MOST_SECONDS = 300.0  # the rest of the long form has to fit in as well


@pytest.fixture(scope="module")
def server(machine: Machine) -> Iterator[Serving]:
    """A server that connects under a role of its own, to whom things can be refused."""
    with administering(machine.installation) as connection:
        connection.execute("create role app login")
        connection.execute("grant all on schema public to app")
        connection.execute("grant all on all tables in schema public to app")
    conninfo = psycopg.conninfo.make_conninfo(machine.installation.conninfo, user="app")
    machine.installation.add_person(is_admin=True)
    with machine.installation.serving(conninfo) as started:
        yield started


@contextmanager
def administering(installation: Installation) -> Iterator[psycopg.Connection]:
    """A connection of the database's owner, to whom nothing is refused."""
    with psycopg.connect(installation.conninfo, autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")
        yield connection


# A database that refuses


@contextmanager
def read_only(installation: Installation) -> Iterator[None]:
    with administering(installation) as connection:
        connection.execute("alter system set default_transaction_read_only = on")
        connection.execute("select pg_reload_conf()")
        try:
            yield
        finally:
            connection.execute("alter system reset default_transaction_read_only")
            connection.execute("select pg_reload_conf()")


@contextmanager
def failing(installation: Installation, statement: str) -> Iterator[None]:
    """Every new challenge of a passkey runs into a statement; it stands for what PostgreSQL itself would do."""
    function = f"create function fail() returns trigger language plpgsql as $$ begin {statement}; end $$"
    with administering(installation) as connection:
        connection.execute(function.encode())
        connection.execute(
            "create trigger fail before insert on ceremonies for each row execute function fail()"
        )
        try:
            yield
        finally:
            connection.execute("set lock_timeout = 0")
            connection.execute("drop function fail cascade")


def full_disk(installation: Installation) -> AbstractContextManager[None]:
    message = "could not extend file: No space left on device"
    return failing(installation, f"raise exception '{message}' using errcode = 'disk_full'")


def endless(installation: Installation) -> AbstractContextManager[None]:
    return failing(installation, "perform pg_sleep(3600)")


@contextmanager
def no_connections(installation: Installation) -> Iterator[None]:
    with administering(installation) as connection:
        connection.execute("alter role app connection limit 0")
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'")
        try:
            yield
        finally:
            connection.execute("alter role app connection limit -1")


@contextmanager
def locked(installation: Installation) -> Iterator[None]:
    with administering(installation) as connection, connection.transaction():
        connection.execute("lock table ceremonies in access exclusive mode")
        yield


@dataclass(frozen=True)
class Refusing:
    """A fault of the database, what the log says of it, and whether anything can be read meanwhile."""

    name: str
    inject: Callable[[Installation], AbstractContextManager[None]]
    reason: str
    can_read: bool = True


REFUSING = [
    Refusing("database read-only", read_only, "read-only transaction"),
    Refusing("disk full", full_disk, "No space left on device"),
    Refusing("connection limit reached", no_connections, "too many connections", can_read=False),
    Refusing("table locked", locked, "lock timeout"),
]
if IS_LONG:
    REFUSING.append(Refusing("statement without end", endless, "statement timeout"))


@pytest.mark.parametrize("fault", REFUSING, ids=lambda fault: fault.name.replace(" ", "-"))
def test_s_ft_03_a_database_that_refuses_is_said_with_503_and_its_reason_logged(
    fault: Refusing, server: Serving, installation: Installation, campaign: Campaign
) -> None:
    browser = installation.browser(server)
    expect(browser.get("/login"), 200)
    log = installation.directory / "pocketid.log"
    written = log.stat().st_size
    with campaign.of(fault.name).once(), fault.inject(installation):
        eventually(lambda: browser.get("/login").status == 503, "the fault has no effect")
        assert int(browser.headers["Retry-After"]) >= 1
        assert "Please try again" in browser.text
        eventually(lambda: (server.get("/healthz") == 204) is fault.can_read, "health is told wrongly")
    assert fault.reason in log.read_bytes()[written:].decode()
    eventually(lambda: browser.get("/login").status == 200, "the server does not recover")
    eventually(lambda: server.get("/healthz") == 204, "the server does not recover")
    assert "Traceback" not in log.read_bytes()[written:].decode()


def test_s_ft_04_two_servers_that_start_on_an_empty_database_both_serve(
    machine: Machine, campaign: Campaign
) -> None:
    name = f"empty_{uuid.uuid4().hex[:8]}"
    with administering(machine.installation) as connection:
        connection.execute(f"create database {name}".encode())
    conninfo = psycopg.conninfo.make_conninfo(machine.installation.conninfo, dbname=name)
    folders = [machine.installation.directory / f"{name}-{number}" for number in range(2)]
    with campaign.of("two servers start on an empty database").once(), ExitStack() as stack:
        started: list[Serving] = []

        def start(number: int) -> None:
            folders[number].mkdir()
            context = serving(folders[number], machine.installation.origin, DB_CONNECTION_STRING=conninfo)
            started.append(stack.enter_context(context))

        threads = [threading.Thread(target=start, args=(number,)) for number in range(2)]
        with psycopg.connect(conninfo) as first:  # both have come to the lock before either has it
            first.execute("select pg_advisory_lock(hashtext('pocketid:migrations'))")
            for thread in threads:
                thread.start()
            eventually(lambda: waiting_for_locks(first) == 2, "the servers do not wait for one another")
        for thread in threads:
            thread.join()
        assert [server.get("/healthz") for server in started] == [204, 204]
    logs = [(folder / "pocketid.log").read_text() for folder in folders]
    assert sum("migrated" in log for log in logs) == 1
    assert not any(" ERROR " in log for log in logs)
    with psycopg.connect(conninfo) as connection:
        kept = connection.execute("select algorithm, count(*) from signing_keys group by 1").fetchall()
    assert sorted(kept) == [("ES256", 1), ("EdDSA", 1), ("PS256", 1), ("RS256", 1)]


def waiting_for_locks(connection: psycopg.Connection) -> int:
    row = connection.execute(
        "select count(*) from pg_locks where locktype = 'advisory' and not granted"
    ).fetchone()
    assert row is not None
    return int(row[0])


# More clients than the server holds


def test_s_ft_07_of_five_hundred_at_once_each_gets_its_page_or_is_told_to_come_back(
    server: Serving, installation: Installation, campaign: Campaign
) -> None:
    outcome = campaign.of(f"{_CONNECTIONS} requests at once")
    before = server.resident_kilobytes()
    answers = all_at_once(server, [request(installation, number) for number in range(_CONNECTIONS)])
    outcome.injected += _CONNECTIONS
    for number, (_seconds, answer) in enumerate(answers):
        outcome.lost += not answer
        head = answer.partition(b"\r\n\r\n")[0]
        if head.startswith(b"HTTP/1.1 503 "):
            assert b"\r\nRetry-After: 1" in head
        else:
            assert head.startswith(b"HTTP/1.1 303 "), head
            assert f"state=s{number}&".encode() in head + b"&", "the answer to somebody else"
    assert expect(installation.browser(server).get("/login"), 200)
    served = [seconds for seconds, answer in answers if answer.startswith(b"HTTP/1.1 303 ")]
    assert served
    outcome.figures += [
        f"{len(served)} served, the last after {max(served):.1f} s",
        f"{len(answers) - len(served)} told to come back",
        f"{(server.resident_kilobytes() - before) / 1024:+.1f} MB",
    ]


def request(installation: Installation, number: int) -> bytes:
    """A request whose answer names its own number: an error that goes back to the app."""
    host = installation.origin.removeprefix("http://")
    target = (
        "/authorize?client_id=app&response_type=none&redirect_uri=https%3A%2F%2Fapp.example.test%2Fcallback"
        f"&state=s{number}"
    )
    return f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()


def all_at_once(server: Serving, requests: list[bytes]) -> list[tuple[float, bytes]]:
    """Send all before reading any; for each the seconds until its answer was whole, and the answer."""
    clients = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _each in requests]
    began = time.monotonic()
    answers = [(0.0, b"")] * len(requests)
    with selectors.DefaultSelector() as selector:
        for number, (client, raw) in enumerate(zip(clients, requests, strict=True)):
            client.sendall(raw)
            client.setblocking(False)
            selector.register(client, selectors.EVENT_READ, number)
        while selector.get_map():
            events = selector.select(60)
            assert events, "some never get an answer"
            for key, _mask in events:
                client = clients[key.data]
                part = client.recv(65536)
                answers[key.data] = (time.monotonic() - began, answers[key.data][1] + part)
                if not part:
                    selector.unregister(client)
                    client.close()
    return answers


# Many requests


def test_s_ky_05_a_new_signing_key_fails_no_request(
    server: Serving, installation: Installation, campaign: Campaign
) -> None:
    outcome = campaign.of("a new signing key under traffic")
    stop = threading.Event()
    seen: set[str] = set()
    failures: list[BaseException] = []

    def use() -> None:
        try:
            browser = installation.signed_in(server, installation.add_person())
            while not stop.is_set():
                got = expect(installation.app.exchange(browser, installation.code(browser)), 200).json()
                seen.add(json.loads(from_base64url(got["id_token"].split(".")[0]))["kid"])
                claims_of(installation.browser(server), got["id_token"])
                expect(installation.app.userinfo(browser, got["access_token"]), 200)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=use) for _each in range(3)]
    for thread in threads:
        thread.start()
    for _each in range(3):
        with installation.database() as db:
            now = datetime.now(UTC)
            tell = partial(audit.record_by_system, db, now)
            kid = signing_keys._create(db, Keyring(KEY.encode()), "RS256", now, now, tell)
            db.commit()
        eventually(lambda made=kid: made in seen or bool(failures), "the new key does not sign")  # type: ignore[misc]
    stop.set()
    for thread in threads:
        thread.join()
    with outcome.once(3):
        assert not failures


def test_s_ft_09_many_requests_leave_the_memory_as_it_was(
    server: Serving, installation: Installation, campaign: Campaign
) -> None:
    outcome = campaign.of("many requests")
    done = 0
    until = time.monotonic() + _MOST_SECONDS
    browsers = [installation.signed_in(server, installation.add_person()) for _each in range(4)]

    def work(browser: Browser, requests: int) -> None:
        for _each in range(requests // len(browsers) // 6):
            if time.monotonic() > until:
                return
            one_round(installation, browser)

    def all_work(requests: int) -> None:
        threads = [threading.Thread(target=work, args=(browser, requests)) for browser in browsers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    all_work(_WARM)
    warm = server.resident_kilobytes()
    all_work(_REQUESTS - _WARM)
    grown = server.resident_kilobytes() / warm - 1
    done = installation.count("audit_events where event = 'TOKEN_ISSUED'") * 6
    outcome.injected += done
    outcome.figures.append(f"{warm / 1024:.0f} MB, then {grown:+.1%}")
    assert grown < (0.10 if IS_LONG else 0.30)


def one_round(installation: Installation, browser: Browser) -> None:
    """Six requests, each of another kind."""
    expect(browser.get("/.well-known/openid-configuration"), 200)
    expect(browser.get("/settings/account"), 200)
    got = expect(installation.app.exchange(browser, installation.code(browser)), 200).json()
    expect(installation.app.userinfo(browser, got["access_token"]), 200)
    expect(installation.app.refresh(browser, got["refresh_token"]), 200)
