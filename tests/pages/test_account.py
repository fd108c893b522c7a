"""A person's own pages: what they may change of themselves, their sessions, apps and activity."""

import io
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from pocketid import clients, consents, sessions, users
from pocketid.db import Connection, Database
from pocketid.groups import Group
from pocketid.users import User
from tests.browser import Browser
from tests.conftest import Clock
from tests.oidc.flow import App

ACCOUNT = "/settings/account"
FORM = {"first_name": "Anne", "last_name": "Meier", "display_name": "Mum", "username": "anne"}
Events = Callable[..., list[Any]]
SignIn = Callable[..., None]
MakeUser = Callable[..., User]
OpenBrowser = Callable[[], Browser]


def stored(db: Database, user: User) -> User:
    return users.get(db, user.id)


# Details


def test_the_page_shows_what_apps_learn_of_the_person(signed_in: Browser, anna: User) -> None:
    signed_in.get(ACCOUNT)
    assert (signed_in.status, signed_in.view) == (200, "account/show")
    for text in ('value="Anna"', 'value="Muster"', 'value="anna"', "anna@example.test", "Verified"):
        assert text in signed_in.text
    assert signed_in.headers["Cache-Control"] == "no-store"


def test_names_and_user_name_are_the_person_s_to_change(
    signed_in: Browser, anna: User, db: Database, events: Events
) -> None:
    signed_in.get(ACCOUNT)
    signed_in.post(ACCOUNT, FORM)
    assert signed_in.location == ACCOUNT
    after = stored(db, anna)
    assert asdict(after) == {**asdict(anna), **FORM}
    [event] = events("PROFILE_UPDATED")
    assert (event.user_id, event.actor_id) == (anna.id, anna.id)
    assert event.details["changed"]["username"] == {"before": "anna", "after": "anne"}
    assert "Your details are saved." in signed_in.get(ACCOUNT).text


def test_a_form_that_changes_nothing_is_no_event(signed_in: Browser, events: Events) -> None:
    signed_in.get(ACCOUNT)
    same = {
        "first_name": "Anna",
        "last_name": "Muster",
        "display_name": "Anna Muster",
        "username": "anna",
    }
    assert signed_in.post(ACCOUNT, same).status == 303
    assert events("PROFILE_UPDATED") == []


def test_ad_02_nobody_gives_themselves_rights_or_another_address(
    signed_in: Browser, anna: User, db: Database
) -> None:
    signed_in.get(ACCOUNT)
    more = {"is_admin": "true", "email": "owner@example.test", "email_verified": "true", "disabled": "true"}
    ids = {"id": str(UUID(int=1)), "user_id": str(UUID(int=1)), "isAdmin": "true", "locale": "xx"}
    assert signed_in.post(ACCOUNT, {**FORM, **more, **ids}).status == 303
    assert asdict(stored(db, anna)) == {**asdict(anna), **FORM}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("username", ""),
        ("username", "u" * 51),
        ("username", "an na"),
        ("username", "root"),
        ("username", "OWNER"),  # somebody has it
        ("username", "u" * 50_000),
        ("first_name", "n" * 51),
        ("last_name", "n" * 51),
        ("display_name", "n" * 101),
        ("display_name", "\u202eannA"),
    ],
)
def test_what_breaks_a_rule_is_said_at_its_field_and_nothing_is_stored(
    field: str, text: str, signed_in: Browser, anna: User, db: Database, events: Events
) -> None:
    signed_in.get(ACCOUNT)
    signed_in.post(ACCOUNT, {**FORM, field: text})
    assert (signed_in.status, signed_in.view) == (422, "account/show")
    assert list(signed_in.variables["errors"]) == [field]
    assert f'id="{field}-error"' in signed_in.text
    assert getattr(signed_in.variables["change"], field) == text
    assert stored(db, anna) == anna
    assert events("PROFILE_UPDATED") == []


def test_a_form_without_fields_stores_nothing(signed_in: Browser, anna: User, db: Database) -> None:
    signed_in.get(ACCOUNT)
    assert signed_in.post(ACCOUNT, {}).status == 422
    assert stored(db, anna) == anna


def test_of_a_field_that_comes_twice_the_first_counts(signed_in: Browser, anna: User, db: Database) -> None:
    signed_in.get(ACCOUNT)
    signed_in.post(ACCOUNT, {**FORM, "username": ["first", "second"]})
    assert stored(db, anna).username == "first"


def test_names_can_be_changed_without_an_address_though_everybody_needs_one(
    browser: Browser, make_user: MakeUser, sign_in: SignIn, db: Database
) -> None:
    user = make_user(email=None)
    sign_in(browser, user)
    browser.get(ACCOUNT)
    assert browser.post(ACCOUNT, FORM).status == 303
    assert stored(db, user).first_name == "Anne"


def test_where_people_may_not_change_their_details_the_page_only_shows_them(
    reconfigured: Callable[..., Browser], anna: User, sign_in: SignIn, db: Database, events: Events
) -> None:
    browser = reconfigured(ALLOW_OWN_ACCOUNT_EDIT="false")
    sign_in(browser, anna)
    browser.get(ACCOUNT)
    assert 'name="username"' not in browser.text
    assert "Only an administrator can change these details." in browser.text
    assert browser.post(ACCOUNT, FORM).status == 403
    assert stored(db, anna) == anna
    assert events("PROFILE_UPDATED") == []


# Picture


def png() -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (40, 20), "#0f6a5b").save(output, "PNG")
    return output.getvalue()


def picture_address(browser: Browser) -> str:
    text = browser.get(ACCOUNT).text
    start = text.index("/api/users/")
    return text[start : text.index('"', start)]


def test_a_picture_is_uploaded_seen_at_once_and_taken_away(
    signed_in: Browser, anna: User, events: Events
) -> None:
    initials = picture_address(signed_in)
    signed_in.upload(f"{ACCOUNT}/picture", {"picture": ("me.png", png())})
    assert signed_in.location == ACCOUNT
    address = picture_address(signed_in)
    assert address != initials  # the browser must not show the one it kept
    shown = Image.open(io.BytesIO(signed_in.get(address).body))
    assert shown.size[0] == shown.size[1]
    assert "immutable" in signed_in.headers["Cache-Control"]
    signed_in.get(ACCOUNT)
    signed_in.post(f"{ACCOUNT}/picture/reset")
    assert picture_address(signed_in) == initials
    assert [event.user_id for event in events("PICTURE_CHANGED")] == [anna.id, anna.id]


@pytest.mark.parametrize("content", [b"", b"no picture", b"<svg/>"])
def test_fi_01_what_is_no_picture_is_refused_with_the_reason(
    content: bytes, signed_in: Browser, events: Events
) -> None:
    signed_in.get(ACCOUNT)
    signed_in.upload(f"{ACCOUNT}/picture", {"picture": ("me.png", content)})
    assert (signed_in.status, signed_in.view) == (422, "account/show")
    assert signed_in.variables["errors"]["picture"] in signed_in.text
    assert events("PICTURE_CHANGED") == []


def test_no_picture_is_taken_away_where_there_is_none(signed_in: Browser, events: Events) -> None:
    signed_in.get(ACCOUNT)
    assert signed_in.post(f"{ACCOUNT}/picture/reset").status == 303
    assert events("PICTURE_CHANGED") == []


# Passkeys, as far as the page tells of them


@pytest.mark.parametrize(("number", "sentence"), [(0, "You have no passkey yet."), (1, "only one passkey")])
def test_a_person_with_few_passkeys_is_told_to_add_one(
    number: int, sentence: str, signed_in: Browser, anna: User, shared_connection: Connection
) -> None:
    add_passkeys(shared_connection, anna, number)
    assert sentence in signed_in.get(ACCOUNT).text


def test_a_person_with_two_passkeys_is_not(
    signed_in: Browser, anna: User, shared_connection: Connection
) -> None:
    add_passkeys(shared_connection, anna, 2)
    signed_in.get(ACCOUNT)
    assert "passkey yet" not in signed_in.text
    assert "only one passkey" not in signed_in.text
    assert [passkey.name for passkey in signed_in.variables["passkeys"]] == ["key 0", "key 1"]


def add_passkeys(connection: Connection, user: User, number: int) -> None:
    for each in range(number):
        connection.execute(
            "insert into passkeys (user_id, credential_id, public_key, name, created_at)"
            " values (%s, %s, '', %s, now() + %s * interval '1 second')",
            [user.id, str(each).encode(), f"key {each}", each],
        )


# Sessions


def test_the_page_lists_where_the_person_is_signed_in(
    signed_in: Browser, anna: User, open_browser: OpenBrowser, sign_in: SignIn, clock: Clock
) -> None:
    other = open_browser()
    other.user_agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"
    sign_in(other, anna, "one_time_access")
    clock.advance(minutes=5)
    signed_in.get(ACCOUNT)
    shown = signed_in.variables["sessions"]
    assert [session.last_seen_at for session in shown] == [clock(), clock.at.replace(minute=7)]
    for text in ("Firefox on Linux", "This device", "Safari on iPhone", "By a one-time link", "This machine"):
        assert text in signed_in.text


def test_one_session_is_signed_out_and_no_other(
    signed_in: Browser, anna: User, open_browser: OpenBrowser, sign_in: SignIn, events: Events
) -> None:
    other = open_browser()
    sign_in(other, anna)
    [action] = re.findall(r'action="([^"]+/end)"', signed_in.get(ACCOUNT).text)  # this one has no button
    signed_in.post(action)
    assert signed_in.location == f"{ACCOUNT}#sessions"
    assert other.get(ACCOUNT).location.startswith("/login")
    assert signed_in.get(ACCOUNT).status == 200
    assert [event.user_id for event in events("SESSION_ENDED")] == [anna.id]


def test_all_other_sessions_are_signed_out_with_what_their_apps_were_given(
    signed_in: Browser,
    anna: User,
    app: App,
    make_user: MakeUser,
    open_browser: OpenBrowser,
    sign_in: SignIn,
    events: Events,
) -> None:
    others, stranger = [open_browser(), open_browser()], open_browser()
    for other in others:
        sign_in(other, anna)
    sign_in(stranger, make_user())
    token = app.tokens(others[0])["access_token"]
    own = app.tokens(signed_in)["access_token"]
    signed_in.get(ACCOUNT)
    signed_in.post(f"{ACCOUNT}/sessions/end-others")
    for other in others:
        assert other.get(ACCOUNT).location.startswith("/login")
    assert signed_in.get(ACCOUNT).status == 200
    assert stranger.get(ACCOUNT).status == 200
    assert app.userinfo(signed_in, token).status == 401
    assert app.userinfo(signed_in, own).status == 200
    assert events("SESSION_ENDED")[0].details == {"number": 2}
    assert "Sign out everywhere else" not in signed_in.get(ACCOUNT).text
    signed_in.post(f"{ACCOUNT}/sessions/end-others")  # nothing is left to end, and nothing is told
    assert len(events("SESSION_ENDED")) == 1


@pytest.mark.parametrize("session_id", ["x", str(UUID(int=0)), "theirs"])
def test_ad_06_a_session_of_somebody_else_is_not_found_and_goes_on(
    session_id: str,
    signed_in: Browser,
    make_user: MakeUser,
    open_browser: OpenBrowser,
    sign_in: SignIn,
    db: Database,
    now: datetime,
    events: Events,
) -> None:
    ben, theirs = make_user(), open_browser()
    sign_in(theirs, ben)
    if session_id == "theirs":
        session_id = str(sessions.of_user(db, ben.id, now)[0].id)
    signed_in.get(ACCOUNT)
    assert signed_in.post(f"{ACCOUNT}/sessions/{session_id}/end").status == 404
    assert theirs.get(ACCOUNT).status == 200
    assert events("SESSION_ENDED") == []


# Apps


@pytest.fixture
def used(signed_in: Browser, app: App) -> dict[str, Any]:
    """Tokens of an app that Anna has signed in to."""
    return app.tokens(signed_in, scope="openid profile offline_access")


def test_apps_are_listed_with_when_they_were_used(
    signed_in: Browser, used: dict[str, Any], make_client: Callable[..., clients.Client]
) -> None:
    make_client("grafana", launch_url="https://grafana.example.test", description="Charts")
    signed_in.get("/settings/apps")
    assert [listed.id for listed in signed_in.variables["apps"]] == ["grafana", "immich"]
    assert list(signed_in.variables["granted"]) == ["immich"]
    for text in ('href="https://grafana.example.test"', "Charts", "Not signed in yet", "Signed in "):
        assert text in signed_in.text
    assert signed_in.text.count("/revoke") == signed_in.text.count("Authorised") == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["grafana", "immich"]),
        ("GRAF", ["grafana"]),
        (" charts ", ["grafana"]),
        ("nothing of the kind", []),
        ("<b>", []),
    ],
)
def test_apps_are_found_by_name_and_description(
    signed_in: Browser, app: App, make_client: Callable[..., clients.Client], text: str, found: list[str]
) -> None:
    make_client("grafana", description="Charts")
    signed_in.get("/settings/apps", search=text)
    assert [listed.id for listed in signed_in.variables["apps"]] == found
    assert ("No app fits" in signed_in.text) is (not found)


def test_the_search_is_shown_where_there_is_much_to_search(
    signed_in: Browser, make_client: Callable[..., clients.Client]
) -> None:
    for number in range(6):
        make_client(f"app-{number}")
    assert "Search apps" not in signed_in.get("/settings/apps").text
    make_client("app-6")
    assert "Search apps" in signed_in.get("/settings/apps").text


def test_an_app_s_access_is_taken_back_after_a_question(
    signed_in: Browser, anna: User, app: App, used: dict[str, Any], db: Database, events: Events
) -> None:
    signed_in.get("/settings/apps/immich/revoke")
    assert signed_in.view == "confirm"
    assert app.userinfo(signed_in, used["access_token"]).status == 200  # the question alone does nothing
    signed_in.post("/settings/apps/immich/revoke")
    assert signed_in.location == "/settings/apps"
    assert consents.of_user(db, anna.id) == []
    assert app.userinfo(signed_in, used["access_token"]).status == 401
    assert app.refresh(signed_in, used["refresh_token"]).json()["error"] == "invalid_grant"
    [event] = events("CLIENT_AUTHORIZATION_REVOKED")
    assert (event.user_id, event.client_id) == (anna.id, "immich")


def test_an_app_that_is_closed_to_the_person_by_now_can_still_be_taken_back(
    signed_in: Browser,
    anna: User,
    used: dict[str, Any],
    db: Database,
    now: datetime,
    make_group: Callable[..., Group],
) -> None:
    change = replace(clients.Change.of(clients.get(db, "immich")), is_group_restricted=True)
    clients.update(db, "immich", change, now)
    clients.set_groups(db, "immich", [make_group("others").id])
    db.commit()
    signed_in.get("/settings/apps")
    assert signed_in.variables["apps"] == []
    assert [consent.client_id for consent in signed_in.variables["closed"]] == ["immich"]
    assert 'href="/settings/apps/immich/revoke"' in signed_in.text
    signed_in.get("/settings/apps/immich/revoke")
    assert signed_in.post("/settings/apps/immich/revoke").status == 303
    assert consents.of_user(db, anna.id) == []


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("client_id", ["nothing", "grafana", "immich"])
def test_ad_06_an_app_that_one_has_not_signed_in_to_is_not_found(
    client_id: str,
    method: str,
    used: dict[str, Any],
    anna: User,
    browser: Browser,
    make_client: Callable[..., clients.Client],
    make_user: MakeUser,
    sign_in: SignIn,
    db: Database,
    events: Events,
) -> None:
    make_client("grafana")
    sign_in(browser, make_user())  # somebody else than Anna, who has signed in to immich
    browser.get(ACCOUNT)
    getattr(browser, method)(f"/settings/apps/{client_id}/revoke")
    assert browser.status == 404
    assert [consent.client_id for consent in consents.of_user(db, anna.id)] == ["immich"]
    assert events("CLIENT_AUTHORIZATION_REVOKED") == []


# Activity


def test_activity_is_the_person_s_own_and_the_newest_first(
    signed_in: Browser,
    anna: User,
    make_user: MakeUser,
    sign_in: SignIn,
    open_browser: OpenBrowser,
    clock: Clock,
) -> None:
    ben = open_browser()
    sign_in(ben, make_user())
    ben.get(ACCOUNT)
    ben.post(ACCOUNT, {**FORM, "username": "ben"})
    for name in ("one", "two"):
        clock.advance(minutes=1)
        signed_in.get(ACCOUNT)
        signed_in.post(ACCOUNT, {**FORM, "username": name})
    signed_in.get("/settings/audit-log")
    shown = signed_in.variables["events"]
    assert [(event.event, event.user_id) for event in shown] == [("PROFILE_UPDATED", anna.id)] * 2
    assert shown[0].at > shown[1].at
    assert "Firefox on Linux" in signed_in.text
    assert "This machine" in signed_in.text


def test_activity_is_paged_by_the_last_event_seen(signed_in: Browser) -> None:
    for number in range(35):
        signed_in.get(ACCOUNT)
        signed_in.post(ACCOUNT, {**FORM, "username": f"anna{number}"})
    signed_in.get("/settings/audit-log?event=PROFILE_UPDATED")
    first = [event.id for event in signed_in.variables["events"]]
    older = signed_in.variables["older"]
    assert f'href="{older.replace("&", "&amp;")}" rel="next"' in signed_in.text
    signed_in.get("/settings/audit-log" + older)
    second = [event.id for event in signed_in.variables["events"]]
    assert (len(first), len(second), signed_in.variables["older"]) == (30, 5, "")
    assert first + second == sorted({*first, *second}, reverse=True)
    signed_in.get("/settings/audit-log" + signed_in.variables["newer"])
    assert [event.id for event in signed_in.variables["events"]] == first
    assert signed_in.variables["newer"] == ""


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("", ["PICTURE_CHANGED", "PROFILE_UPDATED"]),
        ("PROFILE_UPDATED", ["PROFILE_UPDATED"]),
        ("PASSKEY_ADDED", []),
        ("CLIENT_UPDATED", ["PICTURE_CHANGED", "PROFILE_UPDATED"]),  # nothing of one's own: not offered
        ("nonsense", ["PICTURE_CHANGED", "PROFILE_UPDATED"]),
    ],
)
def test_activity_is_found_by_kind(kind: str, expected: list[str], signed_in: Browser) -> None:
    signed_in.get(ACCOUNT)
    signed_in.post(ACCOUNT, FORM)
    signed_in.get(ACCOUNT)
    signed_in.upload(f"{ACCOUNT}/picture", {"picture": ("me.png", png())})
    signed_in.get("/settings/audit-log", event=kind)
    assert [event.event for event in signed_in.variables["events"]] == expected
    assert ("There is no such event in your activity" in signed_in.text) is (not expected)


@pytest.mark.parametrize("before", ["", "x", "-1", "٣", "9" * 30, "1.5.", "0x1"])
def test_an_odd_page_of_activity_is_the_first(before: str, signed_in: Browser) -> None:
    signed_in.get(ACCOUNT)
    signed_in.post(ACCOUNT, FORM)
    signed_in.get("/settings/audit-log", before=before)
    assert (signed_in.status, len(signed_in.variables["events"])) == (200, 1)
