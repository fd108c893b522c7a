"""The inbox of redirect URIs that apps asked for in vain, filled as it is in life: by authorization requests."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest

from pocketid import clients, refused_requests
from pocketid.clients import Change, Client
from pocketid.db import Database
from pocketid.errors import NotFound
from pocketid.users import User
from tests.browser import Browser
from tests.conftest import Clock

ASKED = "https://app.example.test/auth/callback"


@pytest.fixture(autouse=True)
def client(make_client: Callable[..., Client], make_user: Callable[..., User]) -> Client:
    make_user(is_admin=True)
    return make_client("immich")


def ask(browser: Browser, redirect_uri: str, client_id: str = "immich") -> None:
    browser.get(
        "/authorize", client_id=client_id, redirect_uri=redirect_uri, response_type="code", scope="openid"
    )
    assert browser.status == 400


def test_a_refused_request_is_kept_beside_what_is_registered(
    browser: Browser, db: Database, now: datetime
) -> None:
    ask(browser, ASKED)
    [refused] = refused_requests.of_client(db, "immich")
    assert (refused.redirect_uri, refused.times, refused.address) == (ASKED, 1, "127.0.0.1")
    assert (refused.client_name, refused.registered) == ("Immich", ["https://app.example.test/callback"])
    assert (refused.first_at, refused.last_at) == (now, now)


def test_the_same_request_again_counts_up(browser: Browser, db: Database, clock: Clock) -> None:
    first = clock()
    ask(browser, ASKED)
    last = clock.advance(hours=1)
    browser.address = "127.0.0.2"
    ask(browser, ASKED)
    [refused] = refused_requests.of_client(db, "immich")
    assert (refused.times, refused.first_at, refused.last_at, refused.address) == (
        2,
        first,
        last,
        "127.0.0.2",
    )


def test_a_registered_request_and_an_unknown_client_leave_nothing(browser: Browser, db: Database) -> None:
    browser.get(
        "/authorize",
        client_id="immich",
        redirect_uri="https://app.example.test/callback",
        response_type="code",
        scope="openid",
    )
    ask(browser, ASKED, client_id="nobody")
    assert refused_requests.newest(db, 9) == []


def test_the_inbox_holds_the_newest_twenty(browser: Browser, db: Database, clock: Clock) -> None:
    for number in range(23):
        clock.advance(minutes=1)
        ask(browser, f"{ASKED}/{number}")
    kept = [refused.redirect_uri for refused in refused_requests.of_client(db, "immich")]
    assert kept == [f"{ASKED}/{number}" for number in range(22, 2, -1)]


def test_an_endless_uri_is_cut(browser: Browser, db: Database) -> None:
    ask(browser, ASKED + "/" + "a" * 5000)
    [refused] = refused_requests.of_client(db, "immich")
    assert len(refused.redirect_uri) == 2048


def test_the_newest_of_each_client_is_told(
    browser: Browser, db: Database, clock: Clock, make_client: Callable[..., Client]
) -> None:
    for client_id in ("grafana", "gitea"):
        make_client(client_id)
    for client_id, uri in (("immich", ASKED), ("grafana", ASKED), ("immich", f"{ASKED}/2"), ("gitea", ASKED)):
        clock.advance(minutes=1)
        ask(browser, uri, client_id)
    newest = [(refused.client_id, refused.redirect_uri) for refused in refused_requests.newest(db, 2)]
    assert newest == [("gitea", ASKED), ("immich", f"{ASKED}/2")]
    assert {row.name: row.refused for row in clients.search(db, "", size=9, offset=0)} == {
        "Gitea": 1,
        "Grafana": 1,
        "Immich": 2,
    }


def test_what_is_registered_by_now_leaves_the_inbox(browser: Browser, db: Database, now: datetime) -> None:
    ask(browser, ASKED)
    ask(browser, "https://other.example.test/callback")
    before = Change.of(clients.get(db, "immich"))
    clients.update(db, "immich", replace(before, redirect_uris=["https://app.example.test/**"]), now)
    refused_requests.forget_registered(db, "immich")
    [refused] = refused_requests.of_client(db, "immich")
    assert refused.redirect_uri == "https://other.example.test/callback"


def test_a_refused_request_is_forgotten_for_its_own_client_only(
    browser: Browser, db: Database, make_client: Callable[..., Client]
) -> None:
    make_client("other")
    ask(browser, ASKED)
    [refused] = refused_requests.of_client(db, "immich")
    for client_id, refused_id in (("other", refused.id), ("immich", UUID(int=0))):
        with pytest.raises(NotFound):
            refused_requests.get(db, client_id, refused_id)
        with pytest.raises(NotFound):
            refused_requests.forget(db, client_id, refused_id)
    refused_requests.forget(db, "immich", refused.id)
    assert refused_requests.of_client(db, "immich") == []
