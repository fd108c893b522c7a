"""`make schema`: writes sql/schema.sql from what the migrations make in a scratch database."""

import tempfile
from pathlib import Path

from pocketid import embedded
from pocketid.migrate import migrate
from pocketid.paths import data_dir
from tests.schema import dump

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory, embedded.start(Path(directory)) as server:
        migrate(server.conninfo)
        (data_dir("sql") / "schema.sql").write_text(dump(server.conninfo))
