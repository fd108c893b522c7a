"""Fixtures of the protocol's tests: a registered app, and a person who is signed in."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from pocketid import client_secrets, clients, users
from pocketid.db import Connection, Database
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import APP_URL, Clock
from tests.oidc import grants
from tests.oidc.flow import App


@pytest.fixture
def make_app(make_client: Callable[..., clients.Client], db: Database, now: datetime) -> Callable[..., App]:
    """Registers a client with a secret, a public one without."""

    def make(client_id: str = "immich", **fields: Any) -> App:
        client = make_client(client_id, **fields)
        secret = None if client.is_public else client_secrets.create(db, client_id, now=now)[1]
        db.commit()
        return App(client_id, secret, client.redirect_uris[0])

    return make


@pytest.fixture
def app(make_app: Callable[..., App]) -> App:
    return make_app()


@pytest.fixture
def anna(make_user: Callable[..., users.User]) -> users.User:
    make_user(username="owner", is_admin=True)
    return make_user(username="anna", first_name="Anna", last_name="Muster", email="anna@example.test")


@pytest.fixture
def signed_in(browser: Browser, anna: users.User, sign_in: Callable[..., None]) -> Browser:
    """Anna's browser, signed in by a passkey."""
    sign_in(browser, anna)
    return browser


@pytest.fixture
def issue(db: Database, app: App, anna: users.User, clock: Clock) -> Callable[..., str]:
    """`issue(**changes)`: a code for `app` and Anna; changes as tokens.Granted, and `to` another app."""

    def make(*, to: App | None = None, **changes: Any) -> str:
        return grants.issue_code(db, to or app, anna, clock(), **changes)

    return make


@pytest.fixture
def make_device(
    open_browser: Callable[[], Browser], sign_in: Callable[..., None]
) -> Callable[..., Authenticator]:
    """`make_device(user, **fields)`: a device with a passkey of a person; fields as Authenticator."""

    def make(user: users.User, **fields: Any) -> Authenticator:
        device, browser = Authenticator(APP_URL, **fields), open_browser()
        sign_in(browser, user)
        options = options_of(browser.get("/settings/account/passkeys/new").text)
        browser.post("/settings/account/passkeys", {"credential": device.create(options)})
        assert browser.status == 303
        return device

    return make


@pytest.fixture
def device(anna: users.User, make_device: Callable[..., Authenticator]) -> Authenticator:
    """Anna's device, with her passkey."""
    return make_device(anna)


@pytest.fixture
def rows(shared_connection: Connection) -> Callable[[str], int]:
    """How many rows a table has."""

    def count(table: str) -> int:
        found = shared_connection.execute(f"select count(*) from {table}").fetchone()
        assert found is not None
        return int(found[0])

    return count


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    """The connection of `site`, to look at rows as they are."""
    return shared_connection
