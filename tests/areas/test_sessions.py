"""Sessions: what is stored of them, how long they last, and what ends them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from pocketid import one_time_access, sessions
from pocketid.crypto import digest
from pocketid.db import Connection, Database
from pocketid.users import User
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import APP_URL, Clock

SESSION = "__Host-session"
ACCOUNT = "/settings/account"
SignIn = Callable[..., None]


def sign_in_by_code(browser: Browser, db: Database, user: User, clock: Clock) -> str:
    """Begin a session through the page; returns its token."""
    code = one_time_access.create(db, user.id, None, 3600, clock())
    db.commit()
    browser.get("/lc")
    assert browser.post("/lc", {"code": code}).status == 303
    return browser.cookies[SESSION]


def is_over(browser: Browser) -> bool:
    browser.get(ACCOUNT)
    return browser.status == 303


def test_se_01_a_session_is_256_bits_of_which_only_the_digest_is_stored(
    browser: Browser, db: Database, anna: User, clock: Clock, shared_connection: Connection
) -> None:
    tokens = {sign_in_by_code(browser, db, anna, clock) for _each in range(5)}
    assert len(tokens) == 5
    assert {len(token) for token in tokens} == {43}  # of 64 characters: 256 bits and two to spare
    stored = str(shared_connection.execute("select * from sessions").fetchall())
    assert not any(token in stored for token in tokens)
    digests = [row[0] for row in shared_connection.execute("select digest from sessions").fetchall()]
    assert digests == [digest(browser.cookies[SESSION])]  # each sign-in ended the session before it


@pytest.mark.parametrize("minutes", [1, 60, 525_600])
def test_se_01_a_session_ends_exactly_its_duration_after_the_sign_in_however_it_is_used(
    minutes: int, reconfigured: Callable[..., Browser], db: Database, anna: User, clock: Clock
) -> None:
    browser = reconfigured(SESSION_DURATION=str(minutes))
    sign_in_by_code(browser, db, anna, clock)
    cookie = next(text for text in browser.set_cookies if text.startswith(f"{SESSION}="))
    assert f"Max-Age={minutes * 60};" in cookie
    for _use in range(3):
        clock.advance(seconds=minutes * 60 / 4)
        assert not is_over(browser)
    clock.advance(seconds=minutes * 60 / 4 - 1)
    assert not is_over(browser)
    clock.advance(seconds=1)
    assert is_over(browser)
    assert browser.location == "/login?redirect=%2Fsettings%2Faccount"
    assert sessions.of_user(db, anna.id, clock()) == []
    assert sessions.expire(db, clock()) == 1


def test_se_01_using_a_passkey_again_changes_the_token_and_begins_the_time_anew(
    browser: Browser, open_browser: Callable[[], Browser], db: Database, anna: User, clock: Clock
) -> None:
    before = sign_in_by_code(browser, db, anna, clock)
    device = Authenticator(APP_URL)
    browser.get("/login/add-passkey")
    browser.post("/login/add-passkey", {"credential": device.create(options_of(browser.text))})
    [session] = sessions.of_user(db, anna.id, clock())
    clock.advance(minutes=59)
    browser.get("/login/reauthenticate")
    browser.post("/login/reauthenticate", {"credential": device.get(options_of(browser.text))})
    after = browser.cookies[SESSION]
    assert after != before
    thief = open_browser()
    thief.cookies = {SESSION: before}
    assert is_over(thief)
    [renewed] = sessions.of_user(db, anna.id, clock())
    assert (renewed.id, renewed.method) == (session.id, "passkey")  # the sid that apps know stays
    assert renewed.expires_at == clock() + timedelta(minutes=60)


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "%00", "x" * 4000])
def test_an_unknown_token_is_nobody(token: str, browser: Browser, anna: User) -> None:
    browser.cookies[SESSION] = token
    assert is_over(browser)


def test_a_digest_from_the_database_is_no_token(
    browser: Browser, db: Database, anna: User, clock: Clock, shared_connection: Connection
) -> None:
    sign_in_by_code(browser, db, anna, clock)
    row = shared_connection.execute("select digest from sessions").fetchone()
    assert row is not None
    for text in (row[0].hex(), row[0].decode("latin-1")):
        browser.cookies[SESSION] = text
        assert is_over(browser)


def test_the_last_use_is_noted_once_a_minute(
    browser: Browser, db: Database, anna: User, clock: Clock, now: datetime
) -> None:
    sign_in_by_code(browser, db, anna, clock)

    def last_seen() -> datetime:
        browser.get(ACCOUNT)
        return sessions.of_user(db, anna.id, clock())[0].last_seen_at

    clock.advance(seconds=60)
    assert last_seen() == now
    clock.advance(seconds=1)
    assert last_seen() == now + timedelta(seconds=61)


def test_the_list_holds_running_sessions_of_the_person_the_last_used_first(
    open_browser: Callable[[], Browser],
    db: Database,
    anna: User,
    clock: Clock,
    make_user: Callable[..., User],
) -> None:
    first, second, stranger = open_browser(), open_browser(), open_browser()
    first.address, second.address = "192.0.2.7", "2001:db8::7"
    sign_in_by_code(first, db, anna, clock)
    clock.advance(minutes=2)
    sign_in_by_code(second, db, anna, clock)
    sign_in_by_code(stranger, db, make_user(), clock)
    listed = sessions.of_user(db, anna.id, clock())
    assert [(session.address, session.method) for session in listed] == [
        ("2001:db8::7", "one_time_access"),
        ("192.0.2.7", "one_time_access"),
    ]
    clock.advance(minutes=58)
    assert [session.address for session in sessions.of_user(db, anna.id, clock())] == ["2001:db8::7"]


def test_a_session_is_ended_by_its_own_person_alone(
    browser: Browser, db: Database, anna: User, clock: Clock, make_user: Callable[..., User]
) -> None:
    sign_in_by_code(browser, db, anna, clock)
    [session] = sessions.of_user(db, anna.id, clock())
    assert db.run("sessions.delete", id=session.id, user_id=make_user().id) == 0
    assert not is_over(browser)
    assert sessions.end_all(db, anna.id, clock()) == 1
    assert sessions.end_all(db, anna.id, clock()) == 0
    assert is_over(browser)


def test_a_person_who_loses_the_right_administers_no_more_at_once(
    browser: Browser, db: Database, make_user: Callable[..., User], sign_in: SignIn, now: datetime, anna: Any
) -> None:
    user = make_user(is_admin=True)
    sign_in(browser, user)
    assert browser.get("/settings/admin/users").status == 200
    db.run("users.update", **{**as_change(user), "is_admin": False}, id=user.id, now=now)
    db.commit()
    assert browser.get("/settings/admin/users").status == 403


def as_change(user: User) -> dict[str, Any]:
    names = ("username", "first_name", "last_name", "display_name", "email", "email_verified", "disabled")
    return {name: getattr(user, name) for name in names}
