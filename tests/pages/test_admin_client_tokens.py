"""Administration of what one app's tokens are like."""

from collections.abc import Callable
from typing import Any

import pytest

from pocketid import clients
from pocketid.clients import Client
from pocketid.db import Database
from pocketid.users import User
from tests.browser import Browser

HERE = "/settings/admin/oidc-clients/immich/tokens"
FORM = {
    "has_opaque_access_tokens": "true",
    "allows_client_credentials": "true",
    "signs_userinfo": "true",
    "refresh_absolute_minutes": "60",
}


@pytest.fixture(autouse=True)
def immich(admin: User, make_client: Callable[..., Client]) -> Client:
    return make_client("immich", refresh_token_seconds=120)


def stored(db: Database) -> tuple[bool, bool, bool, int | None, int]:
    client = clients.get(db, "immich")
    return (
        client.has_opaque_access_tokens,
        client.allows_client_credentials,
        client.signs_userinfo,
        client.refresh_absolute_seconds,
        client.refresh_token_seconds,
    )


def test_it_is_changed_and_nothing_else_is(
    browser: Browser, db: Database, events: Callable[..., list[Any]]
) -> None:
    assert browser.get(HERE).view == "admin/clients/tokens"
    browser.post(HERE, FORM)
    assert (browser.status, stored(db)) == (303, (True, True, True, 3600, 120))
    assert set(events("CLIENT_UPDATED")[0].details["changed"]) == {
        "has_opaque_access_tokens",
        "refresh_absolute_seconds",
        "signs_userinfo",
    }
    browser.post(HERE, {"refresh_absolute_minutes": ""})
    assert stored(db) == (False, False, False, None, 120)


@pytest.mark.parametrize("minutes", ["0", "-1", "abc", "2628001", "1" * 9])
def test_no_other_end_is_taken(browser: Browser, db: Database, minutes: str) -> None:
    browser.post(HERE, FORM | {"refresh_absolute_minutes": minutes})
    assert (browser.status, list(browser.variables["errors"])) == (422, ["refresh_absolute_minutes"])
    assert stored(db) == (False, True, False, None, 120)
