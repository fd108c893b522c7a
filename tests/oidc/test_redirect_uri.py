"""The redirect URI before anything else: an error page for what is not registered, never a redirect. RFC 6749 3.1.2."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from pocketid import clients, refused_requests, users
from pocketid.db import Database
from tests.browser import Browser
from tests.conftest import Clock
from tests.oidc.flow import CALLBACK, App, answer

EVIL = [
    "https://evil.test/callback",
    "//evil.test/callback",
    "/\\evil.test",
    "https://app.example.test@evil.test/callback",
    "https://app.example.test.evil.test/callback",
    "https://app.example.test/callback/more",
    "https://app.example.test/callback?more=1",
    "https://app.example.test/callback#fragment",
    "https://app.example.test/x/../callback",
    "HTTPS://app.example.test/callback",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://app.example.test/callback\r\nSet-Cookie: x=y",
    "callback",
    "https://app.example.test/" + "a" * 4000,
]


def is_refused_on_a_page(browser: Browser) -> bool:
    return browser.status == 400 and browser.view == "authorize/refused" and "Location" not in browser.headers


@pytest.mark.parametrize("redirect_uri", EVIL)
def test_s_az_01_an_unregistered_redirect_uri_stops_on_a_page_of_ours(
    redirect_uri: str, signed_in: Browser, app: App, events: Any, rows: Callable[[str], int]
) -> None:
    assert is_refused_on_a_page(app.authorize(signed_in, redirect_uri=redirect_uri))
    assert "not registered" in signed_in.text
    assert 'http-equiv="refresh"' not in signed_in.text
    assert (rows("authorizations"), rows("interactions")) == (0, 0)
    [event] = events("AUTHORIZATION_REFUSED")
    assert event.client_id == "immich"
    assert event.details["reason"].startswith("redirect_uri not registered: ")


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": "none"},
        {"response_mode": "form_post"},
        {"response_mode": "fragment"},
        {"response_type": "token"},
        {"state": "s" * 3000},
        {"request": "not a request object"},
        {"request_uri": "https://app.example.test/request"},
        {"scope": "nothing"},
        {"code_challenge": None, "code_challenge_method": None},
    ],
)
@pytest.mark.parametrize("redirect_uri", [None, "", "https://evil.test/callback"])
def test_s_az_01_no_other_error_comes_before_the_redirect_uri(
    redirect_uri: str | None, changes: dict[str, str | None], signed_in: Browser, app: App
) -> None:
    assert is_refused_on_a_page(app.authorize(signed_in, redirect_uri=redirect_uri, **changes))


@pytest.mark.parametrize(
    ("changes", "sentence", "reason"),
    [
        ({"client_id": None}, "did not say who it is", "client_id missing"),
        ({"client_id": ""}, "did not say who it is", "client_id missing"),
        ({"client_id": "nobody"}, "is not known", "unknown client_id: nobody"),
        ({"client_id": "IMMICH"}, "is not known", "unknown client_id: IMMICH"),
        ({"client_id": "x" * 5000}, "is not known", "unknown client_id: " + "x" * 128),
        ({"redirect_uri": None}, "where to return to", "redirect_uri missing"),
    ],
)
def test_s_az_01_who_is_not_known_is_told_on_a_page(
    changes: dict[str, str | None], sentence: str, reason: str, signed_in: Browser, app: App, events: Any
) -> None:
    assert is_refused_on_a_page(app.authorize(signed_in, **changes))
    assert sentence in signed_in.text
    assert reason not in signed_in.text
    assert events("AUTHORIZATION_REFUSED")[0].details["reason"] == reason


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_s_az_02_a_client_or_redirect_uri_that_comes_twice_is_told_on_a_page(
    name: str, signed_in: Browser, app: App
) -> None:
    pairs = [*app.request().items(), (name, app.request()[name])]
    assert is_refused_on_a_page(signed_in.get("/authorize?" + urlencode(pairs)))
    assert "malformed" in signed_in.text


@pytest.mark.parametrize(
    ("registered", "received"),
    [
        (CALLBACK, CALLBACK),
        ("app.immich:///oauth-callback", "app.immich:///oauth-callback"),
        ("https://pve.example.test:8006", "https://pve.example.test:8006"),
        ("https://app.example.test/callback?tenant=%2F1", "https://app.example.test/callback?tenant=%2F1"),
        ("http://localhost/callback", "http://localhost:53211/callback"),
        ("http://127.0.0.1:8000/callback", "http://127.0.0.1:53211/callback"),
        ("https://*.example.test/**", "https://two.example.test/a/b"),
        ("*", "https://[bad/callback"),
    ],
)
def test_the_answer_goes_to_the_uri_as_it_was_received(
    registered: str, received: str, signed_in: Browser, make_app: Callable[..., App]
) -> None:
    app = make_app(redirect_uris=["https://other.example.test/", registered], skips_consent=True)
    app.authorize(signed_in, redirect_uri=received)
    separator = "&" if "?" in received else "?"
    assert signed_in.location.startswith(f"{received}{separator}code=")


def test_a_person_who_has_to_consent_reads_which_host_comes_next(
    signed_in: Browser, make_app: Callable[..., App]
) -> None:
    app = make_app(redirect_uris=["*"])
    signed_in.get(app.authorize(signed_in, redirect_uri="https://[bad/callback").location)
    assert (signed_in.view, signed_in.variables["host"]) == ("authorize/consent", "[bad")
    signed_in.get(app.authorize(signed_in, redirect_uri="https://photos.example.test:8443/callback").location)
    assert signed_in.variables["host"] == "photos.example.test"


def test_s_rd_05_http_outside_of_loopback_needs_the_switch(
    reconfigured: Callable[..., Browser], make_app: Callable[..., App]
) -> None:
    app = make_app(redirect_uris=["http://app.example.test/callback", "http://localhost/callback"])
    strict = reconfigured(ALLOW_INSECURE_CALLBACK_URLS="false")
    assert is_refused_on_a_page(app.authorize(strict))
    assert "unencrypted" in strict.text
    assert app.authorize(strict, redirect_uri="http://localhost:3000/callback").status == 303
    assert app.authorize(reconfigured()).status == 303


def test_a_client_without_a_registered_uri_learns_none_from_a_request(
    signed_in: Browser, make_app: Callable[..., App], db: Database
) -> None:
    app = make_app()
    clients_before = clients.get(db, "immich")
    clients.update(
        db, "immich", replace(clients.Change.of(clients_before), redirect_uris=[]), clients_before.updated_at
    )
    db.commit()
    assert is_refused_on_a_page(app.authorize(signed_in))
    assert clients.get(db, "immich").redirect_uris == []


# What the admin sees


def test_an_admin_sees_both_uris_with_the_differing_part_marked(
    browser: Browser, app: App, admin: users.User
) -> None:
    app.authorize(browser, redirect_uri="https://app.example.test/auth/callback")
    assert "https://app.example.test/<mark>auth/</mark>callback" in browser.text
    assert "https://app.example.test/<mark></mark>callback" in browser.text
    assert 'href="/settings/admin/oidc-clients/immich#refused"' in browser.text
    app.authorize(browser, redirect_uri="https://app.example.test/call")
    assert "https://app.example.test/call<mark>back</mark>" in browser.text
    browser.get("/settings/admin/oidc-clients/immich")
    assert "https://app.example.test/<mark>auth/</mark>callback" in browser.text
    assert "https://app.example.test/call<mark>back</mark>" in browser.text


def test_an_admin_reads_why_another_request_was_refused(
    browser: Browser, app: App, admin: users.User
) -> None:
    app.authorize(browser, client_id="nobody")
    assert "unknown client_id: nobody" in browser.text


def test_nobody_else_sees_what_is_registered(signed_in: Browser, app: App) -> None:
    app.authorize(signed_in, redirect_uri="https://app.example.test/auth/callback")
    assert signed_in.variables["difference"] is None
    assert "app.example.test" not in signed_in.text
    assert "immich" not in signed_in.text.lower().replace("immich could not be opened", "")


def test_a_refused_uri_is_escaped(browser: Browser, app: App, admin: users.User) -> None:
    app.authorize(browser, redirect_uri="https://app.example.test/<script>alert(1)</script>")
    assert "<script>alert" not in browser.text
    assert "&lt;script&gt;" in browser.text


def test_the_inbox_is_bounded_and_holds_each_uri_once(
    browser: Browser, app: App, db: Database, clock: Clock, events: Any
) -> None:
    for number in [*range(25), 24, 24]:
        clock.advance(seconds=1)
        app.authorize(browser, redirect_uri=f"https://evil.test/{number}")
    app.authorize(browser, redirect_uri="https://evil.test/" + "a" * 8000)
    kept = refused_requests.of_client(db, "immich")
    assert len(kept) == 20
    assert max(len(refused.redirect_uri) for refused in kept) == 2048
    assert next(refused.times for refused in kept if refused.redirect_uri == "https://evil.test/24") == 3
    assert all(len(event.details["reason"]) <= 2048 for event in events("AUTHORIZATION_REFUSED"))


def test_an_added_uri_is_accepted_from_then_on(
    browser: Browser, app: App, admin: users.User, db: Database, now: datetime
) -> None:
    wanted = "https://app.example.test/auth/login"
    app.authorize(browser, redirect_uri=wanted)
    [refused] = refused_requests.of_client(db, "immich")
    browser.post(f"/settings/admin/oidc-clients/immich/refused/{refused.id}/add")
    assert app.authorize(browser, redirect_uri=wanted, prompt="none").status == 303
    assert answer(browser)["error"] == "consent_required"
