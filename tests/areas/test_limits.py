"""Token buckets: how often somebody may try, counted in the database, and never against an account alone."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pocketid import limits
from pocketid.db import Database
from pocketid.errors import TooMany
from pocketid.request import Guard, Request
from pocketid.response import Response, json
from pocketid.web import Route, Site, application
from tests.browser import Browser
from tests.conftest import APP_URL, Clock, make_config

TRIES, SECONDS = 3, 10.0


def asking(site: Site, **options: Any) -> Browser:
    """A browser on a page that takes a token each time."""

    def handler(request: Request) -> Response:
        limits.check(request, "test", per_seconds=SECONDS, burst=TRIES, **options)
        return json("done")

    return Browser(application(site, [Route("GET", "/it", handler, Guard.PUBLIC)]), APP_URL)


def statuses(browser: Browser, times: int) -> list[int]:
    return [browser.get("/it").status for _each in range(times)]


def test_s_ht_03_a_bucket_is_emptied_and_fills_again(site: Site, clock: Clock) -> None:
    browser = asking(site)
    assert statuses(browser, 5) == [200, 200, 200, 429, 429]
    assert browser.headers["Retry-After"] == "10"
    clock.advance(seconds=9)
    assert statuses(browser, 1) == [429]
    clock.advance(seconds=30)
    assert statuses(browser, 3) == [200, 200, 429]
    clock.advance(days=1)
    assert statuses(browser, 4) == [200, 200, 200, 429]


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("203.0.113.1", "203.0.113.1", True),
        ("203.0.113.1", "203.0.113.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
    ],
)
def test_s_ht_03_neighbours_are_an_address_or_a_64(site: Site, first: str, second: str, is_one: bool) -> None:
    browser = asking(site)
    browser.address = first
    statuses(browser, TRIES)
    browser.address = second
    assert browser.get("/it").status == (429 if is_one else 200)


def test_kinds_and_keys_have_buckets_of_their_own(site: Site) -> None:
    assert statuses(asking(site, key="one"), 4)[-1] == 429
    assert statuses(asking(site, key="two"), 1) == [200]
    assert statuses(asking(site), 1) == [200]


def test_a_token_stays_taken_when_the_request_fails(site: Site) -> None:
    def handler(request: Request) -> Response:
        limits.check(request, "test", per_seconds=SECONDS, burst=TRIES)
        raise ZeroDivisionError

    browser = Browser(application(site, [Route("GET", "/it", handler, Guard.PUBLIC)]), APP_URL)
    assert statuses(browser, 4) == [500, 500, 500, 429]


def test_limits_can_be_switched_off_for_tests(site: Site) -> None:
    browser = asking(replace(site, config=make_config(DISABLE_RATE_LIMITING="true")))
    assert statuses(browser, 10) == [200] * 10


def test_whoever_keeps_on_waits_longer_up_to_a_bound(site: Site, clock: Clock) -> None:
    left: list[float] = []

    def handler(request: Request) -> Response:
        left.append(limits.take(request, "test", "key", per_seconds=SECONDS, burst=1, debt=3))
        return json("done")

    browser = Browser(application(site, [Route("GET", "/it", handler, Guard.PUBLIC)]), APP_URL)
    statuses(browser, 6)
    assert left == [0, -1, -2, -3, -3, -3]
    clock.advance(seconds=4 * SECONDS)
    statuses(browser, 1)
    assert left[-1] == 0


def test_old_buckets_are_forgotten(site: Site, db: Database, clock: Clock) -> None:
    statuses(asking(site), 4)
    assert limits.expire(db, clock()) == 0
    assert limits.expire(db, clock() + timedelta(seconds=1)) == 1


def test_s_ht_03_of_many_at_once_no_more_get_through(committed_site: Site, clock: Callable[[], Any]) -> None:
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(asking(committed_site).get("/it").status))
        for _each in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200] * TRIES + [429] * 9


def test_too_many_names_the_seconds() -> None:
    assert TooMany("x", seconds=0).headers == {"Retry-After": "1"}
