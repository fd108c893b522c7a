"""Fixtures: a real PostgreSQL for the whole run, and a site whose every test is rolled back.

site, browser, db, clock      one transaction around each test; requests are savepoints in it
committed_site                a database of its own, for two connections at once and for restarts
"""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from pocketid import clients, config, embedded, groups, migrate, signing_keys, users, web
from pocketid.audit import Filter, Row, search
from pocketid.crypto import Keyring, digest, random_token
from pocketid.db import Connection, Database, Pool, Statements, connect
from pocketid.geo import Network, Places
from pocketid.paths import data_dir
from pocketid.render import Assets
from pocketid.request import Request
from pocketid.routes import ROUTES
from pocketid.web import Site
from tests.browser import Browser
from tests.mails import Outgoing, set_up
from tests.mails import outgoing as outgoing_mails

APP_URL = "https://pocketid.example.test"
ENCRYPTION_KEY = "a key for tests, long enough"
KEYRING = Keyring(ENCRYPTION_KEY.encode())  # one for all, so that a signing key is opened once in a process
START = datetime(2026, 5, 3, 14, 7, 0, tzinfo=UTC)


settings.register_profile("short", max_examples=1_000, deadline=None, derandomize=True, database=None)
settings.register_profile("long", max_examples=100_000, deadline=None, database=None)
settings.load_profile(os.environ.get("POCKETID_TEST_PROFILE", "short"))
BY_REQUESTS = settings(  # where each example costs a request or more
    max_examples=settings().max_examples // 15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Clock:
    """The time of a test: it stands still until it is told to move."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **duration: float) -> datetime:
        """Move on by a timedelta's arguments."""
        self.at += timedelta(**duration)
        return self.at


class OneConnection:
    """A source whose databases share one connection, and so one outer transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def take(self) -> Connection:
        """The connection."""
        return self.connection

    def give_back(self, connection: Connection) -> None:
        """Nothing to return."""


@dataclass(frozen=True)
class Server:
    """The PostgreSQL of this run, with a migrated template to copy."""

    conninfo: str
    template: str

    def database(self, name: str) -> str:
        """The connection string of another database on it."""
        return psycopg.conninfo.make_conninfo(self.conninfo, dbname=name)


def make_config(**environment: str) -> config.Config:
    """A configuration from environment variables over those of the tests."""
    environ = {
        "APP_URL": APP_URL,
        "ENCRYPTION_KEY": ENCRYPTION_KEY,
        "TRUST_PROXY": "127.0.0.0/8",
        "DB_CONNECTION_STRING": "postgresql://unused@localhost/unused",
        **environment,
    }
    return config.load(environ, Path("/nonexistent"))


@pytest.fixture(scope="session")
def assets() -> Assets:
    return Assets(data_dir("views") / "static")


@pytest.fixture(scope="session")
def statements() -> Statements:
    return Statements.load(data_dir("sql"))


def make_open_folder() -> Path:
    """A folder that the account of an embedded database can enter, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="pocketid-test-"))
    folder.chmod(0o711)
    return folder


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A scratch folder that other accounts may pass through."""
    folder = make_open_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL of our own, or the one that TEST_DATABASE names, with migrated template."""
    external = os.environ.get("TEST_DATABASE")
    if external:
        yield _prepared(external)
        return
    folder = make_open_folder()
    with embedded.start(folder, 100) as server:
        yield _prepared(server.conninfo)
    shutil.rmtree(folder)


def _prepared(conninfo: str) -> Server:
    template = f"template_{uuid.uuid4().hex[:8]}"
    server = Server(conninfo, template)
    with connect(conninfo) as connection:
        connection.execute(f'create database "{template}"')
    migrate.migrate(server.database(template))
    with connect(server.database(template)) as connection:
        db = Database(OneConnection(connection), Statements.load(data_dir("sql")))
        signing_keys.ensure(db, KEYRING, START)
        db.commit()
    return server


@pytest.fixture(scope="session")
def shared_database(postgres: Server) -> str:
    name = f"shared_{uuid.uuid4().hex[:8]}"
    with connect(postgres.conninfo) as connection:
        connection.execute(f'create database "{name}" template "{postgres.template}"')
    return postgres.database(name)


@pytest.fixture(scope="session")
def shared_connection(shared_database: str) -> Iterator[Connection]:
    with connect(shared_database) as connection:
        connection.execute("set idle_in_transaction_session_timeout = 0")  # a test may think for long
        yield connection


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def now(clock: Clock) -> datetime:
    return clock()


@pytest.fixture
def site(
    shared_connection: Connection, statements: Statements, clock: Clock, assets: Assets
) -> Iterator[Site]:
    """A site on a transaction that is rolled back after the test."""
    configuration = make_config()
    with shared_connection.transaction(force_rollback=True):
        yield Site(
            configuration,
            KEYRING,
            OneConnection(shared_connection),
            statements,
            clock=clock,
            assets=assets,
        )


@pytest.fixture
def reconfigured(site: Site) -> Iterator[Callable[..., Browser]]:
    """A browser on the same site with other environment variables."""
    sites: list[Site] = []

    def make(**environment: str) -> Browser:
        other = replace(site, config=make_config(**environment))
        sites.append(other)
        return Browser(web.application(other, ROUTES), other.config.app_url)

    yield make
    for other in sites:
        other.places.close()


@pytest.fixture
def places_at() -> Iterator[Callable[..., Places]]:
    """Makes Places of a file, and of networks of one's own."""
    made: list[Places] = []

    def make(path: Path, local: Iterable[Network] = ()) -> Places:
        made.append(Places(path, local))
        return made[-1]

    yield make
    for places in made:
        places.close()


@pytest.fixture
def database(postgres: Server) -> Iterator[str]:
    """The connection string of a migrated database of the test's own."""
    name = f"own_{uuid.uuid4().hex[:8]}"
    with connect(postgres.conninfo) as connection:
        connection.execute(f'create database "{name}" template "{postgres.template}"')
    yield postgres.database(name)
    with connect(postgres.conninfo) as connection:
        connection.execute(f'drop database "{name}" with (force)')


@pytest.fixture
def committed_site(database: str, statements: Statements, clock: Clock, assets: Assets) -> Iterator[Site]:
    """A site on a database of its own, with a real pool: for concurrency and restarts."""
    pool = Pool(database, 8)
    pool.open()
    yield Site(make_config(), KEYRING, pool, statements, clock=clock, assets=assets)
    pool.close()


@pytest.fixture
def db(site: Site) -> Iterator[Database]:
    with site.database() as database:
        yield database


@pytest.fixture
def request_of(site: Site, db: Database) -> Callable[..., Request]:
    """A bare request on the site, with other environment variables if there are any."""

    def make(**environment: str) -> Request:
        values: dict[str, Any] = dict.fromkeys(
            ("query", "form", "files", "headers", "cookies", "body", "address", "browser")
        )
        return Request(
            method="GET",
            path="/",
            now=site.clock(),
            config=make_config(**environment),
            keyring=site.keyring,
            signals=site.signals,
            assets=site.assets,
            db=db,
            **values,
        )

    return make


@pytest.fixture
def open_browser(site: Site) -> Callable[[], Browser]:
    """Makes browsers; each has its own cookies."""
    application = web.application(site, ROUTES)
    return lambda: Browser(application, site.config.app_url)


@pytest.fixture
def browser(open_browser: Callable[[], Browser]) -> Browser:
    return open_browser()


def add_user(db: Database, now: datetime, **fields: Any) -> users.User:
    """A person in the database; fields as users.Change."""
    name = fields.setdefault("username", f"user{uuid.uuid4().hex[:8]}")
    values: dict[str, Any] = {
        "first_name": "Anna",
        "last_name": "Muster",
        "display_name": "Anna Muster",
        "email": f"{name}@example.test",
        "email_verified": True,
        "is_admin": False,
        "disabled": False,
    }
    user = users.create(db, users.Change(**(values | fields)), now)
    db.commit()
    return user


@pytest.fixture
def make_user(db: Database, now: datetime) -> Callable[..., users.User]:
    return lambda **fields: add_user(db, now, **fields)


@pytest.fixture
def make_group(db: Database, now: datetime) -> Callable[..., groups.Group]:
    def make(name: str = "family", *members: users.User, **fields: Any) -> groups.Group:
        change = groups.Change(name=name, friendly_name=fields.get("friendly_name", name.title()))
        group = groups.create(db, change, now)
        groups.set_members(db, group.id, [member.id for member in members])
        db.commit()
        return group

    return make


@pytest.fixture
def make_client(db: Database, now: datetime) -> Callable[..., clients.Client]:
    def make(client_id: str = "immich", **fields: Any) -> clients.Client:
        values = {"name": client_id.title(), "redirect_uris": ["https://app.example.test/callback"], **fields}
        client = clients.create(db, clients.Change(id=client_id, **values), None, now)
        db.commit()
        return client

    return make


def sign_in_as(
    browser: Browser, db: Database, user: users.User, now: datetime, method: str = "passkey"
) -> None:
    """Give a browser a running session of a person."""
    token = random_token()
    db.run(
        "sessions.insert",
        digest=digest(token),
        user_id=user.id,
        method=method,
        passkey_id=None,
        verified_at=now if method == "passkey" else None,
        expires_at=now + timedelta(minutes=60),
        address="127.0.0.1",
        user_agent=browser.user_agent,
        now=now,
    )
    db.commit()
    prefix = "__Host-" if browser.origin.startswith("https:") else ""
    browser.cookies[f"{prefix}session"] = token
    browser.body = b""


@pytest.fixture
def sign_in(db: Database, clock: Clock) -> Callable[..., None]:
    """`sign_in(browser, user, method="passkey")`: a session without the ceremony."""
    return lambda browser, user, method="passkey": sign_in_as(browser, db, user, clock(), method)


@pytest.fixture
def admin(browser: Browser, make_user: Callable[..., users.User], sign_in: Callable[..., None]) -> users.User:
    """An administrator, signed in in `browser`."""
    user = make_user(username="admin", is_admin=True)
    sign_in(browser, user)
    return user


@pytest.fixture
def events(db: Database) -> Callable[..., list[Row]]:
    """The audit events so far, newest first: all, or those of one kind."""
    return lambda event=None: search(db, Filter(event=event), 200)


@pytest.fixture
def outgoing(site: Site, db: Database) -> Callable[[], list[Outgoing]]:
    """Mail is set up; the mails that wait to be sent so far, opened and rendered."""
    set_up(db, site)
    return lambda: outgoing_mails(site, db)
