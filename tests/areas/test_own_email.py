"""A person's change of their own address: it counts once its mailbox answered to the one who asked."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from pocketid import users
from pocketid.db import Database
from pocketid.users import User
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import APP_URL, Clock
from tests.mails import Outgoing

ACCOUNT = "/settings/account"
PAGE = f"{ACCOUNT}/email"
CONFIRM = f"{PAGE}/confirm"
NEW = "anna@new.example.test"
Mails = Callable[[], list[Outgoing]]
Events = Callable[..., list[Any]]


@pytest.fixture
def anna(
    browser: Browser, make_user: Callable[..., User], sign_in: Callable[..., None], db: Database
) -> User:
    """Somebody with a passkey, signed in."""
    make_user(username="owner", is_admin=True)
    user = make_user(username="anna")
    sign_in(browser, user)
    device = Authenticator(APP_URL)
    options = options_of(browser.get(f"{ACCOUNT}/passkeys/new").text)
    browser.post(f"{ACCOUNT}/passkeys", {"credential": device.create(options)})
    db._source.take().execute("delete from outbox")
    return user


def ask(browser: Browser, email: str = NEW) -> Browser:
    browser.get(PAGE)
    return browser.post(PAGE, {"email": email})


def code_of(mail: Outgoing) -> str:
    link = urlsplit(str(mail.values["link"]))
    assert link.path == CONFIRM
    return link.query.removeprefix("code=")


def asked(browser: Browser, outgoing: Mails, clock: Clock, email: str = NEW) -> str:
    """The code that the mailbox got."""
    clock.advance(seconds=1)  # mails of one moment have no order
    assert ask(browser, email).status == 303
    assert (outgoing()[-1].kind, outgoing()[-1].address) == ("email_verification", email)
    return code_of(outgoing()[-1])


def stored(db: Database, user: User) -> tuple[str | None, bool]:
    now = users.get(db, user.id)
    return now.email, now.email_verified


def test_an_address_counts_once_its_mailbox_answered_and_the_old_one_is_told(
    browser: Browser, outgoing: Mails, anna: User, db: Database, clock: Clock, events: Events
) -> None:
    assert f'href="{PAGE}"' in browser.get(ACCOUNT).text
    code = asked(browser, outgoing, clock)
    assert f"A mail is on its way to {NEW}." in browser.get(ACCOUNT).text
    for _look in range(2):  # looking spends nothing
        assert "Is this your address?" in browser.get(CONFIRM, code=code).text
    assert stored(db, anna) == (anna.email, True)
    assert events("PROFILE_UPDATED") == []
    clock.advance(seconds=1)
    browser.post(CONFIRM, {"token": code})
    assert (browser.status, browser.location) == (303, ACCOUNT)
    assert stored(db, anna) == (NEW, True)
    assert (outgoing()[-1].kind, outgoing()[-1].address) == ("email_changed", anna.email)
    [event] = events("PROFILE_UPDATED")
    assert (event.user_id, event.details) == (
        anna.id,
        {"changed": {"email": {"before": anna.email, "after": NEW}}},
    )
    assert [event.details for event in events("EMAIL_VERIFICATION_SENT")] == [{"email": NEW}]
    assert [event.details for event in events("EMAIL_VERIFIED")] == [{"email": NEW}]
    assert browser.post(CONFIRM, {"token": code}).status == 410


def test_only_who_asked_can_press_the_button(
    browser: Browser,
    open_browser: Callable[[], Browser],
    outgoing: Mails,
    anna: User,
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    db: Database,
    clock: Clock,
) -> None:
    code, ben = asked(browser, outgoing, clock), make_user(username="ben")
    stranger, other = open_browser(), open_browser()
    assert stranger.post(CONFIRM, {"token": code}).status == 401
    assert stranger.get(CONFIRM, code=code).location.startswith(
        "/login?redirect=%2Fsettings%2Faccount%2Femail"
    )
    sign_in(other, ben)
    assert other.post(CONFIRM, {"token": code}).status == 410
    assert "proves nothing any more" in stranger.post("/verify-email", {"token": code}).text
    assert (stored(db, anna), stored(db, ben)) == ((anna.email, True), (ben.email, True))
    assert browser.post(CONFIRM, {"token": code}).status == 303


@pytest.mark.parametrize("spelling", ["ben@example.test", "BEN@example.test"])
def test_co_02_an_address_of_somebody_else_gets_the_same_answer_and_its_mailbox_a_hint(
    spelling: str,
    browser: Browser,
    outgoing: Mails,
    anna: User,
    make_user: Callable[..., User],
    db: Database,
    events: Events,
) -> None:
    make_user(username="ben")
    ask(browser, spelling)
    assert (browser.status, browser.location) == (303, ACCOUNT)
    assert f"A mail is on its way to {spelling}." in browser.get(ACCOUNT).text
    [mail] = outgoing()
    assert (mail.kind, mail.address, mail.values) == (
        "sign_up_known",
        "ben@example.test",
        {"link": f"{APP_URL}/login"},
    )
    assert [event.details for event in events("EMAIL_VERIFICATION_SENT")] == [{"email": spelling}]
    assert stored(db, anna) == (anna.email, True)


def test_an_address_that_somebody_has_by_now_is_not_taken_from_them(
    browser: Browser,
    outgoing: Mails,
    anna: User,
    make_user: Callable[..., User],
    db: Database,
    clock: Clock,
    events: Events,
) -> None:
    code = asked(browser, outgoing, clock)
    make_user(email=NEW)
    browser.post(CONFIRM, {"token": code})
    assert browser.status == 410
    assert "Somebody else has this e-mail address." in browser.text
    assert stored(db, anna) == (anna.email, True)
    assert events("PROFILE_UPDATED") == events("EMAIL_VERIFIED") == []


def test_a_link_is_good_for_a_day_and_for_the_address_that_it_replaces(
    browser: Browser, outgoing: Mails, anna: User, db: Database, clock: Clock, sign_in: Callable[..., None]
) -> None:
    late, early = asked(browser, outgoing, clock), asked(browser, outgoing, clock, "a@new.example.test")
    assert browser.post(CONFIRM, {"token": early}).status == 303
    assert browser.post(CONFIRM, {"token": late}).status == 410, "it was to replace another address"
    again = asked(browser, outgoing, clock)
    clock.advance(hours=24)
    sign_in(browser, anna)
    assert browser.post(CONFIRM, {"token": again}).status == 410
    assert stored(db, anna) == ("a@new.example.test", True)


@pytest.mark.parametrize("code", ["", "x", "é", "a" * 300])
def test_a_code_that_was_never_given_changes_nothing(
    code: str, browser: Browser, anna: User, db: Database
) -> None:
    assert browser.get(CONFIRM, code=code).status == 200
    assert browser.post(CONFIRM, {"token": code}).status == 410
    assert stored(db, anna) == (anna.email, True)


def test_where_no_mail_can_be_sent_it_counts_at_once_and_is_not_verified(
    browser: Browser, anna: User, make_user: Callable[..., User], db: Database, events: Events
) -> None:
    make_user(username="ben")
    ask(browser, "Ben@example.test")
    assert (browser.status, list(browser.variables["errors"])) == (422, ["email"])
    assert "Somebody else has this e-mail address." in browser.text
    assert stored(db, anna) == (anna.email, True)
    assert ask(browser).status == 303
    assert stored(db, anna) == (NEW, False)
    [event] = events("PROFILE_UPDATED")
    assert event.details["changed"]["email_verified"] == {"before": True, "after": False}


def test_guessing_at_other_people_s_addresses_is_slowed_down(browser: Browser, anna: User) -> None:
    statuses = [ask(browser, f"p{number}@example.test").status for number in range(6)]
    assert statuses == [303] * 5 + [429]


@pytest.mark.parametrize("text", ["", "anna", "anna@", "a b@example.test", "a\u202e@example.test", "a" * 300])
def test_what_is_no_address_is_said_at_the_field(
    text: str, browser: Browser, outgoing: Mails, anna: User, db: Database
) -> None:
    ask(browser, text)
    assert (browser.status, browser.view) == (422, "account/email")
    assert list(browser.variables["errors"]) == ["email"]
    assert outgoing() == []
    assert stored(db, anna) == (anna.email, True)


def test_one_s_own_address_changes_nothing(browser: Browser, outgoing: Mails, anna: User) -> None:
    assert ask(browser, f" {anna.email} ").location == ACCOUNT
    assert outgoing() == []


def test_an_old_passkey_use_is_not_enough(
    browser: Browser, outgoing: Mails, anna: User, clock: Clock
) -> None:
    browser.get(PAGE)
    clock.advance(minutes=6)
    browser.post(PAGE, {"email": NEW})
    assert (browser.status, browser.view) == (403, "login/step_up")
    assert outgoing() == []


def test_who_has_no_passkey_adds_one_first(
    browser: Browser, make_user: Callable[..., User], sign_in: Callable[..., None]
) -> None:
    make_user(is_admin=True)
    sign_in(browser, make_user(), "one_time_access")
    assert browser.get(PAGE).location == f"/login/reauthenticate?redirect={PAGE}"
    assert browser.follow().view == "login/add_passkey"
    assert browser.post(PAGE, {"email": NEW}).status == 403


def test_where_people_may_not_edit_their_details_they_may_not_change_their_address(
    browser: Browser, outgoing: Mails, anna: User, db: Database, clock: Clock
) -> None:
    code = asked(browser, outgoing, clock)
    db.run("settings.store", name="allowOwnAccountEdit", value="false", now=clock())
    db.commit()
    assert PAGE not in browser.get(ACCOUNT).text
    assert browser.get(PAGE).status == 403
    assert browser.post(PAGE, {"email": NEW}).status == 403
    assert browser.post(CONFIRM, {"token": code}).status == 403
    assert stored(db, anna) == (anna.email, True)
