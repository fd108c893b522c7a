"""Logout that an app begins. OpenID Connect RP-Initiated Logout 1.0."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from pocketid import signing_keys, users
from pocketid.audit import Row
from pocketid.db import Connection, Database
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import APP_URL, START, Clock
from tests.oidc.flow import App, claims_of

PATH = "/api/oidc/end-session"
BACK = "https://app.example.test/signed-out"
BACK_WITH_QUERY = "https://app.example.test/out?from=idp"


@pytest.fixture
def leaving(make_app: Callable[..., App]) -> App:
    return make_app("leaving", logout_uris=[BACK, BACK_WITH_QUERY])


@pytest.fixture
def hint(signed_in: Browser, leaving: App) -> str:
    """The ID token of a person who signed in to `leaving` in this browser."""
    text: str = leaving.tokens(signed_in)["id_token"]
    return text


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/settings/account").status == 200


def sign(
    site: Site, db: Database, claims: Mapping[str, Any], typ: str = "JWT", algorithm: str = "RS256"
) -> str:
    """A token signed by our own key."""
    return signing_keys.sign(signing_keys._load(db, site.keyring).current(algorithm, START), claims, typ)


def encoded(content: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def test_a_valid_hint_ends_the_session_without_asking_and_returns_to_the_app(
    signed_in: Browser, leaving: App, hint: str, events: Callable[..., list[Row]]
) -> None:
    got = signed_in.get(PATH, id_token_hint=hint, post_logout_redirect_uri=BACK)
    assert (got.status, got.location) == (303, BACK)
    assert got.headers["Cache-Control"] == "no-store"
    assert not is_signed_in(signed_in)
    assert [event.username for event in events("SIGN_OUT")] == ["anna"]
    leaving.authorize(signed_in, prompt="none")
    assert "error=login_required" in signed_in.location


def test_the_session_is_dead_on_the_server_whatever_the_browser_keeps(
    signed_in: Browser, hint: str, shared_connection: Connection
) -> None:
    cookies = dict(signed_in.cookies)
    signed_in.get(PATH, id_token_hint=hint)
    signed_in.cookies = cookies
    assert not is_signed_in(signed_in)
    assert shared_connection.execute("select from sessions").fetchall() == []


@pytest.mark.parametrize(
    ("asked", "state", "expected"),
    [
        (BACK, None, BACK),
        (BACK, "", BACK),
        (BACK, "a b&c=d/é", f"{BACK}?state=a+b%26c%3Dd%2F%C3%A9"),
        (BACK_WITH_QUERY, None, BACK_WITH_QUERY),
        (BACK_WITH_QUERY, "s", f"{BACK_WITH_QUERY}&state=s"),
    ],
)
def test_state_is_echoed_and_nothing_else(
    signed_in: Browser, hint: str, asked: str, state: str | None, expected: str
) -> None:
    query: dict[str, Any] = {} if state is None else {"state": state}
    signed_in.get(PATH, id_token_hint=hint, post_logout_redirect_uri=asked, ui_locales="de", **query)
    assert signed_in.location == expected


def test_without_an_address_it_says_that_it_is_done(signed_in: Browser, hint: str) -> None:
    got = signed_in.get(PATH, id_token_hint=hint, state="s")
    assert (got.status, got.view) == (200, "authorize/signed_out")
    assert got.variables["client"].id == "leaving"
    assert not is_signed_in(signed_in)


@pytest.mark.parametrize(
    "asked",
    [
        BACK + "/",
        BACK + "?a=b",
        BACK + "#x",
        BACK.replace("https", "http"),
        BACK.upper(),
        "https://evil.example.test/",
        "//evil.example.test",
        "/login",
        "javascript:alert(1)",
        "https://app.example.test/callback",
    ],
)
def test_s_lo_01_an_unregistered_address_is_never_gone_to(signed_in: Browser, hint: str, asked: str) -> None:
    got = signed_in.get(PATH, id_token_hint=hint, post_logout_redirect_uri=asked)
    assert (got.status, got.view) == (200, "authorize/signed_out")


def test_s_lo_01_another_client_s_address_is_never_gone_to(
    signed_in: Browser, hint: str, make_app: Callable[..., App]
) -> None:
    make_app("other", logout_uris=["https://other.example.test/out"])
    got = signed_in.get(PATH, id_token_hint=hint, post_logout_redirect_uri="https://other.example.test/out")
    assert got.view == "authorize/signed_out"


def test_s_lo_01_a_forged_link_signs_nobody_out_without_a_click(
    signed_in: Browser, leaving: App, hint: str
) -> None:
    queries: list[dict[str, Any]] = [{}, {"post_logout_redirect_uri": BACK}, {"client_id": "leaving"}]
    for query in [*queries, {"logout_hint": "anna", "state": "s"}]:
        got = signed_in.get(PATH, **query)
        assert (got.status, got.view) == (200, "authorize/sign_out"), query
        assert is_signed_in(signed_in)
    signed_in.get(PATH)
    signed_in.post("/logout")
    assert not is_signed_in(signed_in)


def test_s_lo_01_what_is_no_valid_hint_asks_and_goes_nowhere(
    signed_in: Browser, site: Site, db: Database, leaving: App, hint: str, make_app: Callable[..., App]
) -> None:
    make_app("other")
    claims = claims_of(signed_in, hint)
    head, payload, signature = hint.split(".")
    none = encoded(
        {"alg": "none", "typ": "JWT", "kid": json.loads(base64.urlsafe_b64decode(head + "=="))["kid"]}
    )
    bad = {
        "nonsense": "x",
        "signature changed": f"{head}.{payload}.{'A' * len(signature)}",
        "payload changed": f"{head}.{encoded(claims | {'aud': 'other'})}.{signature}",
        "unsigned": f"{none}.{payload}.",
        "unsigned, with signature": f"{none}.{payload}.{signature}",
        "access token": leaving.tokens(signed_in)["access_token"],
        "other kind": sign(site, db, claims, "logout+jwt"),
        "other issuer": sign(site, db, claims | {"iss": "https://other.example.test"}),
        "no audience": sign(site, db, {name: value for name, value in claims.items() if name != "aud"}),
        "audience list": sign(site, db, claims | {"aud": ["leaving"]}),
        "unknown audience": sign(site, db, claims | {"aud": "gone"}),
        "no subject": sign(site, db, {name: value for name, value in claims.items() if name != "sub"}),
        "too long": hint + "x" * 20_000,
        "nested": "W1tb" * 3000 + ".e30.e30",
    }
    for name, each in bad.items():
        got = signed_in.get(PATH, id_token_hint=each, post_logout_redirect_uri=BACK)
        assert (got.status, got.view) == (200, "authorize/sign_out"), name
        assert is_signed_in(signed_in), name
    got = signed_in.get(PATH, id_token_hint=hint, client_id="other", post_logout_redirect_uri=BACK)
    assert got.view == "authorize/sign_out", "client_id must be the hint's audience"
    got = signed_in.get(f"{PATH}?id_token_hint={hint}&state=a&state=b")
    assert got.view == "authorize/sign_out", "a parameter that comes twice makes the request worth nothing"
    good = signed_in.get(PATH, id_token_hint=hint, client_id="leaving", post_logout_redirect_uri=BACK)
    assert good.location == BACK


def test_a_hint_of_somebody_else_asks(
    signed_in: Browser,
    leaving: App,
    hint: str,
    open_browser: Callable[[], Browser],
    make_user: Callable[..., users.User],
    sign_in: Callable[..., None],
) -> None:
    other = open_browser()
    sign_in(other, make_user(username="bert"))
    got = other.get(PATH, id_token_hint=hint, post_logout_redirect_uri=BACK)
    assert got.view == "authorize/sign_out"
    assert is_signed_in(other)
    assert is_signed_in(signed_in)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_an_expired_hint_and_one_of_a_retired_key_still_count(
    signed_in: Browser,
    make_app: Callable[..., App],
    clock: Clock,
    db: Database,
    site: Site,
    anna: users.User,
    sign_in: Callable[..., None],
    shared_connection: Connection,
    algorithm: str,
) -> None:
    app = make_app("retired", logout_uris=[BACK], signing_algorithm=algorithm)
    hint = app.tokens(signed_in)["id_token"]
    clock.advance(days=40)
    shared_connection.execute("update signing_keys set retired_at = %s", (clock(),))
    signing_keys.ensure(db, site.keyring, clock())
    db.commit()
    sign_in(signed_in, anna)
    assert is_signed_in(signed_in)
    got = signed_in.get(PATH, id_token_hint=hint, post_logout_redirect_uri=BACK)
    assert got.location == BACK
    assert not is_signed_in(signed_in)


def test_somebody_who_is_not_signed_in_is_told_so_and_may_return(
    browser: Browser, signed_in: Browser, hint: str, open_browser: Callable[[], Browser]
) -> None:
    nobody = open_browser()
    assert nobody.get(PATH).view == "authorize/signed_out"
    assert nobody.get(PATH, id_token_hint="x", post_logout_redirect_uri=BACK).view == "authorize/signed_out"
    assert nobody.get(PATH, id_token_hint=hint, post_logout_redirect_uri=BACK).location == BACK


def test_a_form_of_the_app_brings_no_cookie_and_works_all_the_same(signed_in: Browser, hint: str) -> None:
    """SameSite=Lax cookies do not come with another site's POST: the GET that follows brings them."""
    form = {"id_token_hint": hint, "post_logout_redirect_uri": BACK, "state": "s"}
    cookies, signed_in.cookies = dict(signed_in.cookies), {}
    headers = {"Origin": "https://app.example.test", "Sec-Fetch-Site": "cross-site"}
    got = signed_in.post(PATH, form, form_token=None, headers=headers)
    assert got.status == 303
    assert got.location.startswith(f"{PATH}?")
    assert got.set_cookies == []
    onwards, signed_in.cookies = got.location, cookies
    assert is_signed_in(signed_in)
    assert signed_in.get(onwards).location == f"{BACK}?state=s"
    assert not is_signed_in(signed_in)


def test_a_post_with_its_cookie_is_like_a_get(signed_in: Browser, hint: str) -> None:
    form = {"id_token_hint": hint, "post_logout_redirect_uri": BACK, "state": "s"}
    assert signed_in.post(PATH, form, form_token=None).location == f"{BACK}?state=s"
    assert not is_signed_in(signed_in)


def test_signing_out_by_an_app_ends_what_other_apps_got_through_the_session(
    signed_in: Browser, leaving: App, app: App, hint: str
) -> None:
    online = app.tokens(signed_in, scope="openid")
    offline = app.tokens(signed_in, scope="openid offline_access")
    signed_in.get(PATH, id_token_hint=hint)
    assert app.userinfo(signed_in, online["access_token"]).status == 401
    assert app.userinfo(signed_in, offline["access_token"]).status == 200


def test_other_browsers_stay_signed_in(
    signed_in: Browser,
    hint: str,
    open_browser: Callable[[], Browser],
    anna: users.User,
    sign_in: Callable[..., None],
) -> None:
    second = open_browser()
    sign_in(second, anna)
    signed_in.get(PATH, id_token_hint=hint)
    assert is_signed_in(second)


def test_the_issuer_of_a_hint_is_ours(signed_in: Browser, hint: str, clock: Clock) -> None:
    claims = claims_of(signed_in, hint)
    assert claims["iss"] == APP_URL
    assert claims["exp"] - claims["iat"] == timedelta(hours=1).total_seconds()


@pytest.mark.parametrize("query", ["id_token_hint=%ff", "state=%00", "&".join(f"p{n}=x" for n in range(200))])
def test_a_person_gets_a_page_also_when_the_address_cannot_be_read(signed_in: Browser, query: str) -> None:
    got = signed_in.get(f"{PATH}?{query}")
    assert (got.status, got.view) == (400, "error")
    assert is_signed_in(signed_in)
