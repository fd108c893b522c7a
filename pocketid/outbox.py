"""Mails as rows: written in the transaction of what caused them, sent later by jobs.py.

    outbox.post(request, Kind.LOGIN_CODE, user.email, user_id=user.id, link=link, ...)

A new kind of mail is a member of Kind, two views named after it (views/mail/<kind>.txt.tpl and .html.tpl) and an
example of its values in tests/mails.py. The values are sealed, because links and codes are among them. Nothing here
speaks SMTP (mail.py), and no page ever waits for a mail.
"""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from pocketid import settings
from pocketid.crypto import Keyring
from pocketid.db import Database
from pocketid.request import Request

_PURPOSE = "outbox"


class Kind(enum.StrEnum):
    """What a mail is about; the names of its views."""

    INVITATION = "invitation"
    LOGIN_CODE = "login_code"
    EMAIL_VERIFICATION = "email_verification"
    NEW_DEVICE = "new_device"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    API_KEY_EXPIRING = "api_key_expiring"
    SIGN_UP_WAITING = "sign_up_waiting"
    SIGN_UP_ACCEPTED = "sign_up_accepted"
    ACCOUNT_REPORTED = "account_reported"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail to be sent; `locale` is the language of its person, None for the usual one."""

    id: UUID
    kind: str
    address: str
    sealed_values: bytes
    attempts: int
    created_at: datetime
    locale: str | None


def is_ready(request: Request) -> bool:
    """Whether mails are sent at all: a server and an address to send from are set."""
    rules = settings.load(request)
    return bool(rules.smtp_host and rules.smtp_from)


def post(
    request: Request, kind: Kind, address: str | None, *, user_id: UUID | None = None, **values: Any
) -> bool:
    """Write a mail that goes out once the request commits, in the language of the person `user_id`.

    `values` are what its views need, as JSON knows them. Whether it was written: nobody who has no address gets
    one, and where no server is set nothing piles up.
    """
    if not address or not is_ready(request):
        return False
    mail_id = uuid4()
    sealed = request.keyring.seal(_PURPOSE, msgspec.json.encode(values), _row(mail_id, kind, address))
    request.db.run(
        "outbox.insert",
        id=mail_id,
        kind=kind.value,
        address=address,
        user_id=user_id,
        sealed_values=sealed,
        now=request.now,
    )
    return True


def waiting(db: Database) -> list[Waiting]:
    """The mails that were not sent yet, the oldest first."""
    return db.many(Waiting, "outbox.waiting")


def values_of(mail: Waiting, keyring: Keyring) -> dict[str, Any]:
    """What the views of a mail are given. Raises CannotOpen, for one that was put at another row or address too."""
    sealed = keyring.open(_PURPOSE, mail.sealed_values, _row(mail.id, mail.kind, mail.address))
    return msgspec.json.decode(sealed, type=dict[str, Any])


def _row(mail_id: UUID, kind: str, address: str) -> str:
    return f"{mail_id} {kind} {address}"
