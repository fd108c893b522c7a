"""The sign-in pages: where they lead, what they say, and what a session is after them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pocketid import one_time_access, webauthn
from pocketid.db import Database
from pocketid.users import User
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import APP_URL, Clock

SESSION = "__Host-session"


@pytest.fixture
def anna(make_user: Callable[..., User]) -> User:
    return make_user(username="anna", is_admin=True, display_name="Anna Muster")


@pytest.fixture
def device(anna: User, open_browser: Callable[[], Browser], sign_in: Callable[..., None]) -> Authenticator:
    """Anna's device, with her passkey."""
    return enrolled(anna, open_browser(), sign_in)


def enrolled(user: User, browser: Browser, sign_in: Callable[..., None]) -> Authenticator:
    device = Authenticator(APP_URL)
    sign_in(browser, user)
    options = options_of(browser.get("/settings/account/passkeys/new").text)
    browser.post("/settings/account/passkeys", {"credential": device.create(options)})
    assert browser.status == 303
    return device


def sign_in_with(browser: Browser, device: Authenticator, **query: Any) -> Browser:
    browser.get("/login", **query)
    fields = {"credential": device.get(options_of(browser.text)), "redirect": browser.variables["target"]}
    return browser.post("/login", fields)


# Signing in


def test_a_new_site_leads_to_setup(browser: Browser) -> None:
    assert browser.get("/login").location == "/setup"


def test_the_sign_in_page_holds_everything_that_the_click_needs(browser: Browser, anna: User) -> None:
    browser.get("/login")
    assert browser.view == "login/show"
    assert json.loads(options_of(browser.text))["rpId"] == "pocketid.example.test"
    assert 'autocomplete="username webauthn"' in browser.text
    assert "/static/passkey." in browser.text
    assert browser.headers["Cache-Control"] == "no-store"


def test_signing_in_leads_to_where_one_wanted_to_go(browser: Browser, device: Authenticator) -> None:
    sign_in_with(browser, device, redirect="/interaction?id=7")
    assert browser.location == "/interaction?id=7"


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)", "evil", ""]
)
def test_signing_in_leads_nowhere_else(target: str, browser: Browser, device: Authenticator) -> None:
    browser.get("/login")
    credential = device.get(options_of(browser.text))
    browser.post("/login", {"credential": credential, "redirect": target})
    assert browser.location == "/settings/account"


def test_whoever_is_signed_in_is_led_on(browser: Browser, anna: User, sign_in: Callable[..., None]) -> None:
    sign_in(browser, anna)
    assert browser.get("/login", redirect="/settings/apps").location == "/settings/apps"
    assert browser.get("/login", redirect="//evil.test").location == "/settings/account"


def test_se_01_each_sign_in_makes_a_new_session_and_ends_the_old_one(
    browser: Browser, device: Authenticator, anna: User, open_browser: Callable[[], Browser]
) -> None:
    sign_in_with(browser, device)
    first = browser.cookies[SESSION]
    again = open_browser()
    again.cookies = {name: value for name, value in browser.cookies.items() if name != SESSION}
    options = options_of(again.get("/login").text)
    again.cookies[SESSION] = first
    again.body = b""
    again.post("/login", {"credential": device.get(options)})
    assert again.status == 303
    assert len(first) == 43
    assert again.cookies[SESSION] != first
    browser.get("/settings/account/passkeys")
    assert browser.location.startswith("/login")


def test_se_02_the_session_cookie_is_bound_to_this_host_and_unseen_by_scripts(
    browser: Browser, device: Authenticator
) -> None:
    sign_in_with(browser, device)
    cookie = next(text for text in browser.set_cookies if text.startswith(f"{SESSION}="))
    assert {"Path=/", "Max-Age=3600", "HttpOnly", "SameSite=Lax", "Secure"} == set(cookie.split("; ")[1:])


def test_a_sign_in_that_fails_says_so_and_offers_another_try(browser: Browser, device: Authenticator) -> None:
    options = options_of(browser.get("/login").text)
    form = {"credential": device.get(options, breaks_signature=True), "redirect": "/settings/apps"}
    browser.post("/login", form)
    assert (browser.status, browser.view) == (400, "login/show")
    assert browser.variables["problem"] in browser.text
    again = device.get(options_of(browser.text))
    browser.post("/login", {"credential": again, "redirect": browser.variables["target"]})
    assert browser.location == "/settings/apps"


def test_tries_from_one_address_are_limited_and_another_address_is_not(
    open_browser: Callable[[], Browser], device: Authenticator
) -> None:
    stranger, owner = open_browser(), open_browser()
    stranger.address, owner.address = "192.0.2.66", "192.0.2.1"
    stranger.get("/login")
    statuses = [stranger.post("/login", {"credential": "{}"}).status for _try in range(22)]
    assert statuses == [400] * 20 + [429] * 2
    assert sign_in_with(owner, device).status == 303


# Signing in again


def test_a_passkey_used_again_renews_the_session(
    browser: Browser,
    device: Authenticator,
    anna: User,
    clock: Clock,
    sign_in: Callable[..., None],
    events: Any,
) -> None:
    sign_in(browser, anna)
    before = browser.cookies[SESSION]
    clock.advance(minutes=20)
    new = "/settings/account/passkeys/new"
    browser.get(new)
    browser.get(browser.location)
    assert browser.view == "login/reauthenticate"
    options = options_of(browser.text)
    assert len(json.loads(options)["allowCredentials"]) == 1
    browser.post("/login/reauthenticate", {"credential": device.get(options), "redirect": new})
    assert browser.location == new
    assert browser.cookies[SESSION] != before
    assert browser.get(new).status == 200
    assert events("REAUTHENTICATED")[0].user_id == anna.id


def test_somebody_else_s_passkey_renews_nothing(
    browser: Browser,
    device: Authenticator,
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    open_browser: Callable[[], Browser],
    clock: Clock,
) -> None:
    ben = make_user()
    enrolled(ben, open_browser(), sign_in)
    sign_in(browser, ben)
    clock.advance(minutes=20)
    options = json.loads(options_of(browser.get("/login/reauthenticate").text))
    del options["allowCredentials"]
    browser.post("/login/reauthenticate", {"credential": device.get(json.dumps(options))})
    assert (browser.status, browser.view) == (400, "login/reauthenticate")
    assert browser.get("/settings/account/passkeys/new").status == 303


# Other ways


def test_the_other_ways_keep_where_one_wanted_to_go(browser: Browser, anna: User) -> None:
    browser.get("/login", redirect="/settings/apps")
    assert 'href="/login/alternative?redirect=%2Fsettings%2Fapps"' in browser.text
    browser.get("/login/alternative", redirect="/settings/apps")
    assert 'href="/lc?redirect=%2Fsettings%2Fapps"' in browser.text
    browser.get("/lc", redirect="/settings/apps")
    assert 'value="/settings/apps"' in browser.text


def test_a_code_in_the_address_fills_in_the_form(browser: Browser, anna: User) -> None:
    browser.get("/login/alternative/code", code="ABCD-EFGH")
    assert (browser.view, browser.variables["code"]) == ("login/code", "ABCD-EFGH")


def test_a_person_with_a_code_and_no_passkey_is_led_straight_to_adding_one(
    browser: Browser, db: Database, make_user: Callable[..., User], anna: User, clock: Clock
) -> None:
    ben = make_user()
    code = one_time_access.create(db, ben.id, anna.id, 3600, clock())
    db.commit()
    browser.post("/lc", {"code": code, "redirect": "/settings/apps"}, follow=True)
    assert browser.view == "login/add_passkey"
    assert browser.variables["has_another_way_in"] is False
    assert (
        'href="/settings/apps">Go on without a passkey, this time only' in browser.text
    )  # no app's own window has them
    device = Authenticator(APP_URL)
    form = {"credential": device.create(options_of(browser.text)), "redirect": browser.variables["target"]}
    browser.post("/login/add-passkey", form)
    assert browser.location == "/settings/apps"
    assert len(webauthn.of_user(db, ben.id)) == 1


def test_adding_a_passkey_can_be_skipped_by_those_who_have_one(
    browser: Browser, db: Database, anna: User, device: Authenticator, clock: Clock
) -> None:
    code = one_time_access.create(db, anna.id, None, 3600, clock())
    db.commit()
    browser.post("/lc", {"code": code}, follow=True)
    assert browser.variables["has_another_way_in"] is True
    assert 'href="/settings/account">Skip for now' in browser.text


def test_a_passkey_page_that_fails_offers_another_try(
    browser: Browser, make_user: Callable[..., User], sign_in: Callable[..., None], db: Database
) -> None:
    ben = make_user()
    sign_in(browser, ben, method="one_time_access")
    options = options_of(browser.get("/login/add-passkey").text)
    browser.post(
        "/login/add-passkey", {"credential": Authenticator(APP_URL).create(options, user_verified=False)}
    )
    assert (browser.status, browser.view) == (400, "login/add_passkey")
    assert webauthn.of_user(db, ben.id) == []


def test_se_06_an_administrator_with_a_code_administers_once_the_new_passkey_was_used(
    browser: Browser, anna: User, sign_in: Callable[..., None]
) -> None:
    sign_in(browser, anna, method="one_time_access")
    admin_page = "/settings/admin/audit-log"
    assert browser.get(admin_page).status == 403
    device = Authenticator(APP_URL)
    options = options_of(browser.get("/login/add-passkey").text)
    browser.post("/login/add-passkey", {"credential": device.create(options), "redirect": admin_page})
    assert browser.location == "/login/reauthenticate?redirect=%2Fsettings%2Fadmin%2Faudit-log"
    assert browser.get(admin_page).status == 403
    options = options_of(browser.get("/login/reauthenticate", redirect=admin_page).text)
    browser.post("/login/reauthenticate", {"credential": device.get(options), "redirect": admin_page})
    assert browser.location == admin_page
    assert browser.get(admin_page).status == 200


def test_nobody_is_led_in_circles_without_a_passkey(
    browser: Browser, make_user: Callable[..., User], sign_in: Callable[..., None], clock: Clock
) -> None:
    sign_in(browser, make_user())
    clock.advance(minutes=20)
    browser.get("/login/add-passkey").follow()
    assert browser.view == "login/code"


# Signing out


def test_signing_out_asks_and_then_ends_the_session(
    browser: Browser, anna: User, sign_in: Callable[..., None], events: Any
) -> None:
    sign_in(browser, anna)
    token = browser.cookies[SESSION]
    browser.get("/logout")
    assert "Anna Muster" in browser.text
    browser.post("/logout")
    assert browser.location == "/login"
    assert SESSION not in browser.cookies
    assert events("SIGN_OUT")[0].user_id == anna.id
    browser.cookies[SESSION] = token
    assert browser.get("/settings/account/passkeys").location.startswith("/login")


def test_signing_out_twice_does_no_harm(browser: Browser, anna: User) -> None:
    assert browser.get("/logout").view == "login/sign_out"
    browser.get("/login")
    assert browser.post("/logout").location == "/login"


def test_a_passkey_survives_and_others_can_sign_in_after_one_signed_out(
    browser: Browser, device: Authenticator
) -> None:
    sign_in_with(browser, device)
    browser.get("/logout")
    browser.post("/logout")
    assert sign_in_with(browser, device).status == 303
