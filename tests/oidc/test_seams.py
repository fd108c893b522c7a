"""Where two features meet: what one takes away, the other must not give."""

from collections.abc import Callable

import pytest

from pocketid import client_secrets
from pocketid.db import Database
from pocketid.web import Site
from tests.browser import Browser
from tests.oidc.flow import App
from tests.oidc.grants import check_refusal

CLIENTS = "/settings/admin/oidc-clients"


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
