"""Tokens of others that are accepted once: client assertions and DPoP proofs, remembered until they have expired."""

from datetime import datetime

from pocketid import crypto
from pocketid.db import Database


def spend(db: Database, owner: str, jti: str, *, until: datetime, now: datetime) -> bool:
    """Whether this is the first time that a token of an owner is used. RFC 7523 3, RFC 9449 11.1.

    Written with the request's transaction: ask last, when everything else about the token is right, so that a
    refused one stays unspent.
    """
    key = crypto.digest(f"{len(owner)}:{owner}{jti}")
    return db.run("used_jtis.spend", digest=key, expires_at=until, now=now) > 0


def expire(db: Database, now: datetime) -> int:
    """Forget the tokens that have expired."""
    return db.run("used_jtis.expire", now=now)
