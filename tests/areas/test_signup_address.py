"""Addresses that answer before an account is made, so that nobody learns who has one."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from pocketid import users
from pocketid.db import Database
from pocketid.users import User
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import APP_URL, Clock
from tests.sign_up import TYPED, make_link, person, sign_up

MakeUser = Callable[..., User]
Events = Callable[..., list[Any]]
pytestmark = pytest.mark.usefixtures("owner")


def test_co_02_open_sign_up_answers_the_same_for_a_known_and_an_unknown_address(
    open_browser: Callable[[], Browser],
    allow: Callable[..., None],
    make_user: MakeUser,
    db: Database,
    outgoing: Callable[[], list[Any]],
) -> None:
    anna = make_user(username="anna", email="anna@example.test")
    allow("open")
    outgoing()
    pages = []
    for address in ("ANNA@example.test", "clara@example.test"):
        browser = open_browser().get("/signup")
        browser.post("/signup", {**TYPED, "email": address})
        assert (browser.status, browser.view) == (200, "signup/asked")
        pages.append(browser.text.replace(address, "ADDRESS"))
    assert pages[0] == pages[1]
    unknown, known = sorted(outgoing(), key=lambda mail: mail.kind)
    assert (known.kind, known.address) == ("sign_up_known", anna.email)
    assert (unknown.kind, unknown.address) == ("sign_up_confirm", "clara@example.test")
    assert users.find(db, "clara") is None


def test_the_link_of_the_mail_goes_on_and_the_address_is_verified(
    browser: Browser,
    open_browser: Callable[[], Browser],
    allow: Callable[..., None],
    db: Database,
    clock: Clock,
    outgoing: Callable[[], list[Any]],
) -> None:
    allow("open")
    outgoing()
    browser.get("/signup")
    browser.post("/signup", {**TYPED, "redirect": "/settings/apps"})
    link = outgoing()[0].values["link"].removeprefix(APP_URL)
    other = open_browser()
    for _look in range(2):
        assert other.get(link).view == "signup/passkey"
    assert users.find(db, "clara") is None
    form = {**other.variables["fields"], "credential": Authenticator(APP_URL).create(options_of(other.text))}
    assert other.post("/signup/passkey", form).location == "/settings/apps"
    assert (person(db).email, person(db).email_verified) == ("clara@example.test", True)
    late = open_browser().get(link)
    assert (late.status, late.view) == (422, "signup/show")
    clock.advance(hours=1)
    for address in (link, link[:-2], "/signup/confirm?code=bm9uc2Vuc2U", "/signup/confirm?code=%C3%A9"):
        assert open_browser().get(address).status == 410


def test_nobody_gets_around_the_mail(
    browser: Browser,
    allow: Callable[..., None],
    db: Database,
    outgoing: Callable[[], list[Any]],
) -> None:
    allow("open")
    outgoing()
    browser.get("/signup")
    browser.post("/signup/passkey", {**TYPED, "credential": "{}"})
    assert browser.view == "signup/asked"
    assert users.find(db, "clara") is None


def test_one_mailbox_gets_few_mails(
    open_browser: Callable[[], Browser], allow: Callable[..., None], outgoing: Callable[[], list[Any]]
) -> None:
    allow("open")
    outgoing()
    answers = []
    for number in range(5):
        browser = open_browser()
        browser.address = f"192.0.2.{number}"
        browser.get("/signup")
        answers.append(browser.post("/signup", TYPED).status)
    assert answers == [200, 200, 200, 429, 429]


def test_who_has_a_link_is_not_asked_by_mail(
    browser: Browser,
    allow: Callable[..., None],
    db: Database,
    now: datetime,
    outgoing: Callable[[], list[Any]],
) -> None:
    allow("withToken")
    outgoing()
    assert sign_up(browser, make_link(db, now)).status == 303
    assert not person(db).email_verified
