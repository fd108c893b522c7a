"""Request objects: an unsigned one is honoured, any other refused, none ignored. Core 6.1, RFC 9101."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pocketid.crypto import base64url
from tests.browser import Browser
from tests.oidc.flow import CALLBACK, App, answer, claims_of


def request_object(content: Any, head: Any = None, signature: str = "") -> str:
    parts = ({"alg": "none"} if head is None else head, content)
    encoded = [base64url(part if isinstance(part, bytes) else json.dumps(part).encode()) for part in parts]
    return f"{encoded[0]}.{encoded[1]}.{signature}"


def test_what_is_inside_wins(signed_in: Browser, app: App) -> None:
    inside = {"state": "inner", "nonce": "inner-nonce", "scope": "openid email"}
    code = app.code(signed_in, request=request_object(inside), state="outer", nonce="outer", scope="openid")
    assert answer(signed_in)["state"] == "inner"
    tokens = app.exchange(signed_in, code).json()
    assert tokens["scope"] == "openid email"
    assert claims_of(signed_in, tokens["id_token"])["nonce"] == "inner-nonce"


@pytest.mark.parametrize(
    "name", ["state", "nonce", "redirect_uri", "scope", "code_challenge", "response_mode"]
)
def test_a_parameter_may_be_inside_only(name: str, signed_in: Browser, make_app: Callable[..., App]) -> None:
    app = make_app(skips_consent=True)
    value = app.request(response_mode="query")[name]
    app.authorize(signed_in, **{name: None, "request": request_object({name: value})})
    assert answer(signed_in)["state"] == "the-state"
    assert app.exchange(signed_in, answer(signed_in)["code"]).status == 200


def test_members_that_are_no_texts_stand_for_their_json(signed_in: Browser, app: App) -> None:
    inside = {"max_age": 3600, "claims": {"id_token": {"email": None}}, "state": None, "exp": 1, "foo": [1]}
    token = app.tokens(signed_in, request=request_object(inside), scope="openid")["id_token"]
    assert claims_of(signed_in, token)["email"] == "anna@example.test"
    assert (
        answer(app.authorize(signed_in, request=request_object({"max_age": -1})))["error"]
        == "invalid_request"
    )


def test_client_and_response_type_may_be_inside_as_well(
    signed_in: Browser, make_app: Callable[..., App]
) -> None:
    app = make_app(skips_consent=True)
    inside = {
        "client_id": "immich",
        "response_type": "code",
        "iss": "immich",
        "aud": "https://pocketid.example.test",
    }
    assert "code" in answer(app.authorize(signed_in, request=request_object(inside)))
    assert "code" in answer(app.authorize(signed_in, request=request_object(inside), response_type=None))


@pytest.mark.parametrize(
    ("inside", "error"),
    [
        ({"client_id": "other"}, "invalid_request"),
        ({"response_type": "token"}, "invalid_request"),
        ({"request": "x.y.z"}, "invalid_request_object"),
        ({"request_uri": "https://app.example.test/r"}, "invalid_request_object"),
        ({"state": "a\0b"}, "invalid_request_object"),
        ({"nonce": "a\0b"}, "invalid_request_object"),
        ({"state": "s" * 2049}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
    ],
)
def test_s_az_13_what_may_not_be_inside_is_refused(
    inside: dict[str, str], error: str, signed_in: Browser, app: App, rows: Callable[[str], int]
) -> None:
    assert answer(app.authorize(signed_in, request=request_object(inside)))["error"] == error
    assert (rows("authorizations"), rows("interactions")) == (0, 0)


MALFORMED = [
    "x",
    "a.b",
    "a.b.c.d",
    "..",
    "é.é.",
    request_object([1]),
    request_object("text"),
    request_object(b"{"),
    request_object(b'{"state": "\xff"}'),
    request_object(b'{"state": "\\ud800"}'),
    request_object(b'{"claims": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
    request_object({}, ["none"]),
    request_object({}, {}),
    request_object({}, {"alg": "None"}),
    request_object({}, {"alg": ["none"]}),
    request_object({}, {"alg": "none"}, "c2ln"),
    request_object({}, {"alg": "RS256"}),
    request_object({}, {"alg": "RS256", "jku": "https://app.example.test/keys"}, "c2ln"),
    request_object({}, {"alg": "HS256"}, "c2ln"),
    "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkExMjhHQ00ifQ.a.b.c.d",
]


@pytest.mark.parametrize("text", MALFORMED)
def test_s_az_13_a_malformed_or_signed_object_is_refused_and_not_ignored(
    text: str, signed_in: Browser, app: App, rows: Callable[[str], int]
) -> None:
    got = answer(app.authorize(signed_in, request=text))
    assert (got["error"], got["state"]) == ("invalid_request_object", "the-state")
    assert (rows("authorizations"), rows("interactions")) == (0, 0)


@pytest.mark.parametrize(
    ("outside", "inside"),
    [
        ("https://evil.test/", {"redirect_uri": CALLBACK}),
        (CALLBACK, {"redirect_uri": "https://evil.test/"}),
        (None, {"redirect_uri": "https://evil.test/"}),
        (None, {"redirect_uri": "https://evil.test/\0"}),
        (None, {}),
        (None, {"redirect_uri": ["x"]}),
        (None, {"redirect_uri": CALLBACK, "client_id": "other", "request": "x"}),
    ],
)
def test_s_az_01_a_bad_redirect_uri_inside_or_outside_stops_on_a_page(
    outside: str | None, inside: dict[str, Any], signed_in: Browser, app: App, rows: Callable[[str], int]
) -> None:
    app.authorize(signed_in, redirect_uri=outside, request=request_object(inside))
    assert (signed_in.status, signed_in.view) == (400, "authorize/refused")
    assert "Location" not in signed_in.headers
    assert rows("interactions") == 0


def test_a_malformed_object_that_should_hold_the_redirect_uri_is_told_on_a_page(
    signed_in: Browser, app: App
) -> None:
    app.authorize(signed_in, redirect_uri=None, request="x.y.z")
    assert (signed_in.status, signed_in.view) == (400, "authorize/refused")
    assert "could not be read" in signed_in.text
