"""Where two features meet: what one takes away, the other must not give."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pocketid import client_secrets, clients
from pocketid.db import Database
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import Clock
from tests.oidc.flow import App
from tests.oidc.grants import check_refusal

CLIENTS = "/settings/admin/oidc-clients"
Change = Callable[..., None]


@pytest.fixture
def change(db: Database, clock: Clock) -> Change:
    """`change(app, **fields)`: the client is another one from now on."""

    def make(app: App, **fields: Any) -> None:
        before = clients.Change.of(clients.get(db, app.client_id))
        clients.update(db, app.client_id, replace(before, **fields), clock())
        db.commit()

    return make


# What is kept in memory, and the page that changes it


@pytest.fixture
def keeping(site: Site) -> None:
    """As in a running process whose listener has not heard of a change yet."""
    site.signals.begin_listening()


@pytest.mark.usefixtures("keeping", "admin")
def test_s_ky_06_a_secret_that_was_revoked_here_is_refused_at_the_next_request(
    browser: Browser, app: App, issue: Callable[..., str], db: Database
) -> None:
    assert app.exchange(browser, issue()).status == 200
    [secret] = client_secrets.of_client(db, app.client_id)
    browser.get(f"{CLIENTS}/{app.client_id}")
    assert browser.post(f"{CLIENTS}/{app.client_id}/secrets/{secret.id}/revoke").status == 303
    check_refusal(app.exchange(browser, issue()), 401, "invalid_client")


@pytest.mark.usefixtures("keeping", "admin")
def test_s_ky_06_a_client_that_was_deleted_here_is_unknown_at_the_next_request(
    browser: Browser, app: App
) -> None:
    assert app.authorize(browser).status == 303
    browser.get(f"{CLIENTS}/{app.client_id}/delete")
    assert browser.post(f"{CLIENTS}/{app.client_id}/delete").status == 303
    assert app.authorize(browser).status == 400


# A client that an admin made stricter since


def test_s_tk_06_an_end_of_refreshing_that_was_set_later_counts_at_once(
    browser: Browser, app: App, issue: Callable[..., str], change: Change, clock: Clock
) -> None:
    got = app.exchange(browser, issue()).json()
    clock.advance(days=2)
    change(app, refresh_absolute_seconds=86_400)
    check_refusal(app.refresh(browser, got["refresh_token"]), 400, "invalid_grant")
    own = {"client_id": app.client_id, "client_secret": app.secret}
    seen = app.ask(browser, "/api/oidc/introspect", token=got["refresh_token"], **own)
    assert seen.json() == {"active": False}
    change(app, refresh_absolute_seconds=3 * 86_400)
    assert app.refresh(browser, got["refresh_token"]).status == 200, "refused, and not spent"


def test_s_ky_06_tokens_of_a_client_that_may_not_get_them_any_more_are_dead(
    browser: Browser, app: App, change: Change
) -> None:
    own = {"client_id": app.client_id, "client_secret": app.secret}
    token = app.token(browser, grant_type="client_credentials", **own).json()["access_token"]
    assert app.ask(browser, "/api/oidc/introspect", token=token, **own).json()["active"]
    change(app, allows_client_credentials=False)
    assert app.ask(browser, "/api/oidc/introspect", token=token, **own).json() == {"active": False}
