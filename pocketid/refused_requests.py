"""Redirect URIs that clients asked for without having registered them: the inbox on a client's page.

Anybody can send such a request, so there are few of each client, none is long, and the same one counts up.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pocketid import callback_urls, client_ids
from pocketid.db import Database
from pocketid.errors import NotFound
from pocketid.request import Request
from pocketid.text import _

_MAX_PER_CLIENT = 20
_MAX_CHARACTERS = 2048


@dataclass(frozen=True, slots=True)
class Refused:
    """A redirect URI that was refused, beside those that are registered."""

    id: UUID
    client_id: str
    client_name: str
    registered: list[str]
    redirect_uri: str
    times: int
    address: str | None
    first_at: datetime
    last_at: datetime


def record(request: Request, client_id: str, redirect_uri: str) -> None:
    """Keep a refused redirect URI; the oldest of the client goes when there are too many.

    Not for a client that describes itself: an admin could not register it.
    """
    if client_ids.is_address(client_id):
        return
    request.db.run(
        "refused_requests.record",
        client_id=client_id,
        redirect_uri=redirect_uri[:_MAX_CHARACTERS],
        address=request.address,
        now=request.now,
    )
    request.db.run("refused_requests.trim", client_id=client_id, kept=_MAX_PER_CLIENT)


def of_client(db: Database, client_id: str) -> list[Refused]:
    """What a client was refused, newest first."""
    return db.many(Refused, "refused_requests.of_client", client_id=client_id)


def newest(db: Database, size: int) -> list[Refused]:
    """The newest refused request of each client, of `size` clients at most."""
    return db.many(Refused, "refused_requests.newest", size=size)


def get(db: Database, client_id: str, refused_id: UUID) -> Refused:
    """One of a client's. Raises NotFound."""
    found = next((row for row in of_client(db, client_id) if row.id == refused_id), None)
    if found is None:
        raise _gone()
    return found


def forget(db: Database, client_id: str, refused_id: UUID) -> None:
    """Remove one from the inbox. Raises NotFound."""
    if not db.run("refused_requests.delete", client_id=client_id, id=refused_id):
        raise _gone()


def forget_registered(db: Database, client_id: str) -> None:
    """Remove those from the inbox that would be accepted by now."""
    for refused in of_client(db, client_id):
        if callback_urls.find(refused.registered, refused.redirect_uri):
            forget(db, client_id, refused.id)


def _gone() -> NotFound:
    return NotFound(_("This request is not in the list any more."))
