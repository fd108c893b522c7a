"""The claims parameter and acr: single claims for one place, and what must be met. Core 5.5, 3.1.2.1."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pocketid import users
from pocketid.db import Connection
from tests.authenticator import Authenticator
from tests.browser import Browser
from tests.oidc.flow import App, answer, claims_of, consent, press, use_any_passkey, use_passkey


@pytest.mark.parametrize("wish", [None, {"essential": True}, {"value": "Somebody"}, {"values": ["a", "b"]}])
def test_a_claim_for_userinfo_reaches_userinfo_and_not_the_id_token(
    wish: Any, signed_in: Browser, app: App
) -> None:
    tokens = app.tokens(
        signed_in, scope="openid", claims=json.dumps({"userinfo": {"name": wish, "unknown": None}})
    )
    told = app.userinfo(signed_in, tokens["access_token"]).json()
    assert told.keys() == {"sub", "name"}
    assert "name" not in claims_of(signed_in, tokens["id_token"])


def test_a_claim_for_the_id_token_reaches_it_and_not_userinfo(signed_in: Browser, app: App) -> None:
    tokens = app.tokens(signed_in, scope="openid", claims='{"id_token": {"email": null}}')
    assert claims_of(signed_in, tokens["id_token"])["email"] == "anna@example.test"
    assert app.userinfo(signed_in, tokens["access_token"]).json().keys() == {"sub"}


@pytest.mark.parametrize(
    "claims",
    [
        "{}",
        '{"userinfo": null, "id_token": {}}',
        '{"userinfo": {"unheard_of": {"essential": true}}}',
        '{"purpose": "text", "verified": ["x"], "userinfo": {"name": {"essential": true, "new": 1}}}',
        '{"id_token": {"acr": {"values": 5}}}',
        '{"id_token": {"acr": {"values": {"phr": 1}, "value": 7}}}',
        '{"id_token": {"acr": {"essential": true}}}',
        '{"id_token": {"acr": {"values": ["a", "b"]}}}',
        '{"id_token": {"acr": "phr", "sub": null}}',
        '{"id_token": {"sub": {"value": null}, "auth_time": {"essential": true}}}',
    ],
)
def test_members_that_we_do_not_know_are_passed_over(
    claims: str, signed_in: Browser, make_app: Callable[..., App]
) -> None:
    assert "code" in answer(make_app(skips_consent=True).authorize(signed_in, claims=claims))


@pytest.mark.parametrize(
    "claims",
    [
        "x",
        "[]",
        '"text"',
        '{"userinfo": []}',
        '{"userinfo": ["name"]}',
        '{"id_token": "email"}',
        '{"id_token": 1}',
        '{"userinfo": {"a\\u0000b": null}}',
        '{"userinfo": {"\\ud800": null}}',
        '{"userinfo": {"a": ' + "[" * 5000 + "]" * 5000 + "}}",
        '{"userinfo": {"' + "a" * 12_000 + '": null}}',
    ],
)
def test_what_is_no_claims_object_is_an_invalid_request(
    claims: str, signed_in: Browser, make_app: Callable[..., App], rows: Callable[[str], int]
) -> None:
    got = answer(make_app(skips_consent=True).authorize(signed_in, claims=claims))
    assert (got["error"], got["state"]) == ("invalid_request", "the-state")
    assert rows("authorizations") == 0


# Consent covers single claims


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [
        ('{"userinfo": {"email": null}}', ["openid", "email"]),
        ('{"id_token": {"email_verified": null, "groups": null}}', ["openid", "email", "groups"]),
        ('{"id_token": {"picture": null}}', ["openid", "profile"]),
        ('{"userinfo": {"custom": null}}', ["openid", "profile"]),
        ('{"id_token": {"auth_time": null, "acr": null, "sub": null}}', ["openid"]),
    ],
)
def test_the_consent_page_names_what_single_claims_tell(
    claims: str, scopes: list[str], signed_in: Browser, app: App, connection: Connection
) -> None:
    signed_in.get(app.authorize(signed_in, scope="openid", claims=claims).location)
    assert (signed_in.view, signed_in.variables["scopes"]) == ("authorize/consent", scopes)
    tokens = app.exchange(signed_in, answer(consent(signed_in))["code"]).json()
    assert tokens["scope"] == "openid"
    [[granted]] = connection.execute("select scopes from consents").fetchall()
    assert set(granted) == set(scopes)
    assert "code" in answer(app.authorize(signed_in, scope="openid", claims=claims, prompt="none"))


def test_a_claim_beyond_what_was_consented_to_is_asked_about(signed_in: Browser, app: App) -> None:
    app.code(signed_in, scope="openid profile")
    wanted = '{"userinfo": {"email": null}}'
    got = answer(app.authorize(signed_in, scope="openid profile", claims=wanted, prompt="none"))
    assert got["error"] == "consent_required"


def test_groups_that_an_app_always_gets_are_on_the_consent_page(
    signed_in: Browser, make_app: Callable[..., App]
) -> None:
    app = make_app(always_includes_groups=True)
    signed_in.get(app.authorize(signed_in, scope="openid").location)
    assert signed_in.variables["scopes"] == ["openid", "groups"]
    assert "Your groups" in signed_in.text


# acr and sub


@pytest.mark.parametrize(
    ("is_synced", "acr_values", "acr"),
    [
        (True, None, "phr"),
        (True, "phr", "phr"),
        (True, "phrh", "phr"),
        (True, "phrh phr", "phr"),
        (False, None, "phrh"),
        (False, "phrh", "phrh"),
        (False, "phr", "phr"),
        (False, "phr phrh", "phrh"),
        (False, "urn:unknown", "phrh"),
    ],
)
def test_acr_says_what_was_asked_for_where_it_is_true(
    is_synced: bool,
    acr_values: str | None,
    acr: str,
    browser: Browser,
    app: App,
    anna: users.User,
    make_device: Callable[..., Authenticator],
) -> None:
    device = make_device(anna, backup_eligible=is_synced, backed_up=is_synced)
    use_passkey(browser.get(app.authorize(browser, acr_values=acr_values).location), device)
    tokens = app.exchange(browser, answer(consent(browser))["code"]).json()
    assert claims_of(browser, tokens["id_token"])["acr"] == acr


@pytest.mark.parametrize("prompt", [None, "none"])
def test_an_essential_acr_that_nobody_reaches_is_refused_at_once(
    prompt: str | None, signed_in: Browser, app: App, rows: Callable[[str], int]
) -> None:
    claims = '{"id_token": {"acr": {"essential": true, "values": ["urn:gold"]}}}'
    got = answer(app.authorize(signed_in, claims=claims, prompt=prompt))
    assert got["error"] == "unmet_authentication_requirements"
    assert rows("interactions") == 0


def test_an_essential_acr_asks_for_a_better_passkey_until_it_comes_or_nobody_wants_to_any_more(
    browser: Browser,
    make_app: Callable[..., App],
    anna: users.User,
    make_device: Callable[..., Authenticator],
) -> None:
    synced = make_device(anna)
    hardware = make_device(anna, backup_eligible=False, backed_up=False)
    app = make_app(skips_consent=True)
    claims = '{"id_token": {"acr": {"essential": true, "value": "phrh"}}}'
    use_passkey(browser.get(app.authorize(browser).location), synced)
    assert answer(app.authorize(browser, claims=claims, prompt="none"))["error"] == "login_required"
    browser.get(app.authorize(browser, claims=claims).location)
    assert browser.view == "authorize/other_passkey"
    use_any_passkey(browser, synced)
    assert (browser.status, browser.view) == (200, "authorize/other_passkey")
    assert answer(press(browser, "cancel"))["error"] == "unmet_authentication_requirements"
    browser.get(app.authorize(browser, claims=claims).location)
    code = answer(use_passkey(browser, hardware))["code"]
    assert claims_of(browser, app.exchange(browser, code).json()["id_token"])["acr"] == "phrh"
    assert "code" in answer(app.authorize(browser, claims=claims, prompt="none"))


def test_a_sign_in_by_code_has_no_acr_and_does_not_meet_an_essential_one(
    browser: Browser, make_app: Callable[..., App], anna: users.User, sign_in: Callable[..., None]
) -> None:
    app = make_app(skips_consent=True)
    sign_in(browser, anna, method="one_time_access")
    token = app.tokens(browser, acr_values="phr")["id_token"]
    assert "acr" not in claims_of(browser, token)
    claims = '{"id_token": {"acr": {"essential": true, "value": "phr"}}}'
    assert answer(app.authorize(browser, claims=claims, prompt="none"))["error"] == "login_required"
    browser.get(app.authorize(browser, claims=claims).location)
    assert browser.view == "authorize/other_passkey"
    assert "You signed in without a passkey" in browser.text
    assert "You have none of that kind yet" in browser.text


def test_a_sub_asked_for_is_the_one_who_signs_in(
    signed_in: Browser, make_app: Callable[..., App], anna: users.User, make_user: Callable[..., users.User]
) -> None:
    app = make_app(skips_consent=True)
    for sub, error in (
        (str(anna.id), None),
        (str(make_user().id), "login_required"),
        ("nobody", "login_required"),
    ):
        claims = json.dumps({"id_token": {"sub": {"value": sub}}})
        assert answer(app.authorize(signed_in, claims=claims, prompt="none")).get("error") == error


def test_a_sub_and_a_hint_that_differ_are_an_invalid_request(
    signed_in: Browser, app: App, make_user: Callable[..., users.User]
) -> None:
    hint = app.tokens(signed_in)["id_token"]
    claims = json.dumps({"id_token": {"sub": {"value": str(make_user().id)}}})
    assert answer(app.authorize(signed_in, claims=claims, id_token_hint=hint))["error"] == "invalid_request"
