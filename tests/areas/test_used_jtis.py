"""What may be used once is used once, also when two instances get it at the same moment."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from pocketid import used_jtis
from pocketid.db import Database
from pocketid.web import Site
from tests.conftest import Clock

ROUNDS = 1000 if os.environ.get("POCKETID_TEST_PROFILE") == "long" else 50
MINUTE = timedelta(minutes=1)


def test_a_token_is_new_once_for_each_owner_until_it_has_expired(db: Database, now: datetime) -> None:
    def spend(owner: str, jti: str, *, at: datetime = now) -> bool:
        return used_jtis.spend(db, owner, jti, until=now + MINUTE, now=at)

    assert spend("app", "1")
    assert not spend("app", "1")
    assert spend("app", "2")
    assert spend("ap", "p1")
    assert not spend("app", "1", at=now + MINUTE - timedelta(seconds=1))
    assert spend("app", "1", at=now + MINUTE)


def test_what_has_expired_is_forgotten(db: Database, now: datetime) -> None:
    used_jtis.spend(db, "app", "1", until=now + MINUTE, now=now)
    assert used_jtis.expire(db, now) == 0
    assert used_jtis.expire(db, now + MINUTE) == 1


def test_s_tk_07_of_two_who_come_at_once_one_is_first(committed_site: Site, clock: Clock) -> None:
    barrier = threading.Barrier(2)

    def race(number: int) -> bool:
        with committed_site.database() as db:
            barrier.wait()
            won = used_jtis.spend(db, "app", str(number), until=clock() + MINUTE, now=clock())
            db.commit()
            return won

    with ThreadPoolExecutor(2) as threads:
        for number in range(ROUNDS):
            assert sorted(threads.map(race, [number] * 2)) == [False, True]
