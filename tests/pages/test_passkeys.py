"""The pages of one's own passkeys: add, name, delete."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from pocketid import one_time_access, webauthn
from pocketid.db import Database
from pocketid.users import User
from pocketid.webauthn import Passkey
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import APP_URL, Clock

PASSKEYS = "/settings/account/passkeys"


@pytest.fixture
def anna(browser: Browser, make_user: Callable[..., User], sign_in: Callable[..., None]) -> User:
    """Somebody signed in in `browser`."""
    user = make_user(username="anna")
    sign_in(browser, user)
    return user


def add(browser: Browser, db: Database, user: User) -> Passkey:
    credential = Authenticator(APP_URL).create(options_of(browser.get(f"{PASSKEYS}/new").text))
    browser.post(PASSKEYS, {"credential": credential})
    return webauthn.get(db, user.id, uuid.UUID(browser.location.rpartition("/")[2]))


def test_a_new_passkey_is_named_at_once_and_its_kind_is_the_suggestion(
    browser: Browser, db: Database, anna: User, events: Callable[..., list[Any]]
) -> None:
    passkey = add(browser, db, anna)
    assert browser.location == f"{PASSKEYS}/{passkey.id}"
    browser.get(browser.location)
    assert (browser.view, browser.variables["name"]) == ("passkeys/edit", "Google Password Manager")
    browser.post(f"{PASSKEYS}/{passkey.id}", {"name": "  Phone "})
    assert browser.location == "/settings/account"
    assert webauthn.of_user(db, anna.id)[0].name == "Phone"
    assert events("PASSKEY_RENAMED")[0].details == {"before": "Google Password Manager", "after": "Phone"}


@pytest.mark.parametrize("name", ["", "   ", "n" * 51])
def test_a_name_has_one_to_fifty_characters(name: str, browser: Browser, db: Database, anna: User) -> None:
    passkey = add(browser, db, anna)
    browser.get(f"{PASSKEYS}/{passkey.id}")
    browser.post(f"{PASSKEYS}/{passkey.id}", {"name": name})
    assert (browser.status, browser.view) == (422, "passkeys/edit")
    assert "name" in browser.variables["errors"]
    assert webauthn.of_user(db, anna.id)[0].name == "Google Password Manager"


def test_a_passkey_that_failed_may_be_tried_again(browser: Browser, db: Database, anna: User) -> None:
    options = options_of(browser.get(f"{PASSKEYS}/new").text)
    browser.post(PASSKEYS, {"credential": Authenticator(APP_URL).create(options, user_verified=False)})
    assert (browser.status, browser.view) == (400, "passkeys/new")
    credential = Authenticator(APP_URL).create(options_of(browser.text))
    assert browser.post(PASSKEYS, {"credential": credential}).status == 303


def test_one_of_two_passkeys_is_deleted_after_a_question(
    browser: Browser, db: Database, anna: User, events: Callable[..., list[Any]]
) -> None:
    first, second = add(browser, db, anna), add(browser, db, anna)
    browser.get(f"{PASSKEYS}/{first.id}/delete")
    assert browser.view == "confirm"
    browser.post(f"{PASSKEYS}/{first.id}/delete")
    assert browser.location == "/settings/account"
    assert [passkey.id for passkey in webauthn.of_user(db, anna.id)] == [second.id]
    assert events("PASSKEY_REMOVED")[0].user_id == anna.id


def test_the_last_passkey_stays_when_there_is_no_other_way_in(
    browser: Browser, db: Database, anna: User
) -> None:
    passkey = add(browser, db, anna)
    browser.get(f"{PASSKEYS}/{passkey.id}/delete")
    assert browser.view == "passkeys/only_way_in"
    browser.get(f"{PASSKEYS}/new")
    assert browser.post(f"{PASSKEYS}/{passkey.id}/delete").status == 409
    assert len(webauthn.of_user(db, anna.id)) == 1


def test_the_last_passkey_goes_when_a_code_still_lets_in_and_the_page_says_what_that_means(
    browser: Browser, db: Database, anna: User, clock: Clock
) -> None:
    passkey = add(browser, db, anna)
    one_time_access.create(db, anna.id, None, 3600, clock())
    db.commit()
    browser.get(f"{PASSKEYS}/{passkey.id}/delete")
    assert "only a one-time code lets you in" in browser.text
    browser.post(f"{PASSKEYS}/{passkey.id}/delete")
    assert webauthn.of_user(db, anna.id) == []


def test_a_passkey_of_somebody_else_is_neither_seen_nor_changed(
    browser: Browser,
    open_browser: Callable[[], Browser],
    db: Database,
    anna: User,
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
) -> None:
    passkey = add(browser, db, anna)
    add(browser, db, anna)
    ben = open_browser()
    sign_in(ben, make_user())
    for address in (f"{PASSKEYS}/{passkey.id}", f"{PASSKEYS}/{passkey.id}/delete"):
        assert ben.get(address).status == 404
        ben.get(f"{PASSKEYS}/new")
        assert ben.post(address, {"name": "mine"}).status == 404
    assert webauthn.get(db, anna.id, passkey.id) == passkey


@pytest.mark.parametrize("name", ["none", str(uuid.UUID(int=0))])
def test_an_address_of_no_passkey_is_not_found(name: str, browser: Browser, anna: User) -> None:
    assert browser.get(f"{PASSKEYS}/{name}").status == 404


def test_a_registration_that_took_too_long_asks_for_the_passkey_again(
    browser: Browser, anna: User, clock: Clock
) -> None:
    options = options_of(browser.get(f"{PASSKEYS}/new").text)
    clock.advance(minutes=11)
    browser.post(PASSKEYS, {"credential": Authenticator(APP_URL).create(options)})
    assert browser.location.startswith("/login/reauthenticate")
