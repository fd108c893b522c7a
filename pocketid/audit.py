"""The audit log: one enum of events, one insert, one search.

An event is written in the transaction of the change that it tells of: both are there or neither.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pocketid import log
from pocketid.db import Database
from pocketid.request import Request


class Event(enum.StrEnum):
    """Everything that is recorded. Values that Pocket ID has too keep its names."""

    SIGN_IN = "SIGN_IN"
    TOKEN_SIGN_IN = "TOKEN_SIGN_IN"  # noqa: S105  # an event's name
    SIGN_IN_REFUSED = "SIGN_IN_REFUSED"
    REAUTHENTICATED = "REAUTHENTICATED"
    SIGN_OUT = "SIGN_OUT"
    SESSION_ENDED = "SESSION_ENDED"
    SETUP_COMPLETED = "SETUP_COMPLETED"
    ACCOUNT_CREATED = "ACCOUNT_CREATED"
    PROFILE_UPDATED = "PROFILE_UPDATED"
    PICTURE_CHANGED = "PICTURE_CHANGED"
    PASSKEY_ADDED = "PASSKEY_ADDED"
    PASSKEY_REMOVED = "PASSKEY_REMOVED"
    PASSKEY_RENAMED = "PASSKEY_RENAMED"
    PASSKEY_COUNTER_WENT_BACK = "PASSKEY_COUNTER_WENT_BACK"
    ONE_TIME_ACCESS_CREATED = "ONE_TIME_ACCESS_CREATED"
    ONE_TIME_ACCESS_REVOKED = "ONE_TIME_ACCESS_REVOKED"
    ONE_TIME_ACCESS_REFUSED = "ONE_TIME_ACCESS_REFUSED"
    USER_CREATED = "USER_CREATED"
    USER_UPDATED = "USER_UPDATED"
    USER_DISABLED = "USER_DISABLED"
    USER_ENABLED = "USER_ENABLED"
    USER_DELETED = "USER_DELETED"
    GROUP_CREATED = "GROUP_CREATED"
    GROUP_UPDATED = "GROUP_UPDATED"
    GROUP_DELETED = "GROUP_DELETED"
    GROUP_MEMBERS_CHANGED = "GROUP_MEMBERS_CHANGED"
    CLIENT_CREATED = "CLIENT_CREATED"
    CLIENT_UPDATED = "CLIENT_UPDATED"
    CLIENT_DELETED = "CLIENT_DELETED"
    CLIENT_LOGO_CHANGED = "CLIENT_LOGO_CHANGED"
    CLIENT_SECRET_CREATED = "CLIENT_SECRET_CREATED"  # noqa: S105
    CLIENT_SECRET_REVOKED = "CLIENT_SECRET_REVOKED"  # noqa: S105
    CLIENT_AUTHENTICATION_FAILED = "CLIENT_AUTHENTICATION_FAILED"
    CLIENT_AUTHORIZATION = "CLIENT_AUTHORIZATION"
    NEW_CLIENT_AUTHORIZATION = "NEW_CLIENT_AUTHORIZATION"
    CLIENT_AUTHORIZATION_REVOKED = "CLIENT_AUTHORIZATION_REVOKED"
    AUTHORIZATION_REFUSED = "AUTHORIZATION_REFUSED"
    TOKEN_ISSUED = "TOKEN_ISSUED"  # noqa: S105
    TOKEN_REFRESHED = "TOKEN_REFRESHED"  # noqa: S105
    TOKEN_REFUSED = "TOKEN_REFUSED"  # noqa: S105
    TOKEN_REUSED = "TOKEN_REUSED"  # noqa: S105
    SETTINGS_UPDATED = "SETTINGS_UPDATED"
    SIGNING_KEY_CREATED = "SIGNING_KEY_CREATED"


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
    user_agent: str | None
    country: str | None
    city: str | None
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for; None is anything. `before` is the id below which the next page begins."""

    event: str | None = None
    user_id: UUID | None = None
    client_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


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
        request.db,
        request.now,
        event,
        user_id or actor_id,
        actor_id,
        client_id,
        request.address,
        request.user_agent,
        details,
    )


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
    _insert(db, now, event, user_id, None, client_id, None, None, details)


def search(db: Database, wanted: Filter, size: int) -> list[Row]:
    """The newest `size` events that fit, newest first."""
    return db.many(Row, "audit.search", **asdict(wanted), size=size)


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
    address: str | None,
    user_agent: str | None,
    details: Mapping[str, Any],
) -> None:
    db.run(
        "audit.insert",
        at=now,
        event=event.value,
        user_id=user_id,
        actor_id=actor_id,
        client_id=client_id,
        address=address,
        user_agent=user_agent,
        details={name: _plain(value) for name, value in details.items()},
    )
    log.event(event.value.lower(), user=user_id, client=client_id, address=address)
