"""Sessions of people in browsers: rows, found by the digest of the cookie's token.

A session lasts SESSION_DURATION minutes from the sign-in and is over the moment its row is gone. Its id is
the `sid` that apps see. Ending one also revokes what apps got through it (tokens.py), and they are told (logouts.py).

A session for one app only has no cookie: it stands behind what that app gets, is listed and ended as any other, and
lets nobody in here. Its token is thrown away, and `current` would not take it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pocketid import audit, known_devices, logouts, settings, tokens
from pocketid.audit import Event
from pocketid.crypto import digest, random_token
from pocketid.db import Database
from pocketid.errors import NotFound
from pocketid.request import Actor, Request
from pocketid.text import _

Method = Literal["passkey", "one_time_access", "device"]
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """A session as its person and the admins see it; `apps` are the names of the apps signed in to by it.

    `only_app` is the name of the app that it is for alone.
    """

    id: UUID
    method: str
    authenticated_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str | None
    user_agent: str | None
    only_app: str | None
    apps: list[str]


def start(request: Request, user_id: UUID, method: Method, passkey_id: UUID | None = None) -> str:
    """Begin a session and return its cookie's token.

    The one that this browser had goes on under a new token where the same person used a passkey again; any
    other is ended with what apps got through it (ASVS 7.2.4).
    """
    if request.actor is not None:
        if passkey_id is not None and request.actor.user_id == user_id:
            return renew_verification(request, passkey_id)
        _delete(request.db, request.actor.session_id, request.actor.user_id, request.now)
    token = random_token()
    minutes = settings.load(request).session_duration
    request.db.run(
        "sessions.insert",
        digest=digest(token),
        user_id=user_id,
        method=method,
        passkey_id=passkey_id,
        verified_at=request.now if method == "passkey" else None,
        expires_at=request.now + timedelta(minutes=minutes),
        address=request.address,
        user_agent=request.user_agent,
        now=request.now,
    )
    request.actor, request.session_token = current(request.db, token, request.now), token
    known_devices.note(request)
    return token


def renew_verification(request: Request, passkey_id: UUID) -> str:
    """Note that the person used a passkey again in this session; returns the session's new token."""
    token = random_token()
    minutes = settings.load(request).session_duration
    request.db.run(
        "sessions.renew",
        id=request.person.session_id,
        digest=digest(token),
        passkey_id=passkey_id,
        expires_at=request.now + timedelta(minutes=minutes),
        now=request.now,
    )
    request.actor, request.session_token = current(request.db, token, request.now), token
    return token


def start_for_app(request: Request, user_id: UUID, method: Method, client_id: str) -> UUID:
    """Begin a session for one app only, beside whoever is signed in in this browser; returns its id."""
    minutes = settings.load(request).session_duration
    session_id: UUID = request.db.value(
        "sessions.insert_for_app",
        digest=digest(random_token()),
        user_id=user_id,
        method=method,
        client_id=client_id,
        expires_at=request.now + timedelta(minutes=minutes),
        address=request.address,
        user_agent=request.user_agent,
        now=request.now,
    )
    return session_id


def for_app(db: Database, session_id: UUID, client_id: str, now: datetime) -> Actor | None:
    """Who is signed in by a session for one app only; None when it is over, or the person is disabled."""
    return db.one(Actor, "sessions.for_app", id=session_id, client_id=client_id, now=now)


def cookie(token: str, request: Request) -> tuple[str, str, int]:
    """Name, value and lifetime in seconds of the session's cookie."""
    return "session", token, settings.load(request).session_duration * 60


def current(db: Database, token: str, now: datetime) -> Actor | None:
    """Who is signed in by a cookie's token; None when it is unknown, over, or the person is disabled."""
    found = db.one(Actor, "sessions.current", digest=digest(token), now=now)
    if found is not None and now - found.last_seen_at > _SEEN_EVERY:
        db.run("sessions.seen", id=found.session_id, now=now)
    return found


def of_user(db: Database, user_id: UUID, now: datetime) -> list[Session]:
    """A person's running sessions, the last used first."""
    return db.many(Session, "sessions.of_user", user_id=user_id, now=now)


def sign_out(request: Request) -> None:
    """End the session of this request, if there is one."""
    if request.actor is not None:
        audit.record(request, Event.SIGN_OUT)
        _delete(request.db, request.actor.session_id, request.actor.user_id, request.now)


def end(request: Request, session_id: UUID, user_id: UUID) -> None:
    """End one session of a person. Raises NotFound when it is not theirs or is over already."""
    if not _delete(request.db, session_id, user_id, request.now):
        raise NotFound(_("That session is over already."))
    audit.record(request, Event.SESSION_ENDED, user_id=user_id)


def end_for_app(request: Request, session_id: UUID, user_id: UUID, client_id: str) -> bool:
    """End a session for one app only, as its app asks; False when it is over, or another kind of session."""
    if not request.db.run("sessions.delete_for_app", id=session_id, user_id=user_id, client_id=client_id):
        return False
    logouts.write_for_sessions(request.db, [session_id], request.now)
    tokens.revoke_session(request.db, session_id, request.now)
    audit.record(request, Event.SIGN_OUT, user_id=user_id, client_id=client_id)
    return True


def end_all_for_app(db: Database, user_id: UUID, client_id: str) -> None:
    """Forget a person's sessions for one app only; whoever does it revokes what the app has (consents.py)."""
    db.run("sessions.delete_all_for_app", user_id=user_id, client_id=client_id)


def end_others(request: Request) -> int:
    """End all sessions of the person but the one of this request; how many there were."""
    person = request.person
    ended = _end_but(request.db, person.user_id, person.session_id, request.now)
    logouts.write_for_sessions(request.db, ended, request.now)
    return len(ended)


def end_all(db: Database, user_id: UUID, now: datetime) -> int:
    """End all sessions of a person; how many there were. Their apps are told by whoever knows why (logouts.py)."""
    return len(_end_but(db, user_id, None, now))


def expire(db: Database, now: datetime) -> int:
    """Delete the sessions that are over. Tokens outlive them: an app's own session is its own business."""
    return db.run("sessions.expire", now=now)


def _end_but(db: Database, user_id: UUID, kept: UUID | None, now: datetime) -> list[UUID]:
    ended: list[UUID] = db.values("sessions.delete_of_user", user_id=user_id, kept=kept)
    for session_id in ended:
        tokens.revoke_session(db, session_id, now)
    return ended


def _delete(db: Database, session_id: UUID, user_id: UUID, now: datetime) -> bool:
    if not db.run("sessions.delete", id=session_id, user_id=user_id):
        return False
    logouts.write_for_sessions(db, [session_id], now)
    tokens.revoke_session(db, session_id, now)
    return True
