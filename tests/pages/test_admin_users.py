"""Administration of people: response, rows and audit events of each thing that can be done there."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from pocketid import clients, groups, one_time_access, sessions, users, webauthn
from pocketid.clients import Client
from pocketid.db import Connection, Database
from pocketid.groups import Group
from pocketid.users import User
from tests.browser import Browser
from tests.conftest import Clock
from tests.oidc.flow import App

LIST = "/settings/admin/users"
FORM = {"username": "ben", "first_name": "Ben", "last_name": "Meier", "email": "ben@example.test"}
Events = Callable[..., list[Any]]
MakeUser = Callable[..., User]
SignIn = Callable[..., None]
OpenBrowser = Callable[[], Browser]


@pytest.fixture(autouse=True)
def someone_administers(admin: User) -> None:
    """Every test here is done by an administrator."""


@pytest.fixture
def ben(make_user: MakeUser) -> User:
    return make_user(username="ben", first_name="Ben", last_name="Meier", display_name="Ben Meier")


@pytest.fixture
def page(ben: User) -> str:
    """The address of Ben's page."""
    return f"{LIST}/{ben.id}"


def recorded(events: Events) -> list[str]:
    return [event.event for event in events() if event.event != "SIGNING_KEY_CREATED"]


# The list


def test_the_list_is_searched_filtered_sorted_and_paged(browser: Browser, make_user: MakeUser) -> None:
    for number in range(25):
        make_user(username=f"user{number:02}", email=f"{number:02}@example.test")
    browser.get(LIST, search="user", sort="email", order="desc", state="never_signed_in")
    assert [user.username for user in browser.variables["users"]] == [f"user{n:02}" for n in range(24, 4, -1)]
    kept = "search=user&amp;state=never_signed_in&amp;sort=email&amp;order=desc&amp;page=2"
    assert f'href="?{kept}"' in browser.text
    browser.get(LIST + "?" + kept.replace("&amp;", "&"))
    assert [user.username for user in browser.variables["users"]] == [f"user{n:02}" for n in range(4, -1, -1)]


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "password"},
        {"sort": "username; drop table users"},
        {"order": "sideways"},
        {"state": "nobody"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "9" * 40},
        {"page": "x"},
        {"search": ["", "nobody"]},
        {"unknown": "x"},
    ],
)
def test_ad_07_odd_queries_are_answered_with_the_usual_list(
    query: dict[str, Any], browser: Browser, ben: User
) -> None:
    browser.get(LIST, **query)
    assert browser.status == 200
    assert [user.username for user in browser.variables["users"]] == ["admin", "ben"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"search": "%"}, "No name or address holds “%” among the people shown here."),
        ({"state": "disabled"}, "Nobody is disabled."),
        ({"state": "unverified"}, "Every e-mail address is verified."),
        ({"state": "one_passkey"}, "Nobody depends on a single passkey."),
        ({"state": "one_device"}, "Nobody depends on a single device."),
        ({"state": "one_provider"}, "Nobody keeps several passkeys at one provider alone."),
        ({"state": "only_synced"}, "Nobody has synced passkeys only."),
        ({"state": "none_verified"}, "Nobody uses their passkeys without PIN, finger or face."),
        ({"group": ""}, "Everybody"),
    ],
)
def test_an_empty_list_says_why(query: dict[str, Any], sentence: str, browser: Browser) -> None:
    assert browser.get(LIST, **query).status == 200
    assert sentence in browser.text
    assert ("Nobody fits" in browser.text) is ("group" not in query)


def test_the_list_is_limited_to_a_group_that_exists(
    browser: Browser, ben: User, make_group: Callable[..., Group]
) -> None:
    family, empty = make_group("family", ben), make_group("empty")
    browser.get(LIST, group=family.id)
    assert [user.username for user in browser.variables["users"]] == ["ben"]
    assert f'<option value="{family.id}" selected>Family</option>' in browser.text
    assert "The group Empty has no members yet." in browser.get(LIST, group=empty.id).text
    sentence = "Nobody in the group Family is in that state."
    assert sentence in browser.get(LIST, group=family.id, state="disabled").text
    for other in ("x", UUID(int=0)):  # a kept address of a group that was deleted shall not show everybody
        assert browser.get(LIST, group=other).status == 404


# Adding


def test_a_person_is_added_with_groups_and_the_next_step_is_a_link(
    browser: Browser, admin: User, db: Database, make_group: Callable[..., Group], events: Events
) -> None:
    family, _other = make_group("family"), make_group("other")
    browser.get(f"{LIST}/new")
    browser.post(f"{LIST}/new", {**FORM, "group": [str(family.id), str(UUID(int=0)), "x"]})
    added = users.find(db, "ben")
    assert added is not None
    assert browser.location == f"{LIST}/{added.id}#link"
    assert (added.display_name, added.is_admin, added.disabled, added.email_verified) == (
        "Ben Meier",
        False,
        False,
        False,
    )
    assert [group.name for group in groups.of_user(db, added.id)] == ["family"]
    [event] = events("USER_CREATED")
    assert (event.user_id, event.actor_id, event.details) == (added.id, admin.id, {"username": "ben"})


def test_ad_02_a_form_says_no_more_of_a_person_than_its_fields(browser: Browser, db: Database) -> None:
    browser.get(f"{LIST}/new")
    more = {"id": str(UUID(int=1)), "disabled": "true", "last_sign_in_at": "2020-01-01", "locale": "xx"}
    browser.post(f"{LIST}/new", {**FORM, **more})
    added = users.find(db, "ben")
    assert added is not None
    assert added.id != UUID(int=1)
    assert (added.disabled, added.last_sign_in_at, added.locale) == (False, None, None)


REFUSED = [
    ("username", ""),
    ("username", "ADMIN"),
    ("username", "be n"),
    ("username", "b" * 51),
    ("username", "b" * 50_000),
    ("email", ""),
    ("email", "ben"),
    ("email", "Admin@Example.TEST"),
    ("first_name", "n" * 51),
    ("last_name", "\u0958" * 50),
    ("display_name", "n" * 101),
]


@pytest.mark.parametrize(("field", "text"), REFUSED)
def test_what_breaks_a_rule_is_said_at_its_field_and_nothing_is_stored(
    field: str, text: str, browser: Browser, db: Database, make_user: MakeUser, events: Events
) -> None:
    other = make_user(username="cara")
    for address, view in ((f"{LIST}/new", "admin/users/new"), (f"{LIST}/{other.id}", "admin/users/show")):
        browser.get(address)
        browser.post(address, {**FORM, field: text})
        assert (browser.status, browser.view) == (422, view)
        assert list(browser.variables["errors"]) == [field]
        assert f'id="{field}-error"' in browser.text
    assert users.count(db) == 2
    assert users.get(db, other.id) == other
    assert recorded(events) == []


def test_of_a_field_that_comes_twice_the_first_counts(browser: Browser, db: Database) -> None:
    browser.get(f"{LIST}/new")
    browser.post(f"{LIST}/new", {**FORM, "username": ["first", "second"]})
    assert users.find(db, "first")
    assert users.find(db, "second") is None


@pytest.mark.parametrize("setting", ["true", "false"])
def test_whether_typed_addresses_count_as_verified_is_a_setting(
    setting: str, reconfigured: Callable[..., Browser], admin: User, sign_in: SignIn
) -> None:
    browser = reconfigured(EMAILS_VERIFIED=setting)
    sign_in(browser, admin)
    browser.get(f"{LIST}/new")
    assert browser.variables["change"].email_verified is (setting == "true")


# Changing


def test_a_person_is_changed_and_the_event_says_how(
    browser: Browser, db: Database, ben: User, page: str, events: Events
) -> None:
    browser.get(page)
    form = {**FORM, "username": "benjamin", "is_admin": "true", "email_verified": "true"}
    browser.post(page, form)
    assert browser.location == page
    after = users.get(db, ben.id)
    assert (after.id, after.username, after.is_admin, after.email_verified) == (
        ben.id,
        "benjamin",
        True,
        True,
    )
    [event] = events("USER_UPDATED")
    assert event.details["changed"] == {
        "username": {"before": "ben", "after": "benjamin"},
        "is_admin": {"before": False, "after": True},
    }
    browser.get(page)
    browser.post(page, form)
    assert len(events("USER_UPDATED")) == 1


@pytest.mark.parametrize(
    ("was_verified", "email", "setting", "is_verified"),
    [
        (True, "ben@example.test", "false", True),
        (True, "other@example.test", "false", False),
        (True, "other@example.test", "true", True),
        (False, "other@example.test", "false", True),  # ticked for the new one
    ],
)
def test_co_06_a_new_address_is_not_verified_by_the_tick_of_the_old_one(
    was_verified: bool,
    email: str,
    setting: str,
    is_verified: bool,
    reconfigured: Callable[..., Browser],
    admin: User,
    sign_in: SignIn,
    db: Database,
    ben: User,
    page: str,
    now: datetime,
) -> None:
    users.update(db, ben.id, replace(users.Change.from_user(ben), email_verified=was_verified), now)
    db.commit()
    browser = reconfigured(EMAILS_VERIFIED=setting)
    sign_in(browser, admin)
    browser.get(page)
    browser.post(page, {**FORM, "email": email, "email_verified": "true"})
    after = users.get(db, ben.id)
    assert (after.email, after.email_verified) == (email, is_verified)
    assert ("not verified yet" in browser.get(page).text) is not is_verified


def test_nobody_takes_their_own_right_disables_or_deletes_themselves(
    browser: Browser, admin: User, make_user: MakeUser, db: Database, events: Events
) -> None:
    make_user(is_admin=True)  # so that it is not for being the last one
    own = f"{LIST}/{admin.id}"
    for address in (own, f"{own}/disable", f"{own}/delete"):
        browser.get(own)
        browser.post(address, {**FORM, "username": "admin"})
        assert (browser.status, browser.view) == (422, "admin/users/show")
        assert list(browser.variables["errors"]) == ["is_admin"]
        assert browser.variables["errors"]["is_admin"] in browser.text
    assert users.get(db, admin.id) == admin
    assert recorded(events) == []


def test_a_person_joins_and_leaves_a_group_by_its_button(
    browser: Browser,
    db: Database,
    ben: User,
    page: str,
    make_group: Callable[..., Group],
    events: Events,
) -> None:
    family, friends = make_group("family", ben), make_group("friends")
    browser.get(page)
    assert f'name="remove" value="{family.id}"' in browser.text
    assert f'name="add" value="{friends.id}"' in browser.text
    browser.post(f"{page}/groups", {"add": str(friends.id), "groups": "fri"})
    assert browser.location == f"{page}?groups=fri#groups"
    assert "Ben Meier is in Friends now." in browser.get(page).text
    browser.post(f"{page}/groups", {"remove": str(family.id)})
    assert browser.location == f"{page}#groups"
    assert "Ben Meier is no longer in Family." in browser.get(page).text
    assert [group.name for group in groups.of_user(db, ben.id)] == ["friends"]
    gone, come = events("GROUP_MEMBERS_CHANGED")
    assert (come.user_id, come.details) == (ben.id, {"name": "friends", "added": ["ben"], "removed": []})
    assert gone.details == {"name": "family", "added": [], "removed": ["ben"]}
    for form, status in (
        ({"add": str(friends.id)}, 303),  # is in already
        ({"remove": str(family.id)}, 303),
        ({"add": "x"}, 404),
        ({"add": str(UUID(int=0))}, 404),
        ({}, 303),
    ):
        browser.get(page)
        assert browser.post(f"{page}/groups", form).status == status
    assert len(events("GROUP_MEMBERS_CHANGED")) == 2


def test_of_many_groups_the_first_are_offered_and_the_others_found(
    browser: Browser, ben: User, page: str, make_group: Callable[..., Group]
) -> None:
    for number in range(31):
        make_group(f"team{number:02}")
    assert [group.name for group in browser.get(page).variables["other_groups"]] == [
        f"Team{number:02}" for number in range(10)
    ]
    assert "There are more: search for them." in browser.text
    browser.get(page, groups="team3")
    assert [group.name for group in browser.variables["other_groups"]] == ["Team30"]
    assert "No other group has “x” in its name." in browser.get(page, groups="x").text


# One-time links


@pytest.mark.parametrize(
    ("lifetime", "seconds"),
    [
        ("hour", 3600),
        ("day", 86_400),
        ("week", 604_800),
        ("month", 2_592_000),
        ("", 3600),
        ("9" * 9, 3600),
        (["day", "month"], 86_400),
    ],
)
def test_a_link_is_shown_once_and_lasts_as_long_as_was_chosen(
    lifetime: Any,
    seconds: int,
    browser: Browser,
    admin: User,
    db: Database,
    ben: User,
    page: str,
    events: Events,
    open_browser: OpenBrowser,
    clock: Clock,
) -> None:
    browser.get(page)
    browser.post(f"{page}/links", {"lifetime": lifetime})
    link = browser.variables["link"]
    assert link.startswith("https://pocketid.example.test/lc/")
    assert link in browser.text
    assert browser.variables["qr"].startswith("data:image/svg+xml")
    assert browser.headers["Cache-Control"] == "no-store"
    [event] = events("ONE_TIME_ACCESS_CREATED")
    assert (event.user_id, event.actor_id, event.details) == (ben.id, admin.id, {"seconds": seconds})
    code = link.rpartition("/")[2]
    assert code not in browser.get(page).text
    [listed] = one_time_access.of_user(db, ben.id, clock())
    assert listed.created_by == "admin"
    clock.advance(seconds=seconds - 1)
    person = open_browser()
    person.get(f"/lc/{code}")
    assert person.post("/lc", {"code": person.variables["code"]}).location == "/login/add-passkey"


def test_a_link_that_has_expired_is_not_listed_and_lets_nobody_in(
    browser: Browser, db: Database, ben: User, page: str, open_browser: OpenBrowser, clock: Clock
) -> None:
    browser.get(page)
    browser.post(f"{page}/links", {"lifetime": "hour"})
    code = browser.variables["link"].rpartition("/")[2]
    clock.advance(hours=1)
    person = open_browser()
    person.get("/lc")
    assert person.post("/lc", {"code": code}).status == 410
    assert one_time_access.of_user(db, ben.id, clock()) == []


def test_a_link_is_withdrawn_and_only_at_its_person(
    browser: Browser, db: Database, ben: User, page: str, make_user: MakeUser, now: datetime, events: Events
) -> None:
    other = make_user()
    browser.get(page)
    browser.post(f"{page}/links")
    [token] = one_time_access.of_user(db, ben.id, now)
    for address in (f"{LIST}/{other.id}/links/{token.id}/revoke", f"{page}/links/x/revoke"):
        browser.get(page)
        assert browser.post(address).status == 404
    assert one_time_access.of_user(db, ben.id, now) == [token]
    browser.get(page)
    browser.post(f"{page}/links/{token.id}/revoke")
    assert browser.location == f"{page}#link"
    assert one_time_access.of_user(db, ben.id, now) == []
    assert events("ONE_TIME_ACCESS_REVOKED")[0].user_id == ben.id
    browser.get(page)
    assert browser.post(f"{page}/links/{token.id}/revoke").status == 404  # twice: it is gone
    assert len(events("ONE_TIME_ACCESS_REVOKED")) == 1


# Sessions and passkeys


def test_a_session_is_ended_and_only_at_its_person(
    browser: Browser,
    admin: User,
    db: Database,
    ben: User,
    page: str,
    now: datetime,
    open_browser: OpenBrowser,
    sign_in: SignIn,
    events: Events,
) -> None:
    his = open_browser()
    sign_in(his, ben)
    [session] = sessions.of_user(db, ben.id, now)
    browser.get(page)
    assert browser.post(f"{LIST}/{admin.id}/sessions/{session.id}/end").status == 404
    assert his.get("/settings/account").status == 200
    browser.get(page)
    browser.post(f"{page}/sessions/{session.id}/end")
    assert browser.location == f"{page}#sessions"
    assert his.get("/settings/account").location.startswith("/login")
    [event] = events("SESSION_ENDED")
    assert (event.user_id, event.actor_id) == (ben.id, admin.id)


def test_a_passkey_is_removed_after_a_question_the_last_one_too(
    browser: Browser,
    admin: User,
    db: Database,
    ben: User,
    page: str,
    shared_connection: Connection,
    events: Events,
) -> None:
    shared_connection.execute(
        "insert into passkeys (user_id, credential_id, public_key, name) values (%s, 'one', '', 'Phone')",
        [ben.id],
    )
    [passkey] = webauthn.of_user(db, ben.id)
    assert browser.get(f"{LIST}/{admin.id}/passkeys/{passkey.id}/remove").status == 404
    browser.get(f"{page}/passkeys/{passkey.id}/remove")
    assert browser.view == "confirm"
    assert "It is their only one" in browser.text
    assert len(webauthn.of_user(db, ben.id)) == 1
    browser.post(f"{page}/passkeys/{passkey.id}/remove")
    assert browser.location == f"{page}#passkeys"
    assert webauthn.of_user(db, ben.id) == []
    [event] = events("PASSKEY_REMOVED")
    assert (event.user_id, event.actor_id, event.details) == (ben.id, admin.id, {"passkey": "Phone"})
    browser.get(page)
    assert browser.post(f"{page}/passkeys/{passkey.id}/remove").status == 404


# Disabling and deleting


def test_a_person_is_disabled_after_a_question_and_enabled_again(
    browser: Browser,
    db: Database,
    ben: User,
    page: str,
    app: App,
    open_browser: OpenBrowser,
    sign_in: SignIn,
    events: Events,
) -> None:
    his = open_browser()
    sign_in(his, ben)
    token = app.tokens(his)["access_token"]
    browser.get(f"{page}/disable")
    assert browser.view == "confirm"
    assert his.get("/settings/account").status == 200  # the question alone does nothing
    browser.post(f"{page}/disable")
    assert browser.location == page
    assert his.get("/settings/account").location.startswith("/login")
    assert app.userinfo(his, token).status == 401
    browser.get(page)
    browser.post(f"{page}/disable")  # once more changes nothing and tells nothing
    assert len(events("USER_DISABLED")) == 1
    browser.get(page)
    assert f"Enable {ben.display_name}" in browser.text
    browser.post(f"{page}/enable")
    assert users.get(db, ben.id) == replace(ben, updated_at=users.get(db, ben.id).updated_at)
    browser.get(page)
    browser.post(f"{page}/enable")
    assert len(events("USER_ENABLED")) == 1


def test_saving_a_disabled_person_s_form_enables_nobody(
    browser: Browser, db: Database, ben: User, page: str, now: datetime
) -> None:
    users.set_disabled(db, ben.id, now, disabled=True)
    db.commit()
    browser.get(page)
    browser.post(page, {**FORM, "disabled": "", "first_name": "Benny"})
    after = users.get(db, ben.id)
    assert (after.disabled, after.first_name) == (True, "Benny")


def test_a_person_is_deleted_after_a_question(
    browser: Browser, admin: User, db: Database, ben: User, page: str, events: Events
) -> None:
    browser.get(f"{page}/delete")
    assert browser.view == "confirm"
    assert users.count(db) == 2
    browser.post(f"{page}/delete")
    assert browser.location == LIST
    assert users.find(db, "ben") is None
    [event] = events("USER_DELETED")
    assert (event.user_id, event.actor_id, event.details) == (ben.id, admin.id, {"username": "ben"})
    browser.get(LIST)
    assert browser.post(f"{page}/delete").status == 404  # twice: the second finds nobody
    assert len(events("USER_DELETED")) == 1


def test_the_questions_count_what_ends_and_what_is_lost(
    browser: Browser,
    db: Database,
    ben: User,
    page: str,
    app: App,
    open_browser: OpenBrowser,
    sign_in: SignIn,
    shared_connection: Connection,
) -> None:
    browser.get(f"{page}/delete")
    for nothing in ("are deleted", "sessions end", "may no longer learn"):
        assert nothing not in browser.text
    shared_connection.execute(
        "insert into passkeys (user_id, credential_id, public_key, name) values (%s, 'one', '', 'Phone')",
        [ben.id],
    )
    his, other = open_browser(), open_browser()
    sign_in(his, ben)
    sign_in(other, ben)
    app.tokens(his)
    ends = ("2 sessions end.", f"1 app may no longer learn of them: {clients.get(db, app.client_id).name}.")
    for path, sentences in (("delete", (*ends, "1 passkey is deleted.")), ("disable", ends)):
        browser.get(f"{page}/{path}")
        for sentence in sentences:
            assert sentence in browser.text, path


def test_the_page_of_a_person_says_what_they_may_open_and_what_they_signed_in_to(
    browser: Browser,
    db: Database,
    ben: User,
    page: str,
    app: App,
    open_browser: OpenBrowser,
    sign_in: SignIn,
    make_client: Callable[..., Client],
    make_group: Callable[..., Group],
) -> None:
    make_client("limited", name="Limited", is_group_restricted=True)
    clients.set_groups(db, "limited", [make_group("family").id])
    his = open_browser()
    sign_in(his, ben)
    app.tokens(his)
    browser.get(page)
    verdicts = {rule.client_id: verdict.may for rule, verdict in browser.variables["apps"]}
    assert verdicts == {app.client_id: True, "limited": False}
    assert "No: only members of Family may." in browser.text
    assert "Signed in just now; may learn: openid" in browser.text


def test_the_page_of_a_person_tells_what_happened_to_them(
    browser: Browser, db: Database, ben: User, page: str, clock: Clock
) -> None:
    browser.get(page)
    browser.post(page, {**FORM, "first_name": "Benny"})
    clock.advance(minutes=1)
    browser.get(page)
    browser.post(f"{page}/disable")
    browser.get(page)
    assert [event.event for event in browser.variables["events"]] == ["USER_DISABLED", "USER_UPDATED"]
    assert f'href="/settings/admin/audit-log?user={ben.username}"' in browser.text
    assert asdict(users.get(db, ben.id))["updated_at"] - ben.updated_at == timedelta(minutes=1)
