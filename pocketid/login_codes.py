"""Login codes by e-mail: six characters, for fifteen minutes, in the browser that asked, where the admin allows it.

    ask        a row for this browser, and a mail if the address is a verified one of somebody who may sign in
    sign_in    counts the guess, spends the code, begins the session

Whether there is such a person is told by the mail alone: an address of nobody gets a row and an event too, by the same
statements, so that both take as long (CO-02). A code has five guesses (CO-01). How many codes an
address gets is limited, for each neighbour long before it is limited for all: one stranger cannot use up what the
owner needs, and the other ways in stay open in any case.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from pocketid import audit, limits, one_time_access, outbox, settings, users
from pocketid.audit import Event
from pocketid.crypto import same
from pocketid.db import Database
from pocketid.errors import Invalid, NotAllowed
from pocketid.interactions import Interaction
from pocketid.one_time_access import CodeRefused
from pocketid.outbox import Kind
from pocketid.request import Request
from pocketid.text import _
from pocketid.users import User

LIFETIME = timedelta(minutes=15)
_LENGTH, _GUESSES = 6, 5  # 30 bits: five guesses find one in 200 million
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_MINUTES = 60.0


@dataclass(frozen=True, slots=True)
class _Right:
    code_mac: bytes
    user_id: UUID | None


def is_open(request: Request) -> bool:
    """Whether people may ask for codes: an admin has switched it on, and mails are sent."""
    is_on = settings.load(request).email_one_time_access_as_unauthenticated_enabled
    return is_on and outbox.is_ready(request)


def ask(request: Request, address: str, target: str) -> None:
    """Mail a code for this browser, with a link that goes on to `target` (a path of ours).

    Raises NotAllowed where the way is closed, Invalid for what is no address, TooMany.
    """
    if not is_open(request):
        raise NotAllowed(_("Codes are not sent by e-mail here. Please use another way to sign in."))
    if not _ADDRESS.fullmatch(address):
        raise Invalid({"email": _("Please type an e-mail address.")})
    limits.check(request, "login_code", per_seconds=2 * _MINUTES, burst=5)
    if not _may_mail(request, address):
        audit.record(request, Event.LOGIN_CODE_ASKED, reason="too many for one address")
        return  # a code that came before stays good
    person = _recipient(request, address)
    code = "".join(secrets.choice(one_time_access.ALPHABET) for _number in range(_LENGTH))
    request.db.run(
        "login_codes.store",
        browser_digest=request.browser_digest,
        code_mac=_mac(request, code),
        user_id=person.id if person else None,
        guesses=_GUESSES,
        expires_at=request.now + LIFETIME,
    )
    audit.record(request, Event.LOGIN_CODE_ASKED, user_id=person.id if person else None)
    _mail(request, person, code, target)


def is_short(code: str) -> bool:
    """Whether a code is one of these, and not a one-time code as admins give them."""
    return len(one_time_access.plain(code)) == _LENGTH


def is_awaited(request: Request) -> bool:
    """Whether this browser asked for a code that is still good, as far as it knows."""
    digest = request.browser_digest
    return bool(request.db.value("login_codes.is_awaited", browser_digest=digest, now=request.now))


def sign_in(request: Request, code: str, interaction: Interaction | None = None) -> str | None:
    """Spend a code and begin its person's session, as one_time_access.sign_in. Raises CodeRefused, TooMany."""
    limits.check(request, "one_time_access", per_seconds=10.0, burst=10)
    digest = request.browser_digest
    right = request.db.one(_Right, "login_codes.guess", browser_digest=digest, now=request.now)
    if right is None:
        raise _refused(request, None, "none asked for here, expired, or no guess left")
    is_right = same(bytes(right.code_mac), _mac(request, one_time_access.plain(code)))
    if not is_right or right.user_id is None:
        raise _refused(request, right.user_id, "wrong code")
    if not request.db.run("login_codes.take", browser_digest=digest, code_mac=right.code_mac):
        raise _refused(request, right.user_id, "used at the same moment")
    return one_time_access.begin_session(request, right.user_id, interaction)


def expire(db: Database, now: datetime) -> int:
    """Forget the codes that nobody used in time; how many there were."""
    return db.run("login_codes.expire", now=now)


def _may_mail(request: Request, address: str) -> bool:
    """Whether an address gets one more mail: of one neighbour few, of all together more. The asker learns nothing."""
    mailbox = request.keyring.mac("mailbox", address.casefold()).hex()
    neighbour = f"{mailbox}:{limits.network(request.address)}"
    of_one = limits.take(request, "login_code_of", neighbour, per_seconds=10 * _MINUTES, burst=3)
    if of_one < 0:
        return False
    return limits.take(request, "login_code_to", mailbox, per_seconds=3 * _MINUTES, burst=20) >= 0


def _recipient(request: Request, address: str) -> User | None:
    """Who may sign in by this address: a verified one, since a mistyped one would let a stranger in."""
    person = users.find(request.db, address)
    return person if person and person.email and person.email_verified and not person.disabled else None


def _mail(request: Request, person: User | None, code: str, target: str) -> None:
    """One mail to the person, or by the same statement none."""
    values = {
        "name": users.name_of(person) if person else "",
        "code": code,
        "link": f"{request.config.app_url}/lc/{code}?{urlencode({'redirect': target})}",
        "hours": 0,
    }
    letters = [(person.email, values)] if person and person.email else []
    outbox.post_all(request, Kind.LOGIN_CODE, letters, user_id=person.id if person else None)


def _refused(request: Request, user_id: UUID | None, reason: str) -> CodeRefused:
    audit.record(request, Event.ONE_TIME_ACCESS_REFUSED, user_id=user_id, reason=reason)
    return CodeRefused(
        _("That is not the code of the last mail, or it has expired. After five tries you need a new one.")
    )


def _mac(request: Request, code: str) -> bytes:
    return request.keyring.mac("login_code", code)
