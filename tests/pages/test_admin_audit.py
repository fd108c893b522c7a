"""The audit log of everybody: its filters, its pages, and its events in words."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pocketid import audit, devices, users
from pocketid.audit import Event
from pocketid.clients import Client
from pocketid.db import Database
from pocketid.users import User
from pocketid.web import Site
from tests import geolite
from tests.browser import Browser
from tests.conftest import add_user

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
        ({"user": "anna@"}, ["CLIENT_AUTHORIZATION", "SIGN_IN"]),
    ],
)
def test_each_filter_narrows_the_list_and_all_go_together(
    query: dict[str, str], expected: list[str], browser: Browser, log: User
) -> None:
    assert shown(browser, **query) == expected
    assert browser.variables["errors"] == {}


@pytest.mark.parametrize(
    ("zone", "query", "expected"),
    [
        ("Europe/Berlin", {"since": "2026-05-03"}, ALL),
        ("Europe/Berlin", {"until": "2026-05-03"}, ALL[2:]),
        ("America/New_York", {"until": "2026-05-03"}, ALL),
        ("Middle/Earth", {"since": "2026-05-03"}, ALL[:3]),
    ],
)
def test_days_are_those_of_the_reader(
    zone: str, query: dict[str, str], expected: list[str], browser: Browser, log: User
) -> None:
    browser.cookies["__Host-zone"] = zone
    assert shown(browser, **query) == expected
    assert f"Days are those of {zone if zone != 'Middle/Earth' else 'UTC'}" in browser.text


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
        ({"address": "at home"}, "address"),
        ({"address": "10.0.0.0/33"}, "address"),
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
    found: list[list[int]] = []
    address = f"{PAGE}?event=SIGN_IN"
    while True:
        browser.get(address)
        found.append([event.details["number"] for event in browser.variables["events"]])
        if not browser.variables["older"]:
            break
        assert "event=SIGN_IN" in browser.variables["older"]
        address = PAGE + browser.variables["older"]
    assert [len(numbers) for numbers in found] == [50, 50, 20]
    assert [number for numbers in found for number in numbers] == list(range(119, -1, -1))
    for numbers in (found[1], found[0]):
        browser.get(PAGE + browser.variables["newer"])
        assert [event.details["number"] for event in browser.variables["events"]] == numbers
    assert browser.variables["newer"] == ""


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
        "On the server",
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
    assert "Events are kept for 90 days" in browser.text
    assert users.count(db) == 1


# Who, from where


def test_of_several_people_one_is_chosen(browser: Browser, db: Database, now: datetime, log: User) -> None:
    for name in ("anna.b", "anna.c"):
        add_user(db, now, username=name, display_name=f"{name} <b>")
    browser.get(PAGE, user="anna.", event="SIGN_IN")
    assert "Several people fit" in browser.variables["errors"]["user"]
    assert "anna.b &lt;b&gt;" in browser.text
    assert [query for _name, _user, query in browser.variables["people"]] == [
        "?event=SIGN_IN&user=anna.b",
        "?event=SIGN_IN&user=anna.c",
    ]
    browser.get(PAGE + browser.variables["people"][0][2])
    assert browser.variables["errors"] == {}


def test_who_was_deleted_is_found_by_their_id(browser: Browser, db: Database, log: User) -> None:
    users.delete(db, log.id, log.created_at)
    db.commit()
    assert shown(browser, user=str(log.id)) == ["CLIENT_AUTHORIZATION", "SIGN_IN"]


@pytest.fixture
def visits(
    db: Database, site: Site, tmp_path: Path, reconfigured: Callable[..., Browser], admin: User
) -> Browser:
    """Refused codes from five addresses, the first of them first; a browser that knows where cities are."""
    path = geolite.write(tmp_path / "cities.mmdb")
    visitor = reconfigured(GEOLITE_DB_PATH=str(path), LOCAL_IPV6_RANGES="2001:db8:7::/48")
    for address in ("10.1.2.3", "203.0.113.9", "198.51.100.9", "2001:db8:7::1", "100.100.1.1"):
        visitor.address = address
        visitor.get("/lc")
        visitor.post("/lc", {"code": "nonsense"})
        assert visitor.status == 410
    return visitor


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["VPN (Tailscale)", "Home network", "New Zealand", "Berlin, Germany", "Home network"]),
        ({"place": "external"}, ["New Zealand", "Berlin, Germany"]),
        ({"place": "internal"}, ["VPN (Tailscale)", "Home network", "Home network"]),
        (
            {"place": "nowhere"},
            ["VPN (Tailscale)", "Home network", "New Zealand", "Berlin, Germany", "Home network"],
        ),
        ({"address": "203.0.113.9"}, ["Berlin, Germany"]),
        ({"address": "203.0.113.77/24"}, ["Berlin, Germany"]),
        ({"address": "2001:db8:7::/48"}, ["Home network"]),
        ({"address": "0.0.0.0/0", "place": "external"}, ["New Zealand", "Berlin, Germany"]),
        ({"address": "192.0.2.1"}, []),
    ],
)
def test_events_are_found_by_where_they_came_from(
    query: dict[str, Any], expected: list[str], visits: Browser, browser: Browser
) -> None:
    browser.get(PAGE, event="ONE_TIME_ACCESS_REFUSED", **query)
    assert [devices.place(event) for event in browser.variables["events"]] == expected
    for place in expected:
        assert place in browser.text


def test_maxmind_is_named_where_places_are_shown(
    visits: Browser, browser: Browser, admin: User, sign_in: Callable[..., None]
) -> None:
    browser.get(PAGE)
    assert "GeoLite" not in browser.text  # this instance has no file
    sign_in(visits, admin)
    for page in (PAGE, "/settings/account", f"/settings/admin/users/{admin.id}"):
        visits.get(page)
        assert "This product includes GeoLite Data created by MaxMind" in visits.text, page


def test_a_file_that_cannot_be_used_is_said_to_admins(
    reconfigured: Callable[..., Browser], admin: User, sign_in: Callable[..., None], tmp_path: Path
) -> None:
    (tmp_path / "cities.mmdb").write_text("nothing")
    other = reconfigured(GEOLITE_DB_PATH=str(tmp_path / "cities.mmdb"))
    sign_in(other, admin)
    other.get(PAGE)
    assert "cities.mmdb is no GeoLite2 City database" in other.text


# One event


def test_an_event_tells_what_changed_by_whom_and_where(
    browser: Browser, admin: User, log: User, events: Callable[..., list[Any]]
) -> None:
    browser.address = "203.0.113.9"
    browser.get(f"/settings/admin/users/{log.id}")
    form = {"username": "anna", "email": "<anne>@example.test", "first_name": "Anne", "is_admin": "true"}
    browser.post(f"/settings/admin/users/{log.id}", form | {"email": "anne@example.test"})
    [row] = events("USER_UPDATED")
    browser.get(f"{PAGE}/{row.id}")
    assert (browser.status, browser.view) == (200, "admin/audit/show")
    changed = {change.field: (change.before, change.after) for change in browser.variables["changes"]}
    assert changed["e-mail"] == ("anna@example.test", "anne@example.test")
    assert changed["administrator"] == ("no", "yes")
    for text in (
        "Person changed",
        f'href="/settings/admin/users/{log.id}">anna</a>',
        "<dd>admin</dd>",
        "<code>203.0.113.9</code>",
        "Firefox on Linux",
        f'href="/settings/admin/audit-log?user={log.id}"',
        'href="/settings/admin/audit-log?address=203.0.113.9"',
    ):
        assert text in browser.text, text


def test_an_event_of_what_is_gone_is_told_all_the_same(
    browser: Browser, db: Database, now: datetime, log: User, events: Callable[..., list[Any]]
) -> None:
    audit.record_by_system(
        db, now, Event.CLIENT_DELETED, user_id=UUID(int=1), client_id="gone", name="<b>", changed="odd"
    )
    db.commit()
    [row] = events("CLIENT_DELETED")
    browser.get(f"{PAGE}/{row.id}")
    for text in (
        "deleted person",
        "deleted client",
        "<code>gone</code>",
        "&lt;b&gt;",
        "On the server",
        "odd",
    ):
        assert text in browser.text, text


@pytest.mark.parametrize("event_id", ["0", "x", "9" * 18, "9" * 30, "\xd9\xa3", "-1"])
def test_an_event_that_is_not_there_is_not_found(event_id: str, browser: Browser) -> None:
    assert browser.get(f"{PAGE}/{event_id}").status == 404
