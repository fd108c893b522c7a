"""Whatever comes to the authorization endpoint is answered: to the client, on to the person, or on a page of ours.

security.md AZ-01, AZ-02, AZ-04, AZ-14, RD-01; found by Hypothesis instead of by us.
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketid import pushed_requests
from tests.browser import Browser
from tests.conftest import BY_REQUESTS
from tests.oidc.flow import CALLBACK, App, answer
from tests.oidc.grants import DESCRIPTION
from tests.oidc.test_request_object import request_object

NAMES = st.sampled_from(
    [
        *("client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt"),
        *("code_challenge", "code_challenge_method", "max_age", "id_token_hint", "login_hint", "acr_values"),
        *(
            "claims",
            "request",
            "request_uri",
            "resource",
            "ui_locales",
            "claims_locales",
            "display",
            "dpop_jkt",
        ),
    ]
)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXT, inner, max_size=3),
    max_leaves=8,
)
VALUES = st.one_of(
    TEXT,
    st.integers().map(str),
    JSON.map(json.dumps),
    st.dictionaries(NAMES, JSON, max_size=4).map(request_object),
    st.fixed_dictionaries({"id_token": st.dictionaries(st.sampled_from(["acr", "sub", "email"]), JSON)}).map(
        json.dumps
    ),
    st.sampled_from(
        [
            *(
                "none",
                "login",
                "create",
                "none login",
                "consent",
                "query",
                "form_post",
                "code",
                "token",
                "S256",
            ),
            *(
                "plain",
                "openid offline_access",
                "0",
                "x" * 3000,
                "a.b.c",
                "..",
                "\r\nLocation: //evil.test",
                "phrh",
            ),
            *(
                CALLBACK,
                f"{CALLBACK}/",
                f"{CALLBACK}#x",
                f"{CALLBACK}\t",
                "https://evil.test/",
                "javascript:alert(1)",
            ),
            *("https://app.example.test@evil.test/callback", "HTTPS://APP.EXAMPLE.TEST/callback", "de fr-CH"),
            pushed_requests.PREFIX + "x" * 43,
        ]
    ),
)
CHANGES = st.lists(st.tuples(NAMES, VALUES), max_size=5)


@pytest.fixture
def eager(make_app: Callable[..., App]) -> App:
    """An app that gets its code whenever nothing is wrong."""
    return make_app(skips_consent=True)


def sent(app: App, changes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A good request, with some parameters changed, added or repeated."""
    named = {name for name, _value in changes}
    return [pair for pair in app.request().items() if pair[0] not in named] + changes


def check_answer(browser: Browser, state: str | None) -> None:
    """To the registered address with iss, to a page of ours, or a page that refuses."""
    assert browser.status in {200, 303, 400}, browser.text
    if browser.status == 200:
        assert browser.view == "authorize/form_post"
        assert browser.variables["uri"] in {CALLBACK, "/authorize?again"}
        told: dict[str, Any] = browser.variables["parameters"]
    elif browser.status == 400:
        assert browser.view in {"authorize/refused", "error"}
        assert "Location" not in browser.headers
        return
    elif browser.location.startswith(("/interaction?id=", "/authorize?")):
        return
    else:
        assert browser.location.startswith(f"{CALLBACK}?")
        assert urlsplit(browser.location).netloc == "app.example.test"
        told = answer(browser)
    if browser.status == 200 and browser.variables["uri"] != CALLBACK:
        return
    assert told["iss"] == browser.origin
    assert ("code" in told) != ("error" in told)
    assert DESCRIPTION.fullmatch(told.get("error_description", "x"))
    if state is not None and "state" in told:
        assert told["state"] == state


@BY_REQUESTS
@given(CHANGES)
def test_every_request_is_answered_as_it_may_be(
    signed_in: Browser, eager: App, changes: list[tuple[str, str]]
) -> None:
    pairs = sent(eager, changes)
    is_plain = not {"state", "request", "request_uri"} & {name for name, _value in changes}
    check_answer(signed_in.get("/authorize?" + urlencode(pairs)), "the-state" if is_plain else None)


@BY_REQUESTS
@given(CHANGES)
def test_every_form_is_answered_as_it_may_be(
    browser: Browser, eager: App, changes: list[tuple[str, str]]
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"}
    body = urlencode(sent(eager, changes)).encode()
    check_answer(browser.request("POST", "/authorize", body, headers), None)


@BY_REQUESTS
@given(CHANGES)
def test_every_push_is_answered_in_json(browser: Browser, eager: App, changes: list[tuple[str, str]]) -> None:
    pairs = [*sent(eager, changes), ("client_secret", str(eager.secret))]
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    browser.request("POST", "/api/oidc/par", urlencode(pairs).encode(), headers)
    assert browser.status in {201, 400, 401, 429}, browser.text
    told = browser.json()
    assert ("request_uri" in told) is (browser.status == 201)
    assert DESCRIPTION.fullmatch(told.get("error_description", "x"))


@BY_REQUESTS
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30), st.booleans())
def test_s_rd_01_nothing_but_the_registered_text_is_returned_to(
    signed_in: Browser, eager: App, tail: str, is_tail: bool
) -> None:
    uri = CALLBACK + tail if is_tail else tail
    eager.authorize(signed_in, redirect_uri=uri)
    assert (signed_in.status == 303) is (uri == CALLBACK)
