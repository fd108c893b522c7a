"""The authorization endpoint: which requests are answered, refused or passed on. RFC 6749 4.1, Core 3.1.2."""

import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from pocketid import users
from pocketid.crypto import digest
from pocketid.db import Connection
from tests.browser import Browser
from tests.conftest import APP_URL, Clock
from tests.oidc.flow import CALLBACK, App, answer, claims_of, consent

DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 4.1.2.1

REFUSED: list[tuple[dict[str, str | None], str]] = [
    ({"response_type": None}, "invalid_request"),
    ({"response_type": ""}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "id_token"}, "unsupported_response_type"),
    ({"response_type": "code id_token"}, "unsupported_response_type"),
    ({"response_type": "code code"}, "unsupported_response_type"),
    ({"response_type": 'x"\\\r\né'}, "unsupported_response_type"),
    ({"response_mode": 'fragment"\r\n'}, "invalid_request"),
    ({"state": "s" * 2049}, "invalid_request"),
    ({"nonce": "n" * 2049}, "invalid_request"),
    ({"request_uri": "https://169.254.169.254/latest"}, "request_uri_not_supported"),
    ({"request_uri": "urn:ietf:params:oauth:request:x"}, "request_uri_not_supported"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"prompt": "none none-at-all"}, "invalid_request"),
    ({"max_age": "-1"}, "invalid_request"),
    ({"max_age": "1.5"}, "invalid_request"),
    ({"max_age": "soon"}, "invalid_request"),
    ({"max_age": "１２"}, "invalid_request"),
    ({"max_age": "9" * 11}, "invalid_request"),
    ({"id_token_hint": "no token"}, "invalid_request"),
    ({"claims": "no JSON"}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"code_challenge_method": 'p"lain'}, "invalid_request"),
]


@pytest.mark.parametrize(("changes", "error"), REFUSED)
@pytest.mark.parametrize("prompt", [None, "none"])
def test_s_az_04_and_14_an_error_goes_to_the_client_with_state_and_iss_in_permitted_characters(
    prompt: str | None,
    changes: dict[str, str | None],
    error: str,
    signed_in: Browser,
    app: App,
    events: Any,
    rows: Callable[[str], int],
) -> None:
    app.authorize(signed_in, **{"prompt": prompt, **changes})
    assert signed_in.location.startswith(f"{CALLBACK}?")
    got = answer(signed_in)
    assert got["error"] == error
    assert got["iss"] == APP_URL
    assert DESCRIPTION.fullmatch(got["error_description"])
    assert got.get("state") == (None if "state" in changes else "the-state")
    assert got.keys() <= {"error", "error_description", "state", "iss"}
    assert (rows("authorizations"), rows("interactions"), rows("consents")) == (0, 0, 0)
    [event] = events("AUTHORIZATION_REFUSED")
    assert (event.client_id, event.details["error"]) == ("immich", error)


@pytest.mark.parametrize(
    "name",
    ["response_type", "scope", "state", "nonce", "code_challenge", "prompt", "response_mode", "claims"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_s_az_02_a_parameter_that_comes_twice_is_an_invalid_request(
    method: str, name: str, signed_in: Browser, app: App, rows: Callable[[str], int]
) -> None:
    pairs = [*app.request(**{name: "x"}).items(), (name, "x")]
    if method == "GET":
        signed_in.get("/authorize?" + urlencode(pairs))
    else:
        body = urlencode(pairs).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        signed_in.request("POST", "/authorize", body, headers)
    got = answer(signed_in)
    assert (got["error"], got["iss"]) == ("invalid_request", APP_URL)
    assert got.get("state") == (None if name == "state" else "the-state")
    assert (rows("authorizations"), rows("interactions")) == (0, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"display": "popup"},
        {"display": "nonsense"},
        {"ui_locales": "de-CH de se"},
        {"claims_locales": "xx"},
        {"login_hint": "nobody@example.test"},
        {"login_hint": "x" * 5000},
        {"acr_values": "1 2 urn:mace:incommon:iap:silver"},
        {"scope": "openid unknown urn:x profile"},
        {"scope": "groups email profile openid"},
        {"scope": None},
        {"nonce": None},
        {"state": None},
        {"extra": "foobar"},
        {"audience": "x"},
        {"registration": "{}"},
        {"prompt": "greet"},
        {"max_age": "10000"},
        {"max_age": "0000000001"},
        {"foo": "x" * 6000},
    ],
)
def test_what_is_not_known_or_only_a_wish_is_no_error(
    changes: dict[str, str | None], signed_in: Browser, make_app: Callable[..., App]
) -> None:
    app = make_app(skips_consent=True)
    assert "code" in answer(app.authorize(signed_in, **changes))


def test_an_unknown_parameter_may_come_twice(signed_in: Browser, make_app: Callable[..., App]) -> None:
    pairs = [*make_app(skips_consent=True).request().items(), ("audience", "a"), ("audience", "b")]
    assert "code" in answer(signed_in.get("/authorize?" + urlencode(pairs)))


def test_rfc8707_2_a_token_is_for_one_api(signed_in: Browser, app: App) -> None:
    pairs = [
        *app.request().items(),
        ("resource", "https://a.example.test"),
        ("resource", "https://b.example.test"),
    ]
    assert answer(signed_in.get("/authorize?" + urlencode(pairs)))["error"] == "invalid_target"


def test_the_order_of_parameters_and_scopes_does_not_matter(
    signed_in: Browser, make_app: Callable[..., App], connection: Connection
) -> None:
    pairs = list(make_app(skips_consent=True).request(scope="groups offline_access openid").items())
    for seed in range(3):
        random.Random(seed).shuffle(pairs)  # noqa: S311
        assert "code" in answer(signed_in.get("/authorize?" + urlencode(pairs)))
    scopes = connection.execute("select distinct scopes from authorizations").fetchall()
    assert scopes == [(["openid", "groups", "offline_access"],)]


@pytest.mark.parametrize("length", [43, 64, 384, 2048])
def test_s_az_03_a_nonce_comes_back_unchanged(length: int, signed_in: Browser, app: App) -> None:
    nonce = ("Aa0-._~/+= " * 200)[:length]
    assert claims_of(signed_in, app.tokens(signed_in, nonce=nonce)["id_token"])["nonce"] == nonce


def test_a_nonce_that_was_not_sent_is_not_there(signed_in: Browser, app: App) -> None:
    assert "nonce" not in claims_of(signed_in, app.tokens(signed_in, nonce=None)["id_token"])


# The code


def test_s_az_05_a_code_is_random_short_lived_and_bound(
    signed_in: Browser, app: App, anna: users.User, clock: Clock, connection: Connection, events: Any
) -> None:
    codes = [app.code(signed_in) for _time in range(3)]
    assert len(set(codes)) == 3
    assert all(re.fullmatch("[A-Za-z0-9_-]{43}", code) for code in codes)
    found = connection.execute(
        "select client_id, user_id, redirect_uri, code_challenge, code_challenge_method, code_expires_at, session_id"
        " from authorizations where code_digest = %s",
        [digest(codes[0])],
    ).fetchone()
    session = connection.execute("select id from sessions where user_id = %s", [anna.id]).fetchone()
    assert found is not None
    assert session is not None
    assert found[:3] == ("immich", anna.id, CALLBACK)
    assert found[3:5] == (app.request()["code_challenge"], "S256")
    assert found[5] == clock() + timedelta(seconds=60)
    assert found[6] == session[0]
    assert [event.event for event in events()][:3] == [
        "CLIENT_AUTHORIZATION",
        "CLIENT_AUTHORIZATION",
        "NEW_CLIENT_AUTHORIZATION",
    ]


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (60, 400), (61, 400)])
def test_s_az_05_a_code_is_good_for_a_minute(
    seconds: int, status: int, signed_in: Browser, app: App, clock: Clock
) -> None:
    code = app.code(signed_in)
    clock.advance(seconds=seconds)
    assert app.exchange(signed_in, code).status == status


def test_s_az_05_a_code_is_bound_to_its_client_and_redirect_uri(
    signed_in: Browser, app: App, make_app: Callable[..., App]
) -> None:
    other = make_app("other", redirect_uris=[CALLBACK, f"{CALLBACK}/2"])
    code = app.code(signed_in)
    assert other.exchange(signed_in, code).json()["error"] == "invalid_grant"
    assert app.exchange(signed_in, code).status == 200
    code = other.code(signed_in)
    assert other.exchange(signed_in, code, redirect_uri=f"{CALLBACK}/2").json()["error"] == "invalid_grant"


# GET, POST and HEAD


def test_a_form_of_another_site_is_answered_like_a_link(signed_in: Browser, app: App) -> None:
    session = dict(signed_in.cookies)
    signed_in.cookies.clear()  # SameSite=Lax: they do not come along
    headers = {"Origin": "https://app.example.test", "Sec-Fetch-Site": "cross-site"}
    signed_in.post("/authorize", app.request(), form_token=None, headers=headers)
    assert signed_in.status == 303
    assert signed_in.set_cookies == []
    signed_in.cookies.update(session)
    signed_in.get(signed_in.location)
    consent(signed_in.get(signed_in.location))
    assert "code" in answer(signed_in)


def test_a_form_too_long_for_an_address_is_sent_again_from_a_page_of_ours(
    signed_in: Browser, make_app: Callable[..., App], rows: Callable[[str], int]
) -> None:
    app = make_app(skips_consent=True)
    session = dict(signed_in.cookies)
    signed_in.cookies.clear()
    sent = app.request(state="s" * 2000, claims='{"userinfo": {"x": null}}' + " " * 9000, scope="openid")
    signed_in.post("/authorize", sent, form_token=None)
    assert (signed_in.status, signed_in.view) == (200, "authorize/form_post")
    assert signed_in.variables["uri"] == "/authorize?again"
    assert "form-action 'self' https://app.example.test;" in signed_in.headers["Content-Security-Policy"]
    assert signed_in.headers["Cache-Control"] == "no-store"
    assert signed_in.set_cookies == []
    assert rows("interactions") == 0
    signed_in.cookies.update(session)
    signed_in.post(signed_in.variables["uri"], signed_in.variables["parameters"], form_token=None)
    assert answer(signed_in)["state"] == "s" * 2000
    assert "code" in answer(signed_in)


def test_another_site_s_form_to_the_address_of_our_own_is_sent_again_too(
    browser: Browser, app: App, rows: Callable[[str], int]
) -> None:
    """It brings no cookies, so a sign-in that is too old for max_age would not be noticed."""
    headers = {"Origin": "https://app.example.test", "Sec-Fetch-Site": "cross-site"}
    browser.post("/authorize?again", app.request(max_age="0"), form_token=None, headers=headers)
    assert browser.location.startswith("/authorize?client_id=")
    assert rows("interactions") == 0


@pytest.mark.parametrize("length", [10, 4000])
def test_s_az_01_a_posted_request_is_held_to_the_same_rules(
    length: int, signed_in: Browser, app: App
) -> None:
    sent = app.request(redirect_uri="https://evil.test/callback", login_hint="x" * length)
    signed_in.post("/authorize", sent, form_token=None)
    if length < 1000:
        signed_in.get(signed_in.location)
    assert (signed_in.status, signed_in.view) == (400, "authorize/refused")
    assert "evil.test" not in signed_in.headers["Content-Security-Policy"]


def test_parameters_of_a_form_are_read_from_its_body_only(signed_in: Browser, app: App) -> None:
    signed_in.post("/authorize?" + urlencode(app.request()), {}, form_token=None)
    signed_in.get(signed_in.location)
    assert (signed_in.status, signed_in.view) == (400, "authorize/refused")


def test_a_head_request_is_answered_like_a_get_without_body(signed_in: Browser, app: App) -> None:
    for changes, status in (({"prompt": "none"}, 303), ({"redirect_uri": None}, 400)):
        signed_in.request("HEAD", "/authorize?" + urlencode(app.request(**changes)))
        assert (signed_in.status, signed_in.body) == (status, b"")


@pytest.mark.parametrize(
    "query", ["%00", "state=%00", "client_id=%FF", "=", "&&&", "a=1&" * 200, "claims=%ED%A0%80"]
)
def test_what_is_no_request_at_all_is_told_on_a_page(query: str, signed_in: Browser) -> None:
    signed_in.get(f"/authorize?{query}")
    assert signed_in.status == 400
    assert "Location" not in signed_in.headers


def test_what_waits_holds_what_we_know_and_no_more(
    browser: Browser, app: App, anna: users.User, connection: Connection
) -> None:
    app.authorize(browser, junk="x" * 9000, login_hint="anna", display="page")
    [[stored]] = connection.execute("select parameters from interactions").fetchall()
    assert stored == app.request(login_hint="anna")


def test_the_heads_of_answers_stay_small(signed_in: Browser, app: App) -> None:
    signed_in.post("/authorize", app.request(login_hint="x" * 500), form_token=None)
    for _hop in range(2):
        assert signed_in.status == 303
        assert sum(len(f"{name}: {value}\r\n") for name, value in signed_in.headers.items()) < 2048
        signed_in.get(signed_in.location)
