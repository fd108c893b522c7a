"""Login codes by e-mail: who gets one, in which browser it is good, and what a stranger can learn or spoil."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from pocketid import login_codes, sessions, users, web
from pocketid.db import Connection, Database
from pocketid.routes import ROUTES
from pocketid.users import User
from pocketid.web import Site
from tests.browser import Browser, at_once
from tests.conftest import Clock, add_user
from tests.mails import Outgoing, set_up
from tests.mails import outgoing as outgoing_mails
from tests.oidc.flow import App, answer, claims_of, consent, interaction_id
from tests.round_trips import counted

PAGE = "/login/alternative/email"
SWITCH = {"emailOneTimeAccessAsUnauthenticatedEnabled": "true"}
Outbox = Callable[[], list[Outgoing]]


@pytest.fixture
def anna(make_user: Callable[..., User]) -> User:
    make_user(username="owner", is_admin=True)
    return make_user(username="anna", email="anna@example.test")


@pytest.fixture
def mails(site: Site, db: Database, anna: User) -> Outbox:
    """The way is open; the mails that wait."""
    set_up(db, site, **SWITCH)
    return lambda: outgoing_mails(site, db)


def ask(browser: Browser, address: str = "anna@example.test", **query: Any) -> Browser:
    browser.get(PAGE, **query)
    browser.post(PAGE, {"email": address, "redirect": browser.variables["target"]})
    return browser


def is_signed_in(browser: Browser) -> bool:
    return "__Host-session" in browser.cookies


# The way through


def test_the_code_of_the_mail_signs_in_once_in_the_browser_that_asked(
    browser: Browser, mails: Outbox, anna: User, db: Database, clock: Clock, events: Any
) -> None:
    assert ask(browser, "  Anna@Example.TEST ", redirect="/settings/apps").status == 303
    assert browser.follow().view == "login/email_code"
    (mail,) = mails()
    assert (mail.address, mail.kind) == ("anna@example.test", "login_code")
    code = mail.values["code"]
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{6}", code)
    browser.post("/lc", {"code": f" {code.lower()[:3]}-{code[3:]}", "redirect": "/settings/apps"})
    assert browser.location == "/login/add-passkey?redirect=%2Fsettings%2Fapps"
    assert [row.method for row in sessions.of_user(db, anna.id, clock())] == ["one_time_access"]
    assert events("TOKEN_SIGN_IN")[0].user_id == anna.id
    assert events("LOGIN_CODE_ASKED")[0].user_id == anna.id
    browser.post("/logout")
    assert browser.post("/lc", {"code": code}).status == 422
    assert not is_signed_in(browser)


def test_s_co_03_the_link_of_the_mail_is_a_button_that_spends_nothing(
    browser: Browser, mails: Outbox, db: Database
) -> None:
    ask(browser, redirect="/settings/apps")
    link = mails()[0].values["link"]
    assert link.startswith("https://pocketid.example.test/lc/")
    for method in ("GET", "HEAD", "GET"):
        assert browser.request(method, link).view == "login/link"
    browser.post(
        "/lc", {name: browser.variables[name] for name in ("code",)} | {"redirect": "/settings/apps"}
    )
    assert is_signed_in(browser)


def test_a_redirect_elsewhere_is_not_mailed(browser: Browser, mails: Outbox) -> None:
    browser.get(PAGE)
    browser.post(PAGE, {"email": "anna@example.test", "redirect": "https://evil.test/"})
    assert "evil" not in mails()[0].values["link"]


def test_s_co_01_a_code_is_worth_nothing_in_another_browser(
    browser: Browser, open_browser: Callable[[], Browser], mails: Outbox
) -> None:
    ask(browser)
    mail, other = mails()[0], open_browser()
    assert (
        other.get(mail.values["link"].removeprefix("https://pocketid.example.test")).view == "login/elsewhere"
    )
    assert mail.values["code"] in other.text
    ask(other, "nobody@example.test")  # that browser waits for a code, of nobody
    assert other.post("/lc", {"code": mail.values["code"]}).status == 422
    assert not is_signed_in(other)


def test_the_code_is_stored_nowhere(browser: Browser, mails: Outbox, db: Database) -> None:
    ask(browser)
    connection: Connection = db._source.take()
    stored = str(
        [connection.execute(f"select * from {name}").fetchall() for name in ("login_codes", "outbox")]
    )
    assert mails()[0].values["code"] not in stored


# Refusals


def closed_by_switch(site: Site, db: Database) -> None:
    set_up(db, site)


def closed_without_server(site: Site, db: Database) -> None:
    set_up(db, site, host="", **SWITCH)


@pytest.mark.parametrize("close", [closed_by_switch, closed_without_server])
def test_the_way_is_closed_unless_it_is_switched_on_and_mails_are_sent(
    close: Callable[[Site, Database], None], browser: Browser, site: Site, db: Database, anna: User
) -> None:
    close(site, db)
    assert PAGE not in browser.get("/login/alternative").text
    assert browser.get(PAGE).location == "/login/alternative"
    browser.get("/lc")
    assert browser.post(PAGE, {"email": "anna@example.test"}).status == 403
    assert outgoing_mails(site, db) == []


def test_the_way_is_offered_once_it_is_open(browser: Browser, mails: Outbox) -> None:
    assert (
        f'href="{PAGE}?redirect=%2Fsettings%2Fapps"'
        in browser.get("/login/alternative", redirect="/settings/apps").text
    )


LONG = ("a" * 65 + "@example.test", "a@" + "b" * 191)


@pytest.mark.parametrize("address", ["", "anna", "@", "a b@example.test", "a@b@c", *LONG])
def test_what_is_no_address_is_told_so(address: str, browser: Browser, mails: Outbox) -> None:
    ask(browser, address)
    assert (browser.status, browser.view) == (422, "login/email")
    assert browser.variables["errors"]["email"] in browser.text
    assert mails() == []


def unknown(db: Database, anna: User, clock: Clock) -> str:
    return "nobody@example.test"


def unverified(db: Database, anna: User, clock: Clock) -> str:
    add_user(db, clock(), email="mistyped@example.test", email_verified=False)
    return "mistyped@example.test"


def disabled(db: Database, anna: User, clock: Clock) -> str:
    users.set_disabled(db, anna.id, clock(), disabled=True)
    db.commit()
    return "anna@example.test"


@pytest.mark.parametrize("prepare", [unknown, unverified, disabled])
def test_s_co_02_nobody_learns_who_has_an_account(
    prepare: Callable[..., str],
    open_browser: Callable[[], Browser],
    mails: Outbox,
    db: Database,
    site: Site,
    anna: User,
    make_user: Callable[..., User],
    clock: Clock,
    events: Any,
) -> None:
    make_user(username="known", email="known@example.test")
    addresses = ("known@example.test", prepare(db, anna, clock))
    connection = db._source.take()
    for number, address in enumerate(addresses * 3):  # until all statements are prepared
        other = open_browser()
        other.address = f"192.0.2.{number}"
        ask(other, address).post("/lc", {"code": "000000"})
    seen = []
    for address in addresses:
        browser = open_browser()
        browser.address = "192.0.2.77"
        browser.get(PAGE)
        with counted(connection) as asked:
            browser.post(PAGE, {"email": address})
        answers = [browser.status, browser.location, asked.count]
        browser.follow()
        answers += [browser.view, re.sub("[0-9a-f]{64}", "", browser.text)]
        with counted(connection) as guessed:
            browser.post("/lc", {"code": "000000"})
        answers += [guessed.count, browser.status, re.sub("[0-9a-f]{64}", "", browser.text)]
        seen.append(answers)
    assert seen[0] == seen[1]
    assert {mail.address for mail in mails()} == {"known@example.test"}
    assert {row.user_id for row in events("LOGIN_CODE_ASKED")} == {users.find(db, "known").id, None}  # type: ignore[union-attr]


def test_who_was_disabled_meanwhile_is_not_let_in(
    browser: Browser, mails: Outbox, anna: User, db: Database, clock: Clock, events: Any
) -> None:
    ask(browser)
    users.set_disabled(db, anna.id, clock(), disabled=True)
    db.commit()
    assert browser.post("/lc", {"code": mails()[0].values["code"]}).status == 422
    assert not is_signed_in(browser)
    assert events("ONE_TIME_ACCESS_REFUSED")[0].details["reason"] == "disabled"


def test_a_code_expires_and_is_forgotten(browser: Browser, mails: Outbox, db: Database, clock: Clock) -> None:
    ask(browser)
    clock.advance(minutes=15)
    (mail,) = mails()
    assert (
        browser.get(mail.values["link"].removeprefix("https://pocketid.example.test")).view
        == "login/elsewhere"
    )
    assert browser.post("/lc", {"code": mail.values["code"]}).status == 422
    assert login_codes.expire(db, clock()) == 1


def test_only_the_last_code_is_good(browser: Browser, mails: Outbox, clock: Clock) -> None:
    ask(browser)
    clock.advance(seconds=1)
    ask(browser)
    first, last = (mail.values["code"] for mail in mails())
    assert browser.post("/lc", {"code": first}).status == 422
    assert browser.post("/lc", {"code": last}).status == 303


def test_s_co_01_a_code_has_five_guesses(browser: Browser, mails: Outbox, events: Any) -> None:
    ask(browser)
    code = mails()[0].values["code"]
    for number in range(5):
        wrong = f"00000{number}" if code != f"00000{number}" else "111111"
        assert browser.post("/lc", {"code": wrong}).status == 422
        assert browser.view == "login/email_code"
    assert browser.post("/lc", {"code": code}).status == 422
    assert not is_signed_in(browser)
    assert len(events("ONE_TIME_ACCESS_REFUSED")) == 6


def test_guesses_are_limited_for_an_address(browser: Browser, mails: Outbox) -> None:
    browser.get("/lc")
    assert [browser.post("/lc", {"code": f"0000{n:02}"}).status for n in range(12)] == [422] * 10 + [429] * 2


def test_requests_are_limited_for_an_address(open_browser: Callable[[], Browser], mails: Outbox) -> None:
    statuses = [ask(open_browser(), f"nobody{number}@example.test").status for number in range(7)]
    assert statuses == [303] * 5 + [429] * 2


def test_a_stranger_s_requests_do_not_keep_the_owner_from_hers(
    browser: Browser, open_browser: Callable[[], Browser], mails: Outbox, clock: Clock, events: Any
) -> None:
    stranger = open_browser()
    stranger.address, browser.address = "192.0.2.66", "192.0.2.1"
    assert [ask(stranger).status for _number in range(5)] == [303] * 5  # told nothing of the limit
    assert len(mails()) == 3
    assert events("LOGIN_CODE_ASKED")[0].details["reason"] == "too many for one address"
    clock.advance(seconds=1)
    ask(browser)
    assert browser.post("/lc", {"code": mails()[-1].values["code"]}).status == 303


def test_one_mailbox_gets_no_flood_from_many_neighbours(
    open_browser: Callable[[], Browser], mails: Outbox, clock: Clock
) -> None:
    for number in range(23):
        stranger = open_browser()
        stranger.address = f"198.51.100.{number}"
        assert ask(stranger).status == 303
    assert len(mails()) == 20
    clock.advance(minutes=6)
    ask(stranger)
    assert len(mails()) == 21


def test_of_two_tabs_that_send_the_code_at_once_one_gets_in(committed_site: Site, clock: Clock) -> None:
    with committed_site.database() as db:
        add_user(db, clock(), username="anna", email="anna@example.test", is_admin=True)
        set_up(db, committed_site, **SWITCH)
    application = web.application(committed_site, ROUTES)
    for number in range(4):
        tabs = [Browser(application, committed_site.config.app_url, f"192.0.2.{number}") for _tab in range(2)]
        clock.advance(seconds=1)
        ask(tabs[0])
        with committed_site.database() as db:
            code = outgoing_mails(committed_site, db)[-1].values["code"]
        tabs[1].cookies, tabs[1].body = dict(tabs[0].cookies), tabs[0].body
        for tab in tabs:
            tab.get("/lc")
        assert at_once(*((tab, "/lc", {"code": code}) for tab in tabs)) == [303, 422]


# For one app only


def test_with_a_code_too_one_may_sign_in_to_an_app_only(
    browser: Browser,
    mails: Outbox,
    anna: User,
    make_app: Callable[..., App],
    db: Database,
    clock: Clock,
    events: Any,
) -> None:
    app = make_app("films", name="Films")
    app.authorize(browser).follow()
    target = f"/interaction?id={interaction_id(browser)}"
    ask(browser, redirect=target).follow()
    assert "For Films only" in browser.text
    browser.post("/lc", {"code": mails()[0].values["code"], "redirect": target, "only": "true"})
    assert browser.location == target
    assert not is_signed_in(browser)
    tokens = app.exchange(browser, answer(consent(browser.follow()))["code"]).json()
    assert claims_of(browser, tokens["id_token"])["sub"] == str(anna.id)
    assert [row.only_app for row in sessions.of_user(db, anna.id, clock())] == ["Films"]
    assert [(row.user_id, row.client_id) for row in events("TOKEN_SIGN_IN")] == [(anna.id, "films")]
