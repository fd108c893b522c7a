"""Two at once, and a database that dies in between: never two winners, never a token that outlives its end.

Each test runs some rounds in `make test`, and 1,000 with POCKETID_TEST_PROFILE=long.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pocketid import client_secrets, clients, sessions, tokens, users, web
from pocketid.audit import Filter, search
from pocketid.db import Database, Pool, connect
from pocketid.oidc import grant_device_code
from pocketid.routes import ROUTES
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import Clock, add_user, sign_in_as
from tests.oidc.flow import CALLBACK, App
from tests.oidc.grants import check_refusal, issue_code, issue_device_code, start_session, stored

ROUNDS = 1000 if os.environ.get("POCKETID_TEST_PROFILE") == "long" else 30


class Served:
    """An app and Anna on a database of their own, and a browser for each thread."""

    def __init__(self, site: Site, clock: Clock) -> None:
        self.site, self.clock = site, clock
        self.application = web.application(site, ROUTES)
        site.signals.begin_listening()  # the keys do not change here
        with site.database() as db:
            add_user(db, clock(), username="owner", is_admin=True)
            self.anna = add_user(db, clock(), username="anna")
            change = clients.Change(id="immich", name="Immich", redirect_uris=[CALLBACK])
            clients.create(db, change, None, clock())
            self.app = App("immich", client_secrets.create(db, "immich", clock())[1])
            db.commit()

    def browser(self) -> Browser:
        return Browser(self.application, self.site.config.app_url)

    def code(self, **changes: Any) -> str:
        with self.site.database() as db:
            return issue_code(db, self.app, self.anna, self.clock(), **changes)

    def device_code(self) -> str:
        with self.site.database() as db:
            return issue_device_code(db, self.app, self.anna, self.clock())

    def first(self) -> dict[str, Any]:
        got: dict[str, Any] = self.app.exchange(self.browser(), self.code()).json()
        return got

    def count(self, table: str) -> int:
        assert isinstance(self.site.source, Pool)
        with connect(str(self.site.source._pool.conninfo)) as connection:
            found = connection.execute(f"select count(*) from {table}").fetchone()
        assert found is not None
        return int(found[0])

    def events(self, event: str) -> int:
        with self.site.database() as db:
            return len(search(db, Filter(event=event), 10_000))


@pytest.fixture
def served(committed_site: Site, clock: Clock) -> Served:
    return Served(committed_site, clock)


@pytest.fixture
def at_once() -> Any:
    """Runs pieces of work in threads that start together; their results in order."""
    with ThreadPoolExecutor(4) as threads:

        def run(*works: Callable[[], Any]) -> list[Any]:
            barrier = threading.Barrier(len(works))

            def work(one: Callable[[], Any]) -> Any:
                barrier.wait()
                return one()

            return list(threads.map(work, works))

        yield run


def test_s_tk_04_of_two_who_redeem_a_code_at_once_one_wins_and_loses_it_again(
    served: Served, at_once: Callable[..., list[Any]]
) -> None:
    app = served.app
    for number in range(1, ROUNDS + 1):
        code = served.code()
        answers = at_once(*[lambda code=code: app.exchange(served.browser(), code)] * 2)
        won, lost = sorted(answers, key=lambda answer: answer.status)
        assert won.status == 200
        check_refusal(lost, 400, "invalid_grant")
        assert app.userinfo(served.browser(), won.json()["access_token"]).status == 401
        check_refusal(app.refresh(served.browser(), won.json()["refresh_token"]), 400, "invalid_grant")
        with served.site.database() as db:
            found = stored(db)
        assert (found.spent, found.revoked, found.access_tokens) == (number, number, number)
    assert (served.events("TOKEN_ISSUED"), served.events("TOKEN_REUSED")) == (ROUNDS, ROUNDS)


def test_rfc9126_4_of_two_who_come_with_one_pushed_request_at_once_one_gets_a_code(
    served: Served, at_once: Callable[..., list[Any]]
) -> None:
    served.code()  # with which Anna consented
    browsers = [served.browser(), served.browser()]
    with served.site.database() as db:
        for browser in browsers:
            sign_in_as(browser, db, served.anna, served.clock())
    for number in range(2, ROUNDS + 2):
        address = served.app.push(served.browser()).json()["request_uri"]
        answers = at_once(
            *[lambda b=browser, a=address: served.app.come(b, a).status for browser in browsers]
        )
        assert sorted(answers) == [303, 400]
        [won] = [browser for browser in browsers if browser.status == 303]
        assert "code=" in won.location
        assert served.count("authorizations") == number
        assert served.count("pushed_requests") == 0


def test_s_dv_02_of_two_who_redeem_a_device_code_at_once_one_wins_and_keeps_it(
    served: Served, at_once: Callable[..., list[Any]]
) -> None:
    app = served.app
    for number in range(1, ROUNDS // 3 + 1):
        code = served.device_code()
        form = {"grant_type": grant_device_code.GRANT_TYPE, "device_code": code}
        form |= {"client_id": app.client_id, "client_secret": str(app.secret)}
        answers = at_once(*[lambda form=form: app.token(served.browser(), **form)] * 2)
        won, lost = sorted(answers, key=lambda answer: answer.status)
        assert won.status == 200, won.text
        check_refusal(lost, 400, "invalid_grant")
        assert app.userinfo(served.browser(), won.json()["access_token"]).status == 200
        with served.site.database() as db:
            found = stored(db)
        assert (found.spent, found.revoked, found.access_tokens) == (number, 0, number)


def test_s_tk_05_two_who_refresh_at_once_get_the_same_successor(
    served: Served, at_once: Callable[..., list[Any]]
) -> None:
    app, token = served.app, served.first()["refresh_token"]
    for number in range(1, ROUNDS + 1):
        answers = at_once(*[lambda token=token: app.refresh(served.browser(), token)] * 2)
        assert [answer.status for answer in answers] == [200, 200]
        one, other = (answer.json() for answer in answers)
        assert one["refresh_token"] == other["refresh_token"] != token
        assert one["access_token"] != other["access_token"]
        with served.site.database() as db:
            found = stored(db)
        assert (found.refresh_tokens, found.revoked) == (1 + number, 0)
        token = one["refresh_token"]
    assert served.events("TOKEN_REUSED") == 0


def test_s_tk_05_of_two_who_replay_an_old_token_at_once_nobody_gets_anything(
    served: Served, at_once: Callable[..., list[Any]]
) -> None:
    app = served.app
    for _each in range(ROUNDS // 10):
        old = served.first()["refresh_token"]
        newest = app.refresh(served.browser(), old).json()
        served.clock.advance(seconds=61)
        answers = at_once(
            lambda old=old: app.refresh(served.browser(), old),
            lambda newest=newest: app.refresh(served.browser(), newest["refresh_token"]),
        )
        check_refusal(answers[0], 400, "invalid_grant")
        for got in (newest, answers[1].json()):
            if "access_token" in got:
                assert app.userinfo(served.browser(), got["access_token"]).status == 401
            if "refresh_token" in got:
                check_refusal(app.refresh(served.browser(), got["refresh_token"]), 400, "invalid_grant")


def disable(served: Served, db: Database) -> None:
    users.set_disabled(db, served.anna.id, served.clock(), disabled=True)


def sign_out(served: Served, db: Database) -> None:
    sessions.end_all(db, served.anna.id, served.clock())


def take_back(served: Served, db: Database) -> None:
    tokens.revoke_client_of_user(db, served.anna.id, "immich", served.clock())


@pytest.mark.parametrize("end", [disable, sign_out, take_back])
def test_s_ky_06_an_end_that_comes_during_an_exchange_reaches_its_tokens(
    served: Served, at_once: Callable[..., list[Any]], end: Callable[[Served, Database], None]
) -> None:
    app = served.app

    def end_it() -> None:
        with served.site.database() as db:
            end(served, db)
            db.commit()

    for _each in range(ROUNDS // 3):
        code, first = served.code(), served.first()
        exchanged, refreshed, _nothing = at_once(
            lambda code=code: app.exchange(served.browser(), code),
            lambda first=first: app.refresh(served.browser(), first["refresh_token"]),
            end_it,
        )
        for answer in (exchanged, refreshed):
            assert answer.status in {200, 400}
            if answer.status == 200:
                got = answer.json()
                assert app.userinfo(served.browser(), got["access_token"]).status == 401
                check_refusal(app.refresh(served.browser(), got["refresh_token"]), 400, "invalid_grant")
        with served.site.database() as db:
            users.set_disabled(db, served.anna.id, served.clock(), disabled=False)
            db.commit()


def test_a_code_that_is_issued_while_the_session_ends_gives_no_lasting_tokens(
    served: Served, at_once: Callable[..., list[Any]]
) -> None:
    app = served.app
    for _each in range(ROUNDS):
        with served.site.database() as db:
            session_id = start_session(db, served.anna, served.clock())
            db.commit()

        def end_it() -> None:
            with served.site.database() as db:
                sessions.end_all(db, served.anna.id, served.clock())
                db.commit()

        code, _nothing = at_once(lambda sid=session_id: served.code(session_id=sid), end_it)
        check_refusal(app.exchange(served.browser(), code), 400, "invalid_grant")


def test_s_ft_01_a_database_connection_that_dies_within_the_exchange_leaves_the_code_unspent(
    served: Served,
) -> None:
    """The one statement that spends is held up by a lock, and its backend is ended right there."""
    assert isinstance(served.site.source, Pool)
    conninfo = served.site.source._pool.conninfo
    assert isinstance(conninfo, str)
    code, refresh_token = served.code(), served.first()["refresh_token"]
    works: tuple[tuple[str, Callable[[], Browser]], ...] = (
        ("authorizations", lambda: served.app.exchange(served.browser(), code)),
        ("refresh_tokens", lambda: served.app.refresh(served.browser(), refresh_token)),
    )
    for table, work in works:
        with connect(conninfo) as lock, connect(conninfo) as killer, ThreadPoolExecutor(1) as thread:
            with lock.transaction():
                lock.execute(f"select from {table} for update")
                answer = thread.submit(work)
                _end_the_waiting_backend(killer, lock.info.backend_pid)
                got = answer.result()
            check_refusal(got, 503, "temporarily_unavailable")
            assert got.headers["Retry-After"]
        assert work().status == 200, "the app tries again, and nothing was lost"


def _end_the_waiting_backend(killer: Any, holder: int) -> None:
    for _each in range(2000):
        [count] = killer.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where %s = any(pg_blocking_pids(pid))",
            (holder,),
        ).fetchone()
        if count:
            return
        killer.execute("select pg_sleep(0.005)")
    raise AssertionError("nobody waits for the lock")


@pytest.mark.parametrize("kind", ["code", "refresh token"])
def test_s_ky_06_an_end_that_is_committed_while_the_spending_statement_waits_wins(
    served: Served, kind: str
) -> None:
    assert isinstance(served.site.source, Pool)
    conninfo = served.site.source._pool.conninfo
    assert isinstance(conninfo, str)
    code, first = served.code(), served.first()

    def work() -> Browser:
        if kind == "code":
            return served.app.exchange(served.browser(), code)
        return served.app.refresh(served.browser(), first["refresh_token"])

    with connect(conninfo) as lock, connect(conninfo) as watcher, ThreadPoolExecutor(1) as thread:
        with lock.transaction():
            lock.execute("update authorizations set revoked_at = now()")
            answer = thread.submit(work)
            _wait_until_somebody_waits(watcher, lock.info.backend_pid)
        check_refusal(answer.result(), 400, "invalid_grant")
    with served.site.database() as db:
        found = stored(db)
    assert (found.access_tokens, found.refresh_tokens) == (1, 1), "nothing but what the first exchange gave"


def _wait_until_somebody_waits(watcher: Any, holder: int) -> None:
    for _each in range(2000):
        [count] = watcher.execute(
            "select count(*) from pg_stat_activity where %s = any(pg_blocking_pids(pid))", (holder,)
        ).fetchone()
        if count:
            return
        watcher.execute("select pg_sleep(0.005)")
    raise AssertionError("nobody waits for the lock")
