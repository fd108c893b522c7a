"""Sign-up: who is let in, and what a link gives, how often and for how long."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from pocketid import custom_claims, groups, settings, signup, users, web, webauthn
from pocketid.custom_claims import Claim
from pocketid.db import Connection, Database
from pocketid.routes import ROUTES
from pocketid.users import User
from pocketid.web import Site
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import APP_URL, Clock, add_user, make_config
from tests.oidc.flow import App
from tests.sign_up import TYPED, allow_sign_up, begin, make_link, person, sign_up, uses_of

MakeUser = Callable[..., User]
Events = Callable[..., list[Any]]
pytestmark = pytest.mark.usefixtures("owner")


@pytest.mark.parametrize(
    ("mode", "token", "status", "said"),
    [
        ("disabled", "", 403, "Accounts are made by the person who runs this site"),
        ("disabled", "good", 403, "Accounts are made by the person who runs this site"),
        ("withToken", "", 403, "You need a link to sign up"),
        ("withToken", "never given", 410, "was used up, has expired or was withdrawn"),
        ("open", "never given", 410, "was used up, has expired or was withdrawn"),
    ],
)
def test_who_may_not_sign_up_is_told_why_on_each_step(
    mode: str,
    token: str,
    status: int,
    said: str,
    browser: Browser,
    open_browser: Callable[[], Browser],
    allow: Callable[..., None],
    db: Database,
    now: datetime,
) -> None:
    token = make_link(db, now) if token == "good" else token
    allow("open")
    begun = begin(open_browser())
    allow(mode)
    for answer in (
        browser.get("/signup", token=token),
        browser.post("/signup", {**TYPED, "token": token}),
        browser.post("/signup/passkey", {**begun, "token": token}),
    ):
        assert (answer.status, answer.view) == (status, "signup/refused")
        assert said in answer.text
    assert users.find(db, "clara") is None


def test_a_person_signs_up_openly_and_is_signed_in(
    browser: Browser, allow: Callable[..., None], db: Database, events: Events
) -> None:
    allow("open", emailsVerified="true")
    assert sign_up(browser).location == "/settings/account"
    clara = person(db)
    assert (clara.first_name, clara.last_name, clara.email) == ("Clara", "Muster", "clara@example.test")
    assert (clara.is_admin, clara.disabled, clara.email_verified) == (False, False, False)
    assert clara.last_sign_in_at
    assert len(webauthn.of_user(db, clara.id)) == 1
    assert browser.get("/settings/account").status == 200
    assert {event.event for event in events()} >= {"SIGNED_UP", "ACCOUNT_CREATED", "PASSKEY_ADDED"}
    assert events("SIGNED_UP")[0].user_id == clara.id


def test_ad_02_nobody_gives_themselves_rights_by_signing_up(
    browser: Browser, allow: Callable[..., None], db: Database
) -> None:
    allow("open", signupRequiresApproval="true")
    rights = {"is_admin": "true", "email_verified": "true", "disabled": "", "waiting_since": "", "id": "x"}
    form = begin(browser, **rights)
    browser.post("/signup/passkey", {**form, **rights})
    clara = person(db)
    assert (clara.is_admin, clara.email_verified, clara.disabled) == (False, False, True)
    assert clara.waiting_since


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "clära"}, "username"),
        ({"username": "owner"}, "username"),
        ({"username": "0wner"}, "username"),
        ({"username": "Admin"}, "username"),
        ({"first_name": " "}, "first_name"),
        ({"last_name": "x" * 51}, "last_name"),
        ({"email": ""}, "email"),
        ({"email": "clara@"}, "email"),
    ],
)
def test_what_is_typed_wrong_is_said_at_its_field_and_kept(
    typed: dict[str, str], field: str, browser: Browser, allow: Callable[..., None]
) -> None:
    allow("open")
    browser.get("/signup")
    browser.post("/signup", {**TYPED, **typed, "redirect": "/settings/apps"})
    assert (browser.status, browser.view) == (422, "signup/show")
    assert list(browser.variables["errors"]) == [field]
    assert 'value="/settings/apps"' in browser.text
    if field != "last_name":
        assert 'value="Muster"' in browser.text


def test_the_address_may_stay_empty_where_nobody_needs_one(
    browser: Browser, allow: Callable[..., None], db: Database
) -> None:
    allow("open", requireUserEmail="false")
    sign_up(browser, email="")
    assert person(db).email is None


def test_a_name_or_address_that_was_taken_meanwhile_is_said_and_nothing_is_made(
    browser: Browser, allow: Callable[..., None], db: Database, now: datetime, make_user: MakeUser
) -> None:
    allow("withToken")
    link = make_link(db, now)
    form = begin(browser, link)
    make_user(username="Clara", email="other@example.test")
    browser.post("/signup/passkey", form)
    assert (browser.status, list(browser.variables["errors"])) == (422, ["username"])
    sign_up(browser, link, username="clara2", email="OTHER@example.test")
    assert (browser.status, list(browser.variables["errors"])) == (422, ["email"])
    assert users.find(db, "clara2") is None
    assert uses_of(db) == [0]


def test_a_passkey_that_fails_makes_nothing_keeps_what_was_typed_and_spends_the_challenge(
    browser: Browser, allow: Callable[..., None], db: Database, now: datetime
) -> None:
    allow("withToken")
    link = make_link(db, now)
    browser.get("/signup", token=link)
    browser.post("/signup", {**TYPED, "token": link})
    device = Authenticator(APP_URL)
    options = options_of(browser.text)
    form = {**browser.variables["fields"], "credential": device.create(options, user_verified=False)}
    assert (browser.post("/signup/passkey", form).status, browser.view) == (400, "signup/passkey")
    assert 'value="clara"' in browser.text
    assert users.find(db, "clara") is None
    assert uses_of(db) == [0]
    again = {**form, "credential": device.create(options)}
    assert browser.post("/signup/passkey", again).status == 400
    fresh = {**form, "credential": device.create(options_of(browser.text))}
    assert browser.post("/signup/passkey", fresh).status == 303
    assert uses_of(db) == [1]


def test_sign_ups_are_limited_by_neighbour(browser: Browser, allow: Callable[..., None]) -> None:
    allow("open")
    browser.get("/signup")
    answers = [browser.post("/signup/passkey", {**TYPED, "credential": "{}"}).status for _each in range(12)]
    assert answers == [400] * 10 + [429] * 2


def test_user_names_are_tried_out_slowly(browser: Browser, allow: Callable[..., None]) -> None:
    allow("open")
    browser.get("/signup")
    answers = [browser.post("/signup", {**TYPED, "username": f"o{each}ner"}).status for each in range(22)]
    assert answers == [200] * 20 + [429] * 2


# Links


def test_co_08_a_link_puts_people_into_its_groups_as_far_as_they_still_exist(
    browser: Browser,
    open_browser: Callable[[], Browser],
    allow: Callable[..., None],
    db: Database,
    now: datetime,
    make_group: Callable[..., groups.Group],
) -> None:
    family, club, default = make_group("family"), make_group("club"), make_group("default")
    ids = f'["{default.id}", "7d2b4a0e-7f4e-4a8b-9d0c-2f1c5a6b7c8d"]'
    claims = '[{"key": "quota", "value": "5 GB"}]'
    allow("withToken", signupDefaultUserGroupIDs=ids, signupDefaultCustomClaims=claims)
    own, bare = make_link(db, now, family.id, club.id), make_link(db, now)
    groups.delete(db, club.id)
    db.commit()
    sign_up(browser, own)
    assert [group.name for group in groups.of_user(db, person(db).id)] == ["family"]
    sign_up(open_browser(), bare, username="dora", email="dora@example.test")
    assert [group.name for group in groups.of_user(db, person(db, "dora").id)] == ["default"]
    assert custom_claims.of_user(db, person(db, "dora").id) == [Claim("quota", "5 GB")]


def test_a_link_is_good_as_often_and_as_long_as_it_says(
    open_browser: Callable[[], Browser],
    allow: Callable[..., None],
    db: Database,
    clock: Clock,
    events: Events,
) -> None:
    allow("withToken")
    twice, short = make_link(db, clock(), uses=2), make_link(db, clock(), seconds=60)
    for name in ("a1", "b2"):
        assert sign_up(open_browser(), twice, username=name, email=f"{name}@example.test").status == 303
    assert open_browser().get("/signup", token=twice).status == 410
    used = events("SIGNED_UP")
    assert len({event.details["link"] for event in used}) == 1
    form, late = begin(browser := open_browser(), short), open_browser()
    clock.advance(seconds=60)
    assert browser.post("/signup/passkey", form).status == 410
    assert users.find(db, "clara") is None
    assert late.get("/signup", token=short).status == 410


def test_a_link_is_not_stored_and_looking_at_it_spends_nothing(
    browser: Browser, admin: User, allow: Callable[..., None], db: Database, events: Events
) -> None:
    allow("withToken")
    form = {"lifetime": "day", "uses": "3"}
    browser.post("/settings/admin/sign-up/links", form)
    link = browser.variables["link"]
    assert link.startswith("https://pocketid.example.test/st/")
    text = link.rpartition("/")[2]
    assert len(text) == 43  # 256 bits, CO-01
    connection: Connection = db._source.take()
    assert text not in str(connection.execute("select * from sign_up_links").fetchall())
    assert text not in str(events())
    assert events("SIGN_UP_LINK_CREATED")[0].details["uses"] == 3
    browser.cookies.clear()
    for _each in range(3):
        assert browser.get(f"/st/{text}").follow().view == "signup/show"
    assert uses_of(db) == [0]


def test_links_are_listed_and_withdrawn(
    browser: Browser,
    admin: User,
    allow: Callable[..., None],
    db: Database,
    clock: Clock,
    events: Events,
    make_group: Callable[..., groups.Group],
) -> None:
    allow("withToken")
    family = make_group("family")
    page = "/settings/admin/sign-up"
    browser.post(f"{page}/links", {"lifetime": "week", "uses": "5", "group": str(family.id)})
    (link,) = signup.links(db, clock())
    assert (link.most_uses, link.uses, link.groups, link.created_by) == (5, 0, ["Family"], "admin")
    assert link.expires_at - clock() == timedelta(days=7)
    assert browser.post(f"{page}/links/{link.id}/withdraw").status == 303
    assert events("SIGN_UP_LINK_DELETED")[0].details == {"link": str(link.id)}
    assert browser.post(f"{page}/links/{link.id}/withdraw").status == 404
    assert signup.links(db, clock()) == []


@pytest.mark.parametrize("uses", ["", "0", "101", "-1", "two", "²"])
def test_a_link_has_between_one_and_a_hundred_uses(
    uses: str, browser: Browser, admin: User, db: Database
) -> None:
    browser.post("/settings/admin/sign-up/links", {"lifetime": "day", "uses": uses})
    assert (browser.status, list(browser.variables["errors"])) == (422, ["uses"])
    assert uses_of(db) == []


def test_of_two_at_once_on_the_last_use_of_a_link_one_gets_in(committed_site: Site, clock: Clock) -> None:
    application = web.application(committed_site, ROUTES)
    with committed_site.database() as db:
        add_user(db, clock(), username="owner", is_admin=True)
        allow_sign_up(committed_site, db, "withToken")
    for number in range(4):
        with committed_site.database() as db:
            link = make_link(db, clock(), uses=1, seconds=3600 + number)
        names = [f"left{number}", f"right{number}"]
        browsers = [Browser(application, APP_URL, f"192.0.2.{number * 2 + side}") for side in range(2)]
        forms = [
            begin(browser, link, username=name, email=f"{name}@example.test")
            for browser, name in zip(browsers, names, strict=True)
        ]
        assert sorted(answers_at_once(browsers, forms)) == [303, 410]
        with committed_site.database() as db:
            assert len([name for name in names if users.find(db, name)]) == 1


def answers_at_once(browsers: list[Browser], forms: list[dict[str, str]]) -> list[int]:
    """What each browser is answered when all send their form at the same moment."""
    gate = threading.Barrier(len(browsers))

    def send(browser: Browser, form: dict[str, str]) -> None:
        token = browser.form_token()
        gate.wait()
        browser.post("/signup/passkey", form, form_token=token)

    threads = [threading.Thread(target=send, args=pair) for pair in zip(browsers, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return [browser.status for browser in browsers]


def test_a_new_person_ends_in_the_app_that_they_came_from(
    browser: Browser, allow: Callable[..., None], app: App, db: Database
) -> None:
    allow("open")
    app.authorize(browser).follow()
    path = f"/interaction?id={browser.variables['interaction'].id}"
    assert (
        f'href="/signup?redirect=/interaction%3Fid%3D{browser.variables["interaction"].id}"' in browser.text
    )
    form = begin(browser, redirect=path)
    assert "https://app.example.test" in browser.headers["Content-Security-Policy"]
    assert browser.post("/signup/passkey", form).location == path
    assert browser.follow().view == "authorize/consent"


@pytest.mark.parametrize("evil", ["https://evil.test/", "//evil.test", "/\\evil.test"])
def test_rd_06_nobody_is_led_elsewhere_by_signing_up(
    evil: str, browser: Browser, allow: Callable[..., None]
) -> None:
    allow("open")
    form = begin(browser, redirect=evil)
    assert browser.post("/signup/passkey", {**form, "redirect": evil}).location == "/settings/account"


@pytest.mark.parametrize(("mode", "offered"), [("disabled", False), ("withToken", False), ("open", True)])
def test_the_sign_in_page_offers_what_is_allowed(
    mode: str, offered: bool, browser: Browser, allow: Callable[..., None]
) -> None:
    allow(mode)
    browser.get("/login", redirect="/settings/apps")
    assert ('href="/signup?redirect=%2Fsettings%2Fapps"' in browser.text) is offered
    assert ("Ask the person who runs" in browser.text) is not offered


def test_whoever_is_signed_in_is_led_on(browser: Browser, admin: User) -> None:
    for path in ("/signup", "/signup/waiting", "/signup/confirm"):
        assert browser.get(path).location == "/settings/account"


def test_an_admin_says_who_may_sign_up_and_what_new_people_get(
    browser: Browser, admin: User, db: Database, make_group: Callable[..., groups.Group], events: Events
) -> None:
    family = make_group("family")
    page = "/settings/admin/sign-up"
    form = {
        "allow_user_signups": "open",
        "signup_requires_approval": "true",
        "group": str(family.id),
        "claims": "quota = 5 GB\n\nshelf=a=b",
    }
    assert browser.post(page, form).status == 303
    stored = settings.read(db, make_config())
    assert (stored.allow_user_signups, stored.signup_requires_approval) == ("open", True)
    assert stored.signup_default_user_group_ids == (str(family.id),)
    assert signup.default_claims(stored) == [Claim("quota", "5 GB"), Claim("shelf", "a=b")]
    assert "allow_user_signups" in events("SETTINGS_UPDATED")[0].details["changed"]
    browser.get(page)
    assert "quota=5 GB" in browser.text
    assert browser.get("/settings/admin/users/new").variables["chosen"] == [family.id]
    assert browser.post(page, {**form, "allow_user_signups": "sometimes"}).status == 422
    browser.post(page, {**form, "claims": "sub=me"})
    assert (browser.status, list(browser.variables["errors"])) == (422, ["claims"])
    assert "sub=me" in browser.text
    assert settings.read(db, make_config()) == stored


def test_what_the_environment_says_is_not_changed_by_the_page(
    reconfigured: Callable[..., Browser],
    make_user: MakeUser,
    sign_in: Callable[..., None],
    db: Database,
) -> None:
    browser = reconfigured(ALLOW_USER_SIGNUPS="withToken")
    sign_in(browser, make_user(is_admin=True))
    assert "ALLOW_USER_SIGNUPS" in browser.get("/settings/admin/sign-up").text
    assert browser.post("/settings/admin/sign-up", {"allow_user_signups": "open"}).status == 303
    assert settings.read(db, make_config()).allow_user_signups == "disabled"
