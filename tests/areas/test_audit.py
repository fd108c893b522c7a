"""The audit log: written with the change or not at all, found by each filter, kept as long as configured."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pocketid import audit, jobs, users
from pocketid.audit import Event, Filter, Position
from pocketid.clients import Client
from pocketid.db import Connection, Database
from pocketid.groups import Group
from pocketid.users import User
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import Clock, make_config

PACKAGE = Path(audit.__file__).parent
MakeUser = Callable[..., User]


def record(db: Database, at: datetime, event: Event = Event.SIGN_IN, **parts: Any) -> None:
    audit.record_by_system(db, at, event, **parts)


def kinds(db: Database, **wanted: Any) -> list[str]:
    """The events that fit, without those of the installation itself."""
    found = [row.event for row in audit.search(db, Filter(**wanted), 200)]
    return [kind for kind in found if kind != "SIGNING_KEY_CREATED"]


# Every event


@pytest.mark.parametrize("event", Event)
def test_every_event_is_recorded_somewhere_and_has_a_label(event: Event) -> None:
    sources = [path.read_text() for path in PACKAGE.rglob("*.py") if path.name != "audit.py"]
    assert any(re.search(rf"\bEvent\.{event.name}\b", source) for source in sources), "nothing records it"
    assert event.value == event.name
    assert audit.label(event.value) != event.value
    assert audit.label(event.value) in Path(audit.__file__).read_text().partition("def _labels")[2]


def test_labels_differ_and_an_event_of_another_version_is_shown_by_its_name() -> None:
    assert len({audit.label(event.value) for event in Event}) == len(Event)
    assert audit.label("SOMETHING_LATER") == "SOMETHING_LATER"


# What is written


def test_an_event_tells_who_did_what_to_whom_from_where(
    browser: Browser, admin: User, make_user: MakeUser, events: Callable[..., list[Any]], now: datetime
) -> None:
    browser.address, browser.user_agent = "2001:db8::7", "A" * 600
    ben = make_user(username="ben")
    browser.get(f"/settings/admin/users/{ben.id}")
    browser.post(f"/settings/admin/users/{ben.id}/disable")
    [row] = events("USER_DISABLED")
    assert (row.at, row.address, row.user_agent) == (now, "2001:db8::7", "A" * 512)
    assert (row.user_id, row.username, row.actor_id, row.actor_username) == (ben.id, "ben", admin.id, "admin")


def test_an_event_without_request_has_no_actor(db: Database, now: datetime, make_user: MakeUser) -> None:
    ben = make_user()
    record(db, now, user_id=ben.id, reason="test")
    row = audit.search(db, Filter(event="SIGN_IN"), 1)[0]
    assert (row.user_id, row.actor_id, row.address, row.user_agent) == (ben.id, None, None, None)
    assert row.details == {"reason": "test"}


def test_details_are_kept_as_json_whatever_they_were(db: Database, now: datetime) -> None:
    details: dict[str, Any] = {
        "id": UUID(int=1),
        "moment": now,
        "names": ("b", "a"),
        "map": {1: None},
        "flag": True,
    }
    record(db, now, **details)
    assert audit.search(db, Filter(event="SIGN_IN"), 1)[0].details == {
        "id": str(UUID(int=1)),
        "moment": str(now),
        "names": ["b", "a"],
        "map": {"1": None},
        "flag": True,
    }


def test_an_event_outlives_whom_it_tells_of(
    db: Database, now: datetime, make_user: MakeUser, make_client: Callable[..., Client]
) -> None:
    ben, client = make_user(), make_client("immich")
    record(db, now, user_id=ben.id, client_id=client.id)
    users.delete(db, ben.id, ben.created_at)
    db.run("clients.delete", id="immich")
    row = audit.search(db, Filter(event="SIGN_IN"), 1)[0]
    assert (row.user_id, row.username, row.client_id, row.client_name) == (ben.id, None, "immich", None)


def test_a_difference_names_each_field_that_changed(make_user: MakeUser) -> None:
    before = make_user(username="anna", email="a@example.test")
    after = replace(before, username="anne", email=None, is_admin=True, updated_at=datetime.now(UTC))
    assert audit.difference(before, after) == {
        "username": {"before": "anna", "after": "anne"},
        "email": {"before": "a@example.test", "after": None},
        "is_admin": {"before": False, "after": True},
    }
    assert audit.difference(before, before) == {}


# Both or neither


CHANGES: dict[str, tuple[str, dict[str, Any], str]] = {
    "user": ("/settings/admin/users/{user}", {"username": "other", "email": "o@x.test"}, "users"),
    "new user": ("/settings/admin/users/new", {"username": "other", "email": "o@x.test"}, "users"),
    "disabled": ("/settings/admin/users/{user}/disable", {}, "users"),
    "deleted": ("/settings/admin/users/{user}/delete", {}, "users"),
    "user's groups": ("/settings/admin/users/{user}/groups", {"add": "{group}"}, "group_members"),
    "link": ("/settings/admin/users/{user}/links", {}, "one_time_access_tokens"),
    "group": ("/settings/admin/user-groups/{group}", {"friendly_name": "Other"}, "groups"),
    "members": (
        "/settings/admin/user-groups/{group}/members",
        {"add": "{user}"},
        "group_members",
    ),
    "deleted group": ("/settings/admin/user-groups/{group}/delete", {}, "groups"),
    "client's secret": ("/settings/admin/oidc-clients/immich/secrets", {}, "client_secrets"),
    "client's access": ("/settings/admin/oidc-clients/immich/access", {"who": "groups"}, "clients"),
    "client's groups": (
        "/settings/admin/oidc-clients/immich/access/groups",
        {"add": "{group}"},
        "client_groups",
    ),
    "deleted client": ("/settings/admin/oidc-clients/immich/delete", {}, "clients"),
    "settings": (
        "/settings/admin/application-configuration",
        {
            "app_name": "Other",
            "session_duration": "9",
            "home_page_url": "/settings/apps",
            "default_language": "en",
            "audit_log_retention_days": "90",
            "user_verification": "required",
            "authenticator_attachment": "any",
        },
        "settings",
    ),
    "own details": ("/settings/account", {"username": "other"}, "users"),
    "sign-out": ("/logout", {}, "sessions"),
}


@pytest.mark.parametrize(("address", "form", "table"), CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.parametrize("is_broken", [False, True])
def test_a_change_and_its_event_are_both_there_or_neither(
    is_broken: bool,
    address: str,
    form: dict[str, str],
    table: str,
    browser: Browser,
    admin: User,
    make_user: MakeUser,
    make_group: Callable[..., Group],
    make_client: Callable[..., Client],
    shared_connection: Connection,
) -> None:
    made = {"user": make_user(username="anna").id, "group": make_group("family").id}
    make_client("immich")
    browser.get("/settings/account")

    def rows(name: str) -> list[Any]:
        return shared_connection.execute(f"select * from {name}").fetchall()

    before, events_before = rows(table), len(rows("audit_events"))
    if is_broken:
        shared_connection.execute(
            "create function pg_temp.refuse() returns trigger language plpgsql as"
            " $$ begin raise exception 'no room for events'; end $$"
        )
        shared_connection.execute(
            "create trigger refuse before insert on audit_events execute function pg_temp.refuse()"
        )
    browser.post(address.format(**made), {name: text.format(**made) for name, text in form.items()})
    assert browser.status == (500 if is_broken else 200 if browser.view else 303)
    assert (rows(table) == before) is is_broken
    assert (len(rows("audit_events")) == events_before) is is_broken


# What is found


@pytest.fixture
def log(db: Database, now: datetime, make_user: MakeUser, make_client: Callable[..., Client]) -> list[User]:
    """Five events, an hour apart; returns whom they tell of."""
    anna, ben = make_user(), make_user()
    make_client("immich")
    rows = (
        (Event.SIGN_IN, anna.id, None, None),
        (Event.CLIENT_AUTHORIZATION, anna.id, anna.id, "immich"),
        (Event.USER_DISABLED, ben.id, anna.id, None),
        (Event.CLIENT_UPDATED, None, ben.id, "immich"),
        (Event.SIGN_IN_REFUSED, None, None, None),
    )
    for hour, (event, user_id, actor_id, client_id) in enumerate(rows):
        db.run(
            "audit.insert",
            at=now + timedelta(hours=hour),
            event=event.value,
            user_id=user_id,
            actor_id=actor_id,
            client_id=client_id,
            details={},
            **audit._NOWHERE,
        )
    return [anna, ben]


ALL = ["SIGN_IN_REFUSED", "CLIENT_UPDATED", "USER_DISABLED", "CLIENT_AUTHORIZATION", "SIGN_IN"]


def test_each_filter_finds_its_own_and_all_together(db: Database, now: datetime, log: list[User]) -> None:
    anna, ben = log
    hour = timedelta(hours=1)
    assert kinds(db) == ALL
    assert kinds(db, event="SIGN_IN") == ["SIGN_IN"]
    assert kinds(db, user_id=anna.id) == ["CLIENT_AUTHORIZATION", "SIGN_IN"]
    assert kinds(db, person_id=anna.id) == ["USER_DISABLED", "CLIENT_AUTHORIZATION", "SIGN_IN"]
    assert kinds(db, person_id=ben.id) == ["CLIENT_UPDATED", "USER_DISABLED"]
    assert kinds(db, client_id="immich") == ["CLIENT_UPDATED", "CLIENT_AUTHORIZATION"]
    assert kinds(db, since=now + 3 * hour) == ALL[:2]
    assert kinds(db, until=now + hour) == ["SIGN_IN"]
    assert kinds(db, since=now + hour, until=now + 3 * hour) == ALL[2:4]
    assert kinds(db, person_id=anna.id, client_id="immich", since=now) == ["CLIENT_AUTHORIZATION"]
    for nothing in ({"event": "NOTHING"}, {"client_id": "x"}, {"user_id": UUID(int=0)}):
        assert kinds(db, **nothing) == []


def test_pages_go_on_below_the_last_event_whatever_comes_meanwhile(
    db: Database, now: datetime, log: list[User]
) -> None:
    first = audit.search(db, Filter(), 2)
    record(db, now + timedelta(hours=5), Event.SIGN_OUT)
    second = audit.search(db, Filter(), 3, before=Position(first[-1].at, first[-1].id))
    assert [row.event for row in first + second] == ALL
    assert [row.id for row in first + second] == sorted((row.id for row in first + second), reverse=True)


# How long


def test_events_are_deleted_when_they_are_older_than_is_configured(
    site: Site, db: Database, clock: Clock
) -> None:
    for days in (31, 30, 29):
        record(db, clock() - timedelta(days=days), days=days)
    db.commit()
    db.run("settings.store", name="auditLogRetentionDays", value="29", now=clock())
    jobs.keep_house(replace(site, config=make_config(AUDIT_LOG_RETENTION_DAYS="30")))
    assert days_kept(db) == [29, 30]
    jobs.keep_house(site)
    assert days_kept(db) == [29]
    jobs.keep_house(replace(site, config=make_config(UI_CONFIG_DISABLED="true")))
    assert days_kept(db) == [29]


def days_kept(db: Database) -> list[int]:
    return [row.details["days"] for row in audit.search(db, Filter(event="SIGN_IN"), 9)]
