"""An installation under test: a PostgreSQL, servers of ours in processes of their own, people and an app.

Installation(directory, conninfo)      migrates the database and registers an app
  .serving(conninfo)                   a server process, killed or stopped at the end
  .browser(server)                     a browser that reaches it over HTTP, from an address of its own
  .add_person()                        somebody with a passkey, on a software authenticator
  .count(...), .row(...)               what the database holds, asked beside every server
"""

import http.client
import io
import itertools
import json
import re
import secrets
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from fido2 import cbor

from pocketid import client_secrets, clients, migrate, users
from pocketid.crypto import base64url, digest, random_token
from pocketid.db import Database, Pool, Statements, connect
from pocketid.paths import data_dir
from tests.authenticator import Authenticator, cose, options_of
from tests.browser import Browser
from tests.oidc.flow import App, answer
from tests.processes import free_port, pocketid

KEY = "a key for tests, long enough"
ANSWER_SECONDS = 60
_INTERACTION = re.compile(r'name="id" value="([0-9a-f-]{36})"')
_addresses = itertools.count(1)


def remote(port: int) -> Callable[..., Iterable[bytes]]:
    """A WSGI application that passes each request on to a server on loopback, as a reverse proxy does."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with closing(line_to(port)) as line:
            return _pass_on(line, environ, start_response, Connection="close")

    return application


def line_to(port: int) -> http.client.HTTPConnection:
    """A connection to a server on loopback; it is opened when it is needed."""
    return http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)


def over(line: http.client.HTTPConnection) -> Callable[..., Iterable[bytes]]:
    """The same as `remote` over one connection that stays open, for one request after the other."""
    return partial(_pass_on, line)


def _pass_on(
    line: http.client.HTTPConnection,
    environ: dict[str, Any],
    start_response: Callable[..., Any],
    **headers: str,
) -> Iterable[bytes]:
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            headers[name[5:].replace("_", "-")] = value
    headers["X-Forwarded-For"] = environ["REMOTE_ADDR"]
    headers["Content-Type"] = environ.get("CONTENT_TYPE", "")
    target = environ["PATH_INFO"] + ("?" + environ["QUERY_STRING"] if environ["QUERY_STRING"] else "")
    line.request(environ["REQUEST_METHOD"], target, environ["wsgi.input"].read(), headers)
    got = line.getresponse()
    start_response(f"{got.status} {got.reason}", got.getheaders())
    return [got.read()]


def patient(application: Callable[..., Iterable[bytes]], told: list[str]) -> Callable[..., Iterable[bytes]]:
    """The application for somebody who comes back when told to; each time is noted in `told`."""

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        while True:
            started: list[Any] = []
            environ["wsgi.input"] = io.BytesIO(body)
            chunks = application(environ, lambda *arguments, kept=started: kept.extend(arguments))
            if not started[0].startswith("503"):
                start_response(*started)
                return chunks
            told.append(dict(started[1])["Retry-After"])
            time.sleep(int(told[-1]))

    return wrapped


@dataclass(frozen=True)
class Serving:
    """A running server process of ours."""

    process: subprocess.Popen[bytes]
    port: int

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def get(self, path: str) -> int:
        """The status of a page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def resident_kilobytes(self) -> int:
        """How much memory the process holds."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1])


@contextmanager
def serving(directory: Path, origin: str, **environment: str) -> Iterator[Serving]:
    """A server of ours, with an embedded database in `directory` unless the environment names another."""
    port = free_port()
    values = {"APP_URL": origin, "ENCRYPTION_KEY": KEY, "TRUST_PROXY": "127.0.0.1", **environment}
    with pocketid(directory, port, **values) as process:
        yield Serving(process, port)


def some_origin() -> str:
    """An address for people that belongs to no other installation; several servers may share it."""
    return f"http://localhost:{free_port()}"


def eventually(condition: Callable[[], bool], otherwise: str) -> None:
    """Wait until something holds. Raises AssertionError when it does not within a minute."""
    until = time.monotonic() + ANSWER_SECONDS
    while not condition():
        assert time.monotonic() < until, otherwise
        time.sleep(0.01)


@dataclass(frozen=True)
class Person:
    """Somebody who has an account, and their device."""

    user: users.User
    device: Authenticator


@dataclass
class Installation:
    """See the head of this module. `conninfo` leads straight to the database, past every wire."""

    directory: Path
    conninfo: str
    origin: str

    def __post_init__(self) -> None:
        migrate.migrate(self.conninfo)
        self._pool = Pool(self.conninfo, 4)
        self._pool.open()
        self._statements = Statements.load(data_dir("sql"))
        with self.database() as db:
            change = clients.Change(id="app", name="App", redirect_uris=["https://app.example.test/callback"])
            clients.create(db, change, None, datetime.now(UTC))
            secret = client_secrets.create(db, "app", now=datetime.now(UTC))[1]
            db.commit()
        self.app = App("app", secret)

    def close(self) -> None:
        """Let go of the database."""
        self._pool.close()

    def database(self) -> Database:
        """The database, beside the servers."""
        return Database(self._pool, self._statements)

    @contextmanager
    def serving(self, conninfo: str | None = None) -> Iterator[Serving]:
        """A server of ours on this database, once it hears of changes, rests, and keeps what it will keep in mind."""
        before = self.listeners()
        with serving(self.directory, self.origin, DB_CONNECTION_STRING=conninfo or self.conninfo) as started:
            eventually(lambda: bool(self.listeners() - before), "the server does not listen for changes")
            eventually(self.rests, "the server is never at rest")
            self.browser(started).get("/login")  # reads the settings, which it would read later otherwise
            yield started

    def listeners(self) -> set[int]:
        """Who hears of changes: the process ids of PostgreSQL's side of it."""
        with connect(self.conninfo) as connection:
            rows = connection.execute("select pid from pg_stat_activity where query = 'listen pocketid'")
            return {row[0] for row in rows}

    def rests(self) -> bool:
        """Whether nobody has asked the database for a moment: what a server does by itself at its start is done."""
        with connect(self.conninfo) as connection:
            row = connection.execute(
                "select bool_and(state = 'idle' and state_change < clock_timestamp() - interval '0.2 s')"
                " from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
            ).fetchone()
        return row is None or row[0] is not False

    def browser(self, serving: Serving) -> Browser:
        """A browser of somebody new."""
        number = next(_addresses)
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        return Browser(remote(serving.port), self.origin, address)

    def add_person(self, *, is_admin: bool = False, has_passkey: bool = True) -> Person:
        """An account with a passkey."""
        name = f"user-{secrets.token_hex(6)}"
        now = datetime.now(UTC)
        change = users.Change(username=name, first_name=name, email=f"{name}@example.test", is_admin=is_admin)
        device = Authenticator(self.origin)
        with self.database() as db:
            user = users.create(db, change, now)
            if has_passkey:
                _enrol(db, user, device, now)
            db.commit()
        return Person(user, device)

    def signed_in(self, serving: Serving, person: Person) -> Browser:
        """A browser with a running session of a person."""
        browser = self.browser(serving)
        token, now = random_token(), datetime.now(UTC)
        with self.database() as db:
            db.run(
                "sessions.insert",
                digest=digest(token),
                user_id=person.user.id,
                method="passkey",
                passkey_id=None,
                verified_at=now,
                expires_at=now + timedelta(hours=1),
                address=browser.address,
                user_agent=browser.user_agent,
                now=now,
            )
            db.commit()
        browser.cookies["session"] = token
        return browser

    def code(self, browser: Browser) -> str:
        """Walk to a code from a browser that is signed in, consenting on the way if that is asked."""
        self.app.authorize(browser)
        if browser.location.startswith("/interaction"):
            consent(browser.get(browser.location))
        return answer(browser)["code"]

    def sign_in(self, browser: Browser, person: Person) -> dict[str, Any]:
        """A whole sign-in to the app with a passkey: page, assertion, consent, exchange; the tokens."""
        self.app.authorize(browser)
        expect(browser.get(browser.location), 200)
        interaction = _INTERACTION.search(browser.text)
        assert interaction, browser.text
        form = {"id": interaction[1], "credential": person.device.get(options_of(browser.text))}
        expect(browser.post("/interaction/sign-in", form), 200)
        consent(browser)
        got = expect(self.app.exchange(browser, answer(browser)["code"]), 200)
        tokens: dict[str, Any] = got.json()
        return tokens

    def row(self, statement: str, *parameters: Any) -> tuple[Any, ...]:
        """The one row that a statement of the test's own answers."""
        with connect(self.conninfo) as connection:
            row: tuple[Any, ...] | None = connection.execute(statement.encode(), parameters).fetchone()
        assert row is not None
        return row

    def count(self, query: str, *parameters: Any) -> int:
        """How many rows there are: `count("passkeys where user_id = %s", id)`."""
        number: int = self.row(f"select count(*) from {query}", *parameters)[0]
        return number

    def forget_people(self) -> None:
        """An installation without accounts, as after the first start."""
        with connect(self.conninfo) as connection:
            connection.execute("alter table users disable trigger users_last_admin_delete")
            connection.execute("delete from users")
            connection.execute("alter table users enable trigger users_last_admin_delete")
            connection.execute("delete from limits")


def _enrol(db: Database, user: users.User, device: Authenticator, now: datetime) -> None:
    """A passkey on the device and in the database, without the ceremony."""
    options = {
        "challenge": base64url(b"never asked"),
        "rp": {"id": "localhost"},
        "user": {"id": base64url(str(user.id).encode())},
        "pubKeyCredParams": [{"alg": -7}],
    }
    device.create(json.dumps(options))
    passkey = device.credentials[0]
    db.run(
        "webauthn.insert",
        user_id=user.id,
        credential_id=passkey.id,
        public_key=cbor.encode(cose(passkey.key)),
        name="Test",
        aaguid=None,
        transports=["internal"],
        sign_count=0,
        backup_eligible=True,
        backed_up=True,
        now=now,
    )


def consent(browser: Browser) -> Browser:
    """Press the button of the consent page."""
    interaction = _INTERACTION.search(browser.text)
    assert interaction, browser.text
    return expect(browser.post("/interaction/consent", {"id": interaction[1]}), 303)


def expect(browser: Browser, status: int) -> Browser:
    """The browser, if its last answer has this status."""
    assert browser.status == status, (browser.status, browser.text[:2000])
    return browser
