"""Limits on how often something may be tried: token buckets in the database, shared by all instances.

A bucket belongs to a kind of request and an address (an IPv6 /64 counts as one), or to a key that the caller
names. No bucket belongs to an account alone, so that nobody can keep its owner out by trying.
"""

import ipaddress
from datetime import datetime
from math import ceil

from pocketid.db import Database
from pocketid.errors import TooMany
from pocketid.request import Request
from pocketid.text import _


def check(request: Request, kind: str, *, per_seconds: float, burst: int, key: str | None = None) -> None:
    """Take one token of a bucket that holds `burst` and gains one every `per_seconds`. Raises TooMany.

    The token stays taken whatever becomes of the request: it is committed at once, so call this before the
    request writes anything that may have to be undone.
    """
    left = take(request, kind, key or network(request.address), per_seconds=per_seconds, burst=burst)
    if left < 0:
        raise TooMany(
            _("That was tried too often. Please wait a little and try again."),
            seconds=ceil(-left * per_seconds),
        )


def take(
    request: Request, kind: str, key: str, *, per_seconds: float = 2.0, burst: int = 30, debt: int = 1
) -> float:
    """Take one token, and return how many are left: below zero there was none, and the answer should be no.

    An empty bucket goes into debt by `debt` tokens at most: the longer somebody keeps on, the longer they wait.
    """
    if request.config.disable_rate_limiting:
        return float(burst)
    left: float = request.db.value(
        "limits.take",
        key=f"{kind}:{key}",
        burst=float(burst),
        per_seconds=per_seconds,
        debt=float(debt),
        now=request.now,
    )
    request.db.commit()
    return left


def is_empty(request: Request, kind: str, key: str, *, per_seconds: float = 2.0) -> bool:
    """Whether a bucket has no whole token now; takes none."""
    if request.config.disable_rate_limiting:
        return False
    left = request.db.value("limits.left", key=f"{kind}:{key}", per_seconds=per_seconds, now=request.now)
    return left is not None and left < 1


def of_client(request: Request, client_id: str) -> str:
    """The key of what one neighbour asks in the name of one client: nobody shuts the client out for others."""
    return f"{client_id}:{network(request.address)}"


def network(address: str | None) -> str:
    """What counts as one neighbour: an IPv4 address, or the /64 of an IPv6 address."""
    if address is None or ":" not in address:
        return address or "unknown"
    return str(ipaddress.ip_network((address, 64), strict=False))


def expire(db: Database, before: datetime) -> int:
    """Forget the buckets that nobody touched since; they have long been full again."""
    return db.run("limits.expire", before=before)
