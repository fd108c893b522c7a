"""Signing in for one app only: it gets its tokens, the browser gets nothing, and they end as any others do."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pocketid import clients, consents, sessions, users
from pocketid.audit import Row
from pocketid.db import Database
from tests.browser import Browser
from tests.conftest import Clock
from tests.oidc.flow import App, answer, claims_of, consent, interaction_id, press
from tests.two_devices import Phone, Television

BACK = "https://app.example.test/signed-out"


@pytest.fixture
def app(make_app: Callable[..., App]) -> App:
    return make_app("films", name="Films", logout_uris=[BACK])


@pytest.fixture
def phone(open_browser: Callable[[], Browser], anna: users.User, sign_in: Callable[..., None]) -> Phone:
    return Phone(open_browser(), anna, sign_in)


def approved(browser: Browser, app: App, phone: Phone, **changes: str | None) -> Browser:
    """The television after the approval, at the next page of the app's request."""
    app.authorize(browser, **changes).follow()
    television = Television(browser, app=interaction_id(browser))
    assert "Films" in browser.text
    assert "Films" in phone.look(television.code).text
    phone.approve(television.code)
    television.go_on()
    assert browser.location.startswith("/interaction?id=")
    return browser.follow()


def tokens_of(browser: Browser, app: App, phone: Phone, **changes: str | None) -> dict[str, Any]:
    got = app.exchange(browser, answer(consent(approved(browser, app, phone, **changes)))["code"])
    assert got.status == 200, got.text
    tokens: dict[str, Any] = got.json()
    return tokens


def test_s_dv_05_the_app_gets_its_tokens_and_the_browser_no_session(
    browser: Browser,
    app: App,
    phone: Phone,
    anna: users.User,
    db: Database,
    clock: Clock,
    events: Callable[..., list[Row]],
) -> None:
    tokens = tokens_of(browser, app, phone)
    assert "__Host-session" not in browser.cookies
    assert browser.get("/settings/account").location.startswith("/login")
    claims = claims_of(browser, tokens["id_token"])
    session = next(row for row in sessions.of_user(db, anna.id, clock()) if row.only_app)
    assert (claims["sub"], claims["sid"], claims["amr"]) == (str(anna.id), str(session.id), ["otp"])
    assert "acr" not in claims
    assert (session.only_app, session.apps, session.method) == ("Films", ["Films"], "device")
    assert app.userinfo(browser, tokens["access_token"]).json()["sub"] == str(anna.id)
    assert [(row.user_id, row.client_id) for row in events("REMOTE_SIGN_IN")] == [(anna.id, "films")]
    assert "For Films only" in phone.browser.get("/settings/account").text


def test_the_next_request_of_an_app_finds_nobody_signed_in(
    browser: Browser, app: App, phone: Phone, make_app: Callable[..., App]
) -> None:
    tokens_of(browser, app, phone)
    for other in (app, make_app("other")):
        other.authorize(browser, prompt="none")
        assert answer(browser)["error"] == "login_required"


def test_whoever_is_signed_in_in_the_browser_stays_so(
    browser: Browser,
    app: App,
    phone: Phone,
    anna: users.User,
    make_user: Callable[..., users.User],
    sign_in: Callable[..., None],
) -> None:
    tim = make_user(username="tim", display_name="Tim")
    sign_in(browser, tim)
    tokens = tokens_of(browser, app, phone, prompt="select_account")
    assert claims_of(browser, tokens["id_token"])["sub"] == str(anna.id)
    assert browser.get("/settings/account").variables["user"].id == tim.id


def ended_by_its_person(phone: Phone, db: Database, anna: users.User, clock: Clock) -> None:
    session = next(row for row in sessions.of_user(db, anna.id, clock()) if row.only_app)
    assert phone.browser.post(f"/settings/account/sessions/{session.id}/end").status == 303


def signed_out_everywhere_else(phone: Phone, *_rest: Any) -> None:
    assert phone.browser.post("/settings/account/sessions/end-others").status == 303


def app_revoked(phone: Phone, db: Database, anna: users.User, clock: Clock) -> None:
    assert phone.browser.post("/settings/apps/films/revoke").status == 303
    assert not any(row.only_app for row in sessions.of_user(db, anna.id, clock()))


def person_disabled(_phone: Phone, db: Database, anna: users.User, clock: Clock) -> None:
    users.set_disabled(db, anna.id, clock(), disabled=True)
    db.commit()


@pytest.mark.parametrize(
    "end", [ended_by_its_person, signed_out_everywhere_else, app_revoked, person_disabled]
)
def test_what_the_app_got_ends_with_the_session_the_consent_and_the_person(
    end: Callable[..., None],
    browser: Browser,
    app: App,
    phone: Phone,
    db: Database,
    anna: users.User,
    clock: Clock,
) -> None:
    tokens = tokens_of(browser, app, phone)
    end(phone, db, anna, clock)
    assert app.userinfo(browser, tokens["access_token"]).status == 401
    assert app.refresh(browser, tokens["refresh_token"]).status == 400


def test_the_app_s_own_sign_out_ends_its_session_and_no_other(
    browser: Browser,
    app: App,
    phone: Phone,
    anna: users.User,
    make_user: Callable[..., users.User],
    sign_in: Callable[..., None],
    events: Callable[..., list[Row]],
) -> None:
    tokens = tokens_of(browser, app, phone)
    sign_in(browser, make_user(username="tim"))
    browser.get("/api/oidc/end-session", id_token_hint=tokens["id_token"], post_logout_redirect_uri=BACK)
    assert browser.location == BACK
    assert app.userinfo(browser, tokens["access_token"]).status == 401
    assert app.refresh(browser, tokens["refresh_token"]).status == 400
    assert [(row.user_id, row.client_id) for row in events("SIGN_OUT")] == [(anna.id, "films")]
    assert browser.get("/settings/account").status == 200
    assert phone.browser.get("/settings/account").status == 200


def test_a_client_that_wants_a_fresh_sign_in_takes_the_approval_for_one(
    browser: Browser, make_app: Callable[..., App], phone: Phone
) -> None:
    app = make_app("strict", name="Films", requires_reauthentication=True)
    assert "id_token" in tokens_of(browser, app, phone)


def test_the_request_of_another_browser_cannot_be_entered(
    browser: Browser, app: App, open_browser: Callable[[], Browser], anna: users.User
) -> None:
    app.authorize(browser).follow()
    stranger = open_browser()
    assert stranger.get("/login/alternative/device", app=interaction_id(browser)).status == 410
    assert stranger.get("/login/alternative/device", app="x").status == 410


def test_who_may_not_use_the_app_is_told_so_and_may_let_somebody_else_in(
    browser: Browser,
    app: App,
    phone: Phone,
    db: Database,
    anna: users.User,
    clock: Clock,
) -> None:
    change = clients.Change.of(clients.get(db, "films"))
    clients.update(db, "films", replace(change, is_group_restricted=True), clock())
    db.commit()
    approved(browser, app, phone)
    assert browser.view == "authorize/no_access"
    press(browser, "switch").follow()
    assert browser.view == "authorize/sign_in"
    assert not any(row.only_app for row in sessions.of_user(db, anna.id, clock()))


def test_a_session_that_ended_on_the_way_ends_the_request(
    browser: Browser, app: App, phone: Phone, db: Database, anna: users.User, clock: Clock
) -> None:
    approved(browser, app, phone)
    phone.browser.post("/settings/account/sessions/end-others")
    assert press(browser, "consent").status == 410
    assert consents.scopes_of(db, anna.id, "films") is None


def test_a_person_disabled_on_the_way_gets_no_further(
    browser: Browser, app: App, phone: Phone, db: Database, anna: users.User, clock: Clock
) -> None:
    approved(browser, app, phone)
    users.set_disabled(db, anna.id, clock(), disabled=True)
    db.commit()
    assert press(browser, "consent").status == 410
    assert consents.scopes_of(db, anna.id, "films") is None
