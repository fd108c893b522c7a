"""One-time codes: how they are made, spent once, withdrawn and forgotten."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from pocketid import one_time_access, web
from pocketid.db import Database
from pocketid.errors import NotFound
from pocketid.routes import ROUTES
from pocketid.users import User
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import Clock, add_user

HOUR = 3600


@pytest.fixture
def db(db: Database, now: datetime) -> Database:
    """A site that somebody administers; before that every page leads to setup."""
    add_user(db, now, is_admin=True)
    return db


def code_for(db: Database, user: User, clock: Clock, seconds: int = HOUR) -> str:
    code = one_time_access.create(db, user.id, None, seconds, clock())
    db.commit()
    return code


def is_signed_in(browser: Browser) -> bool:
    return "__Host-session" in browser.cookies


def test_co_01_a_code_has_at_least_128_bits_of_an_alphabet_without_lookalikes(
    db: Database, make_user: Callable[..., User], clock: Clock
) -> None:
    user = make_user()
    codes = {code_for(db, user, clock) for _number in range(50)}
    assert len(codes) == 50
    plain = [code.replace("-", "") for code in codes]
    assert {len(code) for code in plain} == {28}  # of 32 letters: 140 bits
    assert set("".join(plain)) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_a_code_is_not_stored(db: Database, make_user: Callable[..., User], clock: Clock) -> None:
    code = code_for(db, make_user(), clock)
    connection = db._source.take()
    stored = str(connection.execute("select * from one_time_access_tokens").fetchall())
    assert code not in stored
    assert code.replace("-", "") not in stored


def test_co_05_the_link_is_built_from_app_url(site: Site) -> None:
    assert one_time_access.link(site.config, "ABCD-EFGH") == "https://pocketid.example.test/lc/ABCD-EFGH"


def test_a_code_signs_in_once(
    browser: Browser,
    open_browser: Callable[[], Browser],
    db: Database,
    make_user: Callable[..., User],
    clock: Clock,
    events: Callable[..., list[Any]],
) -> None:
    user = make_user()
    code = code_for(db, user, clock)
    assert browser.post("/lc", {"code": code}).status == 303
    assert is_signed_in(browser)
    assert events("TOKEN_SIGN_IN")[0].user_id == user.id
    second = open_browser().post("/lc", {"code": code})
    assert second.status == 410
    assert not is_signed_in(second)
    assert events("ONE_TIME_ACCESS_REFUSED")


@pytest.mark.parametrize(
    "typed", [str.lower, lambda code: code.replace("-", " "), lambda code: code.replace("-", "")]
)
def test_a_code_may_be_typed_in_small_letters_and_without_dashes(
    typed: Callable[[str], str],
    browser: Browser,
    db: Database,
    make_user: Callable[..., User],
    clock: Clock,
) -> None:
    assert browser.post("/lc", {"code": f" {typed(code_for(db, make_user(), clock))} "}).status == 303


def test_letters_that_look_like_digits_are_taken_for_them(
    browser: Browser, db: Database, make_user: Callable[..., User], clock: Clock
) -> None:
    code = code_for(db, make_user(), clock)
    assert browser.post("/lc", {"code": code.replace("0", "O").replace("1", "l")}).status == 303


def test_co_03_opening_the_link_spends_nothing(
    browser: Browser, db: Database, make_user: Callable[..., User], clock: Clock
) -> None:
    user = make_user()
    code = code_for(db, user, clock)
    for method in ("GET", "HEAD", "GET"):
        browser.request(method, f"/lc/{code}")
        assert browser.status == 200
        assert not is_signed_in(browser)
    assert len(one_time_access.of_user(db, user.id, clock())) == 1
    browser.get(f"/lc/{code}")
    assert browser.post("/lc", {"code": browser.variables["code"]}).status == 303


def test_co_04_used_expired_withdrawn_and_unknown_codes_get_the_same_page(
    open_browser: Callable[[], Browser], db: Database, make_user: Callable[..., User], clock: Clock
) -> None:
    user = make_user()
    used, expired, withdrawn = (code_for(db, user, clock, seconds) for seconds in (HOUR, 60, HOUR))
    open_browser().post("/lc", {"code": used})
    clock.advance(minutes=1)
    token = one_time_access.of_user(db, user.id, clock())[0]
    one_time_access.revoke(db, token.id, user.id)
    db.commit()
    answers = []
    for code in (used, expired, withdrawn, "0000-0000-0000-0000-0000-0000-0000"):
        browser = open_browser().post("/lc", {"code": code})
        assert not is_signed_in(browser)
        answers.append((browser.status, browser.view, browser.variables["message"]))
    assert set(answers) == {answers[0]}
    assert answers[0][:2] == (410, "login/code_refused")


def test_guesses_are_limited(browser: Browser, db: Database) -> None:
    browser.get("/lc")
    answers = [browser.post("/lc", {"code": f"A-WRONG-GUESS-{number}"}).status for number in range(12)]
    assert answers == [410] * 10 + [429] * 2
    assert int(browser.headers["Retry-After"]) > 0


def test_a_disabled_person_s_code_lets_nobody_in(
    browser: Browser, db: Database, make_user: Callable[..., User], clock: Clock
) -> None:
    code = code_for(db, make_user(disabled=True), clock)
    assert browser.post("/lc", {"code": code}).status == 410
    assert not is_signed_in(browser)


def test_codes_are_listed_with_who_gave_them_until_they_expire(
    db: Database, make_user: Callable[..., User], clock: Clock
) -> None:
    admin, user = make_user(username="boss", is_admin=True), make_user()
    one_time_access.create(db, user.id, admin.id, 600, clock())
    listed = one_time_access.of_user(db, user.id, clock())
    assert [(token.created_by, token.expires_at - clock()) for token in listed] == [
        ("boss", timedelta(minutes=10))
    ]
    assert one_time_access.of_user(db, user.id, clock.advance(minutes=10)) == []
    assert one_time_access.expire(db, clock()) == 1


def test_a_code_of_somebody_else_is_not_withdrawn(
    db: Database, make_user: Callable[..., User], clock: Clock
) -> None:
    user, other = make_user(), make_user()
    code_for(db, user, clock)
    token = one_time_access.of_user(db, user.id, clock())[0]
    with pytest.raises(NotFound):
        one_time_access.revoke(db, token.id, other.id)
    assert one_time_access.of_user(db, user.id, clock())


def test_co_04_of_two_who_use_a_code_at_once_one_gets_in(committed_site: Site, clock: Clock) -> None:
    with committed_site.database() as db:
        user = add_user(db, clock(), username="anna")
        codes = [code_for(db, user, clock) for _round in range(5)]
    application = web.application(committed_site, ROUTES)
    for code in codes:
        browsers = [
            Browser(application, committed_site.config.app_url, f"192.0.2.{number}") for number in range(2)
        ]
        assert sorted(answers_at_once(browsers, code)) == [303, 410]


def answers_at_once(browsers: list[Browser], code: str) -> list[int]:
    """What each browser is answered when all send a code at the same moment."""
    gate = threading.Barrier(len(browsers))

    def send(browser: Browser) -> None:
        browser.get("/lc")
        gate.wait()
        browser.post("/lc", {"code": code})

    threads = [threading.Thread(target=send, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return [browser.status for browser in browsers]
