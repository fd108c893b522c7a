"""The page of the signing keys."""

from collections.abc import Callable

from pocketid import signing_keys
from pocketid.audit import Row
from pocketid.db import Database
from pocketid.signing_keys import ALGORITHMS
from pocketid.users import User
from tests.browser import Browser
from tests.conftest import Clock

HERE = "/settings/admin/signing-keys"


def states(db: Database, clock: Clock) -> list[str]:
    return [key.state(clock()) for key in signing_keys.listed(db) if key.algorithm == "RS256"]


def test_every_key_is_shown_with_what_it_does(
    browser: Browser, admin: User, sign_in: Callable[..., None], db: Database, clock: Clock
) -> None:
    page = browser.get(HERE)
    assert page.text.count("Signs</span>") == len(ALGORITHMS)
    assert all(key.kid in page.text for key in signing_keys.listed(db))
    assert "set SIGNING_KEY_ROTATION_DAYS" in page.text
    browser.post(f"{HERE}/rotate", follow=True)
    assert browser.text.count("Comes next</span>") == len(ALGORITHMS)
    clock.advance(minutes=70)
    sign_in(browser, admin)
    browser.get(HERE)
    assert browser.text.count("goes with its last token") == len(ALGORITHMS)
    db.run("signing_keys.settle", before=clock(), least=clock())
    assert browser.get(HERE).text.count("with its last token</span>") == len(ALGORITHMS)


def test_the_schedule_is_told(reconfigured: Callable[..., Browser], browser: Browser, admin: User) -> None:
    other = reconfigured(SIGNING_KEY_ROTATION_DAYS="90")
    other.cookies = browser.cookies
    assert "By itself this happens every 90 days." in other.get(HERE).text


def test_the_next_keys_are_made_by_an_admin_once(
    browser: Browser, admin: User, db: Database, clock: Clock, events: Callable[..., list[Row]]
) -> None:
    browser.get(HERE)
    for _each in range(2):
        browser.post(f"{HERE}/rotate")
        assert (browser.status, browser.location) == (303, HERE)
        clock.advance(minutes=4)
    assert "sign in 56 minutes." in browser.follow().text
    assert states(db, clock) == ["next", "current"]
    made = [event for event in events("SIGNING_KEY_CREATED") if event.actor_id == admin.id]
    assert sorted(event.details["algorithm"] for event in made) == sorted(ALGORITHMS)


def test_replacing_at_once_is_asked_with_what_it_breaks_and_then_done(
    browser: Browser, admin: User, db: Database, clock: Clock, events: Callable[..., list[Row]]
) -> None:
    before = {key.kid for key in signing_keys.listed(db)}
    page = browser.get(f"{HERE}/replace")
    assert "What was signed so far counts no more" in page.text
    assert {key.kid for key in signing_keys.listed(db)} == before
    browser.post(f"{HERE}/replace")
    assert browser.status == 303
    assert before.isdisjoint(key.kid for key in signing_keys.listed(db))
    deleted = events("SIGNING_KEY_DELETED")
    assert {event.details["kid"] for event in deleted} == before
    assert {event.actor_id for event in deleted} == {admin.id}


def test_both_ask_for_the_passkey_when_it_was_used_long_ago(
    browser: Browser, admin: User, db: Database, clock: Clock
) -> None:
    before = signing_keys.listed(db)
    clock.advance(minutes=6)
    for act in ("rotate", "replace"):
        browser.post(f"{HERE}/{act}")
        assert (browser.status, browser.view) == (403, "login/step_up")
    assert signing_keys.listed(db) == before
