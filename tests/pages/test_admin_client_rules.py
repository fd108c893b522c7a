"""The page of a client's sign-in rules."""

from collections.abc import Callable
from typing import Any

import pytest

from pocketid import client_keys, clients, groups, users
from pocketid.client_keys import ClientKeys
from pocketid.clients import Client
from pocketid.db import Connection, Database
from tests.browser import Browser
from tests.signer import Signer

HERE = "/settings/admin/oidc-clients/immich"
RULES = f"{HERE}/rules"
ALL = {
    "requires_reauthentication": "true",
    "requires_device_bound_passkey": "true",
    "requires_pushed_request": "true",
    "longest_sign_in_minutes": "10",
}


@pytest.fixture(autouse=True)
def client(admin: users.User, make_client: Callable[..., Client]) -> Client:
    """Every test here is done by an administrator, for this client."""
    assert admin
    return make_client("immich")


def test_rules_are_saved_told_of_and_taken_back(
    browser: Browser, db: Database, client: Client, events: Callable[..., list[Any]]
) -> None:
    assert f'href="{RULES}"' in browser.get(HERE).text
    browser.get(RULES)
    browser.post(RULES, ALL)
    assert browser.location == RULES
    after = clients.get(db, "immich")
    assert after.requires_reauthentication
    assert after.requires_device_bound_passkey
    assert after.requires_pushed_request
    assert after.longest_sign_in_seconds == 600
    [event] = events("CLIENT_UPDATED")
    assert event.details["changed"]["longest_sign_in_seconds"] == {"before": None, "after": 600}
    assert event.details["changed"].keys() == {
        "requires_reauthentication",
        "requires_device_bound_passkey",
        "requires_pushed_request",
        "longest_sign_in_seconds",
    }
    text = browser.get(RULES).text
    assert "The rules of Immich are saved." in text
    assert 'value="10"' in text
    assert "sign-in not older than 10 minutes" in browser.get(HERE).text
    browser.get(RULES)
    browser.post(RULES, ALL)
    assert len(events("CLIENT_UPDATED")) == 1  # nothing changed, nothing is told
    browser.post(RULES, {})
    assert clients.Change.of(clients.get(db, "immich")) == clients.Change.of(client)


@pytest.mark.parametrize("minutes", ["0", "-1", "1.5", "soon", "525601", "1" * 12, "１０"])
def test_an_age_that_is_none_changes_nothing(minutes: str, browser: Browser, db: Database) -> None:
    browser.get(RULES)
    browser.post(RULES, {**ALL, "longest_sign_in_minutes": minutes})
    assert browser.status == 422
    assert browser.variables["errors"].keys() == {"longest_sign_in_minutes"}
    assert f'value="{minutes[:9]}' in browser.text
    assert clients.get(db, "immich").longest_sign_in_seconds is None
    assert not clients.get(db, "immich").requires_pushed_request


def test_signed_requests_are_asked_for_only_of_who_has_keys(browser: Browser, db: Database) -> None:
    browser.get(RULES)
    browser.post(RULES, {**ALL, "requires_signed_request": "true"})
    assert (browser.status, browser.variables["errors"].keys()) == (422, {"requires_signed_request"})
    assert "no keys here" in browser.text
    assert not clients.get(db, "immich").requires_pushed_request
    key = ClientKeys("immich", [Signer("ES256").public])
    client_keys.save(db, key, clients.get(db, "immich").created_at)
    db.commit()
    browser.post(RULES, {"requires_signed_request": "true"})
    assert clients.get(db, "immich").requires_signed_request
    assert "only signed requests" in browser.get(HERE).text


def test_the_big_form_leaves_the_rules_as_they_are(browser: Browser, db: Database) -> None:
    browser.get(RULES)
    browser.post(RULES, ALL)
    browser.get(HERE)
    form = {"name": "Photos", "redirect_uris": "https://a.example.test/", "signing_algorithm": "RS256"}
    browser.post(HERE, {**form, "access_token_minutes": "5", "refresh_token_minutes": "50"})
    after = clients.get(db, "immich")
    assert (after.name, after.longest_sign_in_seconds) == ("Photos", 600)
    assert after.requires_reauthentication
    assert after.requires_device_bound_passkey
    assert after.requires_pushed_request


def test_the_page_counts_who_would_be_kept_out(
    browser: Browser,
    shared_connection: Connection,
    make_user: Callable[..., users.User],
    make_group: Callable[..., groups.Group],
    db: Database,
) -> None:
    anna, tim, _disabled = make_user(username="anna"), make_user(username="tim"), make_user(disabled=True)
    for user, is_synced in ((anna, False), (anna, True), (tim, True), (_disabled, False)):
        shared_connection.execute(
            "insert into passkeys (user_id, credential_id, public_key, name, transports, sign_count, backup_eligible,"
            " backed_up) values (%s, gen_random_uuid()::text::bytea, 'x', 'Key', '{}', 0, %s, %s)",
            (user.id, is_synced, is_synced),
        )
    browser.get(RULES)
    assert (browser.variables["people"], browser.variables["with_device_bound"]) == (3, 1)
    assert "cannot sign in to it" not in browser.text
    browser.post(RULES, ALL)
    assert "2 people who may use Immich have no passkey that stays on one device" in browser.get(RULES).text
    family = make_group("family", tim)
    clients.put_group(db, "immich", family.id, is_opened=True)
    db.commit()
    shared_connection.execute("update clients set is_group_restricted = true")
    assert "1 person who may use Immich has no passkey" in browser.get(RULES).text


def test_a_client_that_is_not_there_is_not_found(browser: Browser) -> None:
    assert browser.get("/settings/admin/oidc-clients/nothing/rules").status == 404
    browser.get("/lc")
    assert browser.post("/settings/admin/oidc-clients/nothing/rules", ALL).status == 404
