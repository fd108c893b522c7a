"""The page of the application's settings: what may be typed, what the environment fixes, what is shown."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pocketid import settings
from pocketid.db import Database
from pocketid.settings import Settings
from pocketid.users import User
from tests.authenticator import Authenticator
from tests.browser import Browser
from tests.conftest import make_config

PAGE = "/settings/admin/application-configuration"
FORM = {
    "app_name": "Skylab",
    "session_duration": "90",
    "home_page_url": "/settings/apps",
    "default_language": "de",
    "audit_log_retention_days": "365",
    "accent": "own",
    "accent_color": "#AA0000",
    "emails_verified": "true",
    "user_verification": "preferred",
    "authenticator_attachment": "cross-platform",
    "disable_animations": "true",
}


def in_force(db: Database) -> Settings:
    return settings.read(db, make_config())


def test_every_setting_of_the_form_is_stored_and_shown(
    browser: Browser, admin: User, db: Database, events: Callable[..., list[Any]]
) -> None:
    browser.get(PAGE)
    assert browser.variables["typed"]["app_name"] == "Pocket ID"
    browser.post(PAGE, FORM)
    assert browser.location == PAGE
    assert in_force(db) == Settings(
        app_name="Skylab",
        session_duration=90,
        home_page_url="/settings/apps",
        default_language="de",
        audit_log_retention_days=365,
        accent_color="#aa0000",
        allow_own_account_edit=False,
        require_user_email=False,
        emails_verified=True,
        user_verification="preferred",
        allow_synced_passkeys=False,
        authenticator_attachment="cross-platform",
        disable_animations=True,
    )
    changed = events("SETTINGS_UPDATED")[0].details["changed"]
    assert changed["session_duration"] == {"before": 60, "after": 90}
    assert set(changed) == set(FORM) - {"accent"} | {
        *("allow_own_account_edit", "require_user_email", "allow_synced_passkeys")
    }
    browser.get(PAGE)
    assert "Sign in" not in browser.text
    assert "· Skylab</title>" in browser.text
    for text in ('value="90"', 'value="/settings/apps"', 'value="#aa0000"'):
        assert text in browser.text


def test_a_form_that_changes_nothing_is_no_event(
    browser: Browser, admin: User, db: Database, events: Callable[..., list[Any]]
) -> None:
    browser.get(PAGE)
    browser.post(PAGE, FORM)
    browser.get(PAGE)
    assert browser.post(PAGE, FORM).status == 303
    assert len(events("SETTINGS_UPDATED")) == 1


WRONG = [
    ("app_name", ""),
    ("app_name", "n" * 31),
    ("app_name", "a\u202eb"),
    ("app_name", "n" * 50_000),
    ("session_duration", ""),
    ("session_duration", "0"),
    ("session_duration", "-5"),
    ("session_duration", "1.5"),
    ("session_duration", "an hour"),
    ("session_duration", "525601"),
    ("session_duration", "000000001" + "9" * 40),
    ("session_duration", "9" * 5000),
    ("audit_log_retention_days", ""),
    ("audit_log_retention_days", "0"),
    ("audit_log_retention_days", "36501"),
    ("default_language", ""),
    ("default_language", "xx"),
    ("home_page_url", ""),
    ("home_page_url", "settings"),
    ("home_page_url", "https://evil.test/"),
    ("home_page_url", "//evil.test"),
    ("home_page_url", "/\\evil.test"),
    ("home_page_url", "/%09/evil.test"),
    ("home_page_url", "/"),
    ("home_page_url", "/login"),
    ("home_page_url", "/logout"),
    ("user_verification", ""),
    ("user_verification", "discouraged"),
    ("accent_color", ""),
    ("accent_color", "red"),
    ("accent_color", "#12345"),
    ("accent_color", "#0f6a5b}body{display:none"),
]


@pytest.mark.parametrize(("field", "text"), WRONG)
def test_what_a_setting_cannot_be_is_said_at_its_field_and_nothing_is_stored(
    field: str, text: str, browser: Browser, admin: User, db: Database, events: Callable[..., list[Any]]
) -> None:
    browser.get(PAGE)
    browser.post(PAGE, {**FORM, field: text})
    assert (browser.status, browser.view) == (422, "admin/settings/show")
    assert list(browser.variables["errors"]) == [field]
    assert browser.variables["errors"][field] in browser.text
    assert browser.variables["typed"]["session_duration"] == {**FORM, field: text}["session_duration"]
    assert in_force(db) == Settings()
    assert events("SETTINGS_UPDATED") == []


@pytest.mark.parametrize(
    "field",
    ["app_name", "session_duration", "audit_log_retention_days", "home_page_url", "user_verification"],
)
def test_a_form_without_a_field_stores_nothing(
    field: str, browser: Browser, admin: User, db: Database
) -> None:
    browser.get(PAGE)
    browser.post(PAGE, {name: text for name, text in FORM.items() if name != field})
    assert list(browser.variables["errors"]) == [field]
    assert in_force(db) == Settings()


def test_of_a_field_that_comes_twice_the_first_counts(browser: Browser, admin: User, db: Database) -> None:
    browser.get(PAGE)
    browser.post(PAGE, {**FORM, "app_name": ["First", "Second"]})
    assert in_force(db).app_name == "First"


def test_ad_02_a_form_sets_nothing_but_its_own_fields(browser: Browser, admin: User, db: Database) -> None:
    browser.get(PAGE)
    browser.post(PAGE, {**FORM, "allow_user_signups": "open", "allowUserSignups": "open", "setup": "open"})
    assert in_force(db).allow_user_signups == "disabled"


def test_what_the_environment_fixes_is_shown_with_its_variable_and_not_changed(
    reconfigured: Callable[..., Browser],
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    db: Database,
) -> None:
    browser = reconfigured(APP_NAME="From the environment", EMAILS_VERIFIED="true", ACCENT_COLOR="#123456")
    sign_in(browser, make_user(is_admin=True))
    browser.get(PAGE)
    assert browser.variables["fixed"] == {
        "app_name": "APP_NAME",
        "emails_verified": "EMAILS_VERIFIED",
        "accent_color": "ACCENT_COLOR",
    }
    assert "<code>APP_NAME</code>" in browser.text
    assert 'id="app_name"' not in browser.text
    browser.post(PAGE, {**FORM, "emails_verified": ""})
    assert browser.status == 303
    assert in_force(db) == replace(
        Settings(),
        session_duration=90,
        home_page_url="/settings/apps",
        default_language="de",
        audit_log_retention_days=365,
        allow_own_account_edit=False,
        require_user_email=False,
        user_verification="preferred",
        allow_synced_passkeys=False,
        authenticator_attachment="cross-platform",
        disable_animations=True,
    )
    browser.get(PAGE)
    browser.post(PAGE, {"session_duration": "wrong"})
    assert set(browser.variables["errors"]) == {
        "session_duration",
        "home_page_url",
        "default_language",
        "audit_log_retention_days",
        "user_verification",
        "authenticator_attachment",
    }
    assert browser.variables["typed"]["app_name"] == "From the environment"
    assert browser.variables["typed"]["emails_verified"] is True


def test_with_ui_config_disabled_the_page_shows_and_changes_nothing(
    reconfigured: Callable[..., Browser],
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    db: Database,
    events: Callable[..., list[Any]],
) -> None:
    browser = reconfigured(UI_CONFIG_DISABLED="true")
    sign_in(browser, make_user(is_admin=True))
    browser.get(PAGE)
    assert browser.status == 200
    assert "SESSION_DURATION" in browser.text
    browser.post(PAGE, FORM)
    assert browser.status == 403
    assert "UI_CONFIG_DISABLED" in browser.text
    assert in_force(db) == Settings()
    assert events("SETTINGS_UPDATED") == []


def test_a_new_duration_is_for_the_sign_ins_that_come(
    browser: Browser, admin: User, db: Database, sign_in: Callable[..., None], clock: Any
) -> None:
    browser.get(PAGE)
    browser.post(PAGE, {**FORM, "session_duration": "1"})
    clock.advance(minutes=30)
    assert browser.get(PAGE).status == 200


def test_the_accent_is_a_style_sheet_of_its_own_whose_address_changes_with_it(
    browser: Browser, admin: User
) -> None:
    assert "/theme.css" not in browser.get(PAGE).text
    addresses = set()
    for colour in ("#aa0000", "#00aa00"):
        browser.get(PAGE)
        browser.post(PAGE, {**FORM, "accent_color": colour})
        text = browser.get(PAGE).text
        addresses.add(text[text.index("/theme.css?v=") :].partition('"')[0])
    assert len(addresses) == 2
    sheet = browser.get(addresses.pop())
    assert sheet.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "--accent:#" in sheet.text
    assert "immutable" in sheet.headers["Cache-Control"]


def test_animations_are_switched_off_by_the_theme(browser: Browser, admin: User) -> None:
    browser.get(PAGE)
    assert "/theme.css" not in browser.text
    browser.post(PAGE, {**FORM, "accent": "default"})
    browser.get(PAGE)
    found = re.search(r'href="(/theme\.css\?v=\w+)"', browser.text)
    assert found
    assert "animation:none!important" in browser.get(found[1]).text


@pytest.mark.parametrize("chosen", ["any", "platform", "cross-platform"])
def test_browsers_are_told_where_a_new_passkey_shall_be_kept(
    chosen: str, browser: Browser, admin: User
) -> None:
    browser.get(PAGE)
    browser.post(PAGE, {**FORM, "authenticator_attachment": chosen})
    browser.get("/settings/account/passkeys/new")
    selection = json.loads(browser.variables["options"])["authenticatorSelection"]
    assert selection.get("authenticatorAttachment", "any") == chosen


@pytest.mark.parametrize(
    ("is_allowed", "is_synced", "is_taken"), [("", True, False), ("", False, True), ("true", True, True)]
)
def test_synced_passkeys_are_taken_where_they_are_allowed(
    is_allowed: str,
    is_synced: bool,
    is_taken: bool,
    browser: Browser,
    admin: User,
    events: Callable[..., list[Any]],
) -> None:
    browser.get(PAGE)
    browser.post(PAGE, {**FORM, "default_language": "en", "allow_synced_passkeys": is_allowed})
    browser.get("/settings/account/passkeys/new")
    authenticator = Authenticator(browser.origin, backup_eligible=is_synced, backed_up=is_synced)
    credential = authenticator.create(browser.variables["options"])
    browser.post("/settings/account/passkeys", {"credential": credential})
    assert bool(events("PASSKEY_ADDED")) is is_taken
    assert ("would be copied to other devices" in browser.text) is not is_taken
