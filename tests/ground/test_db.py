"""Named statements, the request's transaction, and what happens when the database goes away."""

import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from pocketid.db import Database, Pool, Statements, connect
from pocketid.errors import Invalid, Unavailable, Violation
from pocketid.web import Site


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


def _kill(site: Site, backend: int) -> None:
    assert isinstance(site.source, Pool)
    conninfo = site.source._pool.conninfo
    assert isinstance(conninfo, str)
    with connect(conninfo) as connection:
        connection.execute("select pg_terminate_backend(%s, 2000)", (backend,))
