"""Challenges of passkey ceremonies: each is good once, for five minutes, for the browser that asked (WA-01).

    begin    a challenge, kept with what it is for
    take     deletes it, whether or not what answered is any good; the caller keeps that by raising a Spent

What is demanded of an answer is said in webauthn_response.py.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pocketid.crypto import base64url, same
from pocketid.db import Database
from pocketid.request import Request
from pocketid.webauthn_response import Unfit

Kind = Literal["registration", "authentication"]
DURATION = timedelta(minutes=5)
MILLISECONDS = int(DURATION.total_seconds() * 1000)


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What a challenge was made for: a person, or an account that is made with its passkey, or anybody."""

    browser_digest: bytes
    user_id: UUID | None
    new_user: dict[str, Any] | None
    expires_at: datetime


def begin(
    request: Request, kind: Kind, *, user_id: UUID | None = None, new_user: dict[str, Any] | None = None
) -> str:
    """A challenge of 256 bits, as base64url; it is committed, and nothing may be written after it."""
    challenge = secrets.token_bytes(32)
    request.db.complete(
        "ceremonies.insert",
        kind=kind,
        challenge=challenge,
        browser_digest=request.browser_digest,
        user_id=user_id,
        new_user=new_user,
        expires_at=request.now + DURATION,
    )
    return base64url(challenge)


def take(request: Request, kind: Kind, challenge: bytes) -> Ceremony:
    """Spend a challenge. Raises Unfit unless it was this browser's and in time (SE-04)."""
    ceremony = request.db.one(Ceremony, "ceremonies.take", kind=kind, challenge=challenge)
    if ceremony is None:
        raise Unfit("unknown challenge")
    if ceremony.expires_at <= request.now:
        raise Unfit("challenge expired")
    if not same(ceremony.browser_digest, request.browser_digest):
        raise Unfit("challenge of another browser")
    return ceremony


def expire(db: Database, now: datetime) -> int:
    """Delete the challenges that nobody answered in time; how many there were."""
    return db.run("ceremonies.expire", now=now)
