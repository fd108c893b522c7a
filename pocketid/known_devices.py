"""The devices that people sign in from: a new one is told of by mail, with a link to say "this was not me".

A device is known by the browser's cookie, or because the same kind of browser was at the same place before: who
deletes cookies is not mailed every day, and a thief elsewhere is noticed. The first sign-in is not told of. All
of it only with EMAIL_LOGIN_NOTIFICATION_ENABLED; before that nothing is remembered.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pocketid import devices, limits, outbox, settings
from pocketid.crypto import digest, random_token
from pocketid.db import Database
from pocketid.outbox import Kind
from pocketid.request import Request
from pocketid.text import exact, speaking

_KNOWN_FOR = timedelta(days=400)  # as long as the browser's cookie
_REPORTED_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Report:
    """The sign-in that somebody says was not theirs."""

    user_id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True)
class _Recalled:
    email: str | None
    known: int
    fitting: int


def note(request: Request) -> None:
    """Remember where the person of this request has just signed in, and tell them if that is new."""
    if request.actor is None or not settings.load(request).email_login_notification_enabled:
        return
    device = _kind_of(request.user_agent)
    where = {
        "user_id": request.person.user_id,
        "browser_digest": request.browser_digest,
        "device": device,
        "network": limits.network(request.address),
    }
    recalled = request.db.one(_Recalled, "known_devices.recall", **where)
    request.db.run("known_devices.remember", **where, now=request.now)
    if recalled is not None and recalled.known and not recalled.fitting:
        _tell(request, recalled.email)


def take_report(db: Database, token: str, now: datetime) -> Report | None:
    """Spend a link of the mail; what it is about, None when it is unknown, used or has expired."""
    return db.one(Report, "known_devices.take_report", digest=digest(token), now=now)


def expire(db: Database, now: datetime) -> int:
    """Forget devices that nobody uses any more, and links that nobody used in time."""
    return db.run("known_devices.expire", before=now - _KNOWN_FOR) + db.run(
        "known_devices.expire_reports", now=now
    )


def circumstances(request: Request, locale: str | None) -> dict[str, str]:
    """Device, place and time of a request, in somebody's words, for a mail."""
    with speaking(locale):
        return {
            "device": devices.name(request.user_agent),
            "place": devices.place(request.places.find(request.address)),
            "when": exact(request.now),
        }


def _kind_of(user_agent: str) -> str:
    """The browser and system without their versions, in the same words whoever reads."""
    with speaking("en"):
        return devices.name(user_agent)


def _tell(request: Request, email: str | None) -> None:
    if not email or not outbox.is_ready(request):
        return
    person, token = request.person, random_token()
    request.db.run(
        "known_devices.insert_report",
        digest=digest(token),
        user_id=person.user_id,
        session_id=person.session_id,
        expires_at=request.now + _REPORTED_WITHIN,
    )
    outbox.post(
        request,
        Kind.NEW_DEVICE,
        email,
        user_id=person.user_id,
        name=person.display_name or person.username,
        link=f"{request.config.app_url}/not-me?token={token}",
        **circumstances(request, person.locale),
    )
