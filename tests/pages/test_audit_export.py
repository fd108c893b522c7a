"""The audit log as a file: what the filters find, safe for spreadsheets, however long, and noted itself."""

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from pocketid import audit
from pocketid.audit import Event
from pocketid.db import Connection, Database
from pocketid.users import User
from tests.browser import Browser
from tests.conftest import Clock

PAGE = "/settings/admin/audit-log/export"


@pytest.fixture(autouse=True)
def log(admin: User, db: Database, now: datetime) -> None:
    """An administrator, and three events of an hour ago."""
    for number, name in enumerate(("plain", "=HYPERLINK(1)", 'Ünï, "quoted"')):
        at = now - timedelta(hours=1) + timedelta(seconds=number)
        audit.record_by_system(db, at, Event.GROUP_CREATED, user_id=admin.id, name=name)
    db.commit()


def lines(browser: Browser) -> list[Any]:
    return [json.loads(line) for line in browser.body.splitlines()]


def rows(browser: Browser) -> list[dict[str, str]]:
    assert browser.body.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(browser.body.decode("utf-8-sig"))))


def test_a_page_says_what_will_be_in_the_file(browser: Browser) -> None:
    browser.get(PAGE, event="GROUP_CREATED", place="internal", since="2026-05-01")
    assert (browser.status, browser.view) == (200, "admin/audit/export")
    assert dict(browser.variables["filters"])["Event"] == "Group added"
    assert 'name="since" value="2026-05-01"' in browser.text
    browser.get(PAGE)
    assert "every event" in browser.text


def test_ndjson_holds_what_the_filters_find_newest_first(
    browser: Browser, admin: User, events: Callable[..., list[Any]]
) -> None:
    browser.get(PAGE)
    browser.post(PAGE, {"format": "ndjson", "event": "GROUP_CREATED", "user": "admin"})
    assert (browser.status, browser.headers["Content-Type"]) == (200, "application/x-ndjson")
    assert browser.headers["Content-Disposition"] == 'attachment; filename="audit-log-2026-05-03.ndjson"'
    assert browser.headers["Cache-Control"] == "no-store"
    found = lines(browser)
    assert [line["details"]["name"] for line in found] == ['Ünï, "quoted"', "=HYPERLINK(1)", "plain"]
    assert found[0]["user_id"] == str(admin.id)
    assert found[0]["username"] == "admin"
    [event] = events("AUDIT_LOG_EXPORTED")
    assert event.actor_id == admin.id
    assert event.details == {
        "format": "ndjson",
        "filters": {"event": "GROUP_CREATED", "user": "admin"},
    }


def test_s_ad_09_csv_holds_no_formula(browser: Browser, db: Database, shared_connection: Connection) -> None:
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "ordinary"]
    for name in names:
        shared_connection.execute(
            "update audit_events set user_agent = %s where event = 'GROUP_CREATED' and details->>'name' = 'plain'",
            [name],
        )
        browser.get(PAGE)
        browser.post(PAGE, {"format": "csv", "event": "GROUP_CREATED"})
        assert browser.headers["Content-Type"] == "text/csv; charset=utf-8"
        found = rows(browser)
        assert [json.loads(row["details"])["name"] for row in found][-1] == "plain"
        assert found[-1]["user_agent"] == (name if name == "ordinary" else f"'{name}")
        assert all(row[column][:1] not in tuple("=+-@\t\r") for row in found for column in row if row[column])


def test_nothing_that_happens_meanwhile_is_in_the_file(browser: Browser, db: Database) -> None:
    browser.get(PAGE)
    browser.post(PAGE, {"format": "ndjson"})
    assert "AUDIT_LOG_EXPORTED" not in browser.text
    browser.get(PAGE)
    browser.post(PAGE, {"format": "csv", "event": "USER_DELETED"})
    assert rows(browser) == []


def test_a_long_log_is_written_a_piece_at_a_time(
    browser: Browser, shared_connection: Connection, now: datetime
) -> None:
    shared_connection.execute(
        "insert into audit_events (at, event, details)"
        " select %s - n / 3 * interval '1 second', 'SIGN_OUT', jsonb_build_object('number', n)"
        " from generate_series(1, 4500) n",
        [now - timedelta(days=1)],
    )
    browser.get(PAGE)
    browser.post(PAGE, {"format": "ndjson", "event": "SIGN_OUT"})
    numbers = [line["details"]["number"] for line in lines(browser)]
    assert len(numbers) == len(set(numbers)) == 4500
    assert [number // 3 for number in numbers] == sorted(number // 3 for number in numbers)
    browser.get(PAGE)
    pieces = []
    whole = browser.application

    def noting(environ: Any, start: Any) -> Any:
        for piece in whole(environ, start):
            pieces.append(len(piece))
            yield piece

    browser.application = noting
    browser.post(PAGE, {"format": "csv", "event": "SIGN_OUT"})
    assert len(rows(browser)) == 4500
    assert len(pieces) == 6  # the head, four full pieces and the rest
    assert max(pieces) < 200_000


@pytest.mark.parametrize("form", [{}, {"format": "exe"}, {"format": "csv", "since": "yesterday"}])
def test_what_cannot_be_read_is_refused_and_not_noted(
    form: dict[str, str], browser: Browser, events: Callable[..., list[Any]]
) -> None:
    browser.get(PAGE)
    assert browser.post(PAGE, form).status == 422
    assert events("AUDIT_LOG_EXPORTED") == []


def test_wrong_filters_lead_back_to_the_log(browser: Browser) -> None:
    assert browser.get(PAGE, since="yesterday", user="nobody").status == 303
    assert browser.location == "/settings/admin/audit-log?user=nobody&since=yesterday"


def test_a_passkey_used_of_late_is_asked_for(
    browser: Browser, clock: Clock, events: Callable[..., list[Any]]
) -> None:
    browser.get(PAGE)
    clock.advance(minutes=11)
    browser.post(PAGE, {"format": "csv", "event": "SIGN_IN"})
    assert browser.status == 303
    target = "%2Fsettings%2Fadmin%2Faudit-log%2Fexport%3Fevent%3DSIGN_IN"
    assert browser.location == f"/login/reauthenticate?redirect={target}"
    assert browser.get(PAGE, event="SIGN_IN").location == f"/login/reauthenticate?redirect={target}"
    assert events("AUDIT_LOG_EXPORTED") == []
