"""What each file of journeys begins with: a browser, and a server over a fresh database."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pocketid.db import connect
from tests.chromium import Person, chromium
from tests.conftest import ENCRYPTION_KEY, make_open_folder
from tests.conftest import Server as Postgres
from tests.processes import Server, free_port

MakePerson = Callable[[], Person]


@pytest.fixture(scope="module")
def screen() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    folder = make_open_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def fresh_database(postgres: Postgres) -> Iterator[str]:
    """The connection string of an empty database, as on an empty machine."""
    name = f"journey_{uuid.uuid4().hex[:8]}"
    with connect(postgres.conninfo) as connection:
        connection.execute(f'create database "{name}"')
    yield postgres.database(name)
    with connect(postgres.conninfo) as connection:
        connection.execute(f'drop database "{name}" with (force)')


@pytest.fixture(scope="module")
def server(fresh_database: str, folder: Path) -> Iterator[Server]:
    """Our program as a process of its own, at debug level, so that its log shows all that it ever tells."""
    environment = {
        "DB_CONNECTION_STRING": fresh_database,
        "ENCRYPTION_KEY": ENCRYPTION_KEY,
        "LOG_LEVEL": "debug",
    }
    with Server(folder, free_port(), **environment) as running:
        yield running


@pytest.fixture(scope="module")
def people(screen: Browser, server: Server) -> Iterator[list[Person]]:
    """Everybody so far; their browsers end before the browser and the server do."""
    people: list[Person] = []
    yield people
    for one in people:
        one.close()


@pytest.fixture(scope="module")
def person(screen: Browser, server: Server, people: list[Person]) -> MakePerson:
    """Makes people, each with a browser of their own."""

    def make() -> Person:
        people.append(Person(screen, server.origin))
        return people[-1]

    return make


@pytest.fixture
def without_script(screen: Browser, owner: Person) -> Iterator[Page]:
    """A page in a browser that runs no script, where the owner of a file's journeys is signed in."""
    context = screen.new_context(java_script_enabled=False)
    context.add_cookies(owner.context.cookies())  # type: ignore[arg-type]  # what was read is what can be set
    yield context.new_page()
    context.close()


@pytest.fixture
def clean_consoles(people: list[Person]) -> Iterator[None]:
    """Nobody's browser may complain: of a broken script, a blocked request, a failed page."""
    yield
    problems = [problem for one in people for problem in one.problems]
    for one in people:
        one.problems.clear()
    assert problems == []
