"""Pushed authorization requests. RFC 9126; FAPI 2.0 Security Profile 5.3.2."""

import re
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pocketid import interactions, pushed_requests, users
from pocketid.jobs import keep_house
from pocketid.web import Site
from tests.authenticator import Authenticator
from tests.browser import Browser
from tests.conftest import Clock
from tests.oidc.flow import CALLBACK, App, answer, claims_of, consent, press, use_passkey
from tests.oidc.grants import check_refusal
from tests.oidc.test_request_object import request_object

REQUEST_URI = re.compile(r"urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{43}")


def pushed(app: App, browser: Browser, **changes: str | None) -> str:
    got = app.push(browser, **changes)
    assert got.status == 201, got.text
    address: str = got.json()["request_uri"]
    return address


def check_used_up(browser: Browser) -> None:
    assert (browser.status, browser.view) == (400, "authorize/refused")
    assert "Location" not in browser.headers
    assert "has expired, or was used already" in browser.text


def test_rfc9126_2_2_the_answer_is_an_address_for_90_seconds(browser: Browser, app: App) -> None:
    got = app.push(browser)
    assert got.status == 201
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["Cache-Control"] == "no-store"
    assert got.json().keys() == {"request_uri", "expires_in"}
    assert REQUEST_URI.fullmatch(got.json()["request_uri"])
    assert got.json()["expires_in"] == 90


def test_rfc9126_4_the_address_and_the_client_are_the_whole_request(
    signed_in: Browser, app: App, rows: Callable[[str], int]
) -> None:
    address = pushed(app, signed_in, scope="openid email", nonce="n-of-the-pushed")
    signed_in.get(app.come(signed_in, address).location)
    assert signed_in.variables["scopes"] == ["openid", "email"]
    consent(signed_in)
    got = answer(signed_in)
    assert (got["state"], got["iss"]) == ("the-state", signed_in.origin)
    tokens = app.exchange(signed_in, got["code"]).json()
    assert tokens["scope"] == "openid email"
    assert claims_of(signed_in, tokens["id_token"])["nonce"] == "n-of-the-pushed"
    assert rows("pushed_requests") == 0


def test_rfc9101_5_other_parameters_beside_the_address_are_ignored(
    signed_in: Browser, make_app: Callable[..., App]
) -> None:
    app = make_app(skips_consent=True)
    others = {
        "redirect_uri": "https://evil.test/",
        "state": "other",
        "request": "x",
        "prompt": "none login",
        "response_mode": "form_post",
    }
    app.come(signed_in, pushed(app, signed_in), **others)
    assert signed_in.location.startswith(CALLBACK)
    assert answer(signed_in)["state"] == "the-state"
    address = pushed(app, signed_in)
    signed_in.get(f"/authorize?client_id=immich&request_uri={address}&state=a&state=b")
    assert answer(signed_in)["state"] == "the-state"


def test_the_authorization_endpoint_takes_the_address_by_post_too(
    signed_in: Browser, make_app: Callable[..., App]
) -> None:
    app = make_app(skips_consent=True)
    form = {"client_id": "immich", "request_uri": pushed(app, signed_in), "claims": "x" * 3000}
    signed_in.post("/authorize", form, form_token=None, headers={"Sec-Fetch-Site": "cross-site"})
    assert "code" in answer(signed_in.get(signed_in.location))


# Single use


def test_the_address_is_spent_when_a_code_is_issued_and_not_by_a_look(
    signed_in: Browser, app: App, rows: Callable[[str], int]
) -> None:
    address = pushed(app, signed_in)
    first = app.come(signed_in, address).location
    second = app.come(signed_in, address).location
    assert first != second
    for _reload in range(2):
        assert signed_in.get(first).view == "authorize/consent"
    consent(signed_in)
    assert "code" in answer(signed_in)
    check_used_up(signed_in.get(second))
    check_used_up(app.come(signed_in, address))
    assert rows("authorizations") == 1


def test_who_cancels_may_come_again_in_time(signed_in: Browser, app: App) -> None:
    address = pushed(app, signed_in)
    signed_in.get(app.come(signed_in, address).location)
    assert answer(press(signed_in, "cancel"))["error"] == "access_denied"
    signed_in.get(app.come(signed_in, address).location)
    assert "code" in answer(consent(signed_in))


def test_an_address_that_expired_unopened_is_refused_and_cleaned_away(
    site: Site, signed_in: Browser, app: App, clock: Clock, rows: Callable[[str], int]
) -> None:
    address = pushed(app, signed_in)
    clock.advance(seconds=89)
    assert app.come(signed_in, address).status == 303
    clock.advance(seconds=1)
    check_used_up(app.come(signed_in, address))
    keep_house(site)
    assert rows("pushed_requests") == 1, "somebody may still be at it"
    clock.at += interactions.LIFETIME
    keep_house(site)
    assert rows("pushed_requests") == 0


def test_who_came_in_time_may_take_their_time(
    site: Site, browser: Browser, app: App, device: Authenticator, clock: Clock
) -> None:
    browser.get(app.come(browser, pushed(app, browser)).location)
    clock.advance(seconds=20 * 60)
    keep_house(site)
    browser.get(f"/interaction?id={browser.variables['interaction'].id}")
    use_passkey(browser, device)
    assert "code" in answer(consent(browser))


@pytest.mark.parametrize("prompt", [None, "none", "login"])
def test_another_client_s_address_and_unknown_ones_look_the_same(
    prompt: str | None, signed_in: Browser, make_app: Callable[..., App]
) -> None:
    app, other = make_app(skips_consent=True), make_app("other", skips_consent=True)
    address = pushed(app, signed_in)
    check_used_up(other.come(signed_in, address, prompt=prompt))
    check_used_up(app.come(signed_in, pushed_requests.PREFIX + "x" * 43))
    check_used_up(app.come(signed_in, pushed_requests.PREFIX))
    assert "code" in answer(app.come(signed_in, address))


def test_a_repeated_address_is_refused_on_a_page(signed_in: Browser, app: App) -> None:
    address = pushed(app, signed_in)
    signed_in.get(f"/authorize?client_id=immich&request_uri={address}&request_uri={address}")
    assert (signed_in.status, signed_in.view) == (400, "authorize/refused")


def test_the_client_may_have_changed_meanwhile(
    signed_in: Browser, app: App, connection: Any, events: Any
) -> None:
    address = pushed(app, signed_in)
    connection.execute("update clients set redirect_uris = '{https://app.example.test/new}'")
    app.come(signed_in, address)
    assert (signed_in.status, signed_in.view) == (400, "authorize/refused")
    assert events("AUTHORIZATION_REFUSED")


# What cannot be pushed


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"request_uri": "https://app.example.test/request"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": "https://evil.test/"}, "invalid_request"),
        ({"redirect_uri": CALLBACK + "/x\u00e9"}, "invalid_request"),
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"claims": "{"}, "invalid_request"),
        ({"id_token_hint": "x"}, "invalid_request"),
        ({"request": "x.y.z"}, "invalid_request_object"),
        ({"request": request_object({"request_uri": "urn:x"})}, "invalid_request_object"),
        ({"state": "s" * 2049}, "invalid_request"),
    ],
)
def test_rfc9126_2_3_a_request_that_would_fail_fails_at_once(
    changes: dict[str, str | None], error: str, browser: Browser, app: App, events: Any, rows: Any
) -> None:
    check_refusal(app.push(browser, **changes), 400, error)
    assert rows("pushed_requests") == 0
    if "request_uri" not in changes:
        [event] = events("AUTHORIZATION_REFUSED")
        assert (event.client_id, event.details["pushed"]) == ("immich", True)


def test_an_unregistered_redirect_uri_waits_for_the_admin(browser: Browser, app: App, rows: Any) -> None:
    app.push(browser, redirect_uri="https://app.example.test/new")
    assert rows("refused_requests") == 1


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"client_id": "unknown"}, 401, "invalid_client"),
        ({"client_id": None}, 401, "invalid_client"),
    ],
)
def test_rfc9126_2_1_the_client_authenticates_as_at_the_token_endpoint(
    changes: dict[str, str | None], status: int, error: str, browser: Browser, app: App, rows: Any
) -> None:
    check_refusal(app.push(browser, **changes), status, error)
    assert rows("pushed_requests") == 0


def test_basic_authentication_needs_no_client_id_in_the_form(browser: Browser, app: App, rows: Any) -> None:
    basic = b64encode(f"{app.client_id}:{app.secret}".encode()).decode()
    browser.post(
        "/api/oidc/par",
        app.request(client_id=None),
        form_token=None,
        headers={"Authorization": f"Basic {basic}"},
    )
    assert browser.status == 201
    assert rows("pushed_requests") == 1


def test_a_public_client_pushes_with_its_id_alone(signed_in: Browser, make_app: Callable[..., App]) -> None:
    app = make_app(is_public=True, skips_consent=True)
    assert "code" in answer(app.come(signed_in, pushed(app, signed_in)))


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_allowed(method: str, browser: Browser) -> None:
    browser.request(method, "/api/oidc/par?client_id=immich")
    assert browser.status == 405
    assert browser.json()["error"] == "invalid_request"
    assert "POST" in browser.headers["Allow"]


def test_parameters_in_the_address_and_repeated_ones_are_refused(browser: Browser, app: App) -> None:
    form = app.request(client_secret=app.secret)
    check_refusal(browser.post("/api/oidc/par?state=x", form, form_token=None), 400, "invalid_request")
    twice = form | {"state": ["a", "b"]}
    check_refusal(browser.post("/api/oidc/par", twice, form_token=None), 400, "invalid_request")


def test_a_neighbour_cannot_fill_the_database_in_the_name_of_a_public_client(
    browser: Browser, make_app: Callable[..., App], rows: Any
) -> None:
    app = make_app(is_public=True)
    for _each in range(30):
        assert app.push(browser).status == 201
    got = app.push(browser)
    assert (got.status, got.json()["error"]) == (429, "temporarily_unavailable")
    assert int(got.headers["Retry-After"]) >= 1
    assert rows("pushed_requests") == 30
    browser.address = "192.0.2.7"
    assert app.push(browser).status == 201


def test_a_pushed_request_is_not_stored_as_it_can_be_used(
    browser: Browser, app: App, connection: Any
) -> None:
    address = pushed(app, browser)
    [[text]] = connection.execute("select p::text from pushed_requests p").fetchall()
    assert address.rpartition(":")[2] not in text
    assert str(app.secret) not in text


def test_what_is_inside_an_unsigned_request_object_is_pushed(
    signed_in: Browser, make_app: Callable[..., App]
) -> None:
    app = make_app(skips_consent=True)
    inside = request_object({"state": "inner", "redirect_uri": CALLBACK})
    address = pushed(app, signed_in, request=inside, redirect_uri=None)
    assert answer(app.come(signed_in, address))["state"] == "inner"


# Clients that have to


def test_rfc9126_5_a_client_that_has_to_push_is_refused_otherwise(
    signed_in: Browser, make_app: Callable[..., App], events: Any
) -> None:
    app = make_app(requires_pushed_request=True, skips_consent=True)
    got = answer(app.authorize(signed_in))
    assert (got["error"], got["state"], got["iss"]) == ("invalid_request", "the-state", signed_in.origin)
    assert "push" in got["error_description"]
    assert events("AUTHORIZATION_REFUSED")
    assert "code" in answer(app.come(signed_in, pushed(app, signed_in)))


def test_a_client_that_has_to_push_goes_through_every_page(
    browser: Browser, make_app: Callable[..., App], anna: users.User, device: Authenticator
) -> None:
    app = make_app(requires_pushed_request=True)
    browser.get(app.come(browser, pushed(app, browser, prompt="select_account")).location)
    use_passkey(browser, device)
    assert "code" in answer(consent(browser))


def test_the_metadata_says_so(browser: Browser) -> None:
    told = browser.get("/.well-known/openid-configuration").json()
    assert told["pushed_authorization_request_endpoint"] == f"{browser.origin}/api/oidc/par"
    assert told["require_pushed_authorization_requests"] is False
    assert timedelta(seconds=5) < pushed_requests.LIFETIME
