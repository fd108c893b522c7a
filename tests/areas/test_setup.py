"""The first account: who may make it, and that there is one of it."""

import subprocess
import threading
from collections.abc import Callable

from pocketid import audit, setup, users, web
from pocketid.db import Connection, Database
from pocketid.paths import data_dir
from pocketid.routes import ROUTES
from pocketid.users import User
from pocketid.web import Site
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import APP_URL, Clock

SCRIPT = data_dir("sql") / "maintenance" / "reset_setup.sql"


def admins(connection: Connection) -> list[str]:
    return [
        row[0] for row in connection.execute("select username from users where is_admin order by username")
    ]


def begin(browser: Browser, username: str) -> str:
    """The credential that would complete setup."""
    browser.get("/setup")
    browser.post("/setup", {"username": username, "first_name": "Anna", "last_name": "", "email": ""})
    assert browser.view == "setup/passkey", browser.text
    return Authenticator(APP_URL).create(options_of(browser.text))


def test_setup_is_open_until_there_is_an_admin(
    db: Database, make_user: Callable[..., User], clock: Clock
) -> None:
    make_user()
    assert setup.is_open(db, clock())
    assert not setup.has_admin(db)
    make_user(is_admin=True)
    assert not setup.is_open(db, clock())
    assert setup.has_admin(db)


def test_a_site_without_admin_is_asked_about_again_until_it_has_one(
    site: Site, browser: Browser, make_user: Callable[..., User]
) -> None:
    site.signals.begin_listening()
    for _each in range(2):
        assert browser.get("/login").location == "/setup"
    make_user(is_admin=True)
    assert browser.get("/login").view == "login/show"


def test_the_maintenance_script_reopens_setup_for_fifteen_minutes(
    db: Database, make_user: Callable[..., User], shared_connection: Connection
) -> None:
    make_user(is_admin=True)
    sql = "\n".join(line for line in SCRIPT.read_text().splitlines() if not line.startswith("\\"))
    now = shared_connection.execute("select now()").fetchone()[0]  # type: ignore[index]
    shared_connection.execute(sql)
    assert setup.is_open(db, now)
    minutes = shared_connection.execute(
        "select extract(epoch from setup_reopened_until - now()) / 60 from instance"
    ).fetchone()
    assert minutes == (15,)


def test_a_reopened_setup_closes_when_it_was_used(
    db: Database,
    browser: Browser,
    make_user: Callable[..., User],
    shared_connection: Connection,
    clock: Clock,
) -> None:
    make_user(username="former", is_admin=True)
    shared_connection.execute("update instance set setup_reopened_until = %s", [clock.advance(minutes=1)])
    clock.advance(seconds=-30)
    credential = begin(browser, "second")
    refused = browser.post("/setup/passkey", {"username": "second", "credential": "{}"})
    assert refused.status == 400
    assert setup.is_open(db, clock())  # a failed ceremony closes nothing
    credential = Authenticator(APP_URL).create(options_of(browser.text))
    assert browser.post("/setup/passkey", {"credential": credential}).status == 303
    assert not setup.is_open(db, clock())
    assert admins(shared_connection) == ["former", "second"]


def test_the_maintenance_script_runs_in_psql(database: str, committed_site: Site) -> None:
    done = subprocess.run(
        ["psql", database, "-f", str(SCRIPT)], capture_output=True, text=True, check=True, timeout=20
    )
    assert "Setup is open until" in done.stdout


def test_ad_04_two_who_complete_setup_at_once_make_one_admin(committed_site: Site) -> None:
    application = web.application(committed_site, ROUTES)
    browsers = [Browser(application, APP_URL, f"192.0.2.{number}") for number in range(4)]
    credentials = [begin(browser, f"admin{number}") for number, browser in enumerate(browsers)]
    gate = threading.Barrier(len(browsers))

    def complete(browser: Browser, credential: str) -> None:
        gate.wait()
        browser.post("/setup/passkey", {"credential": credential})

    threads = [
        threading.Thread(target=complete, args=pair) for pair in zip(browsers, credentials, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(browser.status for browser in browsers) == [303, 404, 404, 404]
    connection = committed_site.source.take()
    try:
        assert len(admins(connection)) == 1
        assert connection.execute("select count(*) from users").fetchone() == (1,)
        assert connection.execute("select count(*) from passkeys").fetchone() == (1,)
    finally:
        committed_site.source.give_back(connection)


def test_no_account_is_made_without_its_passkey(browser: Browser, db: Database) -> None:
    begin(browser, "anna")
    browser.post("/setup/passkey", {"username": "anna", "credential": "{}"})
    assert users.find(db, "anna") is None


def test_no_account_is_made_with_a_passkey_that_somebody_has(
    browser: Browser,
    db: Database,
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    open_browser: Callable[[], Browser],
    shared_connection: Connection,
    clock: Clock,
) -> None:
    former, owner = make_user(username="former", is_admin=True), open_browser()
    sign_in(owner, former)
    device = Authenticator(APP_URL, credential_id=b"the same twice")
    options = options_of(owner.get("/settings/account/passkeys/new").text)
    assert owner.post("/settings/account/passkeys", {"credential": device.create(options)}).status == 303
    shared_connection.execute("update instance set setup_reopened_until = %s", [clock.advance(minutes=1)])
    clock.advance(seconds=-30)
    browser.get("/setup")
    browser.post("/setup", {"username": "second", "first_name": "Anna", "last_name": "", "email": ""})
    answer = browser.post("/setup/passkey", {"credential": device.create(options_of(browser.text))})
    assert (answer.status, answer.view) == (400, "setup/passkey")
    assert admins(shared_connection) == ["former"]
    assert setup.is_open(db, clock())
    assert not any(row.event == "ACCOUNT_CREATED" for row in audit.search(db, audit.Filter(), 50))
