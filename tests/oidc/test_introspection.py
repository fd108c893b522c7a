"""Introspection and revocation, RFC 7662 and RFC 7009: who may ask, what is told, and what an end ends."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from pocketid import consents, groups, sessions, users
from pocketid.db import Database
from pocketid.users import User
from tests.browser import Browser
from tests.conftest import APP_URL, Clock
from tests.oidc.flow import App, claims_of
from tests.oidc.grants import check_refusal

RESOURCE = "https://photos.example.test"
INACTIVE = {"active": False}
Events = Callable[..., list[Any]]
Post = Callable[..., Browser]


@pytest.fixture
def tokens(browser: Browser, app: App, issue: Callable[..., str]) -> dict[str, Any]:
    got: dict[str, Any] = app.exchange(browser, issue()).json()
    return got


@pytest.fixture
def post(open_browser: Callable[[], Browser], app: App) -> Post:
    """`post(path, token, caller=app, headers={}, **form)`: as a server does, with the app's secret in the body."""

    def call(
        name: str,
        token: str | None,
        *,
        caller: App | None = app,
        headers: dict[str, str] | None = None,
        **form: Any,
    ) -> Browser:
        proof = {"client_id": caller.client_id, "client_secret": caller.secret} if caller else {}
        sent = {key: value for key, value in {"token": token, **proof, **form}.items() if value is not None}
        own = {"Origin": "", "Sec-Fetch-Site": "", **(headers or {})}
        return open_browser().post(f"/api/oidc/{name}", sent, form_token=None, headers=own)

    return call


@pytest.fixture
def other(make_app: Callable[..., App]) -> App:
    return make_app("other")


def as_bearer(token: str) -> dict[str, Any]:
    return {"caller": None, "headers": {"Authorization": f"Bearer {token}"}}


# RFC 7662 2.2: what is told


def test_2_2_an_access_token_of_ones_own_is_told_of(
    post: Post, tokens: dict[str, Any], anna: User, clock: Clock
) -> None:
    got = post("introspect", tokens["access_token"])
    told = got.json()
    assert got.headers["Cache-Control"] == "no-store"
    assert (told["active"], told["token_type"], told["client_id"]) == (True, "Bearer", "immich")
    assert (told["iss"], told["sub"], told["aud"]) == (APP_URL, str(anna.id), ["immich", APP_URL])
    assert told["scope"] == "openid profile email groups"
    assert (told["iat"], told["exp"]) == (int(clock().timestamp()), int(clock().timestamp()) + 3600)
    assert told["auth_time"]
    assert "email" not in told


def test_2_2_so_is_a_refresh_token_while_it_would_be_taken(
    post: Post, browser: Browser, app: App, tokens: dict[str, Any], anna: User, clock: Clock
) -> None:
    told = post("introspect", tokens["refresh_token"]).json()
    assert (told["active"], told["sub"], told["client_id"]) == (True, str(anna.id), "immich")
    assert told["exp"] == int(clock().timestamp()) + 30 * 86_400
    assert "token_type" not in told
    app.refresh(browser, tokens["refresh_token"])
    assert post("introspect", tokens["refresh_token"]).json() == INACTIVE


def test_an_opaque_token_says_nothing_itself_and_is_told_of_the_same(
    post: Post, browser: Browser, make_app: Any, issue: Callable[..., str], anna: User, clock: Clock
) -> None:
    app = make_app("opaque", has_opaque_access_tokens=True)
    token = app.exchange(browser, issue(to=app)).json()["access_token"]
    assert token.count(".") == 1
    told = post("introspect", token, caller=app).json()
    assert told == {
        "active": True,
        "token_type": "Bearer",
        "iss": APP_URL,
        "sub": str(anna.id),
        "aud": ["opaque", APP_URL],
        "client_id": "opaque",
        "scope": "openid profile email groups",
        "exp": int(clock().timestamp()) + 3600,
    }
    assert app.userinfo(browser, token).json()["email"] == "anna@example.test"


def test_a_jti_is_no_opaque_token(post: Post, browser: Browser, app: App, tokens: dict[str, Any]) -> None:
    told = post("introspect", tokens["access_token"]).json()
    for text in (told["jti"], f"at.{told['jti']}"):
        assert post("introspect", text).json() == INACTIVE
        assert app.userinfo(browser, text).status == 401


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "id_token", "nonsense"])
def test_2_1_a_hint_changes_nothing(post: Post, tokens: dict[str, Any], hint: str) -> None:
    for kind in ("access_token", "refresh_token"):
        assert post("introspect", tokens[kind], token_type_hint=hint).json()["active"]


def test_s_ui_03_of_what_is_not_ones_own_nothing_is_told(
    post: Post, browser: Browser, tokens: dict[str, Any], other: App, clock: Clock
) -> None:
    for token in (tokens["access_token"], tokens["refresh_token"]):
        assert post("introspect", token, caller=other).json() == INACTIVE
    altered = tokens["access_token"][:-4] + "AAAA"
    for text in (tokens["id_token"], altered, "nonsense", "a.b.c", "at.x", "x" * 17_000, "\u00e9"):
        assert post("introspect", text).json() == INACTIVE
    clock.advance(seconds=3600)
    assert post("introspect", tokens["access_token"]).json() == INACTIVE


def take_back(db: Database, anna: User, clock: Clock) -> None:
    consents.revoke(db, anna.id, "immich", clock())


def disable(db: Database, anna: User, clock: Clock) -> None:
    users.set_disabled(db, anna.id, clock(), disabled=True)


def sign_out(db: Database, anna: User, clock: Clock) -> None:
    sessions.end_all(db, anna.id, clock())


def close(db: Database, anna: User, clock: Clock) -> None:
    db._source.take().execute("update clients set is_group_restricted = true")
    groups.set_of_user(db, anna.id, [])


@pytest.mark.parametrize("end", [take_back, disable, sign_out, close])
def test_s_ky_06_an_end_is_told_at_once(
    post: Post, tokens: dict[str, Any], db: Database, anna: User, clock: Clock, end: Callable[..., None]
) -> None:
    end(db, anna, clock)
    db.commit()
    for kind in ("access_token", "refresh_token"):
        assert post("introspect", tokens[kind]).json() == INACTIVE


# RFC 7662 2.1: who may ask


def test_2_1_a_client_proves_itself_by_basic_too(post: Post, app: App, tokens: dict[str, Any]) -> None:
    basic = base64.b64encode(f"{app.client_id}:{app.secret}".encode()).decode()
    got = post("introspect", tokens["access_token"], caller=None, headers={"Authorization": f"Basic {basic}"})
    assert got.json()["active"]


def test_2_1_or_by_an_access_token_as_in_pocket_id(
    post: Post, browser: Browser, tokens: dict[str, Any], other: App, issue: Callable[..., str]
) -> None:
    own = tokens["access_token"]
    assert post("introspect", own, **as_bearer(own)).json()["active"]
    foreign = other.exchange(browser, issue(to=other)).json()["access_token"]
    assert post("introspect", own, **as_bearer(foreign)).json() == INACTIVE


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"caller": None}, 401, "invalid_client"),
        (as_bearer("nonsense"), 401, "invalid_token"),
        (as_bearer("at.nonsense"), 401, "invalid_token"),
        ({"token": None}, 400, "invalid_request"),
        ({"token": ["a", "b"]}, 400, "invalid_request"),
    ],
)
def test_2_1_nobody_else_may_ask(
    post: Post, tokens: dict[str, Any], change: dict[str, Any], status: int, error: str
) -> None:
    values = {"token": tokens["access_token"], **change}
    check_refusal(post("introspect", values.pop("token"), **values), status, error)


def test_2_1_a_public_client_cannot_prove_who_it_is(
    post: Post, browser: Browser, make_app: Any, issue: Callable[..., str]
) -> None:
    app = make_app("spa", is_public=True)
    token = app.exchange(browser, issue(to=app)).json()["access_token"]
    check_refusal(post("introspect", token, caller=app), 401, "invalid_client")
    assert post("introspect", token, **as_bearer(token)).json()["active"]


def test_tokens_in_the_address_are_refused(post: Post, tokens: dict[str, Any]) -> None:
    for name in ("introspect", "revoke"):
        check_refusal(post(f"{name}?token={tokens['access_token']}", None), 400, "invalid_request")


def test_wrong_bearer_tokens_are_limited(post: Post) -> None:
    for _each in range(30):
        assert post("introspect", "x", **as_bearer("nonsense")).status == 401
    assert post("introspect", "x", **as_bearer("nonsense")).status == 429


def test_an_api_asks_about_the_tokens_that_it_gets(
    post: Post, browser: Browser, app: App, other: App, api: None, issue: Callable[..., str], db: Database
) -> None:
    code = issue(scopes=["openid", "photos:read"], resource=RESOURCE)
    tokens = app.exchange(browser, code).json()
    told = post("introspect", tokens["access_token"], caller=other).json()
    assert (told["aud"], told["scope"]) == ([RESOURCE, APP_URL], "openid photos:read")
    assert post("introspect", tokens["refresh_token"], caller=other).json() == INACTIVE
    db._source.take().execute("delete from api_grants")
    db.commit()
    for caller in (app, other):
        assert post("introspect", tokens["access_token"], caller=caller).json() == INACTIVE


@pytest.fixture
def api(db: Database, app: App, other: App, clock: Clock) -> None:
    """An API that `app` may ask for, and whose own client is `other`."""
    api_id = db.value("apis.insert", name="Photos", resource=RESOURCE, now=clock())
    db.run("apis.put_permission", id=api_id, key="photos:read", name="See", description="")
    db.run("apis.grant", id=api_id, client_id=app.client_id, way="person", keys=["photos:read"])
    db.run("apis.update", id=api_id, name="Photos", client_id=other.client_id, now=clock())
    db.commit()


# RFC 7009


def test_7009_2_1_a_refresh_token_takes_all_with_it(
    post: Post, browser: Browser, app: App, tokens: dict[str, Any], events: Events, anna: User
) -> None:
    got = post("revoke", tokens["refresh_token"])
    assert (got.status, got.body, got.headers["Cache-Control"]) == (200, b"", "no-store")
    assert app.userinfo(browser, tokens["access_token"]).status == 401
    check_refusal(app.refresh(browser, tokens["refresh_token"]), 400, "invalid_grant")
    [event] = events("TOKEN_REVOKED")
    assert (event.user_id, event.client_id, event.details) == (anna.id, "immich", {"kind": "refresh_token"})


def test_7009_2_1_a_rotated_one_still_does(
    post: Post, browser: Browser, app: App, tokens: dict[str, Any]
) -> None:
    newer = app.refresh(browser, tokens["refresh_token"]).json()
    assert post("revoke", tokens["refresh_token"]).status == 200
    check_refusal(app.refresh(browser, newer["refresh_token"]), 400, "invalid_grant")


def test_7009_2_1_an_access_token_goes_alone(
    post: Post, browser: Browser, app: App, tokens: dict[str, Any]
) -> None:
    assert post("revoke", tokens["access_token"]).status == 200
    assert app.userinfo(browser, tokens["access_token"]).status == 401
    assert app.refresh(browser, tokens["refresh_token"]).status == 200


def test_7009_2_2_an_unknown_token_is_ended_already(
    post: Post, tokens: dict[str, Any], events: Events
) -> None:
    post("revoke", tokens["access_token"])
    for text in (tokens["access_token"], tokens["id_token"], "nonsense", "at.x", "a.b.c", "x" * 17_000):
        assert post("revoke", text).status == 200
    assert len(events("TOKEN_REVOKED")) == 1


def test_s_ui_04_another_clients_token_is_refused(
    post: Post, browser: Browser, app: App, tokens: dict[str, Any], other: App
) -> None:
    for kind in ("access_token", "refresh_token"):
        check_refusal(post("revoke", tokens[kind], caller=other), 400, "invalid_grant")
    assert app.userinfo(browser, tokens["access_token"]).status == 200
    assert app.refresh(browser, tokens["refresh_token"]).status == 200


def test_7009_5_a_public_client_gives_its_tokens_back(
    post: Post, browser: Browser, make_app: Any, issue: Callable[..., str]
) -> None:
    app = make_app("spa", is_public=True)
    tokens = app.exchange(browser, issue(to=app)).json()
    assert post("revoke", tokens["refresh_token"], caller=app).status == 200
    assert app.userinfo(browser, tokens["access_token"]).status == 401


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"caller": None}, 401, "invalid_client"),
        ({"token": None}, 400, "invalid_request"),
    ],
)
def test_7009_2_1_nobody_else_revokes(
    post: Post,
    browser: Browser,
    app: App,
    tokens: dict[str, Any],
    change: dict[str, Any],
    status: int,
    error: str,
) -> None:
    values = {"token": tokens["access_token"], **change}
    check_refusal(post("revoke", values.pop("token"), **values), status, error)
    assert app.userinfo(browser, tokens["access_token"]).status == 200


def test_an_opaque_token_is_given_back(
    post: Post, browser: Browser, make_app: Any, issue: Callable[..., str]
) -> None:
    app = make_app("opaque", has_opaque_access_tokens=True)
    token = app.exchange(browser, issue(to=app)).json()["access_token"]
    assert post("revoke", token, caller=app).status == 200
    assert app.userinfo(browser, token).status == 401


def test_userinfo_is_signed_for_a_client_that_asks_for_it(
    browser: Browser, make_app: Any, issue: Callable[..., str], anna: User
) -> None:
    """OpenID Connect Core 5.3.2."""
    app = make_app("signed", signs_userinfo=True, signing_algorithm="ES256")
    token = app.exchange(browser, issue(to=app)).json()["access_token"]
    got = app.userinfo(browser, token)
    assert got.headers["Content-Type"] == "application/jwt"
    told = claims_of(browser, got.text)
    assert (told["iss"], told["aud"], told["sub"]) == (APP_URL, "signed", str(anna.id))
    assert told["email"] == "anna@example.test"
