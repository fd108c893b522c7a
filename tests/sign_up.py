"""Signing up against the WSGI application: allowing it, links, and the steps of a person."""

from datetime import datetime, timedelta
from typing import Any

from pocketid import users
from pocketid.crypto import digest
from pocketid.db import Connection, Database
from pocketid.users import User
from pocketid.web import Site
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import APP_URL

TYPED = {"first_name": "Clara", "last_name": "Muster", "username": "clara", "email": "clara@example.test"}


def allow_sign_up(site: Site, db: Database, mode: str, **rows: str) -> None:
    for name, value in {"allowUserSignups": mode, **rows}.items():
        db.run("settings.store", name=name, value=value, now=site.clock())
    db.commit()
    site.signals.changed("settings")


def make_link(db: Database, now: datetime, *group_ids: Any, uses: int = 1, seconds: int = 3600) -> str:
    text = f"link of {uses} uses and {seconds} seconds for {len(group_ids)}"
    db.value(
        "signup.insert_link",
        digest=digest(text),
        most_uses=uses,
        created_by=None,
        group_ids=list(group_ids),
        expires_at=now + timedelta(seconds=seconds),
        now=now,
    )
    db.commit()
    return text


def begin(browser: Browser, token: str = "", **changes: str) -> dict[str, str]:
    """The form of the passkey page, as the browser would send it."""
    browser.get("/signup", token=token)
    browser.post("/signup", {**TYPED, "token": token, **changes})
    assert browser.view == "signup/passkey", browser.text
    credential = Authenticator(APP_URL).create(options_of(browser.text))
    return {**browser.variables["fields"], "credential": credential}


def sign_up(browser: Browser, token: str = "", **changes: str) -> Browser:
    return browser.post("/signup/passkey", begin(browser, token, **changes))


def person(db: Database, username: str = "clara") -> User:
    found = users.find(db, username)
    assert found
    return found


def uses_of(db: Database) -> list[int]:
    connection: Connection = db._source.take()
    return [row[0] for row in connection.execute("select uses from sign_up_links").fetchall()]
