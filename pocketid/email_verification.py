"""The proof that an address is somebody's: a link that is mailed to it, and a button behind the link.

    is_offered(request, user)    whether a person may ask for one
    send(request, user)          a link for the address of now; an older link ends
    verify(request, token)       spends it; the address must still be the same
    tell_old_address(...)        a mail to the address that is no longer a person's

Opening the link spends nothing: a mail scanner does that too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID

from pocketid import audit, limits, outbox, settings, users
from pocketid.audit import Event
from pocketid.crypto import digest, random_token
from pocketid.db import Database
from pocketid.errors import NotAllowed, Spent
from pocketid.outbox import Kind
from pocketid.request import Request
from pocketid.text import _
from pocketid.users import User

_DURATION = timedelta(days=1)


class LinkRefused(Spent):
    """A link that proves nothing; used, replaced, expired and never given look the same."""

    status = HTTPStatus.GONE


@dataclass(frozen=True, slots=True)
class _Taken:
    user_id: UUID
    email: str


def is_offered(request: Request, user: User) -> bool:
    """Whether this person may have a link sent: there is something to prove, and a way to send it."""
    is_open = bool(user.email) and not user.email_verified
    return is_open and settings.load(request).email_verification_enabled and outbox.is_ready(request)


def send(request: Request, user: User) -> None:
    """Mail a link to the person's address. Raises NotAllowed unless offered, TooMany by person and by mailbox."""
    if not is_offered(request, user) or user.email is None:
        raise NotAllowed(_("There is no address to prove, or no mail is sent for that."))
    mailbox = digest(user.email.lower()).hex()
    limits.check(request, "verification", per_seconds=300.0, burst=3, key=str(user.id))
    limits.check(request, "verification_mailbox", per_seconds=300.0, burst=3, key=mailbox)
    token = random_token()
    request.db.run(
        "email_verification.store",
        user_id=user.id,
        digest=digest(token),
        email=user.email,
        expires_at=request.now + _DURATION,
    )
    outbox.post(
        request,
        Kind.EMAIL_VERIFICATION,
        user.email,
        user_id=user.id,
        name=users.name_of(user),
        link=f"{request.config.app_url}/verify-email?token={token}",
    )
    audit.record(request, Event.EMAIL_VERIFICATION_SENT, user_id=user.id, email=user.email)


def verify(request: Request, token: str) -> str:
    """Spend a link; the address that is verified now. Raises LinkRefused, or TooMany."""
    limits.check(request, "verify_email", per_seconds=10.0, burst=10)
    taken = request.db.one(_Taken, "email_verification.take", digest=digest(token), now=request.now)
    if taken is None or not users.verify_email(request.db, taken.user_id, taken.email, request.now):
        raise LinkRefused(
            _("This link was used already, has expired, or is for another address than yours is now.")
        )
    audit.record(request, Event.EMAIL_VERIFIED, user_id=taken.user_id, email=taken.email)
    return taken.email


def tell_old_address(request: Request, before: User, after: User) -> None:
    """Mail the address that is no longer a person's (CO-06): whoever did that in secret is noticed."""
    old, new = before.email or "", after.email or ""
    if old.lower() != new.lower():
        outbox.post(request, Kind.EMAIL_CHANGED, old, user_id=before.id, name=users.name_of(before))


def expire(db: Database, now: datetime) -> int:
    """Delete the links that nobody used in time."""
    return db.run("email_verification.expire", now=now)
