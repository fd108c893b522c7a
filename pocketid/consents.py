"""What people have let apps learn about them: one row for each person and app, its scopes merged over time.

A row is written with the authorization that it stands for, by tokens.grant.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pocketid import logouts, sessions, tokens
from pocketid.db import Database


@dataclass(frozen=True, slots=True)
class Consent:
    """An app that a person has signed in to."""

    client_id: str
    client_name: str
    scopes: list[str]
    granted_at: datetime
    last_used_at: datetime


@dataclass(frozen=True, slots=True)
class SignIn:
    """The last time that a person signed in to an app."""

    user_id: UUID
    name: str
    scopes: list[str]
    last_used_at: datetime


def scopes_of(db: Database, user_id: UUID, client_id: str) -> frozenset[str] | None:
    """The scopes that a person has granted an app; None when they never signed in to it."""
    scopes = db.value("consents.scopes", user_id=user_id, client_id=client_id)
    return None if scopes is None else frozenset(scopes)


def of_user(db: Database, user_id: UUID) -> list[Consent]:
    """The apps that a person has signed in to, the last used first."""
    return db.many(Consent, "consents.of_user", user_id=user_id)


def last_of_client(db: Database, client_id: str, size: int) -> list[SignIn]:
    """Who signed in to an app last."""
    return db.many(SignIn, "consents.last_of_client", client_id=client_id, size=size)


def revoke(db: Database, user_id: UUID, client_id: str, now: datetime) -> None:
    """Take everything back that an app was granted, with its tokens and the sessions for it alone, and have it told."""
    logouts.write_for_app(db, user_id, client_id, now)
    db.run("consents.delete", user_id=user_id, client_id=client_id)
    tokens.revoke_client_of_user(db, user_id, client_id, now)
    sessions.end_all_for_app(db, user_id, client_id)
