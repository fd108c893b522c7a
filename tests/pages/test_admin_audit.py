"""The audit log of everybody: its filters, its pages, and its events in words."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from pocketid import audit, users
from pocketid.audit import Event
from pocketid.clients import Client
from pocketid.db import Database
from pocketid.users import User
from tests.browser import Browser

PAGE = "/settings/admin/audit-log"


@pytest.fixture(autouse=True)
def someone_administers(admin: User) -> None:
    """Every test here is done by an administrator."""


@pytest.fixture
def log(
    db: Database, now: datetime, make_user: Callable[..., User], make_client: Callable[..., Client]
) -> User:
    """A few events on two days, and who they tell of."""
    anna = make_user(username="anna", email="anna@example.test")
    make_client("immich")
    day = now.replace(hour=0, minute=0)
    for at, event, user_id, client_id in (
        (day - timedelta(seconds=1), Event.SIGN_IN, anna.id, None),
        (day, Event.CLIENT_AUTHORIZATION, anna.id, "immich"),
        (day + timedelta(hours=23, minutes=59), Event.SIGN_IN_REFUSED, None, None),
        (day + timedelta(days=1), Event.CLIENT_UPDATED, None, "immich"),
    ):
        audit.record_by_system(db, at, event, user_id=user_id, client_id=client_id)
    db.commit()
    return anna


def shown(browser: Browser, **query: Any) -> list[str]:
    browser.get(PAGE, **query)
    assert (browser.status, browser.view) == (200, "admin/audit/list")
    return [event.event for event in browser.variables["events"] if event.event != "SIGNING_KEY_CREATED"]


ALL = ["CLIENT_UPDATED", "SIGN_IN_REFUSED", "CLIENT_AUTHORIZATION", "SIGN_IN"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ALL),
        ({"event": "SIGN_IN"}, ["SIGN_IN"]),
        ({"event": "NO_SUCH_EVENT"}, ALL),
        ({"user": "anna"}, ["CLIENT_AUTHORIZATION", "SIGN_IN"]),
        ({"user": " ANNA@example.test "}, ["CLIENT_AUTHORIZATION", "SIGN_IN"]),
        ({"client": "immich"}, ["CLIENT_UPDATED", "CLIENT_AUTHORIZATION"]),
        ({"client": "nothing"}, []),
        ({"since": "2026-05-03"}, ALL[:3]),
        ({"until": "2026-05-03"}, ALL[1:]),
        ({"since": "2026-05-03", "until": "2026-05-03"}, ALL[1:3]),
        ({"user": "anna", "client": "immich", "event": "SIGN_IN"}, []),
        ({"sort": "id; drop table audit_events", "page": "7", "limit": "1"}, ALL),
    ],
)
def test_each_filter_narrows_the_list_and_all_go_together(
    query: dict[str, str], expected: list[str], browser: Browser, log: User
) -> None:
    assert shown(browser, **query) == expected
    assert browser.variables["errors"] == {}


def test_a_person_s_filter_finds_what_they_did_too(
    browser: Browser, log: User, admin: User, db: Database
) -> None:
    browser.get(f"/settings/admin/users/{log.id}")
    browser.post(f"/settings/admin/users/{log.id}/disable")
    assert shown(browser, user="admin") == ["USER_DISABLED"]
    assert shown(browser, user="anna")[0] == "USER_DISABLED"
    assert "by admin" in browser.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"user": "nobody"}, "user"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-02-30"}, "since"),
        ({"until": "9999-12-31"}, "until"),
        ({"until": "03.05.2026"}, "until"),
        ({"since": "2026-05-04", "until": "2026-05-03"}, "until"),
    ],
)
def test_a_filter_that_cannot_be_is_said_at_its_field_and_finds_nothing(
    query: dict[str, str], field: str, browser: Browser, log: User
) -> None:
    assert shown(browser, **query) == []
    assert list(browser.variables["errors"]) == [field]
    assert f'id="{field}-error"' in browser.text
    assert browser.variables["typed"][field] == query[field]
    assert "Events are shown once the filters can be read" in browser.text


def test_the_log_is_paged_by_the_last_event_and_keeps_its_filters(
    browser: Browser, db: Database, now: datetime
) -> None:
    for number in range(120):
        audit.record_by_system(db, now, Event.SIGN_IN, number=number)
    db.commit()
    found: list[int] = []
    address = f"{PAGE}?event=SIGN_IN"
    for is_last in (False, False, True):
        browser.get(address)
        found += [event.details["number"] for event in browser.variables["events"]]
        assert ("event=SIGN_IN" not in browser.variables["older"]) is is_last
        address = PAGE + browser.variables["older"]
    assert found == list(range(119, -1, -1))


@pytest.mark.parametrize("before", ["", "x", "-1", "9" * 40, "٣"])
def test_an_odd_page_is_the_first(before: str, browser: Browser, log: User) -> None:
    assert shown(browser, before=before) == ALL


def test_events_are_told_in_words_and_without_markup(
    browser: Browser, db: Database, now: datetime, log: User
) -> None:
    changed = {"is_admin": {"before": False, "after": True}, "email": {"before": None, "after": "<b>x</b>"}}
    audit.record_by_system(db, now, Event.USER_UPDATED, user_id=log.id, changed=changed, empty=None)
    audit.record_by_system(db, now, Event.GROUP_MEMBERS_CHANGED, added=["anna", "ben"], removed=[])
    audit.record_by_system(db, now, Event.CLIENT_UPDATED, user_id=UUID(int=1), client_id="gone")
    db.commit()
    browser.get(PAGE)
    for text in (
        "Person changed",
        "administrator: no → yes",
        "e-mail: – → &lt;b&gt;x&lt;/b&gt;",
        "added: anna, ben",
        "deleted person",
        "· gone",
        "on the server",
    ):
        assert text in browser.text, text
    assert "empty:" not in browser.text


def test_the_filters_offer_every_event_and_client(browser: Browser, log: User) -> None:
    browser.get(PAGE)
    assert {value for value, _label in browser.variables["kinds"]} == {event.value for event in Event}
    assert [client.id for client in browser.variables["clients"]] == ["immich"]


def test_an_empty_log_says_what_will_be_in_it(
    browser: Browser, db: Database, now: datetime, shared_connection: Any
) -> None:
    shared_connection.execute("delete from audit_events")
    browser.get(PAGE)
    assert "Nothing yet" in browser.text
    assert users.count(db) == 1
