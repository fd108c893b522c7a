"""The e-mail address that a person gives themselves.

    ask(request, user, change)     a mail with a link to the new address; nothing is changed yet
    confirm(request, code)         the link's button, pressed by the same person: the address is theirs, and proven

Apps recognise people by their addresses, so one counts only once its mailbox has answered, and only for whoever
asked: else somebody could have a stranger prove an address for them. An address of somebody else gets the same
answer, and its mailbox a hint (CO-02). Nothing is stored in between: the link holds what was asked for, sealed, and is
good as long as the address that it replaces is still there. Where no mail can be sent, a change counts at once, not
verified.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from pocketid import audit, email_verification, limits, outbox, users
from pocketid.audit import Event
from pocketid.crypto import CannotOpen, base64url, digest, from_base64url
from pocketid.email_verification import LinkRefused
from pocketid.errors import Invalid
from pocketid.outbox import Kind
from pocketid.request import Request
from pocketid.text import _
from pocketid.users import User

_PURPOSE, _ROW = "own_email", "address"
_DURATION = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a link holds."""

    user_id: UUID
    email: str
    replaces: str | None
    expires_at: datetime


def ask(request: Request, user: User, email: str) -> bool:
    """Ask the mailbox of a new address; False when it counts at once. Raises Invalid, TooMany by person and mailbox."""
    limits.check(request, "own_email", per_seconds=300.0, burst=5, key=str(user.id))
    if not outbox.is_ready(request):
        _store(request, user, email, is_verified=False)
        return False
    mailbox = digest(email.lower()).hex()
    limits.check(request, "verification_mailbox", per_seconds=300.0, burst=3, key=mailbox)
    owner = users.with_address(request.db, email)
    if owner is not None and owner.id != user.id:
        link = f"{request.config.app_url}/login"
        outbox.post(request, Kind.SIGN_UP_KNOWN, owner.email, user_id=owner.id, link=link)
    else:
        outbox.post(
            request,
            Kind.EMAIL_VERIFICATION,
            email,
            user_id=user.id,
            name=users.name_of(user),
            link=f"{request.config.app_url}/settings/account/email/confirm?code={_code(request, user, email)}",
        )
    audit.record(request, Event.EMAIL_VERIFICATION_SENT, email=email)
    return True


def confirm(request: Request, code: str) -> str:
    """Take the address of a link; it is verified now. Raises LinkRefused, or TooMany."""
    limits.check(request, "verify_email", per_seconds=10.0, burst=10)
    user, asked = users.get(request.db, request.person.user_id), _opened(request, code)
    is_good = asked and asked.user_id == user.id and asked.replaces == user.email
    if asked is None or not is_good or asked.expires_at <= request.now:
        raise LinkRefused(_("This link was used already, has expired, or is for another account than yours."))
    try:
        _store(request, user, asked.email, is_verified=True)
    except Invalid as invalid:
        raise LinkRefused(invalid.message) from invalid
    audit.record(request, Event.EMAIL_VERIFIED, email=asked.email)
    return asked.email


def _store(request: Request, user: User, email: str, *, is_verified: bool) -> None:
    change = replace(users.Change.from_user(user), email=email, email_verified=is_verified)
    before, after = users.update(request.db, user.id, change, request.now)
    audit.record(request, Event.PROFILE_UPDATED, changed=audit.difference(before, after))
    email_verification.tell_old_address(request, before, after)


def _code(request: Request, user: User, email: str) -> str:
    asked = _Asked(user.id, email, user.email, request.now + _DURATION)
    return base64url(request.keyring.seal(_PURPOSE, msgspec.json.encode(asked), _ROW))


def _opened(request: Request, code: str) -> _Asked | None:
    try:
        return msgspec.json.decode(request.keyring.open(_PURPOSE, from_base64url(code), _ROW), type=_Asked)
    except (CannotOpen, ValueError):
        return None
