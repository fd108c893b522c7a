"""In which language and time zone a page is written: the account's, else the browser's, else the setting's."""

from collections.abc import Callable
from typing import Any

import pytest

from pocketid import users
from pocketid.db import Database
from pocketid.users import User
from tests.browser import Browser
from tests.conftest import Clock

ACCOUNT = "/settings/account"
Events = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("chosen", "accepted", "expected"),
    [
        (None, None, "en"),
        (None, "de-CH,de;q=0.9", "de"),
        (None, "ja", "en"),
        ("fr", None, "fr"),
        ("fr", "de", "fr"),
        ("de", "de-AT", "de"),
        ("pt-BR", "es", "es"),
    ],
)
def test_the_account_decides_before_the_browser(
    signed_in: Browser, db: Database, anna: User, chosen: str | None, accepted: str | None, expected: str
) -> None:
    db.run("users.set_locale", id=anna.id, locale=chosen, now=anna.updated_at)
    headers = {"Accept-Language": accepted} if accepted else {}
    assert f'<html lang="{expected}">' in signed_in.get(ACCOUNT, headers=headers).text


def test_nobody_in_particular_reads_the_language_of_the_settings(
    browser: Browser, db: Database, clock: Clock
) -> None:
    db.run("settings.store", name="defaultLanguage", value="nl", now=clock())
    assert '<html lang="nl">' in browser.get("/login/alternative").text
    assert '<html lang="it">' in browser.get("/login/alternative", headers={"Accept-Language": "it"}).text


def test_a_refusal_before_anybody_is_known_speaks_the_browser_s_language(browser: Browser) -> None:
    refused = browser.get("/login", headers={"Host": "evil.example", "Accept-Language": "es"})
    assert (refused.status, '<html lang="es">' in refused.text) == (421, True)
    after = browser.get("/no/such/page")
    assert (after.status, '<html lang="en">' in after.text) == (404, True)


def test_times_are_in_the_zone_of_the_browser(signed_in: Browser) -> None:
    assert " UTC" in signed_in.get(ACCOUNT).text
    signed_in.cookies["__Host-zone"] = "Asia/Tokyo"
    assert " JST" in signed_in.get(ACCOUNT).text
    signed_in.cookies["__Host-zone"] = "../../etc/passwd"
    assert " UTC" in signed_in.get(ACCOUNT).text


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("en", "Your account"),
        ("de", "Dein Konto"),
        ("fr", "Votre compte"),
        ("es", "Tu cuenta"),
        ("nl", "Je account"),
        ("it", "Il tuo account"),
    ],
)
def test_a_page_speaks_each_language(signed_in: Browser, language: str, heading: str) -> None:
    assert f"<h1>{heading}</h1>" in signed_in.get(ACCOUNT, headers={"Accept-Language": language}).text


def test_the_language_is_chosen_on_the_account_page(
    signed_in: Browser, db: Database, anna: User, events: Events
) -> None:
    signed_in.get(ACCOUNT)
    assert signed_in.post(f"{ACCOUNT}/language", {"language": "de"}).location == ACCOUNT
    assert users.get(db, anna.id).locale == "de"
    [event] = events("PROFILE_UPDATED")
    assert event.details["changed"] == {"locale": {"before": None, "after": "de"}}
    assert '<option value="de" lang="de" selected>Deutsch</option>' in signed_in.get(ACCOUNT).text
    signed_in.post(f"{ACCOUNT}/language", {"language": "de"})
    assert len(events("PROFILE_UPDATED")) == 1
    signed_in.post(f"{ACCOUNT}/language", {"language": ""})
    assert users.get(db, anna.id).locale is None


@pytest.mark.parametrize("language", ["xx", "EN", "de-CH", "x" * 10_000, "<script>"])
def test_another_language_than_those_offered_is_refused(
    signed_in: Browser, db: Database, anna: User, language: str
) -> None:
    signed_in.get(ACCOUNT)
    assert signed_in.post(f"{ACCOUNT}/language", {"language": language}).status == 422
    assert users.get(db, anna.id).locale is None
