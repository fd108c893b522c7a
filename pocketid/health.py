"""Whether this process can do its work: what /healthz, /health and the command line report."""

from dataclasses import dataclass
from typing import Literal

import pocketid
from pocketid import migrate
from pocketid.db import Database
from pocketid.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Report:
    """What is well and what is not; `database` and `migrations` say "ok" or the reason."""

    status: Literal["ok", "unavailable"]
    version: str
    database: str
    migrations: str


def report(db: Database) -> Report:
    """Ask the database; an unreachable one is an answer, not an error."""
    known = len(migrate.available())
    try:
        applied = db.value("health.migrated_to")
    except Unavailable as unavailable:
        return Report("unavailable", pocketid.__version__, unavailable.message, "unknown")
    if applied != known:
        reason = f"the database is at {applied:04d}, this program at {known:04d}"
        return Report("unavailable", pocketid.__version__, "ok", reason)
    return Report("ok", pocketid.__version__, "ok", "ok")
