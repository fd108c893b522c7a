"""Rotation: a key is published before it signs, and until the last token that it signed has expired."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from pocketid import audit, clients, jobs, signing_keys
from pocketid.audit import Row
from pocketid.crypto import from_base64url
from pocketid.db import Database, connect
from pocketid.signing_keys import ALGORITHMS, ID_TOKEN_LIFETIME, PUBLISHED_AHEAD, Listed, Tell
from pocketid.users import User
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import KEYRING, Clock, make_config
from tests.oidc.flow import App, claims_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def tell(db: Database, now: datetime) -> Tell:
    return partial(audit.record_by_system, db, now)


def keys(db: Database, algorithm: str, now: datetime) -> dict[str, list[str]]:
    """The kids of an algorithm, by what they do."""
    found: dict[str, list[str]] = {}
    for key in signing_keys.listed(db):
        if key.algorithm == algorithm:
            found.setdefault(key.state(now), []).append(key.kid)
    return found


def published(browser: Browser) -> set[str]:
    return {key["kid"] for key in browser.get("/.well-known/jwks.json").json()["keys"]}


def kid_of(token: str) -> str:
    kid: str = json.loads(from_base64url(token.partition(".")[0]))["kid"]
    return kid


def test_ky_02_a_key_is_published_an_hour_before_it_signs(
    signed_in: Browser,
    anna: User,
    sign_in: Callable[..., None],
    app: App,
    db: Database,
    clock: Clock,
    tell: Tell,
) -> None:
    [before] = keys(db, "RS256", clock())["current"]
    begins = signing_keys.rotate(db, KEYRING, clock(), tell)
    assert begins - clock() == PUBLISHED_AHEAD == HOUR
    [following] = keys(db, "RS256", clock())["next"]
    kept = int(signed_in.get("/.well-known/jwks.json").headers["Cache-Control"].rpartition("=")[2])
    assert timedelta(seconds=kept) < PUBLISHED_AHEAD
    assert {before, following} <= published(signed_in)
    clock.advance(minutes=59, seconds=59)
    assert kid_of(app.tokens(signed_in)["id_token"]) == before
    clock.advance(seconds=1)
    sign_in(signed_in, anna)
    token = app.tokens(signed_in)["id_token"]
    assert kid_of(token) == following
    assert claims_of(signed_in, token)["aud"] == "immich"


def test_each_algorithm_rotates_to_other_key_material(db: Database, now: datetime, tell: Tell) -> None:
    signing_keys.rotate(db, KEYRING, now, tell)
    known = signing_keys._load(db, KEYRING)
    assert known.of_algorithm.keys() == set(ALGORITHMS)
    assert len(known.by_kid) == 2 * len(ALGORITHMS)
    material = [key.published.get("n") or key.published["x"] for key in known.by_kid.values()]
    assert len(set(material)) == len(material)


def test_one_algorithm_can_rotate_alone(db: Database, now: datetime, tell: Tell) -> None:
    signing_keys.rotate(db, KEYRING, now, tell, ["ES256"])
    assert {algorithm for algorithm in ALGORITHMS if "next" in keys(db, algorithm, now)} == {"ES256"}


def test_who_rotates_while_a_key_waits_makes_no_other_and_learns_when_it_signs(
    db: Database, clock: Clock, tell: Tell
) -> None:
    begins = signing_keys.rotate(db, KEYRING, clock(), tell)
    clock.advance(minutes=30)
    assert signing_keys.rotate(db, KEYRING, clock(), tell) == begins
    assert len(signing_keys.listed(db)) == 2 * len(ALGORITHMS)


def test_a_clock_that_is_behind_signs_with_the_oldest_key(db: Database, now: datetime) -> None:
    known = signing_keys._load(db, KEYRING)
    assert known.current("ES256", now - HOUR).kid == known.of_algorithm["ES256"][-1].kid


def test_ky_02_a_key_stays_published_until_the_last_token_that_it_signed_has_expired(
    signed_in: Browser, make_app: Callable[..., App], db: Database, clock: Clock, tell: Tell
) -> None:
    app = make_app("photos", access_token_seconds=3 * 86_400)
    [before] = keys(db, "RS256", clock())["current"]
    signing_keys.rotate(db, KEYRING, clock(), tell)
    clock.advance(minutes=59)
    last = app.tokens(signed_in)
    assert kid_of(last["access_token"]) == before
    change = replace(clients.Change.of(clients.get(db, "photos")), access_token_seconds=60)
    clients.update(db, "photos", change, clock())  # what was issued before lasts as long as it said
    for minutes in (2, 10, 24 * 60, 47 * 60):
        clock.advance(minutes=minutes)
        assert signing_keys.tend(db, KEYRING, 0, clock()) == 0
    assert app.userinfo(signed_in, last["access_token"]).status == 200
    assert before in published(signed_in)
    clock.advance(hours=2)
    assert signing_keys.tend(db, KEYRING, 0, clock()) == len(ALGORITHMS)
    assert before not in published(signed_in)
    assert app.userinfo(signed_in, last["access_token"]).status == 401


def test_a_key_of_no_access_token_stays_for_the_id_tokens(db: Database, clock: Clock, tell: Tell) -> None:
    signing_keys.rotate(db, KEYRING, clock(), tell)
    clock.advance(hours=1, minutes=5)
    signing_keys.tend(db, KEYRING, 0, clock())
    ends = {key.published_until for key in signing_keys.listed(db) if key.state(clock()) == "previous"}
    assert ends == {clock() + ID_TOKEN_LIFETIME}
    assert signing_keys.tend(db, KEYRING, 0, clock() + ID_TOKEN_LIFETIME - MINUTE) == 0
    assert signing_keys.tend(db, KEYRING, 0, clock() + ID_TOKEN_LIFETIME) == len(ALGORITHMS)


def test_a_deleted_key_leaves_an_event(
    db: Database, clock: Clock, tell: Tell, events: Callable[..., list[Row]]
) -> None:
    gone = {key.kid for key in signing_keys.listed(db)}
    signing_keys.rotate(db, KEYRING, clock(), tell)
    for _each in range(2):
        clock.advance(hours=2)
        signing_keys.tend(db, KEYRING, 0, clock())
    deleted = events("SIGNING_KEY_DELETED")
    assert {event.details["kid"] for event in deleted} == gone
    assert {event.details["reason"] for event in deleted} == {"its last token has expired"}


# On a schedule


def test_on_a_schedule_the_next_key_takes_over_on_its_day(
    db: Database, clock: Clock, events: Callable[..., list[Row]]
) -> None:
    began = clock()
    clock.at = began + 30 * DAY - HOUR - MINUTE
    signing_keys.tend(db, KEYRING, 30, clock())
    assert len(signing_keys.listed(db)) == len(ALGORITHMS)
    clock.advance(minutes=1)
    for _each in range(3):
        signing_keys.tend(db, KEYRING, 30, clock())
    assert {key.active_from - began for key in waiting(db, clock())} == {30 * DAY}
    assert len(waiting(db, clock())) == len(ALGORITHMS)
    made = [event for event in events("SIGNING_KEY_CREATED") if event.at == clock()]
    assert {event.details["signs_from"] for event in made} == {(began + 30 * DAY).isoformat()}


def waiting(db: Database, now: datetime) -> list[Listed]:
    return [key for key in signing_keys.listed(db) if key.state(now) == "next"]


def test_without_a_schedule_nothing_is_made_or_written(
    db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.advance(days=5000)
    before = signing_keys.listed(db)
    monkeypatch.setattr(db, "run", None)  # a statement that deletes nothing would still empty every cache
    assert signing_keys.tend(db, KEYRING, 0, clock()) == 0
    assert signing_keys.listed(db) == before


def test_the_housekeeper_keeps_the_schedule_of_the_variable(committed_site: Site, clock: Clock) -> None:
    clock.advance(days=8)
    for environment, made in (({}, 0), ({"SIGNING_KEY_ROTATION_DAYS": "7"}, len(ALGORITHMS))):
        jobs.keep_house(replace(committed_site, config=make_config(**environment)))
        with committed_site.database() as db:
            assert len(waiting(db, clock())) == made


# Several processes


def at_once(site: Site, act: Callable[[Database], Any]) -> None:
    barrier = threading.Barrier(3)

    def work() -> None:
        with site.database() as db:
            barrier.wait()
            act(db)
            db.commit()

    threads = [threading.Thread(target=work) for _each in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_of_processes_that_rotate_at_once_one_makes_the_keys(committed_site: Site, clock: Clock) -> None:
    now = clock()
    at_once(
        committed_site,
        lambda db: signing_keys.rotate(db, KEYRING, now, partial(audit.record_by_system, db, now)),
    )
    clock.advance(days=400)
    with committed_site.database() as db:
        assert len(signing_keys.listed(db)) == 2 * len(ALGORITHMS)
    at_once(committed_site, lambda db: signing_keys.tend(db, KEYRING, 300, clock()))
    with committed_site.database() as db:
        assert len(waiting(db, clock())) == len(ALGORITHMS)


def test_every_instance_hears_of_new_keys(committed_site: Site, database: str, clock: Clock) -> None:
    now = clock()
    with connect(database) as listener, committed_site.database() as db:
        listener.execute("listen pocketid")
        signing_keys.rotate(db, KEYRING, now, partial(audit.record_by_system, db, now))
        db.commit()
        heard = {notice.payload for notice in listener.notifies(timeout=5, stop_after=1)}
    assert heard == {"signing_keys"}


# In an emergency


def test_replaced_at_once_what_was_signed_counts_no_more(
    signed_in: Browser, app: App, db: Database, now: datetime, tell: Tell, events: Callable[..., list[Row]]
) -> None:
    signing_keys.rotate(db, KEYRING, now, tell)
    old = {key.kid for key in signing_keys.listed(db)}
    tokens = app.tokens(signed_in)
    signing_keys.replace(db, KEYRING, now, tell)
    assert published(signed_in).isdisjoint(old)
    assert len(signing_keys.listed(db)) == len(ALGORITHMS)
    assert app.userinfo(signed_in, tokens["access_token"]).status == 401
    renewed = app.refresh(signed_in, tokens["refresh_token"]).json()
    assert kid_of(renewed["access_token"]) not in old
    assert app.userinfo(signed_in, renewed["access_token"]).status == 200
    deleted = events("SIGNING_KEY_DELETED")
    assert {event.details["kid"] for event in deleted} == old
    assert {event.details["reason"] for event in deleted} == {"replaced at once"}


def test_one_algorithm_can_be_replaced_alone(db: Database, now: datetime, tell: Tell) -> None:
    before = {key.algorithm: key.kid for key in signing_keys.listed(db)}
    signing_keys.replace(db, KEYRING, now, tell, ["EdDSA"])
    after = {key.algorithm: key.kid for key in signing_keys.listed(db)}
    assert {algorithm for algorithm in ALGORITHMS if before[algorithm] != after[algorithm]} == {"EdDSA"}
