"""Fixtures of the protocol's tests: a registered app, and a person who is signed in."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from pocketid import client_secrets, clients, users
from pocketid.db import Database
from tests.browser import Browser
from tests.conftest import Clock
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
