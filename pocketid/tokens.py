"""Authorizations, and the codes and tokens that they stand behind.

One row of `authorizations` is one completed authorization request. Its code, its access tokens and its
refresh tokens are digests that lead to it, so revoking that one row ends the whole family at once, wherever a
token is presented. What is single-use is spent by one statement that also stores what is issued for it: of
two who come at once, one wins.

A refresh token is `family.secret`. The family is the digest of the code that it came from, so a token whose
own row has long been cleaned away is still known as a used one of a family that lives.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pocketid import audit, crypto, subjects
from pocketid.audit import Event
from pocketid.crypto import CannotOpen, base64url, digest, from_base64url, random_token
from pocketid.db import Database
from pocketid.request import Request
from pocketid.subjects import Subject

CODE_LIFETIME = timedelta(seconds=60)
GRACE = timedelta(seconds=60)
_REMEMBERED = timedelta(hours=1)
_TOLD_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Authorization:
    """What a person let a client have. `revoked_at` ends everything that was issued from it."""

    id: UUID
    client_id: str
    user_id: UUID
    session_id: UUID | None
    scopes: list[str]
    claims: dict[str, Any] | None
    nonce: str | None
    acr: str | None
    amr: list[str]
    auth_time: datetime
    redirect_uri: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    code_digest: bytes
    code_expires_at: datetime
    code_used_at: datetime | None
    revoked_at: datetime | None
    resource: str | None
    created_at: datetime
    dpop_jkt: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a code or token stands for, with the person as they are now."""

    authorization: Authorization
    subject: Subject
    may_use: bool


@dataclass(frozen=True, slots=True)
class FoundRefreshToken:
    """A stored refresh token; `rotated_at` says that it has been exchanged for `successor` (sealed)."""

    rotated_at: datetime | None
    successor: bytes | None
    expires_at: datetime
    found: Found


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A live access token of a person who may still sign in to the app."""

    client_id: str
    scopes: list[str]
    claims: dict[str, Any] | None
    subject: Subject
    always_includes_groups: bool
    claim_mapping: dict[str, Any]
    signs_userinfo: bool
    signing_algorithm: str
    dpop_jkt: str | None


@dataclass(frozen=True, slots=True)
class Issue:
    """The tokens of one answer, as they are stored: digests and ends. `access` is the digest of a jti.

    `dpop_jkt` is the thumbprint of the key that they work with; None for bearer tokens.
    """

    scopes: Sequence[str]
    access: bytes
    access_expires_at: datetime
    refresh: bytes
    refresh_expires_at: datetime
    dpop_jkt: str | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """A completed request, before it has a code; see `Authorization`. `told` are the scopes of what the app learns."""

    client_id: str
    user_id: UUID
    session_id: UUID
    scopes: list[str]
    told: list[str]
    claims: dict[str, Any] | None
    nonce: str | None
    acr: str | None
    amr: list[str]
    auth_time: datetime
    redirect_uri: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    resource: str | None
    dpop_jkt: str | None = None


@dataclass(frozen=True, slots=True)
class Live:
    """A token that is good now: whose, for what, until when. `user_id` is None where a client got it for itself.

    `api_client_id` is the client of the API that an access token is for.
    """

    client_id: str
    user_id: UUID | None
    resource: str | None
    scopes: list[str]
    expires_at: datetime
    dpop_jkt: str | None
    api_client_id: str | None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a stored token is; `id` is its authorization's."""

    id: UUID
    client_id: str
    user_id: UUID | None


def grant(request: Request, granted: Granted, client_name: str) -> str:
    """Store a completed request, the consent and the event, and commit; returns the code.

    A code has 256 random bits and is valid for 60 seconds, once. Where the session has ended meanwhile it is
    stored nowhere, and worth nothing. Nothing may be written after it.
    """
    code = random_token()
    _grant(request, granted, client_name, digest(code), request.now + CODE_LIFETIME)
    return code


def grant_to_device(
    request: Request, granted: Granted, client_name: str, code_digest: bytes, expires_at: datetime
) -> None:
    """The same for the code that a device has already (RFC 8628); what it leads to outlives the session.

    The device is another one than the browser in which the person approves, and signs out by itself.
    """
    _grant(request, granted, client_name, code_digest, expires_at, outlives_session=True)


def _grant(
    request: Request,
    granted: Granted,
    client_name: str,
    code_digest: bytes,
    code_expires_at: datetime,
    *,
    outlives_session: bool = False,
) -> None:
    is_first = request.db.complete(
        "tokens.grant",
        **{column: getattr(granted, column) for column in Granted.__slots__},  # asdict copies to the ground
        code_digest=code_digest,
        code_expires_at=code_expires_at,
        outlives_session=outlives_session,
        expires_at=request.now + _REMEMBERED,
        **audit.origin(request),
        details={"clientName": client_name, "scopes": granted.scopes},
        now=request.now,
    )
    event = Event.NEW_CLIENT_AUTHORIZATION if is_first else Event.CLIENT_AUTHORIZATION
    audit.tell(request, event, user_id=granted.user_id, client_id=granted.client_id)


def find_code(db: Database, code: str) -> Found | None:
    """What a code stands for, used and expired ones too: the caller tells them apart."""
    return db.one(_found, "tokens.by_code", digest=digest(code))


def redeem_code(request: Request, authorization: Authorization, issue: Issue) -> bool:
    """Spend a code, store what is issued for it, and commit; False when somebody else was first.

    RFC 6749 4.1.2. Nothing may be written after it.
    """
    won = request.db.complete(
        "tokens.redeem_code",
        id=authorization.id,
        **_written(request, issue, Event.TOKEN_ISSUED),
    )
    return _told(request, Event.TOKEN_ISSUED, authorization, done=bool(won))


def _written(request: Request, issue: Issue, event: Event) -> dict[str, Any]:
    """What both statements write that spend something: the new tokens, and the event of it."""
    return {
        "scopes": list(issue.scopes),
        "access": issue.access,
        "access_expires_at": issue.access_expires_at,
        "refresh": issue.refresh,
        "refresh_expires_at": issue.refresh_expires_at,
        "dpop_jkt": issue.dpop_jkt,
        "event": event.value,
        **audit.origin(request),
        "now": request.now,
    }


def new_refresh_token(authorization: Authorization) -> str:
    """A random refresh token of the family."""
    return f"{base64url(bytes(authorization.code_digest))}.{random_token()}"


def find_refresh_token(db: Database, token: str) -> FoundRefreshToken | None:
    """A stored refresh token, rotated and expired ones too, with what it stands for."""
    return db.one(_found_refresh_token, "tokens.by_refresh_token", digest=digest(token))


def find_family(db: Database, token: str) -> Found | None:
    """The family of a refresh token that is not stored any more, which is one that was used long ago."""
    try:
        family = from_base64url(token.partition(".")[0])
    except ValueError:
        return None
    found = db.one(_found, "tokens.by_code", digest=family)
    return found if found and found.authorization.code_used_at else None


def rotate(request: Request, token: str, successor: str, authorization: Authorization, issue: Issue) -> bool:
    """Exchange a refresh token for its successor, and commit; False when somebody else was first.

    RFC 9700 4.14.2. Nothing may be written after it.
    """
    won = request.db.complete(
        "tokens.rotate",
        digest=digest(token),
        sealed_successor=crypto.seal(_successor_key(token), successor.encode(), "successor"),
        **_written(request, issue, Event.TOKEN_REFRESHED),
    )
    return _told(request, Event.TOKEN_REFRESHED, authorization, done=bool(won))


def successor_of(token: str, stored: FoundRefreshToken) -> str | None:
    """The token that replaced this one: only whoever holds the old one can read it. None when it does not open."""
    if stored.successor is None:
        return None
    try:
        return crypto.unseal(_successor_key(token), bytes(stored.successor), "successor").decode()
    except CannotOpen:
        return None


def insert_access_token(db: Database, authorization_id: UUID, issue: Issue) -> bool:
    """Store one more access token beside a refresh token that is there already; False when it was revoked."""
    return bool(
        db.run(
            "tokens.insert_access_token",
            authorization_id=authorization_id,
            scopes=list(issue.scopes),
            access=issue.access,
            access_expires_at=issue.access_expires_at,
            dpop_jkt=issue.dpop_jkt,
        )
    )


def issue_to_client(
    request: Request,
    client_id: str,
    scopes: Sequence[str],
    resource: str | None,
    access: bytes,
    expires_at: datetime,
    dpop_jkt: str | None,
) -> None:
    """Store an access token that a client gets for itself, and commit. Nothing may be written after it."""
    request.db.complete(
        "tokens.issue_to_client",
        client_id=client_id,
        scopes=list(scopes),
        resource=resource,
        access=access,
        expires_at=expires_at,
        dpop_jkt=dpop_jkt,
        event=Event.TOKEN_ISSUED.value,
        details={"grant": "client_credentials", "scopes": list(scopes), "resource": resource},
        **audit.origin(request),
        now=request.now,
    )
    audit.tell(request, Event.TOKEN_ISSUED, user_id=None, client_id=client_id)


def state_of_access_token(db: Database, handle: str, now: datetime) -> Live | None:
    """A live access token, also one that a client got for itself, by its jti or, where it is opaque, itself."""
    return db.one(Live, "tokens.state", digest=digest(handle), now=now)


def state_of_refresh_token(db: Database, token: str, now: datetime) -> Live | None:
    """A refresh token that would be taken now."""
    return db.one(Live, "tokens.refresh_state", digest=digest(token), now=now)


def owner_of(db: Database, handle: str) -> Owner | None:
    """Whose a stored token is, by its jti or itself; None when it is not stored (any more)."""
    return db.one(Owner, "tokens.owner", access=digest(handle), refresh=digest(handle))


def end_access_token(db: Database, handle: str) -> bool:
    """End one access token; False when it was none."""
    return bool(db.run("tokens.delete_access_token", digest=digest(handle)))


def find_access_token(db: Database, jti: str, now: datetime) -> AccessToken | None:
    """A live access token; None when it is unknown, expired or revoked, or its person is kept out."""
    return db.one(_access_token, "tokens.access_token", digest=digest(jti), now=now)


def revoke(db: Database, authorization_id: UUID, now: datetime) -> None:
    """End an authorization with everything issued from it."""
    db.run("tokens.revoke", id=authorization_id, now=now)


def revoke_session(db: Database, session_id: UUID, now: datetime) -> None:
    """End what apps got through a session, but not offline access, which outlives a sign-out by its purpose."""
    db.run("tokens.revoke_session", session_id=session_id, now=now)


def revoke_user(db: Database, user_id: UUID, now: datetime) -> None:
    """End everything that any app has of a person."""
    db.run("tokens.revoke_user", user_id=user_id, now=now)


def revoke_client_of_user(db: Database, user_id: UUID, client_id: str, now: datetime) -> None:
    """End everything that one app has of a person."""
    db.run("tokens.revoke_client_of_user", user_id=user_id, client_id=client_id, now=now)


def expire(db: Database, now: datetime) -> int:
    """Delete tokens that have expired, and authorizations of which none is left.

    An authorization is remembered for a month, and as long as its session: that app is told when people sign out.
    """
    expired = db.run("tokens.expire_access_tokens", now=now) + db.run("tokens.expire_refresh_tokens", now=now)
    return expired + db.run("tokens.expire_authorizations", now=now, used_before=now - _TOLD_WITHIN)


def _successor_key(token: str) -> bytes:
    """A key that only the old token gives; its stored digest does not (another label under the hash)."""
    return digest(f"successor of {token}")


def _found(*, subject: Mapping[str, Any], may_use: bool, **columns: Any) -> Found:
    return Found(Authorization(**columns), subjects.from_row(subject), may_use)


def _found_refresh_token(
    *, rotated_at: datetime | None, successor: bytes | None, expires_at: datetime, **columns: Any
) -> FoundRefreshToken:
    return FoundRefreshToken(rotated_at, successor, expires_at, _found(**columns))


def _access_token(*, subject: Mapping[str, Any], **columns: Any) -> AccessToken:
    return AccessToken(subject=subjects.from_row(subject), **columns)


def _told(request: Request, event: Event, authorization: Authorization, *, done: bool) -> bool:
    if done:
        audit.tell(request, event, user_id=authorization.user_id, client_id=authorization.client_id)
    return done
