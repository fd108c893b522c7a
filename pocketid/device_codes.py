"""Devices without a browser that ask for an app's tokens: their two codes, and what has become of them (RFC 8628).

    the device                                   the person
    begin       a device code, a user code
    poll        what has become of it            find      what asks with this user code?
                                                 decide    approve or deny: once, by one person

The device code is a secret of 256 bits, kept as its digest. An approval stores an authorization whose code it is
(oidc/device_authorization.py), so that it is spent like any code: once, whoever else asks at the same moment. The
user code follows device_login.py in its letters and limits: 20^8 of them, and 105 tries of one person in the
fifteen minutes that one lives, leave a guess below one in a hundred million.
"""

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pocketid import device_login
from pocketid.crypto import digest, random_token
from pocketid.db import Database
from pocketid.device_login import ALPHABET, LENGTH
from pocketid.request import Request

LIFETIME = timedelta(minutes=15)
INTERVAL = 5
_LONGEST_INTERVAL = 60
_JITTER = 0.5  # a network that is quicker this time makes nobody early
_REMEMBERED = timedelta(hours=1)
_LOOK_ALIKES = str.maketrans("1I258U", "LLZSBV")  # the letters of the code that they may stand for

Decision = Literal["approved", "denied"]
State = Literal["unknown", "expired", "denied", "early", "pending", "approved"]


@dataclass(frozen=True, slots=True)
class Codes:
    """What the device is given."""

    device_code: str
    user_code: str


@dataclass(frozen=True, slots=True)
class Asking:
    """The device that waits, as the person who decides sees it; `digest` is that of its device code."""

    digest: bytes
    client_id: str
    client_name: str
    scopes: list[str]
    resource: str | None
    user_agent: str
    address: str | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Polled:
    decision: Decision | None
    expires_at: datetime
    is_early: bool


def begin(request: Request, client_id: str, scopes: Sequence[str], resource: str | None) -> Codes:
    """Two new codes for a device."""
    while True:
        codes = Codes(random_token(), "".join(secrets.choice(ALPHABET) for _letter in range(LENGTH)))
        if request.db.run(
            "device_codes.insert",
            digest=digest(codes.device_code),
            user_code_mac=_mac(request, codes.user_code),
            client_id=client_id,
            scopes=list(scopes),
            resource=resource,
            address=request.address,
            user_agent=request.user_agent,
            interval_seconds=INTERVAL,
            expires_at=request.now + LIFETIME,
            now=request.now,
        ):
            return Codes(codes.device_code, device_login.shown(codes.user_code))


def poll(request: Request, client_id: str, device_code: str) -> State:
    """What has become of a device code; the question itself is noted."""
    found = request.db.one(
        _Polled,
        "device_codes.poll",
        digest=digest(device_code),
        client_id=client_id,
        jitter=_JITTER,
        step=INTERVAL,
        longest=_LONGEST_INTERVAL,
        now=request.now,
    )
    if found is None:
        return "unknown"
    if found.expires_at <= request.now:
        return "expired"
    if found.decision is not None:
        return found.decision
    return "early" if found.is_early else "pending"


def find(request: Request, user_code: str) -> Asking | None:
    """What asks with a user code; None when nothing does (any more). The caller has limited the tries."""
    mac = _mac(request, plain(user_code))
    return request.db.one(Asking, "device_codes.by_user_code", user_code_mac=mac, now=request.now)


def decide(request: Request, asking: Asking, decision: Decision) -> bool:
    """Approve or deny; False when somebody else was first, or it is too late."""
    return bool(
        request.db.run("device_codes.decide", digest=asking.digest, decision=decision, now=request.now)
    )


def plain(user_code: str) -> str:
    """A user code as it was made, however it was typed: small, full-width, with digits that look like its letters."""
    folded = unicodedata.normalize("NFKC", user_code[: device_login.LONGEST])
    return device_login.plain(folded).translate(_LOOK_ALIKES)


def expire(db: Database, now: datetime) -> int:
    """Forget codes an hour after they have expired; how many there were."""
    return db.run("device_codes.expire", before=now - _REMEMBERED)


def _mac(request: Request, user_code: str) -> bytes:
    return request.keyring.mac("user_code", user_code)
