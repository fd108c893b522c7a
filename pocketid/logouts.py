"""Apps hear that somebody has signed out: rows, written in the transaction that ends the sessions.

write_for_sessions       a sign-out, a session ended from a list or reported: the apps signed in to by it, with its sid
write_for_person         disabled or deleted: all apps, all sessions
write_for_app            access taken back by the person: one app, all sessions
write_for_lost_access    access taken away, by whatever change: asked each minute by jobs.py

A row waits, is taken (oidc/back_channel_logout.py), and then was confirmed, or waits longer, or was given up: at once
when the app refuses it, after a day when it does not answer. One for an app that has no address only says so, to
whoever reads the ledger. A session that runs out is no sign-out: an app's own session is its own business.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pocketid import audit
from pocketid.audit import Event
from pocketid.db import Database
from pocketid.errors import NotFound
from pocketid.request import Request
from pocketid.text import _, exact

_TAKEN_FOR = timedelta(minutes=1)  # longer than sending takes (fetching.SECONDS)
_PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (10, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 28_800)  # a day
)
_KEPT = timedelta(days=30)
_SHOWN = 10
State = Literal["waiting", "confirmed", "given_up", "no_address"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An app to be told. `subject` is the sub that it knows, `session_id` the sid, None for all sessions."""

    id: UUID
    client_id: str
    user_id: UUID | None
    subject: str
    session_id: UUID | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an app was not told: a reason of fetching.py, or "status"; `words` is what it said. Final is a refusal."""

    reason: str
    status: int | None = None
    words: str = ""
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the ledger. `user_name` is None where the person was deleted."""

    id: UUID
    client_id: str
    client_name: str
    user_id: UUID | None
    user_name: str | None
    session_id: UUID | None
    attempts: int
    next_attempt_at: datetime | None
    confirmed_at: datetime | None
    given_up_at: datetime | None
    last_reason: str | None
    last_status: int | None
    last_words: str | None
    created_at: datetime

    @property
    def state(self) -> State:
        """What became of it."""
        if self.confirmed_at:
            return "confirmed"
        if self.given_up_at:
            return "given_up"
        return "waiting" if self.next_attempt_at else "no_address"

    @property
    def sentence(self) -> str:
        """The same in words."""
        if self.confirmed_at:
            return _("confirmed at {time}").format(time=exact(self.confirmed_at))
        if self.state == "no_address":
            return _("no logout address")
        if self.last_reason:
            return _reason(self.last_reason, self.last_status)
        return _("is being told")


@dataclass(frozen=True, slots=True)
class Retried:
    """Whom an app is told of again."""

    client_id: str
    user_id: UUID | None


def write_for_sessions(db: Database, session_ids: list[UUID], now: datetime) -> None:
    """The apps that were signed in to by these sessions are to be told of their end."""
    db.run("logouts.write_for_sessions", session_ids=session_ids, now=now)


def write_for_person(db: Database, user_id: UUID, now: datetime) -> None:
    """All apps of a person are to be told to end all of their sessions."""
    db.run("logouts.write_for_person", user_id=user_id, client_id=None, now=now)


def write_for_app(db: Database, user_id: UUID, client_id: str, now: datetime) -> None:
    """One app of a person is to be told to end all of their sessions. To be called before the consent is gone."""
    db.run("logouts.write_for_person", user_id=user_id, client_id=client_id, now=now)


def write_for_lost_access(db: Database, now: datetime) -> int:
    """The same for everybody who may not use an app any more that they have signed in to; how many."""
    return db.run("logouts.write_for_lost_access", now=now)


def take(db: Database, now: datetime) -> Waiting | None:
    """What is due longest, for nobody else for a minute; None when nothing is due. To be committed."""
    return db.one(Waiting, "logouts.take", now=now, until=now + _TAKEN_FOR)


def note_confirmed(db: Database, waiting: Waiting, status: int, now: datetime) -> None:
    """Note that the app has taken it."""
    db.run("logouts.confirm", id=waiting.id, status=status, now=now)


def note_no_address(db: Database, waiting: Waiting) -> None:
    """Note that the app has no address for it any more."""
    db.run("logouts.forget_address", id=waiting.id)


def note_failure(db: Database, waiting: Waiting, failure: Failure, now: datetime) -> None:
    """Note why the app was not told: to be tried again, or given up, which an event tells of."""
    noted = {"reason": failure.reason, "status": failure.status, "words": failure.words or None}
    if failure.is_final or waiting.attempts > len(_PAUSES):
        db.run("logouts.give_up", id=waiting.id, now=now, **noted)
        audit.record_by_system(
            db,
            now,
            Event.LOGOUT_GIVEN_UP,
            user_id=waiting.user_id,
            client_id=waiting.client_id,
            **{name: value for name, value in noted.items() if value},
        )
        return
    later = now + _PAUSES[waiting.attempts - 1]
    db.run("logouts.postpone", id=waiting.id, next_attempt_at=later, now=now, **noted)
    if failure.reason != "status":
        db.run("logouts.postpone_others", client_id=waiting.client_id, next_attempt_at=later)


def of_user(db: Database, user_id: UUID) -> list[Listed]:
    """What the apps of a person were told, the latest first."""
    return db.many(Listed, "logouts.list", user_id=user_id, client_id=None, session_id=None, size=_SHOWN)


def of_client(db: Database, client_id: str) -> list[Listed]:
    """What an app was told, the latest first."""
    return db.many(Listed, "logouts.list", user_id=None, client_id=client_id, session_id=None, size=_SHOWN)


def of_session(db: Database, session_id: UUID) -> list[Listed]:
    """What the apps were told that were signed in to by a session."""
    return db.many(Listed, "logouts.list", user_id=None, client_id=None, session_id=session_id, size=100)


def frames(db: Database, session_id: UUID) -> list[str]:
    """The front-channel addresses of the apps that were signed in to by a session."""
    return db.values("logouts.frames", session_id=session_id)


def retry(request: Request, logout_id: UUID) -> Retried:
    """Tell an app again at once. Raises NotFound."""
    found = request.db.one(Retried, "logouts.retry", id=logout_id, now=request.now)
    if found is None:
        raise NotFound(_("The app was told meanwhile, or has no address for it."))
    audit.record(request, Event.LOGOUT_RETRIED, user_id=found.user_id, client_id=found.client_id)
    return found


def expire(db: Database, now: datetime) -> int:
    """Forget what is a month old."""
    return db.run("logouts.expire", before=now - _KEPT)


def _reason(reason: str, status: int | None) -> str:
    sentences = {
        "status": _("refused: {status}").format(status=status),
        "address": _("its address is none that is called"),
        "unknown_host": _("its host has no address"),
        "forbidden_place": _("its address is not allowed"),
        "certificate": _("its certificate is not trusted"),
        "slow": _("it took too long"),
        "silent": _("it does not answer"),
    }
    return sentences.get(reason, reason)
