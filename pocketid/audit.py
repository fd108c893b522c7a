"""The audit log: one enum of events, one insert, one search in two directions.

An event is written in the transaction of the change that it tells of: both are there or neither. The two events
of every token answer are written by the statements of tokens.sql themselves, which saves their round trip.
"""

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pocketid import log
from pocketid.db import Database
from pocketid.errors import NotFound
from pocketid.request import Request
from pocketid.text import _

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_POSITION = re.compile(r"[0-9]{1,17}\.[0-9]{1,18}")
_NOWHERE = dict.fromkeys(("address", "is_internal", "country", "city", "user_agent"))


class Event(enum.StrEnum):
    """Everything that is recorded. Values that Pocket ID has too keep its names."""

    SIGN_IN = "SIGN_IN"
    TOKEN_SIGN_IN = "TOKEN_SIGN_IN"  # noqa: S105  # an event's name
    REMOTE_SIGN_IN = "REMOTE_SIGN_IN"
    REMOTE_SIGN_IN_APPROVED = "REMOTE_SIGN_IN_APPROVED"
    REMOTE_SIGN_IN_DENIED = "REMOTE_SIGN_IN_DENIED"
    REMOTE_SIGN_IN_REFUSED = "REMOTE_SIGN_IN_REFUSED"
    DEVICE_APPROVED = "DEVICE_APPROVED"
    DEVICE_DENIED = "DEVICE_DENIED"
    SIGN_IN_REFUSED = "SIGN_IN_REFUSED"
    REAUTHENTICATED = "REAUTHENTICATED"
    SIGN_OUT = "SIGN_OUT"
    SESSION_ENDED = "SESSION_ENDED"
    SIGN_IN_REPORTED = "SIGN_IN_REPORTED"
    EMAIL_VERIFICATION_SENT = "EMAIL_VERIFICATION_SENT"
    EMAIL_VERIFIED = "EMAIL_VERIFIED"
    SETUP_COMPLETED = "SETUP_COMPLETED"
    ACCOUNT_CREATED = "ACCOUNT_CREATED"
    SIGNED_UP = "SIGNED_UP"
    SIGN_UP_ACCEPTED = "SIGN_UP_ACCEPTED"
    SIGN_UP_REFUSED = "SIGN_UP_REFUSED"
    SIGN_UP_LINK_CREATED = "SIGN_UP_LINK_CREATED"
    SIGN_UP_LINK_DELETED = "SIGN_UP_LINK_DELETED"
    PROFILE_UPDATED = "PROFILE_UPDATED"
    PICTURE_CHANGED = "PICTURE_CHANGED"
    PASSKEY_ADDED = "PASSKEY_ADDED"
    PASSKEY_REMOVED = "PASSKEY_REMOVED"
    PASSKEY_RENAMED = "PASSKEY_RENAMED"
    PASSKEY_COUNTER_WENT_BACK = "PASSKEY_COUNTER_WENT_BACK"
    PASSKEY_BACKUP_CHANGED = "PASSKEY_BACKUP_CHANGED"
    ONE_TIME_ACCESS_CREATED = "ONE_TIME_ACCESS_CREATED"
    ONE_TIME_ACCESS_REVOKED = "ONE_TIME_ACCESS_REVOKED"
    ONE_TIME_ACCESS_REFUSED = "ONE_TIME_ACCESS_REFUSED"
    LOGIN_CODE_ASKED = "LOGIN_CODE_ASKED"
    INVITATION_CREATED = "INVITATION_CREATED"
    INVITATION_RENEWED = "INVITATION_RENEWED"
    INVITATION_WITHDRAWN = "INVITATION_WITHDRAWN"
    INVITATION_ACCEPTED = "INVITATION_ACCEPTED"
    USER_CREATED = "USER_CREATED"
    USER_UPDATED = "USER_UPDATED"
    USER_DISABLED = "USER_DISABLED"
    USER_ENABLED = "USER_ENABLED"
    USER_DELETED = "USER_DELETED"
    GROUP_CREATED = "GROUP_CREATED"
    GROUP_UPDATED = "GROUP_UPDATED"
    GROUP_DELETED = "GROUP_DELETED"
    GROUP_MEMBERS_CHANGED = "GROUP_MEMBERS_CHANGED"
    CUSTOM_CLAIMS_UPDATED = "CUSTOM_CLAIMS_UPDATED"
    CLIENT_CREATED = "CLIENT_CREATED"
    CLIENT_UPDATED = "CLIENT_UPDATED"
    CLIENT_DELETED = "CLIENT_DELETED"
    CLIENT_DESCRIBED = "CLIENT_DESCRIBED"
    CLIENT_LOGO_CHANGED = "CLIENT_LOGO_CHANGED"
    CLIENT_TRIED = "CLIENT_TRIED"
    CLIENT_SECRET_CREATED = "CLIENT_SECRET_CREATED"  # noqa: S105  # an event's name
    CLIENT_SECRET_REVOKED = "CLIENT_SECRET_REVOKED"  # noqa: S105  # an event's name
    CLIENT_CREDENTIALS_CHANGED = "CLIENT_CREDENTIALS_CHANGED"
    CLIENT_IDENTITY_ADDED = "CLIENT_IDENTITY_ADDED"
    CLIENT_IDENTITY_REMOVED = "CLIENT_IDENTITY_REMOVED"
    CLIENT_AUTHENTICATION_FAILED = "CLIENT_AUTHENTICATION_FAILED"
    CLIENT_AUTHORIZATION = "CLIENT_AUTHORIZATION"
    NEW_CLIENT_AUTHORIZATION = "NEW_CLIENT_AUTHORIZATION"
    CLIENT_AUTHORIZATION_REVOKED = "CLIENT_AUTHORIZATION_REVOKED"
    AUTHORIZATION_REFUSED = "AUTHORIZATION_REFUSED"
    TOKEN_ISSUED = "TOKEN_ISSUED"  # noqa: S105  # an event's name
    TOKEN_REFRESHED = "TOKEN_REFRESHED"  # noqa: S105  # an event's name
    TOKEN_REFUSED = "TOKEN_REFUSED"  # noqa: S105  # an event's name
    TOKEN_REVOKED = "TOKEN_REVOKED"  # noqa: S105  # an event's name
    TOKEN_REUSED = "TOKEN_REUSED"  # noqa: S105  # an event's name
    API_CREATED = "API_CREATED"
    API_UPDATED = "API_UPDATED"
    API_DELETED = "API_DELETED"
    API_ACCESS_CHANGED = "API_ACCESS_CHANGED"
    API_KEY_CREATED = "API_KEY_CREATED"
    API_KEY_RENEWED = "API_KEY_RENEWED"
    API_KEY_REVOKED = "API_KEY_REVOKED"
    SETTINGS_UPDATED = "SETTINGS_UPDATED"
    APPLICATION_IMAGE_CHANGED = "APPLICATION_IMAGE_CHANGED"
    LOGOUT_GIVEN_UP = "LOGOUT_GIVEN_UP"
    LOGOUT_RETRIED = "LOGOUT_RETRIED"
    MAIL_GIVEN_UP = "MAIL_GIVEN_UP"
    MAIL_RETRIED = "MAIL_RETRIED"
    MAIL_DISCARDED = "MAIL_DISCARDED"
    SIGNING_KEY_CREATED = "SIGNING_KEY_CREATED"
    SIGNING_KEY_DELETED = "SIGNING_KEY_DELETED"
    AUDIT_LOG_EXPORTED = "AUDIT_LOG_EXPORTED"


@dataclass(frozen=True, slots=True)
class Row:
    """One event as it is read; names are those of today, None where the row is gone."""

    id: int
    at: datetime
    event: str
    user_id: UUID | None
    username: str | None
    actor_id: UUID | None
    actor_username: str | None
    client_id: str | None
    client_name: str | None
    address: str | None
    is_internal: bool | None
    country: str | None
    city: str | None
    user_agent: str | None
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for; None is anything.

    `user_id` finds what happened to a person, `person_id` what they did, too; `network` is an address or a
    network in CIDR notation; `is_internal` tells networks of ours from the rest of the world.
    """

    event: str | None = None
    user_id: UUID | None = None
    person_id: UUID | None = None
    client_id: str | None = None
    network: str | None = None
    is_internal: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Between two events: beside the one that has this time and id."""

    at: datetime
    id: int

    def __str__(self) -> str:
        """As it is in an address: microseconds since 1970, dot, id."""
        return f"{(self.at - _EPOCH) // _MICROSECOND}.{self.id}"


def position(text: str) -> Position | None:
    """The position that a text names, or None."""
    if not _POSITION.fullmatch(text):
        return None
    microseconds, _dot, number = text.partition(".")
    try:
        return Position(_EPOCH + int(microseconds) * _MICROSECOND, int(number))
    except OverflowError:
        return None


@dataclass(frozen=True, slots=True)
class Page:
    """Some events, newest first; `newer` and `older` are the positions to go on from, where there is more."""

    rows: list[Row]
    newer: Position | None
    older: Position | None


def origin(request: Request) -> dict[str, Any]:
    """Where a request comes from, as the statements that write events take it."""
    place = request.place
    return {
        "address": place.address,
        "is_internal": place.is_internal,
        "country": place.country,
        "city": place.city,
        "user_agent": request.user_agent,
    }


def record(
    request: Request,
    event: Event,
    *,
    user_id: UUID | None = None,
    client_id: str | None = None,
    **details: Any,
) -> None:
    """Write an event of this request; whom it concerns is the actor unless `user_id` says otherwise."""
    actor_id = request.actor.user_id if request.actor else None
    _insert(
        request.db, request.now, event, user_id or actor_id, actor_id, client_id, origin(request), details
    )


def record_change(
    request: Request,
    event: Event,
    before: Any,
    after: Any,
    *,
    user_id: UUID | None = None,
    client_id: str | None = None,
    **details: Any,
) -> None:
    """The same for a dataclass that was changed, with the difference; nothing where there is none."""
    if changed := difference(before, after):
        record(request, event, user_id=user_id, client_id=client_id, **details, changed=changed)


def record_by_system(
    db: Database,
    now: datetime,
    event: Event,
    *,
    user_id: UUID | None = None,
    client_id: str | None = None,
    **details: Any,
) -> None:
    """Write an event that no request caused: the command line, or a periodic job."""
    _insert(db, now, event, user_id, None, client_id, _NOWHERE, details)


def tell(request: Request, event: Event, *, user_id: UUID | None, client_id: str | None) -> None:
    """Log an event that a statement of another area has written."""
    log.event(event.value.lower(), user=user_id, client=client_id, address=request.address)


def label(event: str) -> str:
    """What happened, in words for people; an event of another version is shown by its name."""
    return _labels().get(event, event)


def search(db: Database, wanted: Filter, size: int, *, before: Position | None = None) -> list[Row]:
    """The newest `size` events that fit, newest first; those older than a position, if one is given."""
    return db.many(Row, "audit.older", **_parameters(wanted, size, before))


def page(db: Database, wanted: Filter, size: int, before: Position | None, after: Position | None) -> Page:
    """The `size` events next to a position on one side of it, or the newest; however long the log is."""
    if after is not None and before is None:
        rows = db.many(Row, "audit.newer", **_parameters(wanted, size + 1, after))
        shown = rows[:size][::-1]
        is_more_newer, is_more_older = len(rows) > size, True
    else:
        rows = search(db, wanted, size + 1, before=before)
        shown = rows[:size]
        is_more_newer, is_more_older = before is not None, len(rows) > size
    if not shown:
        return Page([], None, None)
    first, last = (Position(row.at, row.id) for row in (shown[0], shown[-1]))
    return Page(shown, first if is_more_newer else None, last if is_more_older else None)


def get(db: Database, event_id: int) -> Row:
    """One event. Raises NotFound."""
    row = db.one(Row, "audit.by_id", id=event_id)
    if row is None:
        raise NotFound(_("There is no such event (any more)."))
    return row


def count_before(db: Database, before: datetime) -> int:
    """How many events `expire` would delete."""
    return int(db.value("audit.count_before", before=before))


def expire(db: Database, before: datetime) -> int:
    """Delete what is older; how many rows went."""
    return db.run("audit.expire", before=before)


def difference(before: Any, after: Any) -> dict[str, dict[str, Any]]:
    """The fields in which two dataclasses differ: name -> {before, after}, as JSON values."""
    old, new = asdict(before), asdict(after)
    return {
        name: {"before": _plain(old[name]), "after": _plain(new[name])}
        for name in new
        if name != "updated_at" and old[name] != new[name]
    }


def _labels() -> dict[str, str]:
    return {
        Event.SIGN_IN: _("Signed in"),
        Event.TOKEN_SIGN_IN: _("Signed in by a one-time link"),
        Event.REMOTE_SIGN_IN: _("Signed in by approval on another device"),
        Event.REMOTE_SIGN_IN_APPROVED: _("Let another device sign in"),
        Event.REMOTE_SIGN_IN_DENIED: _("Kept another device from signing in"),
        Event.REMOTE_SIGN_IN_REFUSED: _("Sign-in by approval refused"),
        Event.DEVICE_APPROVED: _("Connected a device to an app"),
        Event.DEVICE_DENIED: _("Kept a device from connecting to an app"),
        Event.SIGN_IN_REFUSED: _("Sign-in refused"),
        Event.REAUTHENTICATED: _("Used the passkey again"),
        Event.SIGN_OUT: _("Signed out"),
        Event.SESSION_ENDED: _("Session ended"),
        Event.SIGN_IN_REPORTED: _("Sign-in reported as somebody else's"),
        Event.EMAIL_VERIFICATION_SENT: _("Link to prove the address sent"),
        Event.EMAIL_VERIFIED: _("Address proven"),
        Event.SETUP_COMPLETED: _("Set-up completed"),
        Event.ACCOUNT_CREATED: _("Account created"),
        Event.SIGNED_UP: _("Signed up"),
        Event.SIGN_UP_ACCEPTED: _("Sign-up accepted"),
        Event.SIGN_UP_REFUSED: _("Sign-up refused"),
        Event.SIGN_UP_LINK_CREATED: _("Sign-up link made"),
        Event.SIGN_UP_LINK_DELETED: _("Sign-up link withdrawn"),
        Event.PROFILE_UPDATED: _("Details changed"),
        Event.PICTURE_CHANGED: _("Picture changed"),
        Event.PASSKEY_ADDED: _("Passkey added"),
        Event.PASSKEY_REMOVED: _("Passkey removed"),
        Event.PASSKEY_RENAMED: _("Passkey renamed"),
        Event.PASSKEY_COUNTER_WENT_BACK: _("Passkey may have been copied"),
        Event.PASSKEY_BACKUP_CHANGED: _("Passkey is kept in another way"),
        Event.ONE_TIME_ACCESS_CREATED: _("One-time link made"),
        Event.ONE_TIME_ACCESS_REVOKED: _("One-time link withdrawn"),
        Event.ONE_TIME_ACCESS_REFUSED: _("One-time link refused"),
        Event.LOGIN_CODE_ASKED: _("Login code asked for by e-mail"),
        Event.INVITATION_CREATED: _("Invitation made"),
        Event.INVITATION_RENEWED: _("Invitation's link made anew"),
        Event.INVITATION_WITHDRAWN: _("Invitation withdrawn"),
        Event.INVITATION_ACCEPTED: _("Invitation accepted"),
        Event.USER_CREATED: _("Person added"),
        Event.USER_UPDATED: _("Person changed"),
        Event.USER_DISABLED: _("Person disabled"),
        Event.USER_ENABLED: _("Person enabled"),
        Event.USER_DELETED: _("Person deleted"),
        Event.GROUP_CREATED: _("Group added"),
        Event.GROUP_UPDATED: _("Group changed"),
        Event.GROUP_DELETED: _("Group deleted"),
        Event.GROUP_MEMBERS_CHANGED: _("Group members changed"),
        Event.CUSTOM_CLAIMS_UPDATED: _("Custom claims changed"),
        Event.CLIENT_CREATED: _("Client added"),
        Event.CLIENT_UPDATED: _("Client changed"),
        Event.CLIENT_DELETED: _("Client deleted"),
        Event.CLIENT_DESCRIBED: _("Client described itself"),
        Event.CLIENT_LOGO_CHANGED: _("Client logo changed"),
        Event.CLIENT_TRIED: _("Client tried by an admin"),
        Event.CLIENT_SECRET_CREATED: _("Client secret made"),
        Event.CLIENT_SECRET_REVOKED: _("Client secret revoked"),
        Event.CLIENT_CREDENTIALS_CHANGED: _("Client's keys or method changed"),
        Event.CLIENT_IDENTITY_ADDED: _("Client's identity elsewhere added"),
        Event.CLIENT_IDENTITY_REMOVED: _("Client's identity elsewhere removed"),
        Event.CLIENT_AUTHENTICATION_FAILED: _("App failed to identify itself"),
        Event.CLIENT_AUTHORIZATION: _("Signed in to an app"),
        Event.NEW_CLIENT_AUTHORIZATION: _("Signed in to an app for the first time"),
        Event.CLIENT_AUTHORIZATION_REVOKED: _("App's access taken back"),
        Event.AUTHORIZATION_REFUSED: _("App's request refused"),
        Event.TOKEN_ISSUED: _("Tokens issued to an app"),
        Event.TOKEN_REFRESHED: _("Tokens renewed for an app"),
        Event.TOKEN_REFUSED: _("Tokens refused to an app"),
        Event.TOKEN_REVOKED: _("Token given back by the app"),
        Event.TOKEN_REUSED: _("Used token presented again; access ended"),
        Event.API_CREATED: _("API added"),
        Event.API_UPDATED: _("API changed"),
        Event.API_DELETED: _("API deleted"),
        Event.API_ACCESS_CHANGED: _("Access to an API changed"),
        Event.API_KEY_CREATED: _("API key made"),
        Event.API_KEY_RENEWED: _("API key renewed"),
        Event.API_KEY_REVOKED: _("API key revoked"),
        Event.SETTINGS_UPDATED: _("Settings changed"),
        Event.APPLICATION_IMAGE_CHANGED: _("Picture of the site changed"),
        Event.LOGOUT_GIVEN_UP: _("App not told of a sign-out"),
        Event.LOGOUT_RETRIED: _("App told of a sign-out again"),
        Event.MAIL_GIVEN_UP: _("Mail not delivered"),
        Event.MAIL_RETRIED: _("Mail to be sent again"),
        Event.MAIL_DISCARDED: _("Mail discarded"),
        Event.SIGNING_KEY_CREATED: _("Signing key made"),
        Event.SIGNING_KEY_DELETED: _("Signing key deleted"),
        Event.AUDIT_LOG_EXPORTED: _("Audit log downloaded"),
    }


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [_plain(part) for part in value]
    return str(value)


def _insert(
    db: Database,
    now: datetime,
    event: Event,
    user_id: UUID | None,
    actor_id: UUID | None,
    client_id: str | None,
    whence: Mapping[str, Any],
    details: Mapping[str, Any],
) -> None:
    db.run(
        "audit.insert",
        at=now,
        event=event.value,
        user_id=user_id,
        actor_id=actor_id,
        client_id=client_id,
        details={name: _plain(value) for name, value in details.items()},
        **whence,
    )
    log.event(event.value.lower(), user=user_id, client=client_id, address=whence["address"])


def _parameters(wanted: Filter, size: int, beside: Position | None) -> dict[str, Any]:
    at, event_id = (beside.at, beside.id) if beside else (None, None)
    return {**asdict(wanted), "beside_at": at, "beside_id": event_id, "size": size}
