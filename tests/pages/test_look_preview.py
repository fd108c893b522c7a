"""The preview of the look: what was typed, in the colours it would have, and nothing of it saved."""

import re
from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import pytest

from pocketid import accent, images, settings
from pocketid.db import Database
from pocketid.paths import data_dir
from pocketid.settings import Settings
from pocketid.users import User
from tests.areas.test_images import encoded
from tests.browser import Browser
from tests.conftest import Clock, make_config
from tests.pages.test_admin_settings import FORM, PAGE

PREVIEW = f"{PAGE}/preview"
SHEET = f"{PAGE}/preview.css"


def shown(browser: Browser) -> tuple[str, str]:
    preview = browser.variables["preview"]
    return preview.app_name, preview.accent_color


def test_what_was_typed_is_shown_and_not_saved(
    browser: Browser, admin: User, db: Database, clock: Clock, events: Callable[..., list[Any]]
) -> None:
    clock.advance(minutes=30)  # nothing is saved, so no passkey is asked for
    browser.get(PAGE)
    assert shown(browser) == ("Pocket ID", "default")
    browser.post(PREVIEW, FORM)
    assert (browser.status, browser.view) == (200, "admin/settings/show")
    assert shown(browser) == ("Skylab", "#aa0000")
    assert browser.variables["typed"]["session_duration"] == "90"
    assert browser.text.count("Sign in to Skylab</strong>") == 2
    assert f'href="{SHEET}?accent=%23aa0000"' in browser.text
    assert settings.read(db, make_config()) == Settings()
    assert events("SETTINGS_UPDATED") == []


def test_what_is_wrong_is_said_and_the_rest_is_shown(browser: Browser, admin: User) -> None:
    browser.get(PAGE)
    browser.post(PREVIEW, {**FORM, "app_name": "", "accent_color": "#00aa00"})
    assert browser.status == 422
    assert list(browser.variables["errors"]) == ["app_name"]
    assert shown(browser) == ("Pocket ID", "#00aa00")
    browser.post(PREVIEW, {**FORM, "accent_color": "red"})
    assert list(browser.variables["errors"]) == ["accent_color"]
    assert shown(browser) == ("Skylab", "default")


def test_what_the_environment_fixes_is_shown_as_it_is(
    reconfigured: Callable[..., Browser], make_user: Callable[..., User], sign_in: Callable[..., None]
) -> None:
    browser = reconfigured(APP_NAME="Fixed", ACCENT_COLOR="#123456")
    sign_in(browser, make_user(is_admin=True))
    browser.get(PAGE)
    browser.post(PREVIEW, FORM)
    assert shown(browser) == ("Fixed", "#123456")


def test_the_colours_are_those_that_the_pages_would_have(browser: Browser, admin: User) -> None:
    sheet = browser.get(SHEET, accent="#ffee00")
    assert sheet.headers["Content-Type"] == "text/css; charset=utf-8"
    light, dark = re.findall(r":root\{([^}]*)\}", accent.style_sheet("#ffee00"))
    assert sheet.text == f".pane{{{light}}}\n.pane.dark{{{dark}}}\n"


@pytest.mark.parametrize("text", ["default", "", "red", "#0f6a5b}body{display:none", "%23"])
def test_what_is_no_colour_leaves_the_built_in_one(text: str, browser: Browser, admin: User) -> None:
    assert browser.get(SHEET, accent=text).text == ""


def test_a_pane_is_as_dark_as_a_dark_page() -> None:
    sheet = (data_dir("views") / "static" / "app.css").read_text()
    page = re.search(r"prefers-color-scheme: dark\) \{\s*:root \{([^}]*)\}", sheet)
    pane = re.search(r"\.pane\.dark \{([^}]*)\}", sheet)
    assert page
    assert pane
    tokens, of_page = (dict(re.findall(r"(--[a-z-]+): ([^;]+);", block[1])) for block in (pane, page))
    assert tokens.items() <= of_page.items()
    assert len(tokens) > 8


LIGHT, DARK = ("logo-light",), ("logo-dark",)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ((), [("", LIGHT + DARK), ("", DARK + LIGHT)]),
        (LIGHT, [("light=true", LIGHT), ("light=true", DARK + LIGHT)]),
        (DARK, [("light=false", LIGHT + DARK), ("light=false", DARK)]),
        (LIGHT + DARK, [("light=true", LIGHT), ("light=false", DARK)]),
    ],
)
def test_each_screen_shows_the_logo_that_it_would_have(
    own: tuple[str, ...], expected: list[Any], browser: Browser, admin: User, db: Database, clock: Clock
) -> None:
    for name in own:
        images.put_own(db, name, encoded((300, 100)), clock())
    db.commit()
    browser.get(f"{PAGE}/images")
    panes = [astuple(pane) for pane in browser.variables["preview"].panes]
    assert [is_dark for is_dark, *_rest in panes] == [False, True]
    for (_is_dark, _label, logo, pictures), (address, names) in zip(panes, expected, strict=True):
        assert (address in logo, bool(logo), pictures) == (True, bool(own), names)
        assert not logo or browser.get(logo).headers["Cache-Control"].endswith("immutable")
