"""The token endpoint and the authorization code grant. RFC 6749 3.2, 4.1.3, 5, OpenID Connect Core 3.1.3."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pocketid import clients, groups, users
from pocketid.audit import Row
from pocketid.db import Connection, Database
from tests.browser import Browser
from tests.conftest import APP_URL, Clock
from tests.oidc.flow import CALLBACK, VERIFIER, App, claims_of
from tests.oidc.grants import ISSUED, UNTOUCHED, check_refusal, stored


def test_a_code_becomes_tokens(signed_in: Browser, app: App, anna: users.User, clock: Clock) -> None:
    got = app.exchange(signed_in, app.code(signed_in))
    assert got.status == 200
    tokens = got.json()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    assert tokens["scope"] == "openid profile email groups"
    claims = claims_of(signed_in, tokens["id_token"])
    assert claims["iss"] == APP_URL
    assert claims["sub"] == str(anna.id)
    assert claims["aud"] == "immich"
    assert claims["nonce"] == "the-nonce"
    assert claims["email"] == "anna@example.test"
    assert claims["preferred_username"] == "anna"
    assert claims["auth_time"] == int(clock().timestamp())


def test_s_tk_09_the_answer_has_the_shape_that_libraries_insist_on(
    browser: Browser, app: App, issue: Callable[..., str], db: Database, events: Callable[..., list[Row]]
) -> None:
    got = app.exchange(browser, issue())
    assert got.status == 200
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["Cache-Control"] == "no-store"
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in got.headers
    assert got.set_cookies == []
    tokens = got.json()
    assert set(tokens) == {"access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"}
    assert {name: type(value) for name, value in tokens.items() if name != "expires_in"} == dict.fromkeys(
        tokens.keys() - {"expires_in"}, str
    )
    assert type(tokens["expires_in"]) is int
    assert len(tokens["refresh_token"]) >= 43
    assert re.fullmatch(r"[\x21-\x7e]+", tokens["refresh_token"])
    assert stored(db) == ISSUED
    [event] = events("TOKEN_ISSUED")
    assert (event.client_id, event.username, event.address) == ("immich", "anna", "127.0.0.1")


def test_lifetimes_are_the_client_s(
    browser: Browser, make_app: Callable[..., App], issue: Callable[..., str], clock: Clock
) -> None:
    short = make_app("short", access_token_seconds=120, refresh_token_seconds=600)
    tokens = short.exchange(browser, issue(to=short)).json()
    assert tokens["expires_in"] == 120
    clock.advance(seconds=119)
    assert short.userinfo(browser, tokens["access_token"]).status == 200
    clock.advance(seconds=1)
    assert short.userinfo(browser, tokens["access_token"]).status == 401
    clock.advance(seconds=479)
    assert short.refresh(browser, tokens["refresh_token"]).status == 200


def test_without_the_scope_openid_there_is_no_id_token(
    browser: Browser, app: App, issue: Callable[..., str]
) -> None:
    tokens = app.exchange(browser, issue(scopes=["profile"])).json()
    assert tokens["scope"] == "profile"
    assert "id_token" not in tokens


def test_without_any_scope_none_is_named(browser: Browser, app: App, issue: Callable[..., str]) -> None:
    """RFC 6749 3.3: a scope has at least one word."""
    assert "scope" not in app.exchange(browser, issue(scopes=[])).json()


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"grant_type": None}, 400, "invalid_request"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "Authorization_Code"}, 400, "unsupported_grant_type"),
        ({"code": None}, 400, "invalid_request"),
        ({"code": ""}, 400, "invalid_request"),
        ({"code": "unknown"}, 400, "invalid_grant"),
        ({"code": "ü" * 2000}, 400, "invalid_grant"),
        ({"client_id": None, "client_secret": None}, 401, "invalid_client"),
        ({"client_id": None}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": "IMMICH"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": "x" * 60_000}, 401, "invalid_client"),
        ({"grant_type": ["authorization_code", "authorization_code"]}, 400, "invalid_request"),
        ({"redirect_uri": [CALLBACK, CALLBACK]}, 400, "invalid_request"),
        ({"client_id": ["immich", "other"]}, 400, "invalid_request"),
        ({"unknown": ["a", "b"]}, 400, "invalid_request"),
    ],
)
def test_s_tk_03_what_is_refused_before_the_code_is_looked_at_spends_nothing(
    browser: Browser,
    app: App,
    issue: Callable[..., str],
    db: Database,
    changes: Mapping[str, Any],
    status: int,
    error: str,
) -> None:
    code = issue()
    check_refusal(app.exchange(browser, code, **changes), status, error)
    assert stored(db) == UNTOUCHED
    assert app.exchange(browser, code).status == 200


@pytest.mark.parametrize("name", ["code", "client_secret", "anything"])
def test_s_tk_01_parameters_in_the_address_are_refused(
    browser: Browser, app: App, issue: Callable[..., str], db: Database, name: str
) -> None:
    code = issue()
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    form |= {"client_id": "immich", "client_secret": app.secret or "", "code_verifier": VERIFIER}
    value = form.pop(name, "x")
    got = browser.post(f"/api/oidc/token?{name}={value}", form, form_token=None)
    check_refusal(got, 400, "invalid_request")
    assert stored(db) == UNTOUCHED
    assert app.exchange(browser, code).status == 200


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("application/json", b'{"grant_type": "authorization_code"}'),
        ("text/plain", b"grant_type=authorization_code"),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("", b""),
    ],
)
def test_s_tk_01_the_body_is_a_form(browser: Browser, media_type: str, body: bytes) -> None:
    browser.request("POST", "/api/oidc/token", body, {"Content-Type": media_type})
    check_refusal(browser, 400, "invalid_request")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"grant_type=%00", 400),
        (b"grant_type=%ff", 400),
        (b"&".join([b"a=b"] * 200), 400),
        (b"a" * 70_000, 413),
    ],
)
def test_a_body_that_cannot_be_read_is_an_invalid_request(browser: Browser, body: bytes, status: int) -> None:
    browser.request(
        "POST", "/api/oidc/token", body, {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
    )
    check_refusal(browser, status, "invalid_request")


def test_s_tk_01_get_is_no_way_to_ask(browser: Browser) -> None:
    assert browser.get("/api/oidc/token").status == 405
    assert browser.headers["Cache-Control"] == "no-store"


def test_other_sites_and_other_content_type_parameters_are_welcome(
    browser: Browser, app: App, issue: Callable[..., str]
) -> None:
    headers = {
        "Origin": "https://spa.example.test",
        "Sec-Fetch-Site": "cross-site",
        "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
        "Accept": "application/json",
    }
    form = {"grant_type": "authorization_code", "code": issue(), "redirect_uri": CALLBACK}
    form |= {"client_id": "immich", "client_secret": app.secret or "", "code_verifier": VERIFIER}
    assert browser.post("/api/oidc/token", form, form_token=None, headers=headers).status == 200


@pytest.mark.parametrize(
    ("granted", "changes"),
    [
        ({}, {"redirect_uri": None}),
        ({}, {"redirect_uri": CALLBACK + "/"}),
        ({}, {"redirect_uri": CALLBACK + "?a=b"}),
        ({}, {"redirect_uri": CALLBACK.replace("https", "HTTPS")}),
        ({}, {"redirect_uri": CALLBACK.replace("/callback", ":443/callback")}),
        ({}, {"redirect_uri": CALLBACK.replace("callback", "%63allback")}),
        ({}, {"redirect_uri": "https://second.example.test/callback"}),
        ({}, {"code_verifier": None}),
        ({}, {"code_verifier": "w" * 43}),
        ({}, {"code_verifier": "v" * 42}),
        ({}, {"code_verifier": VERIFIER + "\n"}),
        ({"code_challenge": None, "code_challenge_method": None}, {}),
    ],
)
def test_s_az_05_a_code_is_bound_to_its_request_and_has_no_second_guess(
    browser: Browser,
    app: App,
    issue: Callable[..., str],
    db: Database,
    events: Callable[..., list[Row]],
    granted: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> None:
    code = issue(**granted)
    check_refusal(app.exchange(browser, code, **changes), 400, "invalid_grant")
    assert stored(db).revoked == 1
    [event] = events("TOKEN_REFUSED")
    assert (event.client_id, event.username) == ("immich", "anna")
    assert event.details["reason"]
    check_refusal(app.exchange(browser, code), 400, "invalid_grant")
    assert events("TOKEN_ISSUED") == []


def test_pkce_is_left_out_where_the_request_had_none(
    browser: Browser, app: App, issue: Callable[..., str]
) -> None:
    code = issue(code_challenge=None, code_challenge_method=None)
    assert app.exchange(browser, code, code_verifier=None).status == 200


def test_plain_pkce_compares_as_it_is(browser: Browser, app: App, issue: Callable[..., str]) -> None:
    assert app.exchange(browser, issue(code_challenge=VERIFIER, code_challenge_method="plain")).status == 200
    wrong = issue(code_challenge="w" * 43, code_challenge_method="plain")
    check_refusal(app.exchange(browser, wrong), 400, "invalid_grant")


@pytest.mark.parametrize(("seconds", "status"), [(59.9, 200), (60, 400), (61, 400), (4000, 400)])
def test_s_az_05_a_code_lives_for_sixty_seconds(
    browser: Browser,
    app: App,
    issue: Callable[..., str],
    db: Database,
    clock: Clock,
    events: Callable[..., list[Row]],
    seconds: float,
    status: int,
) -> None:
    code = issue()
    clock.advance(seconds=seconds)
    got = app.exchange(browser, code)
    assert got.status == status
    assert events("TOKEN_REUSED") == [], "late is not twice"
    if status != 200:
        check_refusal(got, 400, "invalid_grant")
        assert stored(db).access_tokens == 0


def test_s_az_05_another_client_s_code_is_refused_and_stays_usable_for_its_own(
    browser: Browser,
    app: App,
    make_app: Callable[..., App],
    issue: Callable[..., str],
    db: Database,
    events: Callable[..., list[Row]],
) -> None:
    other, code = make_app("other"), issue()
    check_refusal(other.exchange(browser, code), 400, "invalid_grant")
    assert stored(db) == UNTOUCHED
    [event] = events("TOKEN_REFUSED")
    assert event.client_id == "other"
    assert app.exchange(browser, code).status == 200


@pytest.mark.parametrize("seconds", [0, 61, 20 * 86_400])
def test_s_tk_04_a_code_used_twice_ends_everything_issued_from_it(
    browser: Browser,
    app: App,
    issue: Callable[..., str],
    db: Database,
    clock: Clock,
    events: Callable[..., list[Row]],
    seconds: int,
) -> None:
    code, untouched = issue(), app.exchange(browser, issue()).json()
    tokens = app.exchange(browser, code).json()
    assert app.userinfo(browser, tokens["access_token"]).status == 200
    clock.advance(seconds=seconds)
    check_refusal(app.exchange(browser, code), 400, "invalid_grant")
    assert app.userinfo(browser, tokens["access_token"]).status == 401
    check_refusal(app.refresh(browser, tokens["refresh_token"]), 400, "invalid_grant")
    assert stored(db).revoked == 1
    [event] = events("TOKEN_REUSED")
    assert (event.client_id, event.username, event.details["kind"]) == ("immich", "anna", "code")
    assert app.refresh(browser, untouched["refresh_token"]).status == 200


def test_s_tk_04_another_client_cannot_end_a_family_with_its_code(
    browser: Browser, app: App, make_app: Callable[..., App], issue: Callable[..., str]
) -> None:
    other, code = make_app("other"), issue()
    tokens = app.exchange(browser, code).json()
    check_refusal(other.exchange(browser, code), 400, "invalid_grant")
    assert app.userinfo(browser, tokens["access_token"]).status == 200


def test_s_az_12_whoever_was_disabled_since_gets_nothing(
    browser: Browser, app: App, issue: Callable[..., str], anna: users.User, db: Database, clock: Clock
) -> None:
    code = issue()
    users.set_disabled(db, anna.id, clock(), disabled=True)
    db.commit()
    check_refusal(app.exchange(browser, code), 400, "invalid_grant")
    assert stored(db).access_tokens == 0


def test_s_az_12_whoever_was_deleted_since_gets_nothing(
    browser: Browser, app: App, issue: Callable[..., str], anna: users.User, db: Database
) -> None:
    code = issue()
    users.delete(db, anna.id, anna.created_at)
    db.commit()
    check_refusal(app.exchange(browser, code), 400, "invalid_grant")


def test_s_az_12_whoever_left_the_group_since_gets_nothing(
    browser: Browser,
    make_app: Callable[..., App],
    make_group: Callable[..., groups.Group],
    issue: Callable[..., str],
    anna: users.User,
    db: Database,
) -> None:
    limited, group = make_app("limited", is_group_restricted=True), make_group("family", anna)
    clients.set_groups(db, "limited", [group.id])
    assert limited.exchange(browser, issue(to=limited)).status == 200
    code = issue(to=limited)
    groups.set_members(db, group.id, [])
    db.commit()
    check_refusal(limited.exchange(browser, code), 400, "invalid_grant")
    assert stored(db).access_tokens == 1


def test_a_code_dies_with_its_session_unless_offline_access_was_granted(signed_in: Browser, app: App) -> None:
    online = app.code(signed_in)
    offline = app.code(signed_in, scope="openid offline_access")
    signed_in.get("/logout")
    signed_in.post("/logout")
    check_refusal(app.exchange(signed_in, online), 400, "invalid_grant")
    assert app.exchange(signed_in, offline).status == 200


def test_a_code_that_was_made_while_its_session_ended_is_worth_nothing(
    browser: Browser, app: App, issue: Callable[..., str]
) -> None:
    code = issue(session_id="00000000-0000-4000-8000-000000000000")
    check_refusal(app.exchange(browser, code), 400, "invalid_grant")


def test_s_ky_04_only_digests_are_stored(
    browser: Browser, app: App, issue: Callable[..., str], shared_connection: Connection
) -> None:
    code = issue()
    tokens = app.exchange(browser, code).json()
    again = app.refresh(browser, tokens["refresh_token"]).json()
    secrets = [code, app.secret, *tokens["refresh_token"].split("."), again["refresh_token"]]
    secrets += [tokens["access_token"], tokens["id_token"], claims_of(browser, again["access_token"])["jti"]]
    for table in ("authorizations", "access_tokens", "refresh_tokens", "client_secrets", "audit_events"):
        rows = str(shared_connection.execute(f"select * from {table}").fetchall())
        assert len(rows) > 10
        for secret in secrets:
            assert secret not in rows, table


def test_s_tk_10_codes_tokens_and_secrets_reach_no_log_and_no_event(
    signed_in: Browser,
    app: App,
    issue: Callable[..., str],
    events: Callable[..., list[Row]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG", "pocketid")
    code, unused = app.code(signed_in), issue()
    tokens = app.exchange(signed_in, code).json()
    app.exchange(signed_in, code)
    app.exchange(signed_in, unused, client_secret="guess-me-if-you-can")
    app.exchange(signed_in, unused, code_verifier="w" * 43)
    app.userinfo(signed_in, tokens["access_token"])
    app.refresh(signed_in, tokens["refresh_token"])
    signed_in.get("/api/oidc/end-session", id_token_hint=tokens["id_token"])
    told = "".join(str(record.__dict__) for record in caplog.records)  # before log.py takes secrets out
    told += json.dumps([event.details for event in events()])
    assert "/api/oidc/token" in told
    for secret in (code, unused, VERIFIER, "w" * 43, app.secret, "guess-me-if-you-can", *tokens.values()):
        if isinstance(secret, str) and secret not in {"Bearer", tokens["scope"]}:
            assert secret not in told
