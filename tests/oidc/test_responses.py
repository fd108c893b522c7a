"""How answers reach the client: in the query or by a form, always with iss. RFC 6749 4.1.2, RFC 9207, Form Post."""

import html
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.authenticator import Authenticator
from tests.browser import Browser
from tests.conftest import APP_URL
from tests.oidc.flow import CALLBACK, App, answer, consent, press, use_passkey

ODD_STATES = [
    "a" * 128,
    "-._~" * 32,
    "s" * 2048,
    "cGFzc2tleQ==",
    "a b+c&d=e%20f?g#h/i\\j\"k'<l>",
    "é€𝄞",
    "line\r\nbreak",
    " ",
]


def form_of(browser: Browser) -> tuple[str, dict[str, str]]:
    """Where the page's form goes, and its fields."""
    [action] = re.findall(r'<form method="post" action="([^"]*)" data-submit>', browser.text)
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', browser.text)
    return html.unescape(action), {html.unescape(name): html.unescape(value) for name, value in fields}


def test_a_code_goes_into_the_query_with_state_and_issuer_and_nothing_else(
    signed_in: Browser, app: App
) -> None:
    app.code(signed_in)
    assert signed_in.status == 303
    assert signed_in.location.startswith(f"{CALLBACK}?")
    assert "#" not in signed_in.location
    got = answer(signed_in)
    assert got.keys() == {"code", "state", "iss"}
    assert (got["state"], got["iss"]) == ("the-state", APP_URL)
    assert signed_in.headers["Cache-Control"] == "no-store"
    assert signed_in.headers["Referrer-Policy"] == "no-referrer"


def test_an_error_goes_there_too(signed_in: Browser, app: App) -> None:
    got = answer(app.authorize(signed_in, response_type="token"))
    assert got.keys() == {"error", "error_description", "state", "iss"}
    assert (got["state"], got["iss"]) == ("the-state", APP_URL)
    assert signed_in.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("state", ODD_STATES)
@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_s_az_03_state_comes_back_byte_for_byte(
    mode: str, state: str, signed_in: Browser, make_app: Callable[..., App]
) -> None:
    app = make_app(skips_consent=True)
    for changes in ({}, {"response_type": "token"}):
        app.authorize(signed_in, state=state, response_mode=mode, **changes)
        got = form_of(signed_in)[1] if mode == "form_post" else answer(signed_in)
        assert got["state"] == state


def test_a_state_that_was_not_sent_is_not_sent_back(signed_in: Browser, app: App) -> None:
    app.code(signed_in, state=None)
    assert answer(signed_in).keys() == {"code", "iss"}
    assert "state" not in answer(app.authorize(signed_in, state="", response_type="x"))


def test_the_registered_query_stays_and_the_answer_is_appended(
    signed_in: Browser, make_app: Callable[..., App]
) -> None:
    uri = f"{CALLBACK}?tenant=%2F1&empty=&x"
    app = make_app(redirect_uris=[uri], skips_consent=True)
    for changes in ({}, {"response_type": "token"}):
        app.authorize(signed_in, **changes)
        assert signed_in.location.startswith(f"{uri}&")
        names = [
            name for name, _value in parse_qsl(urlsplit(signed_in.location).query, keep_blank_values=True)
        ]
        assert names[:3] == ["tenant", "empty", "x"]
        assert names[-2:] == ["state", "iss"]


# By a form


def test_a_form_posts_the_code_by_itself_and_has_a_button(signed_in: Browser, app: App) -> None:
    signed_in.get(app.authorize(signed_in, response_mode="form_post").location)
    consent(signed_in)
    assert (signed_in.status, signed_in.view) == (200, "authorize/form_post")
    action, fields = form_of(signed_in)
    assert action == CALLBACK
    assert fields.keys() == {"code", "state", "iss"}
    assert re.search(r'<script[^>]* src="/static/form-post\.[^"]*js"', signed_in.text)
    assert "<button" in signed_in.text
    assert app.exchange(signed_in, fields["code"]).status == 200


@pytest.mark.parametrize(
    ("redirect_uri", "source"),
    [
        (CALLBACK, "https://app.example.test"),
        ("http://localhost:3000/callback", "http://localhost:3000"),
        ("app.immich:///oauth-callback", "app.immich:"),
        ("https://app.example.test:8443?x=1", "https://app.example.test:8443"),
    ],
)
@pytest.mark.parametrize("changes", [{}, {"response_type": "token"}])
def test_s_se_07_the_form_may_go_to_the_app_and_only_there(
    changes: dict[str, str], redirect_uri: str, source: str, signed_in: Browser, make_app: Callable[..., App]
) -> None:
    app = make_app(redirect_uris=[redirect_uri], skips_consent=True)
    app.authorize(signed_in, response_mode="form_post", **changes)
    assert form_of(signed_in)[0] == redirect_uri
    policy = signed_in.headers["Content-Security-Policy"]
    assert f"form-action 'self' {source};" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_form_is_kept_nowhere(signed_in: Browser, make_app: Callable[..., App]) -> None:
    make_app(skips_consent=True).authorize(signed_in, response_mode="form_post")
    assert signed_in.headers["Cache-Control"] == "no-store"
    assert signed_in.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"prompt": "none"}, "consent_required"),
        ({"max_age": "x"}, "invalid_request"),
        ({"state": "s" * 2049}, "invalid_request"),
        ({"request_uri": "https://app.example.test/r"}, "request_uri_not_supported"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_errors_come_by_the_form_as_well(
    changes: dict[str, str], error: str, signed_in: Browser, app: App
) -> None:
    app.authorize(signed_in, response_mode="form_post", **changes)
    assert (signed_in.status, signed_in.view) == (200, "authorize/form_post")
    action, fields = form_of(signed_in)
    assert (action, fields["error"], fields["iss"]) == (CALLBACK, error, APP_URL)
    assert "code" not in fields
    assert signed_in.headers["Cache-Control"] == "no-store"


def test_a_person_who_cancels_is_told_of_by_the_form(
    browser: Browser, app: App, device: Authenticator
) -> None:
    browser.get(app.authorize(browser, response_mode="form_post").location)
    press(browser, "cancel")
    assert form_of(browser)[1]["error"] == "access_denied"


def test_the_form_follows_a_sign_in(
    browser: Browser, make_app: Callable[..., App], device: Authenticator
) -> None:
    app = make_app(skips_consent=True)
    use_passkey(browser.get(app.authorize(browser, response_mode="form_post").location), device)
    assert set(form_of(browser)[1]) == {"code", "state", "iss"}


@pytest.mark.parametrize("mode", ["fragment", "query.jwt", "web_message", "Form_Post", "query form_post"])
def test_s_az_07_no_code_goes_into_a_fragment(
    mode: str, signed_in: Browser, make_app: Callable[..., App], rows: Callable[[str], int]
) -> None:
    app = make_app(skips_consent=True)
    assert answer(app.authorize(signed_in, response_mode=mode))["error"] == "invalid_request"
    assert rows("authorizations") == 0


# Every answer


def test_s_az_08_every_redirect_is_a_303(
    browser: Browser, app: App, device: Authenticator, make_app: Callable[..., App]
) -> None:
    browser.post("/authorize", app.request(), form_token=None)
    assert browser.status == 303
    browser.get(browser.location)
    assert browser.status == 303
    use_passkey(browser.get(browser.location), device)
    assert consent(browser).status == 303
    assert browser.location.startswith(CALLBACK)
    assert app.authorize(browser).status == 303
    assert app.authorize(browser, response_type="x").status == 303


def test_s_az_09_and_15_pages_on_the_way_are_not_framed_and_load_nothing_from_elsewhere(
    browser: Browser, app: App, device: Authenticator
) -> None:
    browser.get(app.authorize(browser).location)
    for view in ("authorize/sign_in", "authorize/consent"):
        assert browser.view == view
        policy = browser.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "img-src 'self' data:" in policy
        assert browser.headers["X-Frame-Options"] == "DENY"
        assert browser.headers["Referrer-Policy"] == "no-referrer"
        assert browser.headers["Cache-Control"] == "no-store"
        assert not re.search(r'(?:src|href)="(?:https?:)?//(?!pocketid\.example\.test)', browser.text)
        if view == "authorize/sign_in":
            use_passkey(browser, device)
