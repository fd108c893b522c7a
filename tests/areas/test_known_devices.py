"""What people are told of their account by mail: new devices, passkeys that come or go; and "this was not me"."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pocketid import known_devices, one_time_access, sessions, webauthn
from pocketid.audit import Event
from pocketid.db import Database
from pocketid.users import User
from pocketid.web import Site
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import Clock
from tests.mails import Outgoing, set_up

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"
Mails = Callable[[], list[Outgoing]]


@pytest.fixture
def anna(site: Site, db: Database, outgoing: Mails, make_user: Callable[..., User]) -> User:
    """Somebody who is told of new devices, and an admin."""
    set_up(db, site, emailLoginNotificationEnabled="true")
    make_user(username="admin", is_admin=True)
    return make_user(username="anna")


@pytest.fixture
def arrive(
    open_browser: Callable[[], Browser], db: Database, anna: User, clock: Clock
) -> Callable[..., Browser]:
    """Anna signs in, by a code, for that needs no authenticator."""

    def make(browser: Browser | None = None, address: str = "198.51.100.1", user_agent: str = "") -> Browser:
        clock.advance(seconds=1)  # mails of one moment have no order
        browser = browser or open_browser()
        browser.address, browser.user_agent = address, user_agent or browser.user_agent
        code = one_time_access.create(db, anna.id, None, 600, clock())
        db.commit()
        assert browser.post("/lc", {"code": code}).status == 303
        return browser

    return make


def test_the_first_sign_in_is_not_told_of_and_a_new_device_is(
    arrive: Callable[..., Browser], outgoing: Mails
) -> None:
    arrive()
    assert outgoing() == []
    arrive(address="203.0.113.7", user_agent=PHONE)
    (mail,) = outgoing()
    assert (mail.kind, mail.address) == ("new_device", "anna@example.test")
    assert "Safari on iPhone, from 203.0.113.7, at May 3, 2026, 2:07:02" in " ".join(mail.text.split())


@pytest.mark.parametrize(
    ("again", "number"),
    [
        ({}, 0),  # cookies deleted: the same kind of browser at the same place
        ({"address": "203.0.113.7"}, 1),
        ({"user_agent": PHONE}, 1),
    ],
)
def test_a_browser_without_its_cookie_is_known_by_its_kind_and_place(
    again: dict[str, str], number: int, arrive: Callable[..., Browser], outgoing: Mails
) -> None:
    arrive()
    arrive(**again)
    assert len(outgoing()) == number


def test_a_browser_is_known_by_its_cookie_wherever_it_is(
    arrive: Callable[..., Browser], outgoing: Mails
) -> None:
    browser = arrive()
    browser.post("/logout")
    arrive(browser, address="203.0.113.7", user_agent=PHONE)
    assert outgoing() == []


def test_without_the_setting_nothing_is_remembered(
    arrive: Callable[..., Browser], site: Site, db: Database, outgoing: Mails
) -> None:
    set_up(db, site, emailLoginNotificationEnabled="false")
    arrive()
    arrive(address="203.0.113.7", user_agent=PHONE)
    assert outgoing() == []
    assert db._source.take().execute("select count(*) from known_devices").fetchone() == (0,)


def test_whoever_says_that_it_was_not_them_ends_that_sign_in_alone_and_tells_the_admins(
    arrive: Callable[..., Browser],
    open_browser: Callable[[], Browser],
    anna: User,
    db: Database,
    outgoing: Mails,
    clock: Clock,
    events: Callable[..., list[Any]],
) -> None:
    own, thief = arrive(), arrive(address="203.0.113.7", user_agent=PHONE)
    link = str(outgoing()[0].values["link"]).removeprefix("https://pocketid.example.test")
    stranger = open_browser()
    for _scanner in range(2):
        assert stranger.get(link).status == 200
    assert len(sessions.of_user(db, anna.id, clock())) == 2
    clock.advance(seconds=1)
    stranger.post("/not-me", {"token": link.partition("=")[2]})
    assert "That sign-in is ended" in stranger.text
    assert thief.get("/settings/account").status == 303
    assert own.get("/settings/account").status == 200
    reported = outgoing()[-1]
    assert (reported.kind, reported.address) == ("account_reported", "admin@example.test")
    assert f"/settings/admin/users/{anna.id}" in reported.text
    assert [event.user_id for event in events(Event.SIGN_IN_REPORTED)] == [anna.id]
    assert stranger.post("/not-me", {"token": link.partition("=")[2]}).status == 410
    assert len(events(Event.SIGN_IN_REPORTED)) == 1


def test_the_link_works_when_the_session_is_over_and_not_after_a_week(
    arrive: Callable[..., Browser], open_browser: Callable[[], Browser], outgoing: Mails, clock: Clock
) -> None:
    arrive()
    arrive(address="203.0.113.7", user_agent=PHONE).post("/logout")
    arrive(address="203.0.113.8", user_agent=PHONE)
    first, second = (str(mail.values["link"]).partition("=")[2] for mail in outgoing())
    clock.advance(days=6)
    assert open_browser().post("/not-me", {"token": first}).status == 200
    clock.advance(days=1)
    assert open_browser().post("/not-me", {"token": second}).status == 410


def test_devices_and_links_are_forgotten(
    arrive: Callable[..., Browser], db: Database, outgoing: Mails, clock: Clock
) -> None:
    arrive()
    arrive(address="203.0.113.7", user_agent=PHONE)
    assert known_devices.expire(db, clock() + timedelta(days=6)) == 0
    assert known_devices.expire(db, clock() + timedelta(days=7)) == 1
    assert known_devices.expire(db, clock() + timedelta(days=401)) == 2


def test_wa_06_a_passkey_that_comes_or_goes_is_told_of(
    browser: Browser,
    anna: User,
    db: Database,
    outgoing: Mails,
    sign_in: Callable[..., None],
    clock: Clock,
) -> None:
    sign_in(browser, anna)
    device = Authenticator(browser.origin)
    new = "/settings/account/passkeys/new"
    for authenticator in (device, Authenticator(browser.origin)):
        clock.advance(seconds=1)
        options = options_of(browser.get(new).text)
        browser.post("/settings/account/passkeys", {"credential": authenticator.create(options)})
        assert browser.status == 303
    clock.advance(seconds=1)
    passkey = webauthn.of_user(db, anna.id)[0]
    browser.post(f"/settings/account/passkeys/{passkey.id}/delete")
    assert browser.status == 303, browser.text
    mails = outgoing()
    assert [mail.kind for mail in mails] == ["passkey_added", "passkey_added", "passkey_removed"]
    assert {mail.address for mail in mails} == {"anna@example.test"}
    assert passkey.name in mails[0].text
    assert "Firefox on Linux" in mails[0].text
