"""Tokens that a client gets for itself: RFC 6749 4.4, for an API by RFC 8707."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pocketid import clients
from pocketid.db import Database
from tests.browser import Browser
from tests.conftest import APP_URL, Clock
from tests.oidc.flow import App, claims_of
from tests.oidc.grants import check_refusal

RESOURCE = "https://photos.example.test/api"
Events = Callable[..., list[Any]]


@pytest.fixture(autouse=True)
def apis(db: Database, app: App, clock: Clock) -> None:
    """One API that the app may use for itself, one that it may not, each with two permissions."""
    for resource, way in ((RESOURCE, "client"), ("https://other.example.test", "person")):
        api_id = db.value("apis.insert", name="Photos", resource=resource, now=clock())
        for key in ("photos:read", "photos:write", "photos:delete"):
            db.run("apis.put_permission", id=api_id, key=key, name="Photos", description="")
        keys = ["photos:read", "photos:write"]
        db.run("apis.grant", id=api_id, client_id=app.client_id, way=way, keys=keys)
    db.commit()


def ask(browser: Browser, app: App, **form: str | None) -> Browser:
    usual = {"client_id": app.client_id, "client_secret": app.secret, **form}
    return app.token(browser, grant_type="client_credentials", **usual)


def test_4_4_3_a_client_gets_an_access_token_and_nothing_else(
    browser: Browser, app: App, events: Events, clock: Clock
) -> None:
    got = ask(browser, app, resource=RESOURCE)
    answer = got.json()
    assert set(answer) == {"access_token", "token_type", "expires_in", "scope"}
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    assert answer["scope"] == "photos:read photos:write"
    assert got.headers["Cache-Control"] == "no-store"
    told = claims_of(browser, answer["access_token"])
    now = int(clock().timestamp())
    assert told == {
        "iss": APP_URL,
        "sub": "client-immich",
        "aud": RESOURCE,
        "client_id": "immich",
        "scope": "photos:read photos:write",
        "scp": ["photos:read", "photos:write"],
        "jti": told["jti"],
        "iat": now,
        "exp": now + 3600,
    }
    [event] = events("TOKEN_ISSUED")
    assert (event.user_id, event.client_id, event.details["grant"]) == (None, "immich", "client_credentials")
    assert app.userinfo(browser, answer["access_token"]).status == 401


@pytest.mark.parametrize(
    ("form", "scope"),
    [
        ({"resource": RESOURCE, "scope": "photos:read"}, "photos:read"),
        ({"resource": f"{RESOURCE}/", "scope": "photos:write"}, "photos:write"),
        ({"resource": RESOURCE, "scope": "openid email photos:read"}, "photos:read"),
        ({"resource": RESOURCE, "scope": "openid"}, "photos:read photos:write"),
        ({"scope": "openid profile"}, None),
        ({}, None),
    ],
)
def test_scopes_are_those_of_the_api_and_never_of_people(
    browser: Browser, app: App, form: dict[str, str], scope: str | None
) -> None:
    answer = ask(browser, app, **form).json()
    assert answer.get("scope") == scope
    told = claims_of(browser, answer["access_token"])
    assert told["aud"] == (RESOURCE if "resource" in form else "immich")
    assert told["scope"] == (scope or "")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"resource": "https://unknown.example.test"}, 400, "invalid_target"),
        ({"resource": "https://other.example.test"}, 400, "invalid_target"),  # for people only
        ({"resource": "nonsense"}, 400, "invalid_target"),
        ({"resource": RESOURCE, "scope": "photos:delete"}, 400, "invalid_scope"),  # not granted
        ({"resource": RESOURCE, "scope": "photos:read unknown"}, 400, "invalid_scope"),
        ({"scope": "photos:read"}, 400, "invalid_scope"),  # of which API?
    ],
)
def test_what_is_not_to_be_had(
    browser: Browser,
    app: App,
    rows: Callable[[str], int],
    form: dict[str, str],
    status: int,
    error: str,
) -> None:
    check_refusal(ask(browser, app, **form), status, error)
    assert rows("access_tokens") == 0


def test_two_resources_at_once_are_refused(browser: Browser, app: App) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": app.client_id,
        "client_secret": app.secret,
        "resource": [RESOURCE, "https://other.example.test"],
    }
    server = Browser(browser.application, browser.origin)
    got = server.post("/api/oidc/token", form, form_token=None, headers={"Origin": ""})
    check_refusal(got, 400, "invalid_target")


def test_4_4_a_public_client_or_one_that_may_not_gets_nothing(
    browser: Browser, app: App, make_app: Any, db: Database, clock: Clock
) -> None:
    check_refusal(ask(browser, make_app("spa", is_public=True)), 400, "unauthorized_client")
    client = clients.get(db, app.client_id)
    clients.update(
        db, client.id, replace(clients.Change.of(client), allows_client_credentials=False), clock()
    )
    db.commit()
    check_refusal(ask(browser, app), 400, "unauthorized_client")


def test_its_token_may_be_opaque_looked_at_and_given_back(
    browser: Browser, app: App, db: Database, clock: Clock
) -> None:
    client = clients.get(db, app.client_id)
    clients.update(db, client.id, replace(clients.Change.of(client), has_opaque_access_tokens=True), clock())
    db.commit()
    token = ask(browser, app, resource=RESOURCE).json()["access_token"]
    form = {"token": token, "client_id": app.client_id, "client_secret": app.secret}
    server = Browser(browser.application, browser.origin)

    def post(name: str) -> Browser:
        return server.post(f"/api/oidc/{name}", form, form_token=None, headers={"Origin": ""})

    told = post("introspect").json()
    assert (told["active"], told["sub"], told["aud"]) == (True, "client-immich", RESOURCE)
    assert post("revoke").status == 200
    assert post("introspect").json() == {"active": False}
