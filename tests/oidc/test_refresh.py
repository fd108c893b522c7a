"""The refresh token grant. RFC 6749 6, OpenID Connect Core 12, RFC 9700 4.14."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pocketid import clients, groups, tokens, users
from pocketid.audit import Row
from pocketid.crypto import base64url
from pocketid.db import Connection, Database
from tests.browser import Browser
from tests.conftest import Clock
from tests.oidc.flow import App, claims_of
from tests.oidc.grants import check_refusal, stored

DAY = 86_400


@pytest.fixture
def first(browser: Browser, app: App, issue: Callable[..., str]) -> dict[str, Any]:
    """The tokens of a code exchange."""
    got: dict[str, Any] = app.exchange(browser, issue()).json()
    return got


def test_s_tk_05_each_use_gives_new_tokens(
    browser: Browser,
    app: App,
    first: dict[str, Any],
    clock: Clock,
    db: Database,
    events: Callable[..., list[Row]],
) -> None:
    clock.advance(seconds=1)
    got = app.refresh(browser, first["refresh_token"])
    assert got.status == 200
    assert got.headers["Cache-Control"] == "no-store"
    second = got.json()
    assert second.keys() == first.keys()
    for name in ("access_token", "refresh_token", "id_token"):
        assert second[name] != first[name]
    assert second["scope"] == first["scope"]
    for each in (first, second):  # the first access token lives on until its own end
        assert app.userinfo(browser, each["access_token"]).status == 200
    assert (stored(db).access_tokens, stored(db).refresh_tokens) == (2, 2)
    [event] = events("TOKEN_REFRESHED")
    assert (event.client_id, event.username, event.details) == ("immich", "anna", {})


def test_the_id_token_tells_of_the_same_sign_in(
    browser: Browser, app: App, first: dict[str, Any], clock: Clock
) -> None:
    """OpenID Connect Core 12.2: iss, sub, aud and auth_time as before, iat anew, the nonce left out."""
    clock.advance(minutes=50)
    before = claims_of(browser, first["id_token"])
    after = claims_of(browser, app.refresh(browser, first["refresh_token"]).json()["id_token"])
    same = ("iss", "sub", "aud", "auth_time", "sid", "acr", "amr", "groups", "email", "name")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert after["iat"] == before["iat"] + 50 * 60
    assert after["exp"] == before["exp"] + 50 * 60
    assert after.keys() == before.keys() - {"nonce"}
    assert "azp" not in after


def test_claims_are_those_of_today(
    browser: Browser,
    app: App,
    first: dict[str, Any],
    anna: users.User,
    make_group: Callable[..., groups.Group],
    db: Database,
    clock: Clock,
) -> None:
    make_group("family", anna)
    users.update(db, anna.id, replace(users.Change.from_user(anna), email="new@example.test"), clock())
    db.commit()
    again = app.refresh(browser, first["refresh_token"]).json()
    for claims in (
        claims_of(browser, again["id_token"]),
        app.userinfo(browser, again["access_token"]).json(),
        app.userinfo(browser, first["access_token"]).json(),
    ):
        assert (claims["groups"], claims["email"]) == (["family"], "new@example.test")


@pytest.mark.parametrize("seconds", [0, 1, 30, 60])
def test_s_tk_05_a_retry_within_a_minute_gets_the_identical_successor(
    browser: Browser,
    app: App,
    first: dict[str, Any],
    clock: Clock,
    db: Database,
    events: Callable[..., list[Row]],
    seconds: int,
) -> None:
    second = app.refresh(browser, first["refresh_token"]).json()
    clock.advance(seconds=seconds)
    again = app.refresh(browser, first["refresh_token"]).json()
    assert again["refresh_token"] == second["refresh_token"]
    assert again["access_token"] != second["access_token"]
    for each in (second, again):
        assert app.userinfo(browser, each["access_token"]).status == 200
    assert stored(db).refresh_tokens == 2
    assert [event.details for event in events("TOKEN_REFRESHED")] == [{"again": True}, {}]
    assert events("TOKEN_REUSED") == []
    third = app.refresh(browser, again["refresh_token"])
    assert third.status == 200
    assert third.json()["refresh_token"] not in {first["refresh_token"], second["refresh_token"]}


def test_s_tk_05_the_grace_is_for_the_same_client_alone(
    browser: Browser, app: App, make_app: Callable[..., App], first: dict[str, Any]
) -> None:
    other = make_app("other")
    app.refresh(browser, first["refresh_token"])
    check_refusal(other.refresh(browser, first["refresh_token"]), 400, "invalid_grant")
    assert app.refresh(browser, first["refresh_token"]).status == 200


@pytest.mark.parametrize(
    ("seconds", "clean"),
    [(61, False), (DAY, False), (29 * DAY, False), (45 * DAY, False), (45 * DAY, True), (400 * DAY, True)],
)
def test_s_tk_05_reuse_after_the_grace_ends_the_family(
    browser: Browser,
    app: App,
    first: dict[str, Any],
    clock: Clock,
    db: Database,
    events: Callable[..., list[Row]],
    seconds: int,
    clean: bool,
) -> None:
    """Whoever used it first may be the thief: also when the used token has expired, and its row is gone."""
    newest = app.refresh(browser, first["refresh_token"]).json()
    end = clock() + timedelta(seconds=seconds)
    while clock() + timedelta(days=20) < end:
        clock.advance(days=20)
        newest = app.refresh(browser, newest["refresh_token"]).json()
    clock.at = end
    newest = app.refresh(browser, newest["refresh_token"]).json()
    if clean:
        tokens.expire(db, clock())
        db.commit()
        assert tokens.find_refresh_token(db, first["refresh_token"]) is None
    assert app.userinfo(browser, newest["access_token"]).status == 200

    check_refusal(app.refresh(browser, first["refresh_token"]), 400, "invalid_grant")
    [event] = events("TOKEN_REUSED")
    assert (event.client_id, event.username, event.details["kind"]) == ("immich", "anna", "refresh_token")
    assert app.userinfo(browser, newest["access_token"]).status == 401
    check_refusal(app.refresh(browser, newest["refresh_token"]), 400, "invalid_grant")
    assert stored(db).revoked == 1


def test_another_family_is_not_touched_by_reuse(
    browser: Browser, app: App, first: dict[str, Any], issue: Callable[..., str], clock: Clock
) -> None:
    other = app.exchange(browser, issue()).json()
    app.refresh(browser, first["refresh_token"])
    clock.advance(seconds=61)
    app.refresh(browser, first["refresh_token"])
    assert app.refresh(browser, other["refresh_token"]).status == 200


@pytest.mark.parametrize(
    "made",
    [
        lambda family: "unknown",
        lambda family: "",
        lambda family: ".",
        lambda family: "ü" * 3000,
        lambda family: f"{'A' * 43}.{'A' * 43}",
        lambda family: family[:-1],
        lambda family: f"{family}=.x",
    ],
)
def test_an_unknown_token_is_refused_and_ends_nothing(
    browser: Browser,
    app: App,
    first: dict[str, Any],
    events: Callable[..., list[Row]],
    made: Callable[[str], str],
) -> None:
    sent = made(first["refresh_token"].partition(".")[0])
    error = "invalid_grant" if sent else "invalid_request"
    check_refusal(app.refresh(browser, sent), 400, error)
    assert events("TOKEN_REUSED") == []
    assert app.refresh(browser, first["refresh_token"]).status == 200


def test_a_code_that_was_never_redeemed_is_no_family(
    browser: Browser, app: App, issue: Callable[..., str], shared_connection: Connection
) -> None:
    code = issue()
    [row] = shared_connection.execute("select code_digest from authorizations").fetchall()
    family = base64url(bytes(row[0]))
    check_refusal(app.refresh(browser, f"{family}.{'A' * 43}"), 400, "invalid_grant")
    assert app.exchange(browser, code).status == 200


def test_another_client_s_token_is_refused_and_stays_usable_for_its_own(
    browser: Browser, app: App, make_app: Callable[..., App], first: dict[str, Any], db: Database
) -> None:
    other = make_app("other")
    check_refusal(other.refresh(browser, first["refresh_token"]), 400, "invalid_grant")
    assert (stored(db).refresh_tokens, stored(db).revoked) == (1, 0)
    assert app.refresh(browser, first["refresh_token"]).status == 200


def test_a_missing_token_is_an_invalid_request(browser: Browser, app: App) -> None:
    check_refusal(app.refresh(browser, "x", refresh_token=None), 400, "invalid_request")


@pytest.mark.parametrize(("days", "status"), [(29.9, 200), (30, 400), (31, 400)])
def test_a_refresh_token_lives_as_long_as_its_client_says(
    browser: Browser, app: App, first: dict[str, Any], clock: Clock, days: float, status: int
) -> None:
    clock.advance(days=days)
    assert app.refresh(browser, first["refresh_token"]).status == status


def test_housekeeping_deletes_what_has_expired_and_keeps_what_lives(
    browser: Browser, app: App, first: dict[str, Any], clock: Clock, db: Database
) -> None:
    clock.advance(days=29)
    newest = app.refresh(browser, first["refresh_token"]).json()
    clock.advance(days=2)
    tokens.expire(db, clock())
    db.commit()
    assert (stored(db).access_tokens, stored(db).refresh_tokens) == (0, 1), "the used one has expired"
    assert app.refresh(browser, newest["refresh_token"]).status == 200
    clock.advance(days=31)
    tokens.expire(db, clock())
    db.commit()
    assert (stored(db).access_tokens, stored(db).refresh_tokens, stored(db).spent) == (0, 0, 0)


def test_refreshing_ends_for_good_some_time_after_the_sign_in(
    browser: Browser, make_app: Callable[..., App], issue: Callable[..., str], clock: Clock
) -> None:
    app = make_app("short", refresh_token_seconds=10 * DAY, refresh_absolute_seconds=15 * DAY)
    got = app.exchange(browser, issue(to=app)).json()
    for _each in range(2):
        clock.advance(days=7)
        got = app.refresh(browser, got["refresh_token"]).json()
    clock.advance(days=1)
    check_refusal(app.refresh(browser, got["refresh_token"]), 400, "invalid_grant")


def test_housekeeping_keeps_an_access_token_that_outlives_its_refresh_token(
    browser: Browser,
    make_app: Callable[..., App],
    issue: Callable[..., str],
    clock: Clock,
    db: Database,
    events: Callable[..., list[Row]],
) -> None:
    app = make_app("long", access_token_seconds=10 * DAY, refresh_token_seconds=60)
    got = app.exchange(browser, issue(to=app)).json()
    clock.advance(days=9)
    tokens.expire(db, clock())
    db.commit()
    assert app.userinfo(browser, got["access_token"]).status == 200
    check_refusal(app.refresh(browser, got["refresh_token"]), 400, "invalid_grant")
    assert events("TOKEN_REUSED") == [], "it comes late, and was never used"
    assert app.userinfo(browser, got["access_token"]).status == 200


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        (None, "openid profile email groups"),
        ("", "openid profile email groups"),
        (" ", "openid profile email groups"),
        ("openid profile email groups", "openid profile email groups"),
        ("groups email openid profile", "openid profile email groups"),
        ("email openid", "openid email"),
        ("openid openid", "openid"),
        ("profile", "profile"),
    ],
)
def test_s_tk_06_the_same_scopes_or_fewer(
    browser: Browser, app: App, first: dict[str, Any], asked: str | None, granted: str
) -> None:
    got = app.refresh(browser, first["refresh_token"], scope=asked).json()
    assert got["scope"] == granted
    assert claims_of(browser, got["access_token"])["scope"] == granted
    told = app.userinfo(browser, got["access_token"])
    if "openid" not in granted.split():
        assert "id_token" not in got
        check_refusal_of_scope(told)
        return
    for claims in (claims_of(browser, got["id_token"]), told.json()):
        assert ("email" in claims) is ("email" in granted)
        assert ("groups" in claims) is ("groups" in granted)
    again = app.refresh(browser, got["refresh_token"]).json()
    assert again["scope"] == "openid profile email groups", "RFC 6749 6: the grant stays as wide as it was"


def check_refusal_of_scope(got: Browser) -> None:
    assert (got.status, got.json()["error"]) == (403, "insufficient_scope")


@pytest.mark.parametrize(
    "asked", ["openid offline_access", "admin", "openid profile email groups phone", "OPENID"]
)
def test_s_tk_06_never_more_scopes(
    browser: Browser, app: App, first: dict[str, Any], db: Database, asked: str
) -> None:
    check_refusal(app.refresh(browser, first["refresh_token"], scope=asked), 400, "invalid_scope")
    assert stored(db).refresh_tokens == 1
    assert app.refresh(browser, first["refresh_token"]).status == 200


def test_s_tk_06_a_disabled_person_s_tokens_are_dead_for_good(
    browser: Browser, app: App, first: dict[str, Any], anna: users.User, db: Database, clock: Clock
) -> None:
    users.set_disabled(db, anna.id, clock(), disabled=True)
    db.commit()
    assert app.userinfo(browser, first["access_token"]).status == 401
    check_refusal(app.refresh(browser, first["refresh_token"]), 400, "invalid_grant")
    users.set_disabled(db, anna.id, clock(), disabled=False)
    db.commit()
    assert app.userinfo(browser, first["access_token"]).status == 401
    check_refusal(app.refresh(browser, first["refresh_token"]), 400, "invalid_grant")


def test_s_ky_06_a_person_disabled_by_hand_in_the_database_is_out_at_once(
    browser: Browser, app: App, first: dict[str, Any], anna: users.User, shared_connection: Connection
) -> None:
    shared_connection.execute("update users set disabled = true where id = %s", (anna.id,))
    assert app.userinfo(browser, first["access_token"]).status == 401
    check_refusal(app.refresh(browser, first["refresh_token"]), 400, "invalid_grant")
    shared_connection.execute("update users set disabled = false where id = %s", (anna.id,))
    assert app.refresh(browser, first["refresh_token"]).status == 200, "the refusal did not spend the token"


def test_s_ky_06_a_deleted_person_s_tokens_are_gone(
    browser: Browser, app: App, first: dict[str, Any], anna: users.User, db: Database
) -> None:
    users.delete(db, anna.id, anna.created_at)
    db.commit()
    assert app.userinfo(browser, first["access_token"]).status == 401
    check_refusal(app.refresh(browser, first["refresh_token"]), 400, "invalid_grant")


def test_s_tk_06_whoever_left_the_group_gets_nothing_until_they_are_back(
    browser: Browser,
    make_app: Callable[..., App],
    make_group: Callable[..., groups.Group],
    issue: Callable[..., str],
    anna: users.User,
    db: Database,
    clock: Clock,
    events: Callable[..., list[Row]],
) -> None:
    limited, group = make_app("limited", is_group_restricted=True), make_group("family", anna)
    clients.set_groups(db, "limited", [group.id])
    got = limited.exchange(browser, issue(to=limited)).json()
    groups.set_members(db, group.id, [])
    db.commit()
    assert limited.userinfo(browser, got["access_token"]).status == 401
    for _each in range(2):
        check_refusal(limited.refresh(browser, got["refresh_token"]), 400, "invalid_grant")
    assert events("TOKEN_REFUSED")[0].details == {"reason": "the person may not use this app any more"}
    clock.advance(days=1)
    groups.set_members(db, group.id, [anna.id])
    db.commit()
    assert limited.refresh(browser, got["refresh_token"]).status == 200
    assert events("TOKEN_REUSED") == []


def test_s_tk_06_a_client_narrowed_to_groups_later_shuts_others_out(
    browser: Browser, app: App, first: dict[str, Any], db: Database, clock: Clock
) -> None:
    change = replace(clients.Change.of(clients.get(db, "immich")), is_group_restricted=True)
    clients.update(db, "immich", change, clock())
    db.commit()
    check_refusal(app.refresh(browser, first["refresh_token"]), 400, "invalid_grant")


@pytest.mark.parametrize(
    ("scope", "alive"), [("openid profile", False), ("openid profile offline_access", True)]
)
def test_s_tk_06_sign_out_ends_what_is_not_offline_access(
    signed_in: Browser, app: App, scope: str, alive: bool
) -> None:
    got = app.tokens(signed_in, scope=scope)
    signed_in.get("/logout")
    signed_in.post("/logout")
    assert app.userinfo(signed_in, got["access_token"]).status == (200 if alive else 401)
    assert app.refresh(signed_in, got["refresh_token"]).status == (200 if alive else 400)


def test_a_session_that_runs_out_ends_no_tokens(signed_in: Browser, app: App, clock: Clock) -> None:
    got = app.tokens(signed_in, scope="openid")
    clock.advance(days=2)
    assert app.refresh(signed_in, got["refresh_token"]).status == 200


def test_a_person_takes_an_app_s_access_back(signed_in: Browser, app: App) -> None:
    got = app.tokens(signed_in, scope="openid offline_access")
    signed_in.get("/settings/apps/immich/revoke")
    signed_in.post("/settings/apps/immich/revoke")
    assert app.userinfo(signed_in, got["access_token"]).status == 401
    check_refusal(app.refresh(signed_in, got["refresh_token"]), 400, "invalid_grant")


@pytest.mark.parametrize(
    "changes", [{"is_public": True}, {"signing_algorithm": "ES256"}, {"access_token_seconds": 60}]
)
def test_a_changed_client_is_served_as_it_is_now(
    browser: Browser,
    app: App,
    first: dict[str, Any],
    db: Database,
    clock: Clock,
    changes: Mapping[str, Any],
) -> None:
    clients.update(db, "immich", replace(clients.Change.of(clients.get(db, "immich")), **changes), clock())
    db.commit()
    secret = None if "is_public" in changes else app.secret
    got = app.refresh(browser, first["refresh_token"], client_secret=secret)
    assert got.status == 200
    assert got.json()["expires_in"] == changes.get("access_token_seconds", 3600)
