"""The proof of an address: a mailed link that a button spends once, and only for the address that it went to."""

from collections.abc import Callable
from typing import Any

import pytest

from pocketid import users
from pocketid.audit import Event
from pocketid.db import Database
from pocketid.users import User
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import Clock
from tests.mails import Outgoing, set_up

SEND = "/settings/account/verify-email"
Mails = Callable[[], list[Outgoing]]


@pytest.fixture
def anna(
    site: Site,
    db: Database,
    outgoing: Mails,
    browser: Browser,
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
) -> User:
    """Somebody whose address is not verified, signed in, where people may verify it."""
    set_up(db, site, emailVerificationEnabled="true")
    make_user(is_admin=True)
    user = make_user(username="anna", email_verified=False)
    sign_in(browser, user)
    return user


def token_of(mail: Outgoing) -> str:
    return str(mail.values["link"]).partition("?token=")[2]


def sent(browser: Browser, outgoing: Mails, clock: Clock) -> str:
    clock.advance(seconds=1)  # mails of one moment have no order
    assert browser.post(SEND).status == 303
    return token_of(outgoing()[-1])


def is_verified(db: Database, user: User) -> bool:
    return users.get(db, user.id).email_verified


def test_a_person_proves_their_address_by_a_mailed_link(
    browser: Browser,
    open_browser: Callable[[], Browser],
    anna: User,
    db: Database,
    outgoing: Mails,
    events: Any,
    clock: Clock,
) -> None:
    assert "is not verified yet" in browser.get("/settings/account").text
    token = sent(browser, outgoing, clock)
    (mail,) = outgoing()
    assert (mail.kind, mail.address) == ("email_verification", "anna@example.test")
    assert f"https://pocketid.example.test/verify-email?token={token}" in mail.text
    stranger = open_browser()  # the mailbox is on another device, where nobody is signed in
    for _scanner in range(2):
        assert stranger.get(f"/verify-email?token={token}").status == 200
    assert not is_verified(db, anna)
    assert "Your address is verified" in stranger.post("/verify-email", {"token": token}).text
    assert is_verified(db, anna)
    assert [event.details for event in events(Event.EMAIL_VERIFIED)] == [{"email": "anna@example.test"}]
    assert [event.user_id for event in events(Event.EMAIL_VERIFICATION_SENT)] == [anna.id]
    assert "is not verified yet" not in browser.get("/settings/account").text
    assert stranger.post("/verify-email", {"token": token}).status == 410


@pytest.mark.parametrize("token", ["", "x", "é", "a" * 300])
def test_a_link_that_was_never_given_proves_nothing(
    token: str, browser: Browser, anna: User, db: Database
) -> None:
    assert browser.get("/verify-email", token=token).status == 200
    assert browser.post("/verify-email", {"token": token}).status == 410
    assert not is_verified(db, anna)


def test_a_link_ends_after_a_day_and_with_a_newer_one(
    browser: Browser, anna: User, db: Database, outgoing: Mails, clock: Clock
) -> None:
    first, second = sent(browser, outgoing, clock), sent(browser, outgoing, clock)
    assert browser.post("/verify-email", {"token": first}).status == 410
    clock.advance(days=1)
    assert browser.post("/verify-email", {"token": second}).status == 410
    assert not is_verified(db, anna)


def test_a_link_is_for_the_address_that_it_went_to(
    browser: Browser, anna: User, db: Database, outgoing: Mails, clock: Clock
) -> None:
    token = sent(browser, outgoing, clock)
    change = users.Change(username="anna", display_name="Anna", email="other@example.test")
    users.update(db, anna.id, change, clock())
    db.commit()
    assert browser.post("/verify-email", {"token": token}).status == 410
    assert not is_verified(db, anna)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("anna@example.test", "other@example.test", ["anna@example.test"]),
        ("anna@example.test", "", ["anna@example.test"]),
        ("anna@example.test", "Anna@Example.test", []),  # the same mailbox
        (None, "anna@example.test", []),
    ],
)
def test_co_06_the_old_address_is_told_when_an_admin_gives_a_person_another(
    before: str | None,
    after: str,
    told: list[str],
    browser: Browser,
    admin: User,
    site: Site,
    db: Database,
    outgoing: Mails,
    make_user: Callable[..., User],
) -> None:
    set_up(db, site, requireUserEmail="false")
    user = make_user(username="anna", display_name="Anna Muster", email=before)
    page = f"/settings/admin/users/{user.id}"
    browser.get(page)
    form = {"username": "anna", "display_name": "Anna Muster"}
    browser.post(page, {**form, "email": "no address"})  # a refused form tells nobody
    assert (browser.status, outgoing()) == (422, [])
    browser.post(page, {**form, "email": after})
    assert (users.get(db, user.id).email or "") == after
    assert [(mail.kind, mail.address) for mail in outgoing()] == [("email_changed", old) for old in told]
    assert all(after not in mail.text for mail in outgoing() if after)


def test_links_are_limited_by_person(browser: Browser, anna: User, outgoing: Mails) -> None:
    for _number in range(3):
        assert browser.post(SEND).status == 303
    assert browser.post(SEND).status == 429
    assert len(outgoing()) == 3


@pytest.mark.parametrize("setting", ["emailVerificationEnabled", "smtpHost"])
def test_where_it_is_not_offered_it_is_refused(
    setting: str, browser: Browser, anna: User, site: Site, db: Database, outgoing: Mails
) -> None:
    set_up(db, site, **{setting: ""}) if setting != "smtpHost" else set_up(db, site, "")
    assert "is not verified yet" not in browser.get("/settings/account").text
    assert browser.post(SEND).status == 403
    assert outgoing() == []
