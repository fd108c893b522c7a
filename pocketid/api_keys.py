"""API keys: programs act for a person by a key in the header X-API-KEY, until it ends.

    create -> a key of 256 random bits, shown once, kept as its digest
    current(db, key, now)     who acts, with the rights that its owner has now
    renew -> another secret and another end under the same name
    warn -> a mail a week before the end

A key works at routes of the API that allow it (request.Guard) and on no page: it can neither change passkeys nor
make keys.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pocketid import audit, outbox, settings
from pocketid.audit import Event
from pocketid.config import Config
from pocketid.crypto import Keyring, digest, random_token
from pocketid.db import Database
from pocketid.errors import Invalid, NotFound
from pocketid.request import Actor, Request
from pocketid.text import _

MAX_KEYS = 50
_NAME = range(3, 51)
_DESCRIPTION_CHARACTERS = 150
_PREFIX_CHARACTERS = 4
_WARNED_BEFORE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it may be shown: never the key itself."""

    id: UUID
    name: str
    description: str | None
    prefix: str
    expires_at: datetime
    last_used_at: datetime | None
    warned_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class _Expiring:
    user_id: UUID
    email: str
    display_name: str
    name: str
    expires_at: datetime


def create(request: Request, name: str, description: str | None, expires_at: datetime) -> tuple[ApiKey, str]:
    """Add a key of the person; returns its row and the key itself, to be shown once. Raises Invalid."""
    errors = _end_problem(expires_at, request.now)
    if len(name) not in _NAME:
        errors["name"] = _("Between {least} and {most} characters, please.").format(
            least=_NAME.start, most=_NAME.stop - 1
        )
    if len(description or "") > _DESCRIPTION_CHARACTERS:
        errors["description"] = _("This is too long: {n} characters at most.").format(
            n=_DESCRIPTION_CHARACTERS
        )
    if errors:
        raise Invalid(errors)
    key = random_token()
    row = request.db.one(
        ApiKey,
        "api_keys.insert",
        user_id=request.person.user_id,
        name=name,
        description=description or None,
        digest=digest(key),
        prefix=key[:_PREFIX_CHARACTERS],
        expires_at=expires_at,
        limit=MAX_KEYS,
        now=request.now,
    )
    if row is None:
        raise Invalid({"name": _("There are {n} keys already. Revoke one of them first.").format(n=MAX_KEYS)})
    audit.record(request, Event.API_KEY_CREATED, name=name, expires_at=expires_at)
    return row, key


def of_user(db: Database, user_id: UUID) -> list[ApiKey]:
    """A person's keys, the newest first."""
    return db.many(ApiKey, "api_keys.of_user", user_id=user_id)


def get(request: Request, key_id: UUID) -> ApiKey:
    """One key of the person. Raises NotFound."""
    row = request.db.one(ApiKey, "api_keys.by_id", id=key_id, user_id=request.person.user_id)
    if row is None:
        raise _gone()
    return row


def renew(request: Request, key_id: UUID, expires_at: datetime) -> tuple[ApiKey, str]:
    """Replace a key's secret, and let it end later; the old secret is dead at once. Raises Invalid, NotFound."""
    if errors := _end_problem(expires_at, request.now):
        raise Invalid(errors)
    key = random_token()
    row = request.db.one(
        ApiKey,
        "api_keys.renew",
        id=key_id,
        user_id=request.person.user_id,
        digest=digest(key),
        prefix=key[:_PREFIX_CHARACTERS],
        expires_at=expires_at,
    )
    if row is None:
        raise _gone()
    audit.record(request, Event.API_KEY_RENEWED, name=row.name, expires_at=expires_at)
    return row, key


def revoke(request: Request, key_id: UUID) -> str:
    """End a key of the person; its name. Raises NotFound."""
    name: str | None = request.db.value("api_keys.delete", id=key_id, user_id=request.person.user_id)
    if name is None:
        raise _gone()
    audit.record(request, Event.API_KEY_REVOKED, name=name)
    return name


def current(db: Database, key: str, now: datetime) -> Actor | None:
    """Who acts by a key; None when it is unknown or expired, or its owner is disabled."""
    return db.one(Actor, "api_keys.current", digest=digest(key), now=now)


def warn(db: Database, config: Config, keyring: Keyring, now: datetime) -> int:
    """Tell the owners of keys that end within a week, once for each key; how many mails that were."""
    rules = settings.read(db, config)
    if not (rules.email_api_key_expiration_enabled and outbox.can_send(rules)):
        return 0
    expiring = db.many(_Expiring, "api_keys.take_expiring", now=now, before=now + _WARNED_BEFORE)
    for key in expiring:
        values = {
            "name": key.display_name,
            "key_name": key.name,
            "days": max(1, (key.expires_at - now).days),
            "link": f"{config.app_url}/settings/admin/api-keys",
        }
        outbox.post_by_system(
            db, keyring, now, outbox.Kind.API_KEY_EXPIRING, [(key.email, values)], user_id=key.user_id
        )
    return len(expiring)


def _end_problem(expires_at: datetime, now: datetime) -> dict[str, str]:
    return {} if expires_at > now else {"expires_at": _("This day is over already.")}


def _gone() -> NotFound:
    return NotFound(_("There is no such key. It may have been revoked already."))
