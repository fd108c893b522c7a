"""The price of an answer is how often it waits for the database."""

from collections.abc import Callable

import pytest

from pocketid import users
from pocketid.db import Connection
from pocketid.web import Site
from tests.browser import Browser
from tests.oidc.flow import App, answer
from tests.round_trips import counted


@pytest.fixture(autouse=True)
def kept(site: Site, browser: Browser, app: App) -> None:
    """As in a running process: keys, clients and secrets are read once, until their table changes."""
    site.signals.begin_listening()
    browser.get("/.well-known/jwks.json")
    assert app.exchange(browser, "unknown").status == 400


def test_the_counter_counts(shared_connection: Connection) -> None:
    with counted(shared_connection) as found:
        shared_connection.execute("select 1")
        with shared_connection.transaction():
            shared_connection.execute("select 1")
    assert found.count == 4


def test_a_code_exchange_reads_once_and_writes_once(
    browser: Browser, app: App, issue: Callable[..., str], shared_connection: Connection
) -> None:
    """The code with its person; then one statement that is its own transaction."""
    code = issue()
    with counted(shared_connection) as found:
        assert app.exchange(browser, code).status == 200
    assert found.count == 2


def test_a_refresh_reads_once_and_writes_once(
    browser: Browser, app: App, issue: Callable[..., str], shared_connection: Connection
) -> None:
    token = app.exchange(browser, issue()).json()["refresh_token"]
    with counted(shared_connection) as found:
        assert app.refresh(browser, token).status == 200
    assert found.count == 2


def test_userinfo_reads_once(
    browser: Browser, app: App, issue: Callable[..., str], shared_connection: Connection
) -> None:
    token = app.exchange(browser, issue()).json()["access_token"]
    with counted(shared_connection) as found:
        assert app.userinfo(browser, token).status == 200
    assert found.count == 1


def test_introspection_reads_once(
    browser: Browser, app: App, issue: Callable[..., str], shared_connection: Connection
) -> None:
    token = app.exchange(browser, issue()).json()["access_token"]
    form = {"token": token, "client_id": app.client_id, "client_secret": app.secret}
    with counted(shared_connection) as found:
        got = browser.post("/api/oidc/introspect", form, form_token=None)
    assert (got.json()["active"], found.count) == (True, 1)


def test_client_credentials_write_once(browser: Browser, app: App, shared_connection: Connection) -> None:
    with counted(shared_connection) as found:
        got = app.token(
            browser, grant_type="client_credentials", client_id=app.client_id, client_secret=app.secret
        )
    assert (got.status, found.count) == (200, 1)


def test_a_sign_in_that_needs_nobody_reads_twice_and_writes_once(
    signed_in: Browser, app: App, shared_connection: Connection
) -> None:
    """The session; the consent; then one statement that is its own transaction."""
    app.code(signed_in)
    with counted(shared_connection) as found:
        assert "code" in answer(app.authorize(signed_in))
    assert found.count == 3


def test_the_sign_in_page_writes_its_challenge_and_reads_nothing(
    browser: Browser, anna: users.User, shared_connection: Connection
) -> None:
    assert anna
    browser.get("/login")
    with counted(shared_connection) as found:
        assert browser.get("/login").view == "login/show"
    assert found.count == 1


@pytest.mark.parametrize("path", ["/.well-known/jwks.json", "/.well-known/openid-configuration"])
def test_discovery_and_keys_read_nothing(browser: Browser, shared_connection: Connection, path: str) -> None:
    browser.get(path)
    with counted(shared_connection) as found:
        assert browser.get(path).status == 200
    assert found.count == 0
