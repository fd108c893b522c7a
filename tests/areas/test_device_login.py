"""Sign-in on a device without a passkey: who may approve, who gets the session, and what is good only once."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pocketid import device_login, sessions, users, web
from pocketid.db import Database
from pocketid.routes import ROUTES
from pocketid.users import User
from pocketid.web import Site
from tests.authenticator import options_of
from tests.browser import Browser, at_once
from tests.conftest import Clock, add_user, sign_in_as
from tests.two_devices import WAITING, Phone, Television

SESSION = "__Host-session"
SignIn = Callable[..., None]


@pytest.fixture
def anna(make_user: Callable[..., User]) -> User:
    return make_user(username="anna", is_admin=True)


@pytest.fixture
def phone(open_browser: Callable[[], Browser], anna: User, sign_in: SignIn) -> Phone:
    return Phone(open_browser(), anna, sign_in)


@pytest.fixture
def television(browser: Browser, anna: User) -> Television:
    return Television(browser)


def waits(db: Database) -> int:
    return len(db._source.take().execute("select id from device_logins").fetchall())


def is_signed_in(browser: Browser) -> bool:
    return SESSION in browser.cookies


# The way through


def test_an_approved_device_gets_a_session_of_whoever_approved(
    television: Television, phone: Phone, anna: User, db: Database, clock: Clock, events: Any
) -> None:
    assert television.state() == "waiting"
    assert phone.approve(television.code).view == "device/done"
    assert television.state() == "approved"
    television.go_on(redirect="/settings/apps")
    assert television.browser.location == "/settings/apps"
    session = next(row for row in sessions.of_user(db, anna.id, clock()) if row.method == "device")
    assert session.only_app is None
    assert television.browser.get("/settings/account").status == 200
    (approved,), (signed_in,) = events("REMOTE_SIGN_IN_APPROVED"), events("REMOTE_SIGN_IN")
    assert (approved.user_id, approved.details["device"]) == (anna.id, "Firefox on Linux")
    assert (signed_in.user_id, signed_in.actor_id) == (anna.id, anna.id)
    assert waits(db) == 0


def test_s_se_06_an_approved_device_may_not_administer_nor_add_a_passkey_by_that_alone(
    television: Television, phone: Phone
) -> None:
    phone.approve(television.code)
    television.go_on()
    assert television.browser.get("/settings/admin/users").status == 403
    television.browser.get("/login/add-passkey")
    assert television.browser.location.startswith("/login/reauthenticate")


@pytest.mark.parametrize(
    "typed", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code[:4]}{code[5:]} "]
)
def test_a_code_may_be_typed_in_small_letters_and_without_its_dash(
    typed: Callable[[str], str], television: Television, phone: Phone
) -> None:
    assert phone.look(typed(television.code)).variables["code"] == television.code


def test_co_01_the_code_is_stored_nowhere_and_holds_no_vowels(television: Television, db: Database) -> None:
    stored = str(db._source.take().execute("select * from device_logins").fetchall())
    plain = television.code.replace("-", "")
    assert len(plain) == 8
    assert set(plain) <= set("BCDFGHJKLMNPQRSTVWXZ")
    assert plain not in stored
    assert television.code not in stored


# Refusals


def test_the_code_alone_gets_nobody_in(
    television: Television, phone: Phone, open_browser: Callable[[], Browser]
) -> None:
    phone.approve(television.code)
    thief = open_browser()
    assert thief.get(f"{WAITING}/state", id=television.id).json() == {"state": "over"}
    assert thief.get(television.address).status == 410
    thief.post(WAITING, {"id": television.id})
    assert thief.status == 410
    assert not is_signed_in(thief)
    assert television.state() == "approved"


def test_s_dv_03_a_recent_passkey_is_not_enough(television: Television, phone: Phone) -> None:
    phone.look(television.code)
    for credential in ("", "{}", "x" * 9000):
        phone.browser.post("/device/approve", {"code": television.code, "credential": credential})
        assert (phone.browser.status, phone.browser.view) == (400, "device/approve")
        assert phone.browser.variables["problem"] in phone.browser.text
    assert television.state() == "waiting"


def test_an_answer_of_the_passkey_is_good_for_one_approval(
    television: Television, phone: Phone, open_browser: Callable[[], Browser]
) -> None:
    other = Television(open_browser())
    form = phone.answer(television.code)
    for code in (television.code, other.code):
        phone.browser.post("/device/approve", form | {"code": code})
    assert (television.state(), other.state()) == ("approved", "waiting")


def test_somebody_else_s_passkey_approves_nothing(
    television: Television,
    phone: Phone,
    make_user: Callable[..., User],
    open_browser: Callable[[], Browser],
    sign_in: SignIn,
) -> None:
    tim = Phone(open_browser(), make_user(username="tim"), sign_in)
    options = json.loads(options_of(tim.look(television.code).text))
    del options["allowCredentials"]
    credential = phone.device.get(json.dumps(options))
    tim.browser.post("/device/approve", {"code": television.code, "credential": credential})
    assert tim.browser.status == 400
    assert television.state() == "waiting"


def test_s_dv_04_what_was_decided_stays_decided(
    phone: Phone, open_browser: Callable[[], Browser], browser: Browser, anna: User, events: Any
) -> None:
    approved, denied = Television(browser), Television(open_browser())
    forms = [phone.answer(code) for code in (approved.code, denied.code)]
    assert phone.deny(denied.code).view == "device/done"
    assert phone.approve(approved.code).view == "device/done"
    for form in forms:
        phone.browser.post("/device/approve", form)
        assert (phone.browser.status, phone.browser.view) == (422, "device/enter")
        assert phone.deny(form["code"]).status == 422
    assert (approved.state(), denied.state()) == ("approved", "denied")
    assert denied.go_on().status == 410
    assert not is_signed_in(denied.browser)
    assert [row.user_id for row in events("REMOTE_SIGN_IN_DENIED")] == [anna.id]


@pytest.mark.parametrize("code", ["BCDF-GHJK", "x", "é" * 30, "B" * 3000, "'; --", "0000-0000"])
def test_an_unknown_code_leads_back_to_the_form(code: str, phone: Phone, television: Television) -> None:
    phone.look(code)
    assert (phone.browser.status, phone.browser.view) == (422, "device/enter")
    assert "No device waits with this code." in phone.browser.text
    for path in ("/device/approve", "/device/deny"):
        assert phone.browser.post(path, {"code": code}).status == 422
    assert television.state() == "waiting"


@pytest.mark.parametrize("wait_id", ["", "x", "7d2b4a0e-7f4e-4a8b-9d0c-2f1c5a6b7c8d", "é" * 400])
def test_a_wait_that_is_none_cannot_be_finished(wait_id: str, browser: Browser, anna: User) -> None:
    browser.get("/lc")
    assert browser.post(WAITING, {"id": wait_id}).status == 410
    assert browser.get(f"{WAITING}/state", id=wait_id).json() == {"state": "over"}


def test_codes_expire_before_and_after_their_approval(
    phone: Phone, open_browser: Callable[[], Browser], anna: User, clock: Clock, db: Database
) -> None:
    late, unfetched = Television(open_browser()), Television(open_browser())
    phone.approve(unfetched.code)
    clock.advance(minutes=5)
    assert phone.look(late.code).status == 422
    assert (late.state(), unfetched.state()) == ("over", "over")
    assert unfetched.go_on().status == 410
    assert not is_signed_in(unfetched.browser)
    assert late.browser.get(late.address).variables["again"] in late.browser.text
    assert device_login.expire(db, clock()) == 2


def test_who_was_disabled_meanwhile_is_not_let_in(
    television: Television,
    phone: Phone,
    anna: User,
    make_user: Callable[..., User],
    db: Database,
    clock: Clock,
    events: Any,
) -> None:
    make_user(is_admin=True)
    phone.approve(television.code)
    users.set_disabled(db, anna.id, clock(), disabled=True)
    db.commit()
    television.go_on()
    assert television.browser.status == 403
    assert not is_signed_in(television.browser)
    assert events("REMOTE_SIGN_IN_REFUSED")[0].user_id == anna.id
    assert television.state() == "over"


def test_a_session_begun_by_a_code_cannot_approve_without_a_passkey(
    television: Television,
    make_user: Callable[..., User],
    open_browser: Callable[[], Browser],
    sign_in: SignIn,
) -> None:
    tim = open_browser()
    sign_in(tim, make_user(username="tim"), "one_time_access")
    tim.get("/device", code=television.code)
    assert "you need a passkey" in tim.text
    assert tim.post("/device/approve", {"code": television.code, "credential": "{}"}).status == 400
    assert television.state() == "waiting"


def test_guesses_are_limited_for_a_person_and_for_an_address(
    phone: Phone,
    make_user: Callable[..., User],
    open_browser: Callable[[], Browser],
    sign_in: SignIn,
    television: Television,
) -> None:
    tim = open_browser()
    sign_in(tim, make_user(username="tim"))
    assert [tim.get("/device", code=f"BCDF-GHJ{n % 10}").status for n in range(17)] == [422] * 15 + [429] * 2
    tim.address = "192.0.2.9"
    assert tim.get("/device", code=television.code).status == 429
    phone.browser.address = "192.0.2.10"  # a stranger's guesses are no lock for others
    assert phone.look(television.code).status == 200


def test_new_codes_are_limited_for_each_address(
    open_browser: Callable[[], Browser], anna: User, db: Database
) -> None:
    statuses = [open_browser().get(WAITING).status for _number in range(7)]
    assert statuses == [303] * 5 + [429] * 2
    neighbour = open_browser()
    neighbour.address = "192.0.2.9"
    assert neighbour.get(WAITING).status == 303
    assert waits(db) == 6


# At once


def test_of_two_people_who_approve_at_once_one_wins_and_of_two_tabs_that_go_on(
    committed_site: Site, clock: Clock
) -> None:
    application = web.application(committed_site, ROUTES)

    def open_browser(address: str) -> Browser:
        return Browser(application, committed_site.config.app_url, address)

    with committed_site.database() as db:
        people = [add_user(db, clock(), username=name, is_admin=True) for name in ("anna", "tim")]

        def sign_in(browser: Browser, user: User) -> None:
            sign_in_as(browser, db, user, clock())

        phones = [Phone(open_browser(f"192.0.2.{n}"), user, sign_in) for n, user in enumerate(people)]
    for number in range(4):
        television = Television(open_browser(f"192.0.2.{10 + number}"))
        forms = [phone.answer(television.code) for phone in phones]
        posts = [(phone.browser, "/device/approve", form) for phone, form in zip(phones, forms, strict=True)]
        assert at_once(*posts) == [200, 422]
        twin, tab = open_browser("192.0.2.30"), television.browser.get(television.address)
        twin.cookies, twin.body = dict(tab.cookies), tab.body
        form = {"id": television.id}
        assert at_once((tab, WAITING, form), (twin, WAITING, form)) == [303, 410]
