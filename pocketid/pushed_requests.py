"""Authorization requests that clients pushed before they sent anybody here. RFC 9126.

A request is kept under the digest of its address, good for 90 seconds to come with and for one code. Whoever came in
time may take as long over the sign-in as anybody (interactions.py), so the row stays that much longer; it goes in the
transaction that stores the code, so that of two who come with one address at once, one gets a code.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pocketid import interactions
from pocketid.crypto import digest, random_token
from pocketid.db import Database
from pocketid.request import Request

LIFETIME = timedelta(seconds=90)
PREFIX = "urn:ietf:params:oauth:request_uri:"  # RFC 9126 2.2


@dataclass(frozen=True, slots=True)
class Pushed:
    """A request as it was checked when it came; `is_signed` when its client had signed it."""

    digest: bytes
    parameters: dict[str, str]
    is_signed: bool


def push(request: Request, client_id: str, parameters: dict[str, str], *, is_signed: bool) -> str:
    """Keep a request, and return its address with 256 random bits in it. RFC 9126 2.2."""
    address = PREFIX + random_token()
    request.db.run(
        "pushed_requests.insert",
        digest=digest(address),
        client_id=client_id,
        parameters=parameters,
        is_signed=is_signed,
        expires_at=request.now + LIFETIME,
    )
    return address


def find(request: Request, client_id: str, address: str) -> Pushed | None:
    """What a client pushed; None when it is unknown, expired, used, or was another client's."""
    return request.db.one(
        Pushed, "pushed_requests.by_digest", digest=digest(address), client_id=client_id, now=request.now
    )


def spend(db: Database, pushed: bytes) -> bool:
    """Take a request away: True for the one who did, and may issue a code."""
    return bool(db.run("pushed_requests.spend", digest=pushed))


def expire(db: Database, now: datetime) -> int:
    """Delete the requests that have expired and that no interaction can still be about."""
    return db.run("pushed_requests.expire", before=now - interactions.LIFETIME)
