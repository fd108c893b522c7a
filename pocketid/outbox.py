"""Mails as rows: written in the transaction of what caused them, sent later by jobs.py.

    outbox.post(request, Kind.LOGIN_CODE, user.email, user_id=user.id, link=link, ...)

A new kind of mail is a member of Kind, two views named after it (views/mail/<kind>.txt.tpl and .html.tpl) and an
example of its values in tests/mails.py. The values are sealed, because links and codes are among them. Nothing here
speaks SMTP (mail.py), and no page ever waits for a mail.

A mail waits, is taken (postman.py), and then was sent, or waits longer, or was given up after a day. A sent one
keeps nothing of what it said, and is forgotten after a week.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec

from pocketid import settings
from pocketid.crypto import Keyring
from pocketid.db import Database
from pocketid.errors import NotFound
from pocketid.request import Request
from pocketid.settings import Settings
from pocketid.text import _

_PURPOSE = "outbox"
_TAKEN_FOR = timedelta(minutes=5)  # longer than sending takes (mail.LONGEST_SECONDS)
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120, 240, 480, 480))  # a day
_SENT_KEPT, _GIVEN_UP_KEPT = timedelta(days=7), timedelta(days=30)
State = Literal["waiting", "given_up", "sent"]


class Kind(enum.StrEnum):
    """What a mail is about; the names of its views."""

    INVITATION = "invitation"
    LOGIN_CODE = "login_code"
    EMAIL_VERIFICATION = "email_verification"
    EMAIL_CHANGED = "email_changed"
    NEW_DEVICE = "new_device"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    API_KEY_EXPIRING = "api_key_expiring"
    SIGN_UP_WAITING = "sign_up_waiting"
    SIGN_UP_ACCEPTED = "sign_up_accepted"
    SIGN_UP_CONFIRM = "sign_up_confirm"
    SIGN_UP_KNOWN = "sign_up_known"
    ACCOUNT_REPORTED = "account_reported"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail to be sent; `locale` is the language of its person, None for the usual one."""

    id: UUID
    kind: str
    address: str
    user_id: UUID | None
    sealed_values: bytes
    attempts: int
    created_at: datetime
    locale: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail as admins see it: never what it says. Exactly one of the last three times is there."""

    id: UUID
    kind: str
    address: str
    user_id: UUID | None
    username: str | None
    attempts: int
    last_error: str | None
    created_at: datetime
    next_attempt_at: datetime | None
    sent_at: datetime | None
    given_up_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many mails are in each state."""

    waiting: int
    given_up: int
    sent: int


def is_ready(request: Request) -> bool:
    """Whether mails are sent at all; see `can_send`."""
    return can_send(settings.load(request))


def can_send(rules: Settings) -> bool:
    """Whether a server and an address to send from are set."""
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
    post_all(request, kind, [(address, values)], user_id=user_id)
    return True


def post_all(
    request: Request,
    kind: Kind,
    letters: Sequence[tuple[str, dict[str, Any]]],
    *,
    user_id: UUID | None = None,
) -> list[UUID]:
    """Write a mail to each address with its values, all by one statement; their ids. Mail has to be ready."""
    return post_by_system(request.db, request.keyring, request.now, kind, letters, user_id=user_id)


def post_by_system(  # what a request would have brought along
    db: Database,
    keyring: Keyring,
    now: datetime,
    kind: Kind,
    letters: Sequence[tuple[str, dict[str, Any]]],
    *,
    user_id: UUID | None = None,
) -> list[UUID]:
    """The same for what no request caused, but a periodic job."""
    ids = [uuid4() for _letter in letters]
    sealed = [
        keyring.seal(_PURPOSE, msgspec.json.encode(values), _row(mail_id, kind, address))
        for mail_id, (address, values) in zip(ids, letters, strict=True)
    ]
    db.run(
        "outbox.insert",
        ids=ids,
        kind=kind.value,
        addresses=[address for address, _values in letters],
        user_id=user_id,
        sealed_values=sealed,
        now=now,
    )
    return ids


def waiting(db: Database) -> list[Waiting]:
    """The mails that were not sent yet, the oldest first."""
    return db.many(Waiting, "outbox.waiting")


def take(db: Database, now: datetime) -> Waiting | None:
    """The mail that is due longest, for nobody else for five minutes; None when none is due. To be committed."""
    return db.one(Waiting, "outbox.take", now=now, until=now + _TAKEN_FOR)


def note_sent(db: Database, mail: Waiting, now: datetime) -> None:
    """Note that a server took a mail; what it said is erased."""
    db.run("outbox.sent", id=mail.id, now=now)


def note_failure(db: Database, mail: Waiting, words: str, now: datetime, *, is_final: bool) -> bool:
    """Note why a mail was not taken; whether it is given up, which it is after a day in any case."""
    if is_final or mail.attempts > len(_PAUSES):
        db.run("outbox.give_up", id=mail.id, now=now, last_error=words)
        return True
    later = now + _PAUSES[mail.attempts - 1]
    db.run("outbox.postpone", id=mail.id, next_attempt_at=later, last_error=words)
    return False


def label(kind: str) -> str:
    """What a kind of mail is, in words for people; one of another version is shown by its name."""
    return _labels().get(kind, kind)


def counts(db: Database) -> Counts:
    """How many mails are in each state."""
    found = db.one(Counts, "outbox.count")
    assert found is not None
    return found


def given_up(request: Request) -> int:
    """How many mails were given up; read once until that changes."""
    return request.signals.get("outbox", lambda: counts(request.db).given_up)


def listed(db: Database, state: State, size: int) -> list[Listed]:
    """The latest mails of one state."""
    return db.many(Listed, "outbox.list", state=state, size=size)


def retry(request: Request, mail_id: UUID) -> None:
    """Try a mail again at once, and for another day. Raises NotFound."""
    if not request.db.run("outbox.retry", id=mail_id, now=request.now):
        raise NotFound(_("That mail was sent or discarded meanwhile."))


def retry_given_up(request: Request) -> int:
    """Try all mails again that were given up; how many there were."""
    return request.db.run("outbox.retry", id=None, now=request.now)


def discard(request: Request, mail_id: UUID) -> None:
    """Delete a mail that was not sent. Raises NotFound."""
    if not request.db.run("outbox.discard", id=mail_id):
        raise NotFound(_("That mail was sent or discarded meanwhile."))


def expire(db: Database, now: datetime) -> int:
    """Forget the mails that were sent a week ago, or given up a month ago."""
    return db.run("outbox.expire", sent_before=now - _SENT_KEPT, given_up_before=now - _GIVEN_UP_KEPT)


def values_of(mail: Waiting, keyring: Keyring) -> dict[str, Any]:
    """What the views of a mail are given. Raises CannotOpen, for one that was put at another row or address too."""
    sealed = keyring.open(_PURPOSE, mail.sealed_values, _row(mail.id, mail.kind, mail.address))
    return msgspec.json.decode(sealed, type=dict[str, Any])


def _labels() -> dict[str, str]:
    return {
        Kind.INVITATION: _("Invitation"),
        Kind.LOGIN_CODE: _("One-time code"),
        Kind.EMAIL_VERIFICATION: _("Is this your address?"),
        Kind.EMAIL_CHANGED: _("E-mail address changed"),
        Kind.NEW_DEVICE: _("Sign-in from a new device"),
        Kind.PASSKEY_ADDED: _("Passkey added"),
        Kind.PASSKEY_REMOVED: _("Passkey removed"),
        Kind.API_KEY_EXPIRING: _("API key expires"),
        Kind.SIGN_UP_WAITING: _("Somebody signed up"),
        Kind.SIGN_UP_ACCEPTED: _("Sign-up accepted"),
        Kind.ACCOUNT_REPORTED: _("Somebody else may be signed in"),
        Kind.TEST: _("Test"),
    }


def _row(mail_id: UUID, kind: str, address: str) -> str:
    return f"{mail_id} {kind} {address}"
