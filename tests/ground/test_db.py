"""Named statements, the request's transaction, and what happens when the database goes away."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import InvalidSqlStatementName

from pocketid.db import Database, Pool, Statements, connect
from pocketid.errors import Invalid, Unavailable, Violation
from pocketid.web import Site
from tests.conftest import Server


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    value: str


def write(folder: Path, text: str, stem: str = "things") -> Statements:
    (folder / f"{stem}.sql").write_text(text)
    return Statements.load(folder)


def test_a_statement_runs_as_it_stands_in_its_file(tmp_path: Path) -> None:
    statements = write(tmp_path, "-- name: first\n-- Nothing.\nselect %(a)s::int -- %(not_this)s\n")
    statement = statements["things.first"]
    assert statement.text == b"-- Nothing.\nselect %(a)s::int -- %(not_this)s"
    assert statement.parameters == {"a"}
    assert statement.source == "things.sql:1"


@pytest.mark.parametrize(
    ("text", "writes"),
    [
        ("select name, updated_at from update_log", False),
        ("with spent as (update codes set used = true returning id) select id from spent", True),
        ("delete from codes", True),
        ("insert into codes values (1)", True),
        ("select pg_notify('a', 'b')", True),
        ("select 1 from codes for update", True),
    ],
)
def test_a_statement_that_writes_is_known_as_such(tmp_path: Path, text: str, writes: bool) -> None:
    assert write(tmp_path, f"-- name: it\n{text}\n")["things.it"].writes is writes


def test_a_name_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"things\.sql:3: the name things\.it is given twice"):
        write(tmp_path, "-- name: it\nselect 1\n-- name: it\nselect 2\n")


def test_missing_and_unknown_parameters_are_named_with_their_place(tmp_path: Path) -> None:
    statements = write(tmp_path, "-- name: it\nselect %(a)s, %(b)s\n")
    with pytest.raises(TypeError, match=r"things\.sql:1 things\.it: parameters missing or unknown: b, c"):
        statements.bind("things.it", {"a": 1, "c": 2})
    with pytest.raises(LookupError, match=r"no statement is called things\.other"):
        statements.bind("things.other", {})


def test_a_parameter_may_be_called_name(db: Database, now: datetime) -> None:
    db.run("settings.store", name="appName", value="Skylab", now=now)
    assert db.many(Setting, "settings.all") == [Setting("appName", "Skylab")]


def test_leaving_without_commit_rolls_back(committed_site: Site, now: datetime) -> None:
    with committed_site.database() as db:
        db.run("settings.store", name="appName", value="Skylab", now=now)
    with committed_site.database() as db:
        assert db.many(Setting, "settings.all") == []


def test_a_statement_gives_the_same_before_and_after_it_is_prepared(db: Database, now: datetime) -> None:
    for number in range(5):
        db.run("settings.store", name="appName", value=str(number), now=now)
        assert db.many(Setting, "settings.all") == [Setting("appName", str(number))]
        assert db.run("limits.expire", before=now) == 0


def test_numbers_and_nothing_are_each_told_by_their_own_types(tmp_path: Path, site: Site) -> None:
    statements = write(
        tmp_path, "-- name: it\nselect %(a)s::bigint as a, %(b)s::text as b, %(a)s::bigint as again\n"
    )
    db = Database(site.source, statements)
    for _each in range(4):
        for a in (1, 70_000, 2**40, None):
            for b in ("%(a)s %% $1", None):
                assert db.one(dict, "things.it", a=a, b=b) == {"a": a, "b": b, "again": a}


def test_a_connection_that_lost_what_it_prepared_is_replaced(committed_site: Site) -> None:
    with committed_site.database() as db:
        for _each in range(4):
            db.many(Setting, "settings.all")
        assert db._connection is not None
        db._connection.pgconn.exec_(b"deallocate all")
        with pytest.raises(InvalidSqlStatementName):
            db.many(Setting, "settings.all")
        assert db._connection.closed
    with committed_site.database() as db:
        assert db.many(Setting, "settings.all") == []


def test_a_refused_constraint_undoes_its_part_alone(db: Database, now: datetime) -> None:
    db.run("settings.store", name="appName", value="Skylab", now=now)
    messages = {"settings_pkey": ("name", "taken")}
    with pytest.raises(Violation), db.checked(messages):
        db.run("settings.store", name="other", value=None, now=now)
    assert db.many(Setting, "settings.all") == [Setting("appName", "Skylab")]
    with pytest.raises(Invalid) as refused, db.checked({"": ("value", "is missing")}):
        db.run("settings.store", name="other", value=None, now=now)
    assert refused.value.fields == {"value": "is missing"}


def test_s_ft_02_a_lost_connection_is_replaced_before_the_first_write(committed_site: Site) -> None:
    with committed_site.database() as db:
        db.many(Setting, "settings.all")
        assert db._connection is not None
        _kill(committed_site, db._connection.info.backend_pid)
        assert db.many(Setting, "settings.all") == []


def test_s_ft_02_after_a_write_a_lost_connection_is_said_and_nothing_was_kept(
    committed_site: Site, now: datetime
) -> None:
    with committed_site.database() as db:
        db.run("settings.store", name="appName", value="Skylab", now=now)
        assert db._connection is not None
        _kill(committed_site, db._connection.info.backend_pid)
        with pytest.raises(Unavailable):
            db.many(Setting, "settings.all")
    with committed_site.database() as db:
        assert db.many(Setting, "settings.all") == []


def test_s_ft_02_checked_writes_begin_on_a_fresh_connection_when_the_old_one_was_lost(
    committed_site: Site, now: datetime
) -> None:
    with committed_site.database() as db:
        db.many(Setting, "settings.all")
        assert db._connection is not None
        _kill(committed_site, db._connection.info.backend_pid)
        with db.checked({}):
            db.run("settings.store", name="appName", value="Skylab", now=now)
        db.commit()
        assert db.many(Setting, "settings.all") == [Setting("appName", "Skylab")]


@pytest.mark.parametrize("when", ["before", "inside"])
def test_s_ft_02_checked_writes_say_that_their_connection_was_lost(
    when: str, committed_site: Site, now: datetime
) -> None:
    with committed_site.database() as db:
        db.run("settings.store", name="appName", value="Skylab", now=now)
        assert db._connection is not None
        backend = db._connection.info.backend_pid
        if when == "before":
            _kill(committed_site, backend)
        with pytest.raises(Unavailable), db.checked({}):
            _kill(committed_site, backend)
    with committed_site.database() as db:
        assert db.many(Setting, "settings.all") == []


def test_s_ft_02_a_commit_on_a_lost_connection_is_never_taken_for_done(
    committed_site: Site, now: datetime
) -> None:
    with committed_site.database() as db:
        db.run("settings.store", name="appName", value="Skylab", now=now)
        assert db._connection is not None
        _kill(committed_site, db._connection.info.backend_pid)
        with pytest.raises(Unavailable):
            db.commit()


def test_s_ft_03_no_connection_to_be_had_is_said_within_seconds(tmp_path: Path, committed_site: Site) -> None:
    pool = Pool(f"host={tmp_path} dbname=none", 1)
    pool.open()
    with pytest.raises(Unavailable) as refused, Database(pool, committed_site.statements) as db:
        db.many(Setting, "settings.all")
    assert refused.value.headers["Retry-After"] == "2"
    pool.close()


def test_s_ft_02_all_idle_connections_lost_at_once_cost_no_read(committed_site: Site) -> None:
    databases = [committed_site.database() for _each in range(4)]
    for db in databases:
        db.many(Setting, "settings.all")
    backends = [db._connection.info.backend_pid for db in databases if db._connection]
    for db in databases:
        db.release()
    for backend in backends:
        _kill(committed_site, backend)
    for _each in range(4):
        with committed_site.database() as db:
            assert db.many(Setting, "settings.all") == []


def test_s_ft_02_a_request_waits_once_for_a_database_that_is_away(
    tmp_path: Path, committed_site: Site
) -> None:
    pool = Pool(f"host={tmp_path} dbname=none", 1)
    pool.open()
    with Database(pool, committed_site.statements) as db:
        for _each in range(3):
            with pytest.raises(Unavailable):
                db.many(Setting, "settings.all")
    assert pool.figures()["requests_num"] == 1
    pool.close()


def test_s_ft_02_the_pool_does_not_pause_longer_and_longer(tmp_path: Path) -> None:
    pool = Pool(f"host={tmp_path} dbname=none", 1)
    pool.open()
    _until(lambda: pool.figures()["pool_size"] == 0)  # while it pauses it takes the connection for its own
    pool.close()


def test_s_ft_02_after_any_number_of_vain_requests_the_pool_finds_the_database_again(
    postgres: Server, database: str
) -> None:
    name = conninfo_to_dict(database)["dbname"]
    pool = Pool(database, 1)
    with connect(postgres.conninfo) as connection:
        connection.execute(f'alter database "{name}" allow_connections false')
        pool.open()
        for _each in range(10):
            with pytest.raises(Unavailable):
                pool.take()
        _until(lambda: pool.figures()["pool_size"] == 0)
        connection.execute(f'alter database "{name}" allow_connections true')
    _until(lambda: _has_connection(pool))
    pool.close()


def test_s_ft_02_a_transaction_that_was_left_too_long_is_said_and_nothing_was_kept(
    committed_site: Site, now: datetime
) -> None:
    with committed_site.database() as db:
        db.run("settings.store", name="appName", value="Skylab", now=now)
        assert db._connection is not None
        db._connection.execute("set idle_in_transaction_session_timeout = 1")
        _await_end(committed_site, db._connection.info.backend_pid)
        with pytest.raises(Unavailable):
            db.many(Setting, "settings.all")
    with committed_site.database() as db:
        assert db.many(Setting, "settings.all") == []


def test_s_ft_03_a_read_only_database_is_said_and_read(committed_site: Site, now: datetime) -> None:
    with committed_site.database() as db:
        db.many(Setting, "settings.all")
        assert db._connection is not None
        db._connection.execute("set default_transaction_read_only = on")
        with pytest.raises(Unavailable, match="takes no changes"):
            db.run("settings.store", name="appName", value="Skylab", now=now)
        db.rollback()
        assert db.many(Setting, "settings.all") == []


def test_s_ft_02_a_database_whose_machine_vanished_is_noticed_within_seconds(database: str) -> None:
    with connect(database) as connection:
        wanted = connection.info.get_parameters()
    assert int(wanted["keepalives_idle"]) + 2 * int(wanted["keepalives_interval"]) <= 30
    assert int(wanted["tcp_user_timeout"]) <= 30_000


def test_more_threads_than_connections_all_get_their_turn(committed_site: Site) -> None:
    answers: list[list[Setting]] = []

    def read() -> None:
        with committed_site.database() as db:
            answers.append(db.many(Setting, "settings.all"))

    threads = [threading.Thread(target=read) for _each in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [[]] * 24


def _until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def _has_connection(pool: Pool) -> bool:
    try:
        pool.give_back(pool.take())
    except Unavailable:
        return False
    return True


def _conninfo(site: Site) -> str:
    assert isinstance(site.source, Pool)
    conninfo = site.source._pool.conninfo
    assert isinstance(conninfo, str)
    return conninfo


def _await_end(site: Site, backend: int) -> None:
    until = time.monotonic() + 30
    with connect(_conninfo(site)) as connection:
        while connection.execute("select from pg_stat_activity where pid = %s", (backend,)).fetchone():
            assert time.monotonic() < until
            time.sleep(0.01)


def _kill(site: Site, backend: int) -> None:
    with connect(_conninfo(site)) as connection:
        connection.execute("select pg_terminate_backend(%s, 2000)", (backend,))
