"""Userinfo. OpenID Connect Core 5.3, RFC 6750 2, 3."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from pocketid import signing_keys, users
from pocketid.db import Connection, Database
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import APP_URL, START, Clock
from tests.oidc.flow import App, claims_of
from tests.oidc.grants import DESCRIPTION, check_refusal

PATH = "/api/oidc/userinfo"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def token(browser: Browser, app: App, issue: Callable[..., str]) -> str:
    """A live access token for all scopes."""
    text: str = app.exchange(browser, issue()).json()["access_token"]
    return text


def check_challenge(got: Browser, status: int, error: str) -> None:
    """RFC 6750 3: the code is in the challenge, too."""
    check_refusal(got, status, error)
    challenge = got.headers["Www-Authenticate"]
    assert challenge.startswith(f'Bearer error="{error}"')
    assert DESCRIPTION.fullmatch(got.json()["error_description"])


def test_it_tells_what_was_granted(browser: Browser, token: str, anna: users.User) -> None:
    got = browser.get(PATH, headers={"Authorization": f"Bearer {token}"})
    assert got.status == 200
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["Cache-Control"] == "no-store"
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert got.set_cookies == []
    assert got.json() == {
        "sub": str(anna.id),
        "name": "Anna Muster",
        "given_name": "Anna",
        "family_name": "Muster",
        "display_name": "Anna Muster",
        "preferred_username": "anna",
        "picture": f"{APP_URL}/api/users/{anna.id}/profile-picture.png",
        "updated_at": int(anna.updated_at.timestamp()),
        "email": "anna@example.test",
        "email_verified": True,
        "groups": [],
    }


@pytest.mark.parametrize(
    ("scopes", "names"),
    [
        (["openid"], {"sub"}),
        (["openid", "email"], {"sub", "email", "email_verified"}),
        (["openid", "groups"], {"sub", "groups"}),
        (["openid", "offline_access"], {"sub"}),
    ],
)
def test_s_ui_02_only_claims_of_granted_scopes(
    browser: Browser, app: App, issue: Callable[..., str], scopes: list[str], names: set[str]
) -> None:
    token = app.exchange(browser, issue(scopes=scopes)).json()["access_token"]
    assert app.userinfo(browser, token).json().keys() == names


def test_the_claims_parameter_adds_to_the_place_that_it_names(signed_in: Browser, app: App) -> None:
    wanted = '{"userinfo": {"name": null, "immich_role": null}, "id_token": {"email": {"essential": true}}}'
    got = app.tokens(signed_in, scope="openid", claims=wanted)
    told = app.userinfo(signed_in, got["access_token"]).json()
    assert told.keys() == {"sub", "name"}
    identity = claims_of(signed_in, got["id_token"])
    assert identity["email"] == "anna@example.test"
    assert "name" not in identity


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_s_case_does_not_matter(browser: Browser, token: str, scheme: str) -> None:
    assert browser.get(PATH, headers={"Authorization": f"{scheme} {token}"}).status == 200


@pytest.mark.parametrize(
    "accept", ["application/json;charset=utf-8", "text/html, */*;q=0.1", "application/jwt"]
)
def test_odd_accept_headers_do_not_matter(browser: Browser, token: str, accept: str) -> None:
    got = browser.get(PATH, headers={"Authorization": f"Bearer {token}", "Accept": accept})
    assert got.status == 200
    assert got.headers["Content-Type"] == "application/json"


def test_post_takes_the_token_in_the_header_or_the_form(
    browser: Browser, token: str, anna: users.User
) -> None:
    ways: tuple[tuple[bytes, dict[str, str]], ...] = (
        (b"", {"Authorization": f"Bearer {token}"}),
        (b"", FORM | {"Authorization": f"Bearer {token}"}),
        (urlencode({"access_token": token}).encode(), FORM),
        (
            urlencode({"access_token": token}).encode(),
            {"Content-Type": FORM["Content-Type"] + ";charset=UTF-8"},
        ),
    )
    for body, headers in ways:
        browser.request("POST", PATH, body, headers | {"Origin": "https://spa.example.test"})
        assert browser.status == 200, browser.text
        assert browser.json()["sub"] == str(anna.id)


def test_s_ui_01_one_way_and_never_the_address(browser: Browser, token: str) -> None:
    header, body = {"Authorization": f"Bearer {token}"}, urlencode({"access_token": token}).encode()
    requests: list[tuple[str, str, bytes, dict[str, str]]] = [
        ("GET", f"{PATH}?access_token={token}", b"", {}),
        ("GET", f"{PATH}?access_token=", b"", header),
        ("POST", f"{PATH}?access_token={token}", body, FORM),
        ("POST", PATH, body, FORM | header),
        ("POST", PATH, body + b"&" + body, FORM),
    ]
    for request in requests:
        check_refusal(browser.request(*request), 400, "invalid_request")


def test_a_token_in_the_form_of_a_get_is_none(browser: Browser, token: str) -> None:
    body = urlencode({"access_token": token}).encode()
    check_challenge(browser.request("GET", PATH, body, FORM), 401, "invalid_token")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic aW1taWNoOng=",
        "Bearer x",
        "Bearer a.b.c",
        "Bearer ..",
        "Bearer ä.ö.ü",
        "Bearer " + "[" * 12_000 + ".b.c",
        "Bearer W1tbW1tbW1tb.e30.e30",
        "Bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0Iiwia2lkIjoieCJ9.e30.",
        "Bearer " + "x" * 20_000,
    ],
)
def test_s_ui_01_no_token_or_nonsense_is_challenged(browser: Browser, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    check_challenge(browser.get(PATH, headers=headers), 401, "invalid_token")


def test_a_session_of_the_browser_is_no_token(signed_in: Browser) -> None:
    check_challenge(signed_in.get(PATH), 401, "invalid_token")


def test_s_ky_03_an_id_token_is_no_access_token_and_the_reverse(
    browser: Browser, app: App, issue: Callable[..., str]
) -> None:
    got = app.exchange(browser, issue()).json()
    check_challenge(app.userinfo(browser, got["id_token"]), 401, "invalid_token")
    check_challenge(app.userinfo(browser, got["refresh_token"]), 401, "invalid_token")
    browser.get("/api/oidc/end-session", id_token_hint=got["access_token"])
    assert browser.variables["client"] is None


def test_s_ky_01_a_changed_token_is_none(browser: Browser, app: App, token: str) -> None:
    head, payload, signature = token.split(".")
    changed = [
        f"{head}.{payload}.{signature[:-1]}",
        f"{head}.{payload}.{'A' + signature[1:] if signature[0] != 'A' else 'B' + signature[1:]}",
        f"{head}.{payload[:-1]}.{signature}",
        f"{head}.{payload}.",
        f"{head}.{payload}",
        f"{token}.x",
        f"{token}=",
        f"{head}..{signature}",
    ]
    for each in changed:
        check_challenge(app.userinfo(browser, each), 401, "invalid_token")
    assert app.userinfo(browser, token).status == 200


def test_a_deleted_row_ends_a_signed_token(
    browser: Browser, app: App, token: str, shared_connection: Connection
) -> None:
    shared_connection.execute("delete from access_tokens")
    check_challenge(app.userinfo(browser, token), 401, "invalid_token")


def test_an_access_token_ends_at_its_time(browser: Browser, app: App, token: str, clock: Clock) -> None:
    clock.advance(seconds=3599)
    assert app.userinfo(browser, token).status == 200
    clock.advance(seconds=1)
    check_challenge(app.userinfo(browser, token), 401, "invalid_token")


@pytest.mark.parametrize("scopes", [["profile", "email"], ["profile"]])
def test_without_openid_the_scope_is_insufficient(
    browser: Browser, app: App, issue: Callable[..., str], scopes: list[str]
) -> None:
    token = app.exchange(browser, issue(scopes=scopes)).json()["access_token"]
    got = app.userinfo(browser, token)
    check_challenge(got, 403, "insufficient_scope")
    assert got.headers["Www-Authenticate"].endswith(', scope="openid"')


@pytest.mark.parametrize(
    ("scopes", "audience"),
    [
        (["openid"], ["immich", APP_URL]),
        (["profile"], ["immich", APP_URL]),
        (["offline_access"], "immich"),
        ([], "immich"),
    ],
)
def test_s_ui_02_the_audience_must_be_ours(
    browser: Browser, app: App, issue: Callable[..., str], scopes: list[str], audience: Any
) -> None:
    token = app.exchange(browser, issue(scopes=scopes)).json()["access_token"]
    claims = claims_of(browser, token)
    assert claims["aud"] == audience
    if audience == "immich":
        check_challenge(app.userinfo(browser, token), 401, "invalid_token")


def test_s_ui_02_a_token_of_ours_for_somebody_else_is_refused(
    browser: Browser, site: Site, app: App, token: str, db: Database
) -> None:
    """Signed by us, alive in the table, and made out to another resource."""
    key = signing_keys._load(db, site.keyring).current("RS256", START)
    claims = claims_of(browser, token)
    for audience in ("immich", ["immich"], ["https://api.example.test"], None, {"a": 1}, APP_URL):
        forged = signing_keys.sign(key, claims | {"aud": audience}, "at+jwt")
        check_challenge(app.userinfo(browser, forged), 401, "invalid_token")
    for other in ({"jti": 5}, {"jti": None}, {"iss": "https://other.example.test"}):
        forged = signing_keys.sign(key, claims | other, "at+jwt")
        check_challenge(app.userinfo(browser, forged), 401, "invalid_token")
    assert app.userinfo(browser, signing_keys.sign(key, claims, "at+jwt")).status == 200
    check_challenge(app.userinfo(browser, signing_keys.sign(key, claims, "JWT")), 401, "invalid_token")


@pytest.mark.parametrize("path", ["/api/oidc/token", PATH, "/.well-known/jwks.json"])
def test_s_ui_05_browser_applications_of_any_origin_may_call_without_cookies(
    browser: Browser, path: str
) -> None:
    browser.request(
        "OPTIONS",
        path,
        headers={
            "Origin": "https://spa.example.test",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
        },
    )
    assert browser.status in {200, 204}
    assert browser.headers["Access-Control-Allow-Origin"] == "*"
    assert "authorization" in browser.headers["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Credentials" not in browser.headers


@pytest.mark.parametrize("path", ["/authorize", "/api/oidc/end-session", "/login", "/settings/account"])
def test_s_ui_05_pages_are_for_no_other_origin(signed_in: Browser, path: str) -> None:
    signed_in.get(path, headers={"Origin": "https://spa.example.test"})
    assert "Access-Control-Allow-Origin" not in signed_in.headers
