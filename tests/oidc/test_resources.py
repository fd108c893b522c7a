"""Tokens for APIs that people let apps have: RFC 8707 at authorization, code, refresh and device."""

from typing import Any
from urllib.parse import urlencode

import pytest

from pocketid import consents
from pocketid.db import Database
from pocketid.users import User
from tests.browser import Browser
from tests.conftest import APP_URL, Clock
from tests.oidc.flow import App, answer, claims_of, consent, interaction_id
from tests.oidc.grants import check_refusal

RESOURCE = "https://photos.example.test/api"
CLOSED = "https://closed.example.test"
MARK = "\x1f"


@pytest.fixture(autouse=True)
def api(db: Database, app: App, clock: Clock) -> Any:
    """An API with three permissions, of which the app may ask for two; and one that it may not ask for."""
    db.value("apis.insert", name="Closed", resource=CLOSED, now=clock())
    api_id = db.value("apis.insert", name="Photos", resource=RESOURCE, now=clock())
    for key, name in (("read", "See photos"), ("write", "Add photos"), ("delete", "Delete photos")):
        db.run("apis.put_permission", id=api_id, key=key, name=name, description="")
    db.run("apis.grant", id=api_id, client_id=app.client_id, way="person", keys=["read", "write"])
    db.commit()
    return api_id


def grant(db: Database, api_id: Any, *keys: str) -> None:
    db.run("apis.withdraw", id=api_id, client_id="immich", way="person")
    if keys:
        db.run("apis.grant", id=api_id, client_id="immich", way="person", keys=list(keys))
    db.commit()


def aud(browser: Browser, tokens: dict[str, Any]) -> Any:
    return claims_of(browser, tokens["access_token"])["aud"]


def test_2_the_access_token_is_for_the_api_that_was_asked_for(
    signed_in: Browser, app: App, anna: User, db: Database
) -> None:
    app.authorize(signed_in, scope="openid email read", resource=f"{RESOURCE}/").follow()
    for text in ("See photos", "Photos", "Your e-mail address", "Immich asks you for this"):
        assert text in signed_in.text
    assert "Add photos" not in signed_in.text
    consent(signed_in)
    tokens = app.exchange(signed_in, answer(signed_in)["code"]).json()
    assert tokens["scope"] == "openid email read"
    told = claims_of(signed_in, tokens["access_token"])
    assert (told["aud"], told["scp"]) == ([RESOURCE, APP_URL], ["openid", "email", "read"])
    assert claims_of(signed_in, tokens["id_token"])["aud"] == "immich"
    assert app.userinfo(signed_in, tokens["access_token"]).status == 200
    granted = consents.scopes_of(db, anna.id, "immich")
    assert granted == frozenset({"openid", "email", f"{RESOURCE}{MARK}", f"{RESOURCE}{MARK}read"})


def test_without_identity_scopes_userinfo_is_no_audience(signed_in: Browser, app: App) -> None:
    tokens = app.tokens(signed_in, scope="read", resource=RESOURCE)
    assert aud(signed_in, tokens) == RESOURCE
    assert "id_token" not in tokens
    assert app.userinfo(signed_in, tokens["access_token"]).status == 401


def test_what_was_consented_to_is_not_asked_again_and_what_is_new_is_marked(
    signed_in: Browser, app: App
) -> None:
    app.code(signed_in, scope="openid read", resource=RESOURCE)
    app.authorize(signed_in, scope="openid read", resource=RESOURCE)
    assert "code" in answer(signed_in)
    app.authorize(signed_in, scope="openid read write", resource=RESOURCE).follow()
    assert signed_in.view == "authorize/consent"
    assert signed_in.variables["new"] == {"write"}


def test_an_api_without_permissions_is_consented_to_as_well(signed_in: Browser, app: App) -> None:
    app.code(signed_in, scope="openid")
    app.authorize(signed_in, scope="openid", resource=RESOURCE).follow()
    assert "It may call this service for you." in signed_in.text
    consent(signed_in)
    tokens = app.exchange(signed_in, answer(signed_in)["code"]).json()
    assert aud(signed_in, tokens) == [RESOURCE, APP_URL]


REFUSED = [
    ("https://unknown.example.test", "openid", "invalid_target"),
    ("nonsense", "openid", "invalid_target"),
    (f"{RESOURCE}/other", "openid", "invalid_target"),
    (CLOSED, "openid", "access_denied"),
    (RESOURCE, "openid delete", "invalid_scope"),
    (RESOURCE, "openid unknown", "invalid_scope"),
]


@pytest.mark.parametrize(("resource", "scope", "error"), REFUSED)
def test_2_what_is_not_to_be_had_is_said_to_who_has_signed_in(
    signed_in: Browser, app: App, resource: str, scope: str, error: str
) -> None:
    app.authorize(signed_in, scope=scope, resource=resource)
    assert (answer(signed_in)["error"], answer(signed_in)["state"]) == (error, "the-state")


@pytest.mark.parametrize(("resource", "scope", "_error"), REFUSED)
def test_s_az_16_strangers_do_not_learn_which_apis_exist(
    browser: Browser, app: App, anna: User, resource: str, scope: str, _error: str
) -> None:
    assert anna
    app.authorize(browser, scope=scope, resource=resource)
    got = answer(browser)
    assert (got["error"], got["error_description"]) == ("invalid_request", "resource or scope cannot be had")


def test_2_one_resource_a_request(signed_in: Browser, app: App) -> None:
    pairs = [*app.request(scope="openid").items(), ("resource", RESOURCE), ("resource", CLOSED)]
    assert answer(signed_in.get("/authorize?" + urlencode(pairs)))["error"] == "invalid_target"


def test_a_permission_without_its_resource_is_passed_over(signed_in: Browser, app: App) -> None:
    tokens = app.tokens(signed_in, scope="openid read")
    assert (tokens["scope"], aud(signed_in, tokens)) == ("openid", ["immich", APP_URL])


def test_what_is_taken_back_while_the_person_consents_is_not_granted(
    signed_in: Browser, app: App, db: Database, api: Any
) -> None:
    app.authorize(signed_in, scope="openid read", resource=RESOURCE).follow()
    waiting = interaction_id(signed_in)
    grant(db, api)
    signed_in.post("/interaction/consent", {"id": waiting})
    assert answer(signed_in)["error"] == "access_denied"


# The token endpoint


def test_2_2_a_code_is_for_the_resource_that_was_granted_and_another_one_spends_nothing(
    signed_in: Browser, app: App
) -> None:
    code = app.code(signed_in, scope="openid read", resource=RESOURCE)
    check_refusal(app.exchange(signed_in, code, resource=CLOSED), 400, "invalid_target")
    tokens = app.exchange(signed_in, code, resource=f"{RESOURCE}/").json()
    assert aud(signed_in, tokens) == [RESOURCE, APP_URL]
    other = app.code(signed_in, scope="openid")
    check_refusal(app.exchange(signed_in, other, resource=RESOURCE), 400, "invalid_target")


def test_2_2_so_is_a_refresh_token(signed_in: Browser, app: App) -> None:
    tokens = app.tokens(signed_in, scope="openid read write", resource=RESOURCE)
    check_refusal(app.refresh(signed_in, tokens["refresh_token"], resource=CLOSED), 400, "invalid_target")
    newer = app.refresh(signed_in, tokens["refresh_token"], resource=RESOURCE, scope="read").json()
    assert (aud(signed_in, newer), newer["scope"]) == (RESOURCE, "read")
    newest = app.refresh(signed_in, newer["refresh_token"]).json()
    assert (aud(signed_in, newest), newest["scope"]) == ([RESOURCE, APP_URL], "openid read write")


def test_s_tk_06_a_permission_that_was_taken_back_is_missing_from_the_next_token(
    signed_in: Browser, app: App, db: Database, api: Any
) -> None:
    tokens = app.tokens(signed_in, scope="openid read write", resource=RESOURCE)
    grant(db, api, "write")
    newer = app.refresh(signed_in, tokens["refresh_token"]).json()
    assert (newer["scope"], claims_of(signed_in, newer["access_token"])["scope"]) == ("openid write",) * 2
    grant(db, api)
    check_refusal(app.refresh(signed_in, newer["refresh_token"]), 400, "invalid_grant")
    grant(db, api, "write")
    assert app.refresh(signed_in, newer["refresh_token"]).status == 200, "nothing was spent"


# Devices


def ask(browser: Browser, app: App, **form: str) -> Browser:
    sent = {"client_id": app.client_id, "client_secret": app.secret, **form}
    server = Browser(browser.application, browser.origin)
    return server.post("/api/oidc/device/authorize", sent, form_token=None, headers={"Origin": ""})


def test_2_a_device_asks_for_an_api_too(signed_in: Browser, app: App) -> None:
    codes = ask(signed_in, app, scope="openid read", resource=RESOURCE).json()
    assert "See photos" in signed_in.get("/device", code=codes["user_code"]).text
    signed_in.post("/device/app/approve", {"code": codes["user_code"]})
    grant_type = "urn:ietf:params:oauth:grant-type:device_code"
    form = {"client_id": app.client_id, "client_secret": app.secret, "device_code": codes["device_code"]}
    got = app.token(signed_in, grant_type=grant_type, resource=CLOSED, **form)
    check_refusal(got, 400, "invalid_target")
    tokens = app.token(signed_in, grant_type=grant_type, **form).json()
    assert (aud(signed_in, tokens), tokens["scope"]) == ([RESOURCE, APP_URL], "openid read")


@pytest.mark.parametrize(("resource", "scope", "error"), REFUSED)
def test_2_a_device_does_not_get_what_is_not_to_be_had(
    signed_in: Browser, app: App, resource: str, scope: str, error: str
) -> None:
    expected = "invalid_target" if error == "access_denied" else error
    check_refusal(ask(signed_in, app, scope=scope, resource=resource), 400, expected)


def test_what_is_taken_back_while_a_device_waits_is_not_approved(
    signed_in: Browser, app: App, db: Database, api: Any
) -> None:
    codes = ask(signed_in, app, scope="openid read", resource=RESOURCE).json()
    grant(db, api, "write")
    for got in (
        signed_in.get("/device", code=codes["user_code"]),
        signed_in.post("/device/app/approve", {"code": codes["user_code"]}),
    ):
        assert got.status == 410
