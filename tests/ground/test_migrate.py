"""Migrations: in order, once, by one of several instances, and never backwards."""

import threading
import uuid
from collections.abc import Iterator

import pytest

from pocketid.db import connect
from pocketid.migrate import Migration, MigrationError, available, migrate
from tests.conftest import Server


@pytest.fixture
def empty_database(postgres: Server) -> Iterator[str]:
    name = f"empty_{uuid.uuid4().hex[:8]}"
    with connect(postgres.conninfo) as connection:
        connection.execute(f'create database "{name}"')
    yield postgres.database(name)
    with connect(postgres.conninfo) as connection:
        connection.execute(f'drop database "{name}" with (force)')


def test_s_ft_04_of_instances_that_start_together_one_migrates_and_the_others_wait(
    empty_database: str,
) -> None:
    done: list[list[Migration]] = []
    threads = [threading.Thread(target=lambda: done.append(migrate(empty_database))) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, done)) == [0, 0, 0, len(available())]


def test_a_database_that_is_newer_than_the_program_is_refused(empty_database: str) -> None:
    migrate(empty_database)
    with connect(empty_database) as connection:
        connection.execute("insert into migrations (number, name) values (9000, 'from_the_future')")
    with pytest.raises(MigrationError, match="was migrated to 9000 by a newer version"):
        migrate(empty_database)


def test_the_database_of_pocket_id_itself_is_left_alone(empty_database: str) -> None:
    with connect(empty_database) as connection:
        connection.execute("create table oidc_clients (id text)")
    with pytest.raises(MigrationError, match=r"holds the tables of Pocket ID itself\. Nothing was changed"):
        migrate(empty_database)
    with connect(empty_database) as connection:
        assert connection.execute("select to_regclass('users')").fetchone() == (None,)
