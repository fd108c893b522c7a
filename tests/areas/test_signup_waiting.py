"""Accounts that wait to be accepted: what they may do - nothing - and how it ends."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from pocketid import one_time_access, signup, users
from pocketid.db import Connection, Database
from pocketid.errors import Invalid
from pocketid.users import Change, User
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import APP_URL, Clock
from tests.oidc.flow import App
from tests.sign_up import TYPED, begin, make_link, person, sign_up

MakeUser = Callable[..., User]
Events = Callable[..., list[Any]]
DEVICE = Authenticator(APP_URL)
pytestmark = pytest.mark.usefixtures("owner")


@pytest.fixture
def waiting(
    open_browser: Callable[[], Browser], allow: Callable[..., None], db: Database
) -> tuple[Browser, User]:
    """Clara has signed up, and waits in her browser."""
    allow("open", signupRequiresApproval="true")
    browser = open_browser()
    browser.get("/signup")
    browser.post("/signup", {**TYPED, "redirect": "/settings/apps"})
    DEVICE.credentials.clear()
    credential = DEVICE.create(options_of(browser.text))
    browser.post("/signup/passkey", {**browser.variables["fields"], "credential": credential})
    assert browser.location == "/signup/waiting"
    return browser, person(db)


def use_passkey(browser: Browser) -> Browser:
    options = options_of(browser.get("/login").text)
    return browser.post("/login", {"credential": DEVICE.get(options), "redirect": "/settings/apps"})


def test_an_account_that_waits_gets_in_nowhere(
    waiting: tuple[Browser, User],
    open_browser: Callable[[], Browser],
    db: Database,
    clock: Clock,
    app: App,
    sign_in: Callable[..., None],
    events: Events,
) -> None:
    browser, clara = waiting
    assert browser.cookies.keys() == {"__Host-browser"}
    assert (browser.follow().view, browser.variables["state"]) == ("signup/waiting", "waiting")
    assert browser.get("/signup/waiting/state").json() == {"state": "waiting"}
    assert events("SIGNED_UP")[0].details == {"waits": True}
    other = open_browser()
    assert use_passkey(other).location == "/signup/waiting"
    assert "__Host-session" not in other.cookies
    assert events("SIGN_IN_REFUSED")[0].details == {"reason": "waiting"}
    assert other.get("/signup/waiting").variables["state"] == "waiting"
    assert app.authorize(other).follow().view == "authorize/sign_in"
    options = options_of(other.text)
    fields = {"id": other.variables["interaction"].id, "credential": DEVICE.get(options)}
    assert other.post("/interaction/sign-in", fields).location == "/signup/waiting"
    code = one_time_access.create(db, clara.id, None, 600, clock())
    db.commit()
    assert other.post("/lc", {"code": code}).status == 410
    assert "waits until an administrator" in other.text
    sign_in(other, clara)  # were there a session all the same
    assert other.get("/settings/account").location.startswith("/login")
    assert app.authorize(other).follow().view == "authorize/sign_in"


def test_the_database_lets_nobody_wait_and_be_let_in_at_once(
    waiting: tuple[Browser, User], db: Database, now: datetime, shared_connection: Connection
) -> None:
    clara = waiting[1]
    change = Change.from_user(clara)
    for column in ("disabled = false", "is_admin = true"):
        with pytest.raises(Exception, match="users_waiting_check"), shared_connection.transaction():
            shared_connection.execute(f"update users set {column} where id = %s", [clara.id])
    with pytest.raises(Invalid, match="waits to be accepted"):
        users.update(db, clara.id, Change(**{**as_dict(change), "is_admin": True}), now)
    users.set_disabled(db, clara.id, now, disabled=False)
    assert users.get(db, clara.id).waiting_since is None


def as_dict(change: Change) -> dict[str, Any]:
    return {name: getattr(change, name) for name in Change.__slots__}


def test_an_accepted_person_is_told_and_signs_in(
    waiting: tuple[Browser, User],
    browser: Browser,
    admin: User,
    db: Database,
    events: Events,
    outgoing: Callable[[], list[Any]],
) -> None:
    clara_s, clara = waiting
    assert browser.get("/settings/admin/users").variables["waiting"] == 1
    assert [one.username for one in browser.get("/settings/admin/sign-up").variables["waiting"]] == ["clara"]
    accept = f"/settings/admin/sign-up/waiting/{clara.id}/accept"
    assert browser.post(accept).status == 303
    event = events("SIGN_UP_ACCEPTED")[0]
    assert (event.user_id, event.actor_id) == (clara.id, admin.id)
    (mail,) = outgoing()
    assert (mail.kind, mail.address) == ("sign_up_accepted", "clara@example.test")
    assert browser.post(accept).status == 404
    assert clara_s.get("/signup/waiting").variables["state"] == "accepted"
    credential = DEVICE.get(options_of(clara_s.text))
    clara_s.post("/login", {"credential": credential, "redirect": clara_s.variables["target"]})
    assert clara_s.location == "/settings/apps"
    assert clara_s.get("/settings/account").status == 200


def test_a_refused_person_is_deleted_and_told_why(
    waiting: tuple[Browser, User], browser: Browser, admin: User, db: Database, events: Events
) -> None:
    clara_s, clara = waiting
    refuse = f"/settings/admin/sign-up/waiting/{clara.id}/refuse"
    assert browser.get(refuse).view == "admin/signup/refuse"
    assert browser.post(refuse, {"reason": "x" * 501}).status == 422
    assert browser.post(refuse, {"reason": "I do not know <you>."}).status == 303
    assert users.find(db, "clara") is None
    event = events("SIGN_UP_REFUSED")[0]
    assert event.details == {"username": "clara", "reason": "I do not know <you>."}
    assert browser.post(refuse).status == 404
    clara_s.get("/signup/waiting")
    assert (clara_s.variables["state"], clara_s.variables["reason"]) == ("refused", "I do not know <you>.")
    assert "&lt;you&gt;" in clara_s.text
    assert use_passkey(clara_s).status == 400
    sign_up(clara_s)
    assert clara_s.follow().variables["state"] == "waiting"
    assert clara_s.variables["reason"] == ""


def test_nobody_who_does_not_wait_is_refused_or_accepted(
    browser: Browser, admin: User, make_user: MakeUser, db: Database
) -> None:
    for user in (make_user(username="anna"), make_user(username="ben", disabled=True)):
        for path in ("accept", "refuse"):
            assert browser.post(f"/settings/admin/sign-up/waiting/{user.id}/{path}").status == 404
        assert users.get(db, user.id) == user


def test_admins_are_told_by_mail_that_somebody_waits(
    open_browser: Callable[[], Browser],
    allow: Callable[..., None],
    db: Database,
    now: datetime,
    make_user: MakeUser,
    outgoing: Callable[[], list[Any]],
) -> None:
    make_user(username="silent", is_admin=True, email=None)
    make_user(username="gone", is_admin=True, disabled=True)
    allow("open", signupRequiresApproval="true", requireUserEmail="false")
    sign_up(open_browser(), email="")
    (mail,) = outgoing()
    assert (mail.kind, mail.address) == ("sign_up_waiting", "owner@example.test")
    assert "Clara Muster" in mail.subject
    assert "https://pocketid.example.test/settings/admin/sign-up#waiting" in mail.text


def test_who_has_a_link_never_waits(
    browser: Browser, allow: Callable[..., None], db: Database, now: datetime
) -> None:
    allow("open", signupRequiresApproval="true")
    assert sign_up(browser, make_link(db, now)).location == "/settings/account"
    assert person(db).waiting_since is None


def test_only_so_many_wait_and_not_for_ever(
    browser: Browser,
    allow: Callable[..., None],
    db: Database,
    clock: Clock,
    events: Events,
    shared_connection: Connection,
) -> None:
    allow("open", signupRequiresApproval="true")
    form = begin(browser)
    shared_connection.execute(
        """
        insert into users (username, disabled, waiting_since)
        select case n when 1 then 'first' else 'w' || n || 'x' end, true, %s
          from generate_series(1, 100) as n""",
        [clock()],
    )
    assert browser.post("/signup/passkey", form).status == 503
    assert browser.get("/signup").status == 503
    assert users.find(db, "clara") is None
    signup.expire(db, clock.advance(days=29))
    assert users.find(db, "first")
    signup.expire(db, clock.advance(days=1))
    assert users.find(db, "first") is None
    given_up = events("SIGN_UP_REFUSED")
    assert len(given_up) == 100
    assert {"username": "first", "reason": "nobody decided"} in [event.details for event in given_up]


def test_an_admin_who_deletes_or_enables_somebody_who_waits_has_decided(
    waiting: tuple[Browser, User], browser: Browser, admin: User
) -> None:
    clara_s, clara = waiting
    browser.post(f"/settings/admin/users/{clara.id}/enable")
    assert clara_s.get("/signup/waiting").variables["state"] == "accepted"
    browser.post(f"/settings/admin/users/{clara.id}/delete")
    assert clara_s.get("/signup/waiting").variables["state"] == "refused"


def test_another_browser_sees_nothing_of_it(
    waiting: tuple[Browser, User], open_browser: Callable[[], Browser]
) -> None:
    assert open_browser().get("/signup/waiting").location == "/login"
    assert open_browser().get("/signup/waiting/state").json() == {"state": "over"}
