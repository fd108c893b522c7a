"""What an app holds after the person's part of the flow, made without walking through the pages."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pocketid import audit, device_codes, sessions, tokens, users
from pocketid.crypto import digest, random_token
from pocketid.db import Database
from pocketid.request import Request
from tests.browser import Browser
from tests.oidc.flow import CHALLENGE, App

SCOPES = ["openid", "profile", "email", "groups"]


def start_session(db: Database, user: users.User, now: datetime) -> UUID:
    """A running session of a person in some browser; returns its id, the sid of ID tokens."""
    token = random_token()
    db.run(
        "sessions.insert",
        digest=digest(token),
        user_id=user.id,
        method="passkey",
        passkey_id=None,
        verified_at=now,
        expires_at=now + timedelta(minutes=60),
        address="127.0.0.1",
        user_agent="",
        now=now,
    )
    actor = sessions.current(db, token, now)
    assert actor is not None
    return actor.session_id


def issue_code(
    db: Database, app: App, user: users.User, now: datetime, *, to_device: bytes | None = None, **changes: Any
) -> str:
    """A code as /authorize gives it, or for a device whose code has that digest; `changes` as tokens.Granted."""
    values: dict[str, Any] = {
        "client_id": app.client_id,
        "user_id": user.id,
        "scopes": SCOPES,
        "claims": None,
        "nonce": "the-nonce",
        "acr": "phr",
        "amr": ["swk", "user", "mfa"],
        "auth_time": now,
        "redirect_uri": app.redirect_uri,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "resource": None,
        **changes,
    }
    values.setdefault("told", values["scopes"])
    if "session_id" not in values:
        values["session_id"] = start_session(db, user, now)
    granted, name = tokens.Granted(**values), app.client_id.title()
    if to_device is not None:
        tokens.grant_to_device(bare_request(db, now), granted, name, to_device, now + device_codes.LIFETIME)
        return ""
    return tokens.grant(bare_request(db, now), granted, name)


def issue_device_code(db: Database, app: App, user: users.User, now: datetime) -> str:
    """A device code that a person has approved."""
    code = random_token()
    db.run(
        "device_codes.insert",
        digest=digest(code),
        user_code_mac=digest(code),
        client_id=app.client_id,
        scopes=["openid"],
        resource=None,
        address=None,
        user_agent="",
        interval_seconds=device_codes.INTERVAL,
        expires_at=now + device_codes.LIFETIME,
        now=now,
    )
    db.run("device_codes.decide", digest=digest(code), decision="approved", now=now)
    issue_code(db, app, user, now, to_device=digest(code))
    return code


def consent(db: Database, user: users.User, client_id: str, scopes: list[str], now: datetime) -> bool:
    """Scopes that a person grants, stored as /authorize does; whether that was their first sign-in to the app."""
    issue_code(db, App(client_id, None), user, now, scopes=scopes)
    return audit.search(db, audit.Filter(), 1)[0].event == audit.Event.NEW_CLIENT_AUTHORIZATION


def bare_request(db: Database, now: datetime) -> Request:
    """A request that nobody sent, at the authorization endpoint."""
    nothing: dict[str, Any] = dict.fromkeys(
        (
            "query",
            "form",
            "files",
            "cookies",
            "body",
            "address",
            "config",
            "keyring",
            "signals",
            "assets",
            "browser",
        )
    )
    return Request(method="GET", path="/authorize", headers={}, now=now, db=db, **nothing)


@dataclass(frozen=True, slots=True)
class Stored:
    """How many rows there are, and how many of the families have ended."""

    spent: int
    revoked: int
    access_tokens: int
    refresh_tokens: int


_COUNT = """
select (select count(*) from authorizations where code_used_at is not null) as spent,
       (select count(*) from authorizations where revoked_at is not null) as revoked,
       (select count(*) from access_tokens) as access_tokens,
       (select count(*) from refresh_tokens) as refresh_tokens
"""


def stored(db: Database) -> Stored:
    """What is in the tables now."""
    connection = db._source.take()
    try:
        return Stored(*connection.execute(_COUNT).fetchone())  # type: ignore[misc]  # one row always
    finally:
        db._source.give_back(connection)


UNTOUCHED = Stored(spent=0, revoked=0, access_tokens=0, refresh_tokens=0)
ISSUED = Stored(spent=1, revoked=0, access_tokens=1, refresh_tokens=1)
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 5.2


def check_refusal(got: Browser, status: int, error: str) -> None:
    """RFC 6749 5.2, and TK-09: never stored, readable for browser applications too."""
    assert (got.status, got.json().get("error")) == (status, error), got.text
    assert set(got.json()) == {"error", "error_description"}
    assert DESCRIPTION.fullmatch(got.json()["error_description"])
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["Cache-Control"] == "no-store"
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert ("Www-Authenticate" in got.headers) is (status in {401, 403})  # RFC 9110 15.5.2, RFC 6750 3
