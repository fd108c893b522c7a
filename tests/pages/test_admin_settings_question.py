"""Saving rules that would keep people out: the question before it, and that what was typed survives it."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pocketid import settings
from pocketid.db import Connection, Database
from pocketid.settings import Settings
from pocketid.users import User
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import APP_URL, Clock, make_config
from tests.pages.test_admin_settings import FORM as WHOLE_FORM
from tests.pages.test_admin_settings import PAGE

FORM = WHOLE_FORM | {"default_language": "en"}
STRICT = FORM | {"user_verification": "required"}
SYNCED = FORM | {"allow_synced_passkeys": "true"}
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
Give = Callable[..., None]
Events = Callable[..., list[Any]]


def in_force(db: Database) -> Settings:
    return settings.read(db, make_config())


@pytest.fixture
def give(shared_connection: Connection) -> Give:
    """Gives somebody a passkey."""

    def give(user: User, *, is_synced: bool = False, verified: bool | None = None) -> None:
        shared_connection.execute(
            "insert into passkeys (user_id, credential_id, public_key, name, backup_eligible, last_use_verified)"
            " values (%s, %s, '', 'Phone', %s, %s)",
            [user.id, user.id.bytes, is_synced, verified],
        )

    return give


@pytest.fixture
def start(browser: Browser, admin: User) -> Callable[[dict[str, str]], None]:
    """Saves settings to start from."""

    def start(form: dict[str, str]) -> None:
        browser.get(PAGE)
        browser.post(PAGE, form)
        assert browser.status == 303

    return start


def is_asked(browser: Browser) -> bool:
    return (browser.status, browser.view) == (200, "confirm")


def kept_fields(browser: Browser) -> dict[str, str | list[str]]:
    return {name: html.unescape(value) for name, value in HIDDEN.findall(browser.text)}


def test_requiring_verification_asks_first_and_keeps_what_was_typed(
    browser: Browser,
    admin: User,
    start: Callable[[dict[str, str]], None],
    make_user: Callable[..., User],
    give: Give,
    db: Database,
    events: Events,
) -> None:
    start(FORM)
    give(admin, verified=False)
    give(make_user(username="ben"), verified=False)
    give(make_user(username="cara"), verified=True)
    browser.get(PAGE)
    browser.post(PAGE, STRICT | {"app_name": 'S<k"y'})
    assert is_asked(browser)
    assert "2 people might not get in" in browser.text
    assert "You are among them." in browser.text
    assert (in_force(db).user_verification, len(events("SETTINGS_UPDATED"))) == ("preferred", 1)
    browser.post(PAGE, kept_fields(browser))
    assert browser.location == PAGE
    assert (in_force(db).user_verification, in_force(db).app_name) == ("required", 'S<k"y')
    assert len(events("SETTINGS_UPDATED")) == 2


def test_forbidding_synced_passkeys_says_who_has_no_others(
    browser: Browser,
    start: Callable[[dict[str, str]], None],
    make_user: Callable[..., User],
    give: Give,
    db: Database,
) -> None:
    start(SYNCED)
    give(make_user(username="ben"), is_synced=True)
    browser.get(PAGE)
    browser.post(PAGE, FORM)
    assert is_asked(browser)
    assert "1 person has synced passkeys only" in browser.text
    assert "You are among them." not in browser.text
    assert in_force(db).allow_synced_passkeys is True
    browser.post(PAGE, kept_fields(browser))
    assert in_force(db).allow_synced_passkeys is False


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (FORM, FORM | {"app_name": "Other"}),
        (FORM, FORM | {"authenticator_attachment": "platform"}),
        (FORM, SYNCED),
        (STRICT, FORM),
        (STRICT, STRICT | {"disable_animations": ""}),
    ],
)
def test_nothing_is_asked_where_no_rule_gets_stricter(
    before: dict[str, str],
    after: dict[str, str],
    browser: Browser,
    start: Callable[[dict[str, str]], None],
    make_user: Callable[..., User],
    give: Give,
) -> None:
    start(before)
    give(make_user(username="ben"), is_synced=True, verified=False)
    browser.get(PAGE)
    assert browser.post(PAGE, after).status == 303


def test_nothing_is_asked_where_nobody_is_affected(
    browser: Browser, start: Callable[[dict[str, str]], None], make_user: Callable[..., User], give: Give
) -> None:
    start(SYNCED)
    give(make_user(username="ben"), verified=True)
    browser.get(PAGE)
    assert browser.post(PAGE, STRICT).status == 303


def test_the_question_comes_after_the_passkey_and_does_not_keep_its_answer(
    browser: Browser,
    start: Callable[[dict[str, str]], None],
    make_user: Callable[..., User],
    give: Give,
    db: Database,
    clock: Clock,
) -> None:
    start(FORM)
    device = Authenticator(APP_URL, backup_eligible=False, backed_up=False)
    options = options_of(browser.get("/settings/account/passkeys/new").text)
    browser.post("/settings/account/passkeys", {"credential": device.create(options)})
    give(make_user(username="ben"), verified=False)
    clock.advance(minutes=6)
    browser.get(PAGE)
    browser.post(PAGE, STRICT)
    assert (browser.status, browser.view) == (403, "login/step_up")
    browser.post(PAGE, kept_fields(browser) | {"credential": device.get(options_of(browser.text))})
    assert is_asked(browser)
    assert "credential" not in kept_fields(browser)
    browser.post(PAGE, kept_fields(browser))
    assert in_force(db).user_verification == "required"


@pytest.mark.parametrize(("days", "lost"), [("365", 0), ("30", 1), ("29", 2), ("31", 0)])
def test_keeping_the_audit_log_for_fewer_days_asks_first_and_says_how_much_goes(
    days: str,
    lost: int,
    browser: Browser,
    start: Callable[[dict[str, str]], None],
    db: Database,
    shared_connection: Connection,
    clock: Clock,
) -> None:
    start(FORM)
    for age in (timedelta(days=31), timedelta(days=30)):
        shared_connection.execute(
            "insert into audit_events (at, event, details) values (%s, 'SIGN_IN', '{}')", [clock() - age]
        )
    browser.get(PAGE)
    browser.post(PAGE, FORM | {"audit_log_retention_days": days})
    if lost:
        assert is_asked(browser)
        assert re.search(rf"{lost} events? of the audit log", browser.text)
        assert in_force(db).audit_log_retention_days == 365
        browser.post(PAGE, kept_fields(browser))
    assert (browser.status, in_force(db).audit_log_retention_days) == (303, int(days))
