"""`make dev`: a scratch instance in ./data/dev with made-up people and an app, started anew when a file changes.

A passkey needs a browser, so nobody is enrolled: the owner's one-time link is printed at each start. The app at
http://localhost:3000 is the relying party of the tests, where Node.js and `make tools` have been.
"""

import os
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

from pocketid import client_secrets, clients, groups, one_time_access, users
from pocketid.cli.opening import configuration, opened
from pocketid.config import Config
from pocketid.db import Database

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data" / "dev"
WATCHED = ("pocketid", "views", "sql")
APP = "http://localhost:3000"
SECRET = "a secret for the example app only"  # noqa: S105  # it opens nothing but this scratch instance
PEOPLE = (
    ("owner", "Olga", "Owner", ("family", "admins")),
    ("anna", "Anna", "Muster", ("family",)),
    ("ben", "Benjamin", "van den Berg-Ōkubo", ("family", "book_club")),
    ("zoe", "Zoë", "Ångström", ()),
)
GROUPS = {"family": "Family", "admins": "Administrators", "book_club": "Book club"}


def main() -> None:
    """Seed once, then serve until Ctrl-C."""
    os.environ.setdefault("DATA_DIR", str(DATA))  # noqa: TID251  # what `make dev` is about
    config = configuration()
    with opened(config) as ready, ready.site.database() as db:
        if not users.count(db):
            seed(db)
        print_link(db, config)
        db.commit()
    with ExitStack() as running:
        if (ROOT / "node_modules" / "openid-client").is_dir():
            running.enter_context(started(["node", "tests/relying_party.mjs"], **app_settings(config)))
            print(f"  The example app: {APP}/auth/login\n", flush=True)
        serve_and_watch()


def seed(db: Database) -> None:
    """People, groups and a client, as an admin would have made them."""
    now = datetime.now(UTC)
    made = {
        name: groups.create(db, groups.Change(name=name, friendly_name=title), now).id
        for name, title in GROUPS.items()
    }
    for username, first_name, last_name, member_of in PEOPLE:
        change = users.Change(
            username=username,
            first_name=first_name,
            last_name=last_name,
            email=f"{username}@example.org",
            email_verified=True,
            is_admin="admins" in member_of,
        )
        person = users.create(db, change, now)
        groups.set_of_user(db, person.id, [made[name] for name in member_of])
    example = clients.Change(
        id="example", name="Example app", redirect_uris=[f"{APP}/auth/login"], launch_url=APP
    )
    clients.create(db, example, None, now)
    client_secrets.create(db, "example", now, chosen=SECRET)


def print_link(db: Database, config: Config) -> None:
    """The owner's way in."""
    owner = users.find(db, "owner")
    if owner is not None:
        code = one_time_access.create(db, owner.id, None, 3600, datetime.now(UTC))
        print(f"\n  Sign in as the owner: {one_time_access.link(config, code)}", flush=True)


def app_settings(config: Config) -> dict[str, str]:
    """The environment of the example app."""
    return {
        "ISSUER": config.app_url,
        "CLIENT_ID": "example",
        "CLIENT_SECRET": SECRET,
        "ORIGIN": APP,
        "PORT": APP.rpartition(":")[2],
    }


def started(command: list[str], **environment: str) -> subprocess.Popen[bytes]:
    """A program of ours, in the checkout."""
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})  # noqa: S603, TID251


def serve_and_watch() -> None:
    """Serve, and start anew whenever a file of the program has changed."""
    while True:
        before = newest()
        server = started([sys.executable, "-m", "pocketid"])
        try:
            while server.poll() is None and newest() == before:
                time.sleep(0.5)
            while newest() == before:  # it ended by itself: wait for a repair
                time.sleep(0.5)
        finally:
            server.terminate()
            server.wait()


def newest() -> float:
    """When a file of the program was changed last."""
    files = (path for folder in WATCHED for path in (ROOT / folder).rglob("*.[pstcj][yqps]*"))
    return max(path.stat().st_mtime for path in files)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
