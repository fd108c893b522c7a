"""The schema of a database as text, normalised: what `make schema` writes and a test compares."""

import re
import subprocess
import sys
from pathlib import Path

from pocketid.embedded import find_binaries

_NOISE = re.compile(r"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*|)$", re.IGNORECASE)


def dump(conninfo: str) -> str:
    """`pg_dump --schema-only` without comments, settings and blank lines but those between objects."""
    command: list[str | Path] = [
        find_binaries() / "pg_dump",
        "--schema-only",
        "--no-owner",
        "--no-privileges",
        "--dbname",
        conninfo,
    ]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    kept = [line for line in text.splitlines() if not _NOISE.match(line)]
    head = "-- Written by `make schema` from sql/migrations: the whole database in one place, to be read.\n\n"
    return head + re.sub(r";\n(?=[A-Z])", ";\n\n", "\n".join(kept)) + "\n"


if __name__ == "__main__":
    sys.stdout.write(dump(sys.argv[1]))
