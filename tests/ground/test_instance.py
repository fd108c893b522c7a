"""The installation's key: a wrong one is found out before anything is read, and nothing is healed with it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from pocketid import instance, signing_keys
from pocketid.cli.opening import CannotStart, opened
from pocketid.config import Config
from pocketid.crypto import Keyring
from pocketid.db import Connection, Database, connect
from tests.conftest import ENCRYPTION_KEY, START, make_config

RIGHT, WRONG = Keyring(ENCRYPTION_KEY.encode()), Keyring(b"another key, also long enough")
SENTENCE = r"ENCRYPTION_KEY is not the key that this database was set up with\. Nothing was changed\."


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        yield connection


def configured(database: str, key: str = ENCRYPTION_KEY) -> Config:
    return make_config(DB_CONNECTION_STRING=database, ENCRYPTION_KEY=key)


def secrets_of(connection: Connection) -> list[Any]:
    return [
        connection.execute("select id, key_check from instance").fetchall(),
        connection.execute(
            "select kid, sealed_private_jwk, retired_at from signing_keys order by kid"
        ).fetchall(),
        connection.execute("select count(*) from audit_events").fetchall(),
    ]


def test_the_first_key_that_a_database_meets_is_the_one_it_keeps(db: Database) -> None:
    assert db.value("instance.key_check") is None
    instance.check_key(db, RIGHT)
    kept = bytes(db.value("instance.key_check"))
    instance.check_key(db, RIGHT)
    assert bytes(db.value("instance.key_check")) == kept
    with pytest.raises(instance.WrongKey, match=SENTENCE):
        instance.check_key(db, WRONG)
    assert bytes(db.value("instance.key_check")) == kept


def test_s_sc_01_a_wrong_key_stops_the_start_and_changes_nothing(
    database: str, connection: Connection
) -> None:
    with opened(configured(database)):
        pass
    before = secrets_of(connection)
    for _each in range(2):
        with (
            pytest.raises(CannotStart, match=SENTENCE),
            opened(configured(database, "another key, also long")),
        ):
            pass
    assert secrets_of(connection) == before
    with opened(configured(database)):
        pass
    assert secrets_of(connection) == before


def test_s_sc_01_signing_keys_that_do_not_open_are_not_replaced(
    database: str, connection: Connection
) -> None:
    """The keys of this database were made under the right key, before it kept a proof of it."""
    before = secrets_of(connection)
    assert before[0][0][1] is None
    with pytest.raises(CannotStart, match=SENTENCE), opened(configured(database, "another key, also long")):
        pass
    assert secrets_of(connection) == before, "the wrong key did not become the kept one"


@pytest.mark.parametrize("column", ["sealed_private_jwk", "kid"])
def test_s_ky_04_a_signing_key_that_was_tampered_with_stops_the_start(
    database: str, connection: Connection, column: str
) -> None:
    with opened(configured(database)):
        pass
    changed = (
        "update signing_keys set sealed_private_jwk ="
        " set_byte(sealed_private_jwk, 20, 255 - get_byte(sealed_private_jwk, 20)) where algorithm = 'RS256'"
        if column == "sealed_private_jwk"
        else "update signing_keys set kid = 'moved' where algorithm = 'RS256'"  # sealed for another row
    )
    connection.execute(changed)
    before = secrets_of(connection)
    with pytest.raises(CannotStart, match=SENTENCE), opened(configured(database)):
        pass
    assert secrets_of(connection) == before


def test_ensuring_keys_under_a_wrong_key_raises_before_it_writes(db: Database, now: datetime) -> None:
    with pytest.raises(instance.WrongKey):
        signing_keys.ensure(db, WRONG, now)
    assert now == START
