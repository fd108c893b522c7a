"""The address of somebody who signs up openly is asked first, where mails can be sent.

    is_asked(request, admission, change)    whether to do that
    ask(request, change, target)            a mail with a link on; an account's owner gets a hint instead (CO-02)
    answered(request, code)                 what was typed, once the link was opened

Who signs up sees the same page whether or not the address is known here, so nobody learns who has an account; and
an account never begins with an address that is not its person's. Nothing is stored: the link holds what was typed,
sealed. It can be opened again until the account is made, whose name and address then are taken.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import msgspec

from pocketid import limits, outbox, users
from pocketid.crypto import CannotOpen, base64url, digest, from_base64url
from pocketid.outbox import Kind
from pocketid.request import Request
from pocketid.signup import Admission, SignUpRefused
from pocketid.text import _

_PURPOSE, _ROW = "sign_up", "address"
_DURATION = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link holds."""

    change: dict[str, Any]
    target: str
    expires_at: datetime


def is_asked(request: Request, admission: Admission, change: users.Change) -> bool:
    """Whether the address has to answer before the account is made; who has a link is known to an administrator."""
    return bool(change.email) and not admission.link and outbox.is_ready(request)


def ask(request: Request, change: users.Change, target: str) -> None:
    """Write to the address. Raises TooMany, by neighbour and by mailbox."""
    assert change.email is not None
    mailbox = digest(change.email.lower()).hex()
    limits.check(request, "sign_up_mail", per_seconds=60.0, burst=5)
    limits.check(request, "sign_up_mailbox", per_seconds=600.0, burst=3, key=mailbox)
    asked = Asked(asdict(change), target, request.now + _DURATION)
    code = base64url(request.keyring.seal(_PURPOSE, msgspec.json.encode(asked), _ROW))
    if owner := users.with_address(request.db, change.email):
        link = f"{request.config.app_url}/login"
        outbox.post(request, Kind.SIGN_UP_KNOWN, owner.email, user_id=owner.id, link=link)
    else:
        link = f"{request.config.app_url}/signup/confirm?code={code}"
        outbox.post(request, Kind.SIGN_UP_CONFIRM, change.email, name=users.name_of(change), link=link)


def answered(request: Request, code: str) -> tuple[users.Change, str]:
    """What was typed, its address verified, and where to go on to. Raises SignUpRefused."""
    try:
        content = request.keyring.open(_PURPOSE, from_base64url(code), _ROW)
        asked = msgspec.json.decode(content, type=Asked)
    except (CannotOpen, ValueError) as error:
        raise _over() from error
    if asked.expires_at <= request.now:
        raise _over()
    return replace(users.Change(**asked.change), email_verified=True), asked.target


def _over() -> SignUpRefused:
    return SignUpRefused(
        _("This link has expired, or a part of it got lost. Please sign up once more."),
        status=HTTPStatus.GONE,
    )
