"""API keys: shown once, kept as digests, for the API alone, ended with their owner, and warned of before the end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from pocketid import api_keys, jobs, users
from pocketid.crypto import digest
from pocketid.db import Database
from pocketid.users import User
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import Clock

LIST, API = "/settings/admin/api-keys", "/api/api-keys"
Events = Callable[..., list[Any]]
OpenBrowser = Callable[[], Browser]


@pytest.fixture
def key(browser: Browser, admin: User) -> str:
    """A key of the admin, made on the page."""
    browser.get(LIST)
    browser.post(LIST, {"name": "Backup script", "description": "nightly", "days": "90"})
    assert (browser.status, browser.view) == (200, "admin/api_keys/list")
    made: str = browser.variables["key"]
    return made


@pytest.fixture
def program(open_browser: OpenBrowser, key: str) -> Browser:
    """A program that sends the key, and no cookie."""
    program = open_browser()
    program.always["X-API-KEY"] = key
    return program


def test_ad_08_a_key_is_shown_once_and_kept_as_a_digest(
    browser: Browser, key: str, db: Database, admin: User, clock: Clock, events: Events
) -> None:
    assert len(key) == 43
    assert f'<code id="api-key">{key}</code>' in browser.text
    assert key not in browser.get(LIST).text
    row = (
        db._source.take()
        .execute("select digest, prefix, expires_at, row_to_json(api_keys)::text from api_keys")
        .fetchone()
    )
    assert row is not None
    assert row[:3] == (digest(key), key[:4], clock() + timedelta(days=90))
    assert key not in row[3]
    [event] = events("API_KEY_CREATED")
    assert (event.user_id, event.details["name"]) == (admin.id, "Backup script")


def test_a_program_lists_and_revokes_with_it(
    program: Browser, key: str, db: Database, admin: User, clock: Clock
) -> None:
    listed = program.get(API).json()
    assert listed["pagination"] == {"totalPages": 1, "totalItems": 1, "currentPage": 1, "itemsPerPage": 20}
    [shown] = listed["data"]
    assert shown == {
        "id": shown["id"],
        "name": "Backup script",
        "description": "nightly",
        "expiresAt": "2026-08-01T14:07:00Z",
        "lastUsedAt": "2026-05-03T14:07:00Z",
        "createdAt": "2026-05-03T14:07:00Z",
        "expirationEmailSent": False,
    }
    assert program.request("DELETE", f"{API}/{shown['id']}").status == 204
    assert api_keys.of_user(db, admin.id) == []
    assert (program.get(API).status, program.json()["code"]) == (401, "not_signed_in")


def test_its_last_use_is_noted_once_a_minute(
    program: Browser, db: Database, admin: User, clock: Clock
) -> None:
    def last_used() -> Any:
        return api_keys.of_user(db, admin.id)[0].last_used_at

    assert last_used() is None
    program.get(API)
    first = last_used()
    assert first == clock()
    clock.advance(seconds=59)
    program.get(API)
    assert last_used() == first
    clock.advance(seconds=2)
    program.get(API)
    assert last_used() == clock()


@pytest.mark.parametrize(
    "path", ["/settings/account", "/settings/admin/users", LIST, "/settings/account/passkeys/new"]
)
def test_ad_05_it_opens_no_page(program: Browser, path: str) -> None:
    assert program.get(path).location.startswith("/login?redirect=")


@pytest.mark.parametrize(
    "path", ["/settings/account/passkeys", LIST, "/settings/admin/application-configuration", "/logout"]
)
def test_ad_05_it_posts_no_form(program: Browser, db: Database, admin: User, path: str) -> None:
    program.post(path, {"name": "Another"}, form_token=None)
    assert program.status in {401, 403}
    assert len(api_keys.of_user(db, admin.id)) == 1


@pytest.mark.parametrize("sent", ["", "nonsense", "x" * 43, "x" * 8000, "é"])
def test_what_is_no_key_is_nobody(program: Browser, sent: str) -> None:
    program.always["X-API-KEY"] = sent
    assert (program.get(API).status, program.json()["code"]) == (401, "not_signed_in")


def test_ad_05_it_ends_at_its_end_and_with_its_owner(
    program: Browser, db: Database, admin: User, make_user: Callable[..., User], clock: Clock
) -> None:
    make_user(is_admin=True)  # the last one could not be disabled
    assert program.get(API).status == 200
    users.set_disabled(db, admin.id, clock(), disabled=True)
    assert program.get(API).status == 401
    users.set_disabled(db, admin.id, clock(), disabled=False)
    assert program.get(API).status == 200
    clock.advance(days=90)
    assert program.get(API).status == 401


def test_renewing_replaces_the_key_at_once(
    browser: Browser, program: Browser, db: Database, admin: User, clock: Clock, events: Events
) -> None:
    [row] = api_keys.of_user(db, admin.id)
    browser.get(f"{LIST}/{row.id}/renew")
    browser.post(f"{LIST}/{row.id}/renew", {"days": "365"})
    renewed = browser.variables["key"]
    assert program.get(API).status == 401
    program.always["X-API-KEY"] = renewed
    assert program.get(API).json()["data"][0]["id"] == str(row.id)
    assert api_keys.of_user(db, admin.id)[0].expires_at == clock() + timedelta(days=365)
    assert len(events("API_KEY_RENEWED")) == 1


def test_revoking_is_asked_for_first(
    browser: Browser, key: str, db: Database, admin: User, events: Events
) -> None:
    [row] = api_keys.of_user(db, admin.id)
    assert "Revoke the key “Backup script”?" in browser.get(f"{LIST}/{row.id}/revoke").text
    assert len(api_keys.of_user(db, admin.id)) == 1
    assert browser.post(f"{LIST}/{row.id}/revoke").location == LIST
    assert api_keys.of_user(db, admin.id) == []
    assert [event.details for event in events("API_KEY_REVOKED")] == [{"name": "Backup script"}]


@pytest.mark.parametrize("action", ["renew", "revoke"])
def test_ad_06_somebody_else_s_key_is_not_there(
    browser: Browser,
    key: str,
    db: Database,
    admin: User,
    make_user: Callable[..., User],
    open_browser: OpenBrowser,
    sign_in: Callable[..., None],
    action: str,
) -> None:
    [row] = api_keys.of_user(db, admin.id)
    other = open_browser()
    sign_in(other, make_user(is_admin=True))
    for key_id in (row.id, UUID(int=1), "nonsense"):
        assert other.get(f"{LIST}/{key_id}/{action}").status == 404
        assert other.post(f"{LIST}/{key_id}/{action}", {"days": "30"}).status == 404
        assert (
            other.request("DELETE", f"{API}/{key_id}", headers={"X-Form-Token": other.form_token()}).status
            == 404
        )
    assert api_keys.of_user(db, admin.id) == [row]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "ab"}, "name"),
        ({"name": "x" * 51}, "name"),
        ({"name": "x" * 20_000}, "name"),
        ({"name": "Script", "description": "d" * 151}, "description"),
    ],
)
def test_what_a_key_cannot_be_is_said_at_its_field(
    browser: Browser, admin: User, db: Database, form: dict[str, str], field: str
) -> None:
    browser.get(LIST)
    browser.post(LIST, form)
    assert (browser.status, set(browser.variables["errors"])) == (422, {field})
    assert api_keys.of_user(db, admin.id) == []


def test_nobody_has_more_than_fifty(browser: Browser, key: str, db: Database, admin: User) -> None:
    for number in range(49):
        browser.post(LIST, {"name": f"Script {number}"})
    assert browser.status == 200
    assert browser.post(LIST, {"name": "One more"}).status == 422
    assert len(api_keys.of_user(db, admin.id)) == 50


def test_a_key_is_made_by_whoever_used_a_passkey_just_now(
    browser: Browser, admin: User, db: Database, clock: Clock
) -> None:
    browser.get(LIST)
    clock.advance(minutes=6)
    assert browser.post(LIST, {"name": "Script"}).view == "login/step_up"
    assert api_keys.of_user(db, admin.id) == []


def test_a_session_needs_its_form_token_at_the_api_too(
    browser: Browser, key: str, db: Database, admin: User
) -> None:
    [row] = api_keys.of_user(db, admin.id)
    assert browser.request("DELETE", f"{API}/{row.id}").status == 403
    assert len(api_keys.of_user(db, admin.id)) == 1
    assert (
        browser.request("DELETE", f"{API}/{row.id}", headers={"X-Form-Token": browser.form_token()}).status
        == 204
    )


@pytest.mark.parametrize(
    ("query", "page", "names"),
    [
        ({}, 1, 3),
        ({"pagination[limit]": "2"}, 1, 2),
        ({"pagination[limit]": "2", "pagination[page]": "2"}, 2, 1),
        ({"pagination[limit]": "2", "pagination[page]": "9"}, 2, 1),
        ({"pagination[limit]": "0", "pagination[page]": "0"}, 1, 1),
        ({"pagination[limit]": "1000"}, 1, 3),
        ({"pagination[limit]": "x", "pagination[page]": "-1"}, 1, 3),
    ],
)
def test_lists_come_in_pages(
    browser: Browser, program: Browser, query: dict[str, Any], page: int, names: int
) -> None:
    browser.post(LIST, {"name": "Second"})
    browser.post(LIST, {"name": "Third"})
    answer = program.get(API, **query).json()
    assert (answer["pagination"]["currentPage"], len(answer["data"])) == (page, names)
    assert answer["pagination"]["itemsPerPage"] <= 100


def test_its_owner_is_warned_once_a_week_before_the_end(
    browser: Browser,
    key: str,
    db: Database,
    site: Site,
    admin: User,
    clock: Clock,
    outgoing: Callable[[], Any],
) -> None:
    def warn() -> int:
        return api_keys.warn(db, site.config, site.keyring, clock())

    db.run("settings.store", name="emailApiKeyExpirationEnabled", value="true", now=clock())
    clock.advance(days=82)
    outgoing()
    assert warn() == 0
    clock.advance(days=1, seconds=1)
    assert warn() == 1
    assert warn() == 0
    [mail] = outgoing()
    assert (mail.kind, mail.address) == ("api_key_expiring", admin.email)
    assert "“Backup script”" in mail.subject
    assert "within 6 days" in mail.text
    assert f"{site.config.app_url}{LIST}" in mail.text
    assert key not in mail.text
    assert api_keys.of_user(db, admin.id)[0].warned_at == clock()


def test_nobody_is_warned_while_that_is_off_and_the_housekeeper_does_it_else(
    key: str, db: Database, site: Site, clock: Clock, outgoing: Callable[[], Any]
) -> None:
    clock.advance(days=84)
    outgoing()
    jobs.keep_house(site)
    assert outgoing() == []
    db.run("settings.store", name="emailApiKeyExpirationEnabled", value="true", now=clock())
    jobs.keep_house(site)
    assert [mail.kind for mail in outgoing()] == ["api_key_expiring"]
