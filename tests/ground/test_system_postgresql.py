"""A short form of the suite on the system's PostgreSQL, which is older than the wheel's: migrations and the main job.

`TEST_DATABASE=... pytest` runs everything on a server of one's choice.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from pocketid import embedded, jobs, migrate, signing_keys, web
from pocketid.crypto import Keyring
from pocketid.db import Pool, Statements, connect
from pocketid.paths import data_dir
from pocketid.routes import ROUTES
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import APP_URL, ENCRYPTION_KEY, make_config, make_open_folder
from tests.main_job import sign_in, walk


@contextmanager
def _system_server(patched: pytest.MonkeyPatch) -> Iterator[str]:
    """A cluster made and served by the programs under /usr/lib/postgresql."""
    patched.setattr("importlib.util.find_spec", lambda name: None)
    folder = make_open_folder()
    with embedded.start(folder) as server:
        assert server.binaries.is_relative_to("/usr/lib/postgresql")
        yield server.conninfo
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def older() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patched, _system_server(patched) as conninfo:
        yield conninfo


@pytest.fixture(scope="module")
def site_on_it(older: str) -> Iterator[Site]:
    migrate.migrate(older)
    pool = Pool(older, 4)
    pool.open()
    site = Site(make_config(), Keyring(ENCRYPTION_KEY.encode()), pool, Statements.load(data_dir("sql")))
    with site.database() as database:
        signing_keys.ensure(database, site.keyring, datetime.now(UTC))
        database.commit()
    yield site
    pool.close()


def test_the_migrations_run_on_it(site_on_it: Site, older: str) -> None:
    with connect(older) as connection:
        assert connection.info.server_version >= migrate.OLDEST_POSTGRESQL
        assert migrate.missing(connection) == 0


def test_every_statement_is_understood_by_it(site_on_it: Site, older: str) -> None:
    with connect(older) as connection:
        for statement in site_on_it.statements.values():
            with connection.transaction(force_rollback=True):
                connection.execute(b"explain " + statement.text, dict.fromkeys(statement.parameters))


def test_the_main_job_is_done_on_it(site_on_it: Site) -> None:
    done = walk(Browser(web.application(site_on_it, ROUTES), APP_URL))
    sign_in(Browser(web.application(site_on_it, ROUTES), APP_URL), done.device)
    assert done.tokens["token_type"] == "Bearer"
    jobs.keep_house(site_on_it)
