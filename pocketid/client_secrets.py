"""The secrets by which confidential clients authenticate: several at a time, each shown once.

A generated secret is random and kept as its SHA-256 digest; one that a person chose can be guessed from
its digest and is kept as an Argon2id string. RFC 6749 2.3.1, RFC 9700 2.5.
"""

import re
import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import argon2

from pocketid import clients, crypto
from pocketid.clients import Client
from pocketid.db import Database
from pocketid.errors import Invalid, NotFound
from pocketid.request import Request
from pocketid.text import _

MAX_SECRETS = 20
_GENERATED_CHARACTERS = 43  # 256 bits; letters and digits only, which every encoding leaves as they are
_PREFIX_CHARACTERS = 4
_CHOSEN = re.compile(r"[\x20-\x7e]{16,256}")
_SHA256 = "sha256:"
_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A secret as it may be shown: never the secret itself."""

    id: UUID
    prefix: str
    expires_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class _Stored:
    digest: str
    expires_at: datetime | None


def create(
    db: Database,
    client_id: str,
    now: datetime,
    *,
    expires_at: datetime | None = None,
    chosen: str | None = None,
) -> tuple[ClientSecret, str]:
    """Add a secret, a random one unless it is `chosen`; returns its row and the text to show once.

    Raises Invalid for a chosen one that is too short, a past expiry, and one secret too many.
    """
    if chosen is not None and not _CHOSEN.fullmatch(chosen):
        raise Invalid({"secret": _("Use 16 to 256 characters: letters without accents, digits and signs.")})
    if expires_at is not None and expires_at <= now:
        raise Invalid({"expires_at": _("This day is over already.")})
    secret = chosen or _generate()
    row = db.one(
        ClientSecret,
        "client_secrets.insert",
        client_id=client_id,
        digest=_HASHER.hash(secret) if chosen else _SHA256 + crypto.digest(secret).hex(),
        prefix=secret[:_PREFIX_CHARACTERS],
        expires_at=expires_at,
        limit=MAX_SECRETS,
        now=now,
    )
    if row is None:
        raise Invalid(
            {"secret": _("There are {n} secrets already. Revoke one of them first.").format(n=MAX_SECRETS)}
        )
    return row, secret


def of_client(db: Database, client_id: str) -> list[ClientSecret]:
    """The secrets of a client, expired ones too, newest first."""
    return db.many(ClientSecret, "client_secrets.of_client", client_id=client_id)


def get(db: Database, client_id: str, secret_id: UUID) -> ClientSecret:
    """One secret of a client. Raises NotFound."""
    found = next((row for row in of_client(db, client_id) if row.id == secret_id), None)
    if found is None:
        raise _gone()
    return found


def find_client(request: Request, client_ids: Iterable[str]) -> tuple[Client, list[str]] | None:
    """The first of these clients that exists, with the digests of the secrets that it may use now."""
    for client_id in client_ids:
        client = clients.known(request, client_id)
        if client is not None:
            return client, digests(request, client_id)
    return None


def digests(request: Request, client_id: str) -> list[str]:
    """The digests of the secrets that a client may use now, newest first; read once until some secret changes."""
    stored = request.signals.get_row(
        "client_secrets",
        client_id,
        lambda: request.db.many(_Stored, "client_secrets.digests", client_id=client_id),
    )
    return [row.digest for row in stored if row.expires_at is None or row.expires_at > request.now]


def is_slow(digest: str) -> bool:
    """Whether comparing with a stored digest takes long on purpose, because a person chose the secret."""
    return not digest.startswith(_SHA256)


def matches(secret: str, digest: str) -> bool:
    """Whether a secret is the one of a stored digest, told in constant time."""
    if not is_slow(digest):
        return crypto.same(_SHA256 + crypto.digest(secret).hex(), digest)
    try:
        return _HASHER.verify(digest, secret)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def revoke(db: Database, client_id: str, secret_id: UUID) -> ClientSecret:
    """Delete a secret at once; returns what it was. Raises NotFound."""
    row = db.one(ClientSecret, "client_secrets.delete", client_id=client_id, id=secret_id)
    if row is None:
        raise _gone()
    return row


def _gone() -> NotFound:
    return NotFound(_("There is no such secret. It may have been revoked already."))


def _generate() -> str:
    alphabet = string.ascii_letters + string.digits
    return "".join(secrets.choice(alphabet) for _each in range(_GENERATED_CHARACTERS))
