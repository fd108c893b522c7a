"""The pages of the first account."""

from collections.abc import Callable
from typing import Any

from pocketid import users, webauthn
from pocketid.db import Database
from pocketid.users import User
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import APP_URL

TYPED = {"username": "anna", "first_name": "Anna", "last_name": "Muster", "email": "anna@example.test"}


def test_the_first_account_is_made_with_its_passkey_and_signed_in(
    browser: Browser, db: Database, events: Callable[..., list[Any]], open_browser: Callable[[], Browser]
) -> None:
    assert browser.get("/setup").view == "setup/show"
    browser.post("/setup", TYPED)
    assert browser.view == "setup/passkey"
    assert users.find(db, "anna") is None
    device = Authenticator(APP_URL)
    browser.post("/setup/passkey", {"credential": device.create(options_of(browser.text))})
    assert browser.location == "/settings/account"
    anna = users.find(db, "anna")
    assert anna is not None
    assert (anna.is_admin, anna.disabled, anna.email) == (True, False, "anna@example.test")
    assert (anna.first_name, anna.last_name) == ("Anna", "Muster")
    assert device.credentials[0].user_handle == str(anna.id).encode()
    assert len(webauthn.of_user(db, anna.id)) == 1
    assert browser.get("/settings/account/passkeys/new").status == 200
    names = [event.event for event in events()]
    assert {"SETUP_COMPLETED", "ACCOUNT_CREATED", "PASSKEY_ADDED"} <= set(names)
    other = open_browser()
    options = options_of(other.get("/login").text)
    assert other.post("/login", {"credential": device.get(options)}).status == 303


def test_the_e_mail_may_stay_empty(browser: Browser, db: Database) -> None:
    browser.get("/setup")
    browser.post("/setup", {**TYPED, "email": ""})
    browser.post("/setup/passkey", {"credential": Authenticator(APP_URL).create(options_of(browser.text))})
    anna = users.find(db, "anna")
    assert anna is not None
    assert anna.email is None


def test_what_is_typed_wrong_is_said_at_its_field_and_kept(browser: Browser) -> None:
    browser.get("/setup")
    browser.post("/setup", {**TYPED, "username": ""})
    assert (browser.status, browser.view) == (422, "setup/show")
    assert "username" in browser.variables["errors"]
    assert 'value="anna@example.test"' in browser.text


def test_setup_is_gone_once_there_is_an_admin(browser: Browser, make_user: Callable[..., User]) -> None:
    make_user(is_admin=True)
    assert (browser.get("/setup").status, browser.view) == (404, "setup/closed")
    assert "one-time-access-token" in browser.text
    browser.get("/login")
    assert browser.post("/setup", TYPED).status == 404
    browser.get("/login")
    assert browser.post("/setup/passkey", {"credential": "{}"}).status == 404


def test_ad_04_whoever_comes_second_makes_no_admin(
    browser: Browser, open_browser: Callable[[], Browser], db: Database
) -> None:
    late = open_browser()
    late.get("/setup")
    late.post("/setup", {**TYPED, "username": "late"})
    credential = Authenticator(APP_URL).create(options_of(late.text))
    browser.get("/setup")
    browser.post("/setup", TYPED)
    browser.post("/setup/passkey", {"credential": Authenticator(APP_URL).create(options_of(browser.text))})
    assert late.post("/setup/passkey", {"credential": credential}).status == 404
    assert users.find(db, "late") is None


def test_a_registration_begun_in_setup_makes_no_account_anywhere_else(
    browser: Browser, make_user: Callable[..., User], sign_in: Callable[..., None], db: Database
) -> None:
    browser.get("/setup")
    browser.post("/setup", TYPED)
    credential = Authenticator(APP_URL).create(options_of(browser.text))
    ben = make_user(is_admin=True)
    sign_in(browser, ben)
    browser.get("/settings/account/passkeys/new")
    browser.post("/settings/account/passkeys", {"credential": credential})
    assert browser.status == 400
    assert users.find(db, "anna") is None
    assert webauthn.of_user(db, ben.id) == []


def test_a_passkey_that_fails_keeps_what_was_typed(browser: Browser, db: Database) -> None:
    browser.get("/setup")
    browser.post("/setup", TYPED)
    credential = Authenticator(APP_URL).create(options_of(browser.text), user_verified=False)
    browser.post("/setup/passkey", {**TYPED, "credential": credential})
    assert (browser.status, browser.view) == (400, "setup/passkey")
    again = Authenticator(APP_URL).create(options_of(browser.text))
    assert browser.post("/setup/passkey", {**TYPED, "credential": again}).status == 303
    assert users.find(db, "anna") is not None


def test_a_name_that_was_taken_meanwhile_is_said_at_its_field(
    browser: Browser, make_user: Callable[..., User]
) -> None:
    browser.get("/setup")
    browser.post("/setup", TYPED)
    credential = Authenticator(APP_URL).create(options_of(browser.text))
    make_user(username="anna")
    browser.post("/setup/passkey", {**TYPED, "credential": credential})
    assert (browser.status, browser.view) == (422, "setup/show")
    assert "username" in browser.variables["errors"]
