"""Consents: merged over time, listed by use, and taken back with everything that hangs on them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from pocketid import clients, consents, tokens, users
from pocketid.db import Database
from tests.oidc.flow import App
from tests.oidc.grants import consent, issue_code


@pytest.fixture
def anna(make_client: Callable[..., clients.Client], make_user: Callable[..., users.User]) -> users.User:
    for client_id in ("immich", "other"):
        make_client(client_id)
    return make_user(username="anna")


def test_scopes_merge_and_only_the_first_sign_in_is_new(
    db: Database, anna: users.User, now: datetime
) -> None:
    assert consents.scopes_of(db, anna.id, "immich") is None
    assert consent(db, anna, "immich", ["openid", "email"], now)
    assert not consent(db, anna, "immich", ["profile", "openid"], now)
    assert consents.scopes_of(db, anna.id, "immich") == frozenset({"openid", "email", "profile"})
    assert consents.scopes_of(db, anna.id, "other") is None


def test_nothing_granted_is_something_else_than_never_asked(
    db: Database, anna: users.User, now: datetime
) -> None:
    consent(db, anna, "immich", [], now)
    assert consents.scopes_of(db, anna.id, "immich") == frozenset()


def test_a_person_s_apps_come_last_used_first_with_when_they_were_granted(
    db: Database, anna: users.User, now: datetime, make_user: Callable[..., users.User]
) -> None:
    consent(db, make_user(), "immich", ["openid"], now)
    later = now + timedelta(days=1)
    consent(db, anna, "immich", ["openid"], now)
    consent(db, anna, "other", ["openid"], now + timedelta(hours=1))
    consent(db, anna, "immich", ["email"], later)
    found = consents.of_user(db, anna.id)
    assert [(each.client_id, each.granted_at, each.last_used_at) for each in found] == [
        ("immich", now, later),
        ("other", now + timedelta(hours=1), now + timedelta(hours=1)),
    ]
    assert found[0].scopes == ["email", "openid"]
    assert found[0].client_name == "Immich"


def test_taking_it_back_ends_the_app_s_tokens_and_no_other_s(
    db: Database, anna: users.User, now: datetime
) -> None:
    codes = {
        name: issue_code(db, App(name, None), anna, now, scopes=["openid"]) for name in ("immich", "other")
    }
    consents.revoke(db, anna.id, "immich", now)
    assert consents.scopes_of(db, anna.id, "immich") is None
    assert consents.scopes_of(db, anna.id, "other") == frozenset({"openid"})
    ended = {}
    for name, code in codes.items():
        found = tokens.find_code(db, code)
        assert found is not None
        ended[name] = found.authorization.revoked_at
    assert ended == {"immich": now, "other": None}
    assert consent(db, anna, "immich", ["openid"], now), "the next sign-in is a first one again"


def test_they_go_with_the_client_and_with_the_person(
    db: Database, anna: users.User, now: datetime, make_user: Callable[..., users.User]
) -> None:
    make_user(is_admin=True)
    consent(db, anna, "immich", ["openid"], now)
    consent(db, anna, "other", ["openid"], now)
    clients.delete(db, "immich")
    assert [each.client_id for each in consents.of_user(db, anna.id)] == ["other"]
    users.delete(db, anna.id, anna.created_at)
    assert consents.of_user(db, anna.id) == []
