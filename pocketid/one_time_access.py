"""One-time access: a code that lets a person in once, when they have no passkey at hand.

    create -> code, shown once, stored as a digest     link(config, code) -> APP_URL/lc/<code>
    sign_in -> takes it (delete ... returning)         of two at once, one wins

Opening the link spends nothing: a mail scanner does that too. The button on its page does (POST). A session
begun this way may add a passkey and may not administer until one is used (request.Guard.ADMIN).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID

from pocketid import audit, interactions, limits, sessions, users
from pocketid.audit import Event
from pocketid.config import Config
from pocketid.crypto import digest
from pocketid.db import Database
from pocketid.errors import NotFound, Spent
from pocketid.interactions import Interaction
from pocketid.request import Request
from pocketid.text import _

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
_MISREAD = str.maketrans("ILO", "110", " -")
_LENGTH, _GROUP = 28, 4  # 140 bits, in groups that can be read out


class CodeRefused(Spent):
    """A code that lets nobody in; used, expired, withdrawn and never given look the same."""

    status = HTTPStatus.GONE


@dataclass(frozen=True, slots=True)
class Token:
    """A code that is still good; `created_by` is a user name, None for the command line."""

    id: UUID
    created_at: datetime
    expires_at: datetime
    created_by: str | None


def create(db: Database, user_id: UUID, created_by: UUID | None, seconds: int, now: datetime) -> str:
    """A new code for a person; whoever asks for it records ONE_TIME_ACCESS_CREATED."""
    code = "".join(secrets.choice(ALPHABET) for _number in range(_LENGTH))
    db.run(
        "one_time_access.insert",
        digest=digest(code),
        user_id=user_id,
        created_by=created_by,
        expires_at=now + timedelta(seconds=seconds),
        now=now,
    )
    return "-".join(code[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def link(config: Config, code: str) -> str:
    """The address that a code can be used at."""
    return f"{config.app_url}/lc/{code}"


def sign_in(request: Request, code: str, interaction: Interaction | None = None) -> str | None:
    """Spend a code and begin its person's session, as `begin_session` does.

    Raises CodeRefused, or TooMany after many guesses from one address.
    """
    limits.check(request, "one_time_access", per_seconds=10.0, burst=10)
    user_id = request.db.value("one_time_access.take", digest=digest(plain(code)), now=request.now)
    if user_id is None:
        audit.record(request, Event.ONE_TIME_ACCESS_REFUSED, reason="unknown, used, withdrawn or expired")
        raise CodeRefused(
            _("This code was used already, has expired or was withdrawn, or a character of it is wrong.")
        )
    return begin_session(request, UUID(str(user_id)), interaction)


def begin_session(request: Request, user_id: UUID, interaction: Interaction | None) -> str | None:
    """Let the person of a spent code in: here, or (with `interaction`) for that request's app only.

    Returns the token for the session's cookie, None for an app only. Raises CodeRefused for a disabled person.
    """
    user = users.get(request.db, user_id)
    if user.disabled:
        audit.record(request, Event.ONE_TIME_ACCESS_REFUSED, user_id=user_id, reason="disabled")
        raise CodeRefused(users.why_kept_out(user))
    users.note_sign_in(request.db, user_id, request.now)
    if interaction is not None:
        interactions.enter_for_app(request, interaction, user_id, "one_time_access")
        audit.record(request, Event.TOKEN_SIGN_IN, user_id=user_id, client_id=interaction.client_id)
        return None
    token = sessions.start(request, user_id, "one_time_access")
    audit.record(request, Event.TOKEN_SIGN_IN)
    return token


def plain(code: str) -> str:
    """A code as it was made, however it was typed."""
    return code.upper().translate(_MISREAD)


def of_user(db: Database, user_id: UUID, now: datetime) -> list[Token]:
    """The codes that let a person in, the next to expire first."""
    return db.many(Token, "one_time_access.of_user", user_id=user_id, now=now)


def revoke(db: Database, token_id: UUID, user_id: UUID) -> None:
    """Withdraw a person's code; whoever does it records ONE_TIME_ACCESS_REVOKED. Raises NotFound."""
    if not db.run("one_time_access.delete", id=token_id, user_id=user_id):
        raise NotFound(_("That code was used, has expired or was withdrawn already."))


def expire(db: Database, now: datetime) -> int:
    """Delete the codes that nobody used in time; how many there were."""
    return db.run("one_time_access.expire", now=now)
