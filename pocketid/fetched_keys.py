"""JWK sets behind addresses that admins typed in: fetched when they are needed, kept for a few minutes.

A key that is not among the kept ones is looked for once more at the address, but of all instances together only every
few seconds, whatever strangers ask for. While the other side is away its last keys count for an hour.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pocketid import fetching, jose, log
from pocketid.db import Database
from pocketid.jose import BadKey, Key, NotValid, Token
from pocketid.request import Request

MOST_KEYS = 50
_FRESH = timedelta(minutes=5)
_LASTS = timedelta(hours=1)
_PAUSE = timedelta(seconds=10)
_FORGOTTEN = timedelta(days=1)
_MAX_BYTES = 256 * 1024
_MEMBERS = ("kty", "kid", "alg", "n", "e", "crv", "x", "y")


@dataclass(frozen=True, slots=True)
class _Kept:
    keys: list[dict[str, Any]]
    fetched_at: datetime | None


def verify(request: Request, address: str, token: Token, allowed: Collection[str]) -> None:
    """Check a token by the keys behind an address. Raises NotValid.

    May commit, and gives the connection back while it fetches: call it before anything else is written.
    """
    kept = request.db.one(_Kept, "fetched_keys.by_address", address=address)
    age = request.now - kept.fetched_at if kept and kept.fetched_at else None
    if kept and age is not None and age < _FRESH and any(key.fits(token) for key in usable(kept.keys)):
        return verify_by_one(token, usable(kept.keys), allowed)
    fetched = _fetched(request, address)
    if fetched is None and kept and age is not None and age < _LASTS:
        fetched = kept.keys
    if fetched is None:
        raise NotValid("the keys could not be fetched from their address")
    return verify_by_one(token, usable(fetched), allowed)


def verify_by_one(token: Token, keys: Sequence[Key], allowed: Collection[str]) -> None:
    """Check a token by those of some keys that it may be signed with. Raises NotValid."""
    problem = NotValid("none of the registered keys is one for this token")
    for key in keys:
        if key.fits(token):
            try:
                return jose.verify(token, key, allowed)
            except NotValid as error:
                problem = error
    raise problem


def usable(members: Sequence[object]) -> list[Key]:
    """The public keys for signatures among the members of a set; others are passed over."""
    found = []
    for member in members:
        try:
            found.append(jose.public_key(member))
        except BadKey:
            continue
    return found


def expire(db: Database, now: datetime) -> int:
    """Forget what nobody has needed for a day."""
    return db.run("fetched_keys.expire", before=now - _FORGOTTEN)


def _fetched(request: Request, address: str) -> list[dict[str, Any]] | None:
    """The keys behind an address now; None when it does not tell, or was asked a moment ago."""
    db, now = request.db, request.now
    is_ours = db.value("fetched_keys.claim", address=address, tried_before=now - _PAUSE, now=now)
    db.commit()
    if not is_ours:
        return None
    db.release()  # nobody waits for a connection that waits for somebody else's server
    try:
        content = fetching.get(address, limit=_MAX_BYTES, policy=fetching.for_admins(request.config))
        found = jose.json_object(content).get("keys")
    except (fetching.Failed, ValueError) as error:
        log.warning("keys_not_fetched", address=address, reason=str(error))
        return None
    members = found if isinstance(found, list) else []
    keys = [_kept_of(member) for member in members[:MOST_KEYS] if usable([member])]
    db.run("fetched_keys.store", address=address, keys=keys, now=now)
    db.commit()
    return keys


def _kept_of(member: dict[str, Any]) -> dict[str, Any]:
    return {name: member[name] for name in _MEMBERS if name in member}
