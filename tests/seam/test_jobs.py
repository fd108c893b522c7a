"""The work beside the requests: hearing of changes, deleting what has expired, going on after a loss."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from pocketid import client_secrets, clients, jobs, outbox, web
from pocketid.db import Pool, connect
from pocketid.jobs import Jobs
from pocketid.outbox import Kind
from pocketid.request import Guard, Request
from pocketid.response import Response, empty
from pocketid.routes import ROUTES
from pocketid.web import Route, Site
from tests.browser import Browser
from tests.conftest import Clock
from tests.logout_app import LogoutApp
from tests.mail_server import MailServer
from tests.mails import set_up
from tests.oidc.flow import CALLBACK, App


def eventually(holds: Callable[[], bool], seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def working(committed_site: Site, database: str) -> Iterator[Site]:
    """A site whose jobs run and whose listener listens."""
    running = Jobs(committed_site, database)
    running.start()
    assert eventually(lambda: is_kept(committed_site))
    yield committed_site
    running.stop()
    assert not {"listener", "postman", "courier", "housekeeper"} & {
        thread.name for thread in threading.enumerate()
    }


def is_kept(site: Site) -> bool:
    """Whether what is read of a table stays in memory, which it does while changes are heard."""
    site.signals.get("settings", lambda: "before")
    found: Any = site.signals.get("settings", lambda: "after")
    return bool(found == "before")


def read(site: Site) -> Any:
    return site.signals.get("settings", lambda: "read again")


def test_a_change_by_anybody_drops_what_was_kept(working: Site, database: str) -> None:
    with connect(database) as connection:
        connection.execute("insert into settings (name, value) values ('appName', 'House')")
    assert eventually(lambda: bool(read(working) == "read again"))


def test_what_was_to_be_told_before_a_restart_is_told_after_it_and_what_comes_then_at_once(
    committed_site: Site, database: str, clock: Clock, tmp_path: Path
) -> None:
    """Nothing but the rows says what is to be done: whoever dies between a sign-out and the app leaves them."""

    def write() -> None:
        with connect(database) as connection:
            connection.execute(
                "insert into logouts (client_id, subject, next_attempt_at, created_at) values ('photos', 'x', %s, %s)",
                (clock(), clock()),
            )

    with LogoutApp(tmp_path) as app:
        with committed_site.database() as db:
            change = clients.Change(id="photos", name="Photos", backchannel_logout_uri=app.address("ok"))
            clients.create(db, change, None, clock())
            db.commit()
        write()
        running = Jobs(replace(committed_site, config=app.configured(committed_site.config)), database)
        running.start()
        try:
            assert eventually(lambda: len(app.received) == 1)
            write()
            assert eventually(lambda: len(app.received) == 2)
        finally:
            running.stop()


def test_a_secret_that_is_revoked_elsewhere_ends_and_so_does_the_client(
    working: Site, database: str, clock: Clock
) -> None:
    """Clients and digests are kept in memory, but for no longer than until the change is heard."""
    with working.database() as db:
        change = clients.Change(id="immich", name="Immich", redirect_uris=[CALLBACK])
        clients.create(db, change, None, clock())
        app = App("immich", client_secrets.create(db, "immich", clock())[1])
        db.commit()
    browser = Browser(web.application(working, ROUTES), working.config.app_url)
    working.signals.changed("settings")  # which held a word of the fixture

    def error() -> Any:
        return app.exchange(browser, "unknown").json()["error"]

    def is_unknown() -> bool:
        return app.authorize(browser).status == HTTPStatus.BAD_REQUEST

    assert [error(), error()] == ["invalid_grant"] * 2
    with connect(database) as connection:
        connection.execute("delete from client_secrets")
        assert eventually(lambda: bool(error() == "invalid_client"))
        assert not is_unknown()
        connection.execute("delete from clients")
        assert eventually(is_unknown)


def test_s_ft_02_a_listener_that_lost_its_connection_keeps_nothing_and_comes_back(
    working: Site, database: str
) -> None:
    assert read(working) == "before"
    with connect(database) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen pocketid'"
        )
    assert eventually(lambda: bool(read(working) == "read again")), "it kept what it could not hear change"
    assert eventually(lambda: is_kept(working))


EXPIRING = {
    "ceremonies": "insert into ceremonies (challenge, kind, browser_digest, expires_at)"
    " values ('\\x00', 'authentication', '\\x00', %(past)s)",
    "used_jtis": "insert into used_jtis (digest, expires_at) values ('\\x00', %(past)s)",
    "fetched_keys": "insert into fetched_keys (address, tried_at) values ('x', %(past)s)",
    "limits": "insert into limits (key, tokens, updated_at) values ('x', 1, %(past)s)",
    "audit_events": "insert into audit_events (at, event, details) values (%(past)s, 'SIGN_IN', '{}')",
}


def test_what_has_expired_is_deleted_and_nothing_else(
    committed_site: Site, database: str, clock: Clock
) -> None:
    old, new = clock() - timedelta(days=400), clock() + timedelta(minutes=1)
    with connect(database) as connection:
        for statement in EXPIRING.values():
            connection.execute(statement, {"past": old})
            connection.execute(statement.replace("'\\x00'", "'\\x01'").replace("'x'", "'y'"), {"past": new})
        jobs.keep_house(committed_site)
        for table in EXPIRING:
            which = "event = 'SIGN_IN'" if table == "audit_events" else "true"
            assert connection.execute(f"select count(*) from {table} where {which}").fetchone() == (1,), table


def test_s_ft_02_without_a_database_the_housekeeper_waits_for_better_days(
    committed_site: Site, tmp_path: Any
) -> None:
    pool = Pool(f"host={tmp_path} dbname=none", 1)
    pool.open()
    jobs.keep_house(replace(committed_site, source=pool))
    pool.close()


def test_a_mail_goes_out_as_soon_as_it_is_written(working: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_LOOK_AGAIN_SECONDS", 3600)  # so only the news of it wakes the postman
    with MailServer() as server, working.database() as db:
        set_up(db, working, **server.settings())
        for number in (1, 2):
            posted = post(working, lambda request: outbox.post(request, Kind.TEST, "anna@example.test"))
            assert posted.status == 204
            assert len(server.wait(number)) == number
        assert eventually(lambda: outbox.counts(db).sent == 2)


def post(site: Site, act: Callable[[Request], object]) -> Browser:
    """Do something within a request."""

    def handle(request: Request) -> Response:
        act(request)
        return empty()

    application = web.application(site, [Route("GET", "/post", handle, Guard.PUBLIC)])
    return Browser(application, site.config.app_url).get("/post")
