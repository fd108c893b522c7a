"""sql/schema.sql is the dump of what the migrations make; `make schema` writes it anew."""

from pocketid.db import connect
from pocketid.migrate import available, migrate
from pocketid.paths import data_dir
from tests.schema import dump


def test_the_snapshot_is_what_the_migrations_make(database: str) -> None:
    assert (data_dir("sql") / "schema.sql").read_text() == dump(database), "run `make schema`"


def test_a_second_run_has_nothing_to_do(database: str) -> None:
    assert migrate(database) == []
    with connect(database) as connection:
        rows = connection.execute("select number, name from migrations order by number").fetchall()
    assert rows == [(migration.number, migration.name) for migration in available()]
