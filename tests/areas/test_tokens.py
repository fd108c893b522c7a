"""Authorizations and what leads to them: digests, single use, families, and who ends what."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from pocketid import clients, crypto, tokens, users
from pocketid.db import Connection, Database
from pocketid.tokens import Authorization, Found
from tests.oidc.flow import App
from tests.oidc.grants import issue_code, start_session, stored


@dataclass
class Given:
    """A client and Anna."""

    app: App
    anna: users.User


@pytest.fixture
def given(make_client: Callable[..., clients.Client], make_user: Callable[..., users.User]) -> Given:
    make_client("immich")
    return Given(App("immich", None), make_user(username="anna"))


def found_by(db: Database, code: str) -> Authorization:
    found = tokens.find_code(db, code)
    assert found is not None
    return found.authorization


def test_s_az_05_a_code_has_256_random_bits_and_never_comes_twice(
    db: Database, given: Given, now: datetime
) -> None:
    codes = {issue_code(db, given.app, given.anna, now) for _each in range(20)}
    assert len(codes) == 20
    assert {len(crypto.from_base64url(code)) for code in codes} == {32}


def test_a_code_leads_to_what_was_granted_and_to_the_person(
    db: Database, given: Given, now: datetime
) -> None:
    session_id = start_session(db, given.anna, now)
    claims = {"userinfo": ["name"]}
    code = issue_code(db, given.app, given.anna, now, session_id=session_id, claims=claims, scopes=["openid"])
    found = tokens.find_code(db, code)
    assert isinstance(found, Found)
    authorization = found.authorization
    assert (authorization.client_id, authorization.user_id) == ("immich", given.anna.id)
    assert (authorization.session_id, authorization.claims) == (session_id, claims)
    assert (authorization.scopes, authorization.nonce) == (["openid"], "the-nonce")
    assert authorization.code_expires_at == now + timedelta(seconds=60)
    assert authorization.code_used_at is None
    assert authorization.revoked_at is None
    assert (found.subject.id, found.subject.username, found.may_use) == (given.anna.id, "anna", True)
    assert tokens.find_code(db, code + "x") is None
    assert tokens.find_code(db, "") is None


def test_a_session_that_is_over_gives_no_code(db: Database, given: Given, now: datetime) -> None:
    session_id = start_session(db, given.anna, now)
    db.run("sessions.delete", id=session_id, user_id=given.anna.id)
    code = issue_code(db, given.app, given.anna, now, session_id=session_id)
    assert tokens.find_code(db, code) is None


def test_a_refresh_token_names_its_family_and_holds_256_bits_of_its_own(
    db: Database, given: Given, now: datetime
) -> None:
    code = issue_code(db, given.app, given.anna, now)
    authorization = found_by(db, code)
    made = {tokens.new_refresh_token(authorization) for _each in range(20)}
    assert len(made) == 20
    for token in made:
        family, _dot, secret = token.partition(".")
        assert crypto.from_base64url(family) == crypto.digest(code)
        assert len(crypto.from_base64url(secret)) == 32


def test_the_successor_is_read_by_whoever_holds_the_old_token_alone(
    db: Database, given: Given, now: datetime
) -> None:
    found = tokens.find_code(db, issue_code(db, given.app, given.anna, now))
    assert found is not None
    sealed = crypto.seal(tokens._successor_key("old"), b"new", "successor")
    kept = tokens.FoundRefreshToken(now, sealed, now, found)
    assert tokens.successor_of("old", kept) == "new"
    assert tokens.successor_of("guess", kept) is None
    assert tokens.successor_of("old", tokens.FoundRefreshToken(None, None, now, found)) is None
    assert tokens._successor_key("old") != crypto.digest("old"), "what is stored opens nothing"


@pytest.fixture
def grants(
    db: Database,
    given: Given,
    now: datetime,
    make_client: Callable[..., clients.Client],
    make_user: Callable[..., users.User],
) -> dict[str, Authorization]:
    """Five authorizations: Anna's in two apps and two sessions, and Bert's."""
    make_client("other")
    bert = make_user(username="bert")
    first, second = start_session(db, given.anna, now), start_session(db, given.anna, now)
    ways: dict[str, tuple[str, users.User, dict[str, Any]]] = {
        "online": ("immich", given.anna, {"session_id": first}),
        "offline": ("immich", given.anna, {"session_id": first, "scopes": ["openid", "offline_access"]}),
        "other session": ("immich", given.anna, {"session_id": second}),
        "other app": ("other", given.anna, {"session_id": second}),
        "bert": ("immich", bert, {}),
    }
    return {
        name: found_by(db, issue_code(db, App(client_id, None), user, now, **changes))
        for name, (client_id, user, changes) in ways.items()
    }


def ended(db: Database, grants: dict[str, Authorization], connection: Connection) -> set[str]:
    rows = connection.execute("select id from authorizations where revoked_at is not null").fetchall()
    ids = {row[0] for row in rows}
    return {name for name, authorization in grants.items() if authorization.id in ids}


def test_each_kind_of_end_reaches_exactly_its_own(
    db: Database, grants: dict[str, Authorization], now: datetime, shared_connection: Connection
) -> None:
    anna, session_id = grants["online"].user_id, grants["online"].session_id
    assert session_id is not None
    ends: list[tuple[Callable[[], None], set[str]]] = [
        (lambda: tokens.revoke(db, grants["other app"].id, now), {"other app"}),
        (lambda: tokens.revoke_session(db, session_id, now), {"online"}),
        (
            lambda: tokens.revoke_client_of_user(db, anna, "immich", now),
            {"online", "offline", "other session"},
        ),
        (lambda: tokens.revoke_user(db, anna, now), {"online", "offline", "other session", "other app"}),
    ]
    for end, expected in ends:
        end()
        assert ended(db, grants, shared_connection) == expected
        shared_connection.execute("update authorizations set revoked_at = null")


def test_an_end_keeps_its_first_time(
    db: Database, grants: dict[str, Authorization], now: datetime, shared_connection: Connection
) -> None:
    tokens.revoke(db, grants["bert"].id, now)
    tokens.revoke(db, grants["bert"].id, now + timedelta(days=1))
    [row] = shared_connection.execute(
        "select revoked_at from authorizations where revoked_at is not null"
    ).fetchall()
    assert row[0] == now


def test_deleting_a_client_takes_its_authorizations_along(
    db: Database, grants: dict[str, Authorization], shared_connection: Connection
) -> None:
    clients.delete(db, "immich")
    rows = shared_connection.execute("select client_id from authorizations").fetchall()
    assert rows == [("other",)]


def test_an_unused_code_is_remembered_for_an_hour_and_then_forgotten(
    db: Database, given: Given, now: datetime
) -> None:
    """A code that comes too late is told from one that never was."""
    code = issue_code(db, given.app, given.anna, now)
    assert tokens.expire(db, now + timedelta(minutes=59)) == 0
    assert tokens.find_code(db, code) is not None
    assert tokens.expire(db, now + timedelta(hours=1)) == 1
    assert tokens.find_code(db, code) is None
    assert stored(db).access_tokens == 0
