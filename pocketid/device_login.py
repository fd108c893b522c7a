"""Sign-in on a device without a passkey: it shows a code, and its person approves on a device that has one.

    the device that waits                        the device with a passkey
    begin       a row for this browser, a code
    find_wait   what has become of it            find      who shows this code?
                                                 approve   with a passkey used just now; of two, one wins
                                                 deny      is final
    finish      takes the approval, once: a session here, or for the one app that asked

The code alone gets nobody in: the session goes to the browser that began, known by its cookie. It follows from the
row's id under ENCRYPTION_KEY, so that the page can show it again and the database cannot. It is good for five
minutes; 20^8 codes and 30 tries in that time leave a guess below one in a hundred million.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Literal
from uuid import UUID, uuid4

from pocketid import audit, devices, interactions, limits, sessions, users, webauthn
from pocketid.audit import Event
from pocketid.db import Database
from pocketid.errors import Gone, Spent
from pocketid.interactions import Interaction
from pocketid.request import Request
from pocketid.text import _

LIFETIME = timedelta(minutes=5)
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628 6.1: no vowels, so no words, and nothing that looks like another
LENGTH, _GROUP = 8, 4
LONGEST = 40
_SEPARATORS = str.maketrans("", "", " -–")

State = Literal["waiting", "approved", "denied", "over"]


class Decided(Spent):
    """A code with which nobody waits (any more); a passkey's answer that came with it stays spent."""

    status = HTTPStatus.GONE


@dataclass(frozen=True, slots=True)
class Wait:
    """A browser's own wait. With `interaction_id` it is for the app of that request alone."""

    id: UUID
    interaction_id: UUID | None
    approved_by: UUID | None
    denied: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Asking:
    """The browser that shows a code, as the person who decides sees it; `client_*` is the app that it is for alone."""

    user_agent: str | None
    address: str | None
    created_at: datetime
    expires_at: datetime
    client_id: str | None
    client_name: str | None


@dataclass(frozen=True, slots=True)
class _Approval:
    approved_by: UUID
    interaction_id: UUID | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What an approval led to: the token of the browser's session, or the app's request that goes on."""

    token: str | None
    interaction: Interaction | None


# The device that waits


def begin(request: Request, interaction: Interaction | None = None) -> UUID:
    """Let this browser wait, to sign in here or for one app's request alone; returns the id of the wait."""
    limits.check(request, "device_login", per_seconds=10.0, burst=5)
    while True:
        wait_id = uuid4()
        if request.db.run(
            "device_login.insert",
            id=wait_id,
            browser_digest=request.browser_digest,
            code_mac=_mac(request, _code(request, wait_id)),
            interaction_id=interaction.id if interaction else None,
            address=request.address,
            user_agent=request.user_agent,
            expires_at=request.now + LIFETIME,
            now=request.now,
        ):
            return wait_id


def find_wait(request: Request, wait_id: str) -> Wait | None:
    """This browser's wait; None when it has expired, was taken, or never was this browser's."""
    try:
        return request.db.one(
            Wait,
            "device_login.of_browser",
            id=UUID(wait_id),
            browser_digest=request.browser_digest,
            now=request.now,
        )
    except ValueError:
        return None


def state_of(wait: Wait | None) -> State:
    """What has become of a wait."""
    if wait is None:
        return "over"
    if wait.denied:
        return "denied"
    return "approved" if wait.approved_by else "waiting"


def code_of(request: Request, wait: Wait) -> str:
    """The code that the waiting browser shows."""
    return shown(_code(request, wait.id))


def shown(code: str) -> str:
    """A code as both devices show it, however it was typed: BCDF-GHJK."""
    code = plain(code)
    return "-".join(code[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def link(request: Request, wait: Wait) -> str:
    """Where the code is approved; also what the QR code holds."""
    return f"{request.config.app_url}/device?code={code_of(request, wait)}"


def finish(request: Request, wait_id: str) -> SignedIn:
    """Spend the approval and sign its person in. Raises Gone when there is none, Spent for a disabled person."""
    approval = _take(request, wait_id)
    user_id = approval.approved_by
    user = users.get(request.db, user_id)
    if user.disabled:
        audit.record(request, Event.REMOTE_SIGN_IN_REFUSED, user_id=user_id, reason="disabled")
        raise Spent(users.why_kept_out(user), status=HTTPStatus.FORBIDDEN)
    users.note_sign_in(request.db, user_id, request.now)
    if approval.interaction_id is None:
        token = sessions.start(request, user_id, "device")
        audit.record(request, Event.REMOTE_SIGN_IN)
        return SignedIn(token, None)
    interaction = interactions.get(request, str(approval.interaction_id))
    interactions.enter_for_app(request, interaction, user_id, "device")
    audit.record(request, Event.REMOTE_SIGN_IN, user_id=user_id, client_id=interaction.client_id)
    return SignedIn(None, interaction)


def _take(request: Request, wait_id: str) -> _Approval:
    wait = find_wait(request, wait_id)
    if wait is not None:
        digest = request.browser_digest
        if taken := request.db.one(
            _Approval, "device_login.take", id=wait.id, browser_digest=digest, now=request.now
        ):
            return taken
    raise Gone(_("This sign-in was used already, or has expired. Please start again."))


# The device with a passkey


def limit_tries(request: Request) -> None:
    """Count that somebody types a code, for whatever it may be. Raises TooMany after many tries."""
    limits.check(request, "device_code", per_seconds=10.0, burst=15)
    limits.check(request, "device_code", per_seconds=10.0, burst=15, key=str(request.person.user_id))


def find(request: Request, code: str) -> Asking | None:
    """Who shows a code and waits; None when nobody does (any more). Raises TooMany after many tries."""
    limit_tries(request)
    mac = _mac(request, plain(code))
    return request.db.one(Asking, "device_login.by_code", code_mac=mac, now=request.now)


def approve(request: Request, code: str) -> Asking:
    """Let the browser with a code sign in as this person, whose passkey has answered in the form for that.

    Raises PasskeyRefused, or Decided when nobody waits with the code.
    """
    asking = _found(request, code)
    webauthn.confirm(request)
    user_id, mac = request.person.user_id, _mac(request, plain(code))
    if not request.db.run("device_login.approve", code_mac=mac, user_id=user_id, now=request.now):
        raise _decided()
    _record(request, Event.REMOTE_SIGN_IN_APPROVED, asking)
    return asking


def deny(request: Request, code: str) -> Asking:
    """Refuse the browser with a code. Raises Decided when nobody waits with it."""
    asking = _found(request, code)
    if not request.db.run("device_login.deny", code_mac=_mac(request, plain(code)), now=request.now):
        raise _decided()
    _record(request, Event.REMOTE_SIGN_IN_DENIED, asking)
    return asking


def plain(code: str) -> str:
    """A code as it was made, however it was typed."""
    return code[:LONGEST].upper().translate(_SEPARATORS)


def expire(db: Database, now: datetime) -> int:
    """Forget who waited in vain; how many there were."""
    return db.run("device_login.expire", now=now)


def _code(request: Request, wait_id: UUID) -> str:
    number = int.from_bytes(request.keyring.mac("device_login", wait_id.bytes))
    letters = []
    for _position in range(LENGTH):
        number, index = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[index])
    return "".join(letters)


def _mac(request: Request, code: str) -> bytes:
    return request.keyring.mac("device_code", code)


def _found(request: Request, code: str) -> Asking:
    asking = find(request, code)
    if asking is None:
        raise _decided()
    return asking


def _decided() -> Decided:
    return Decided(_("Nobody waits with this code any more: it was decided already, or it has expired."))


def _record(request: Request, event: Event, asking: Asking) -> None:
    audit.record(
        request,
        event,
        client_id=asking.client_id,
        device=devices.name(asking.user_agent),
        address=asking.address,
    )
