"""`/api/api-keys`: a person's keys, listed and revoked, with a key too. They are made on the page alone."""

from datetime import datetime
from uuid import UUID

import msgspec

from pocketid import api_keys
from pocketid.api import lists
from pocketid.errors import NotFound
from pocketid.request import Request
from pocketid.response import Response, empty
from pocketid.text import _


class _ApiKey(msgspec.Struct, rename="camel"):
    id: UUID
    name: str
    description: str | None
    expires_at: datetime
    last_used_at: datetime | None
    created_at: datetime
    expiration_email_sent: bool


def list_keys(request: Request) -> Response:
    """One page of the person's keys, the newest first."""
    rows = api_keys.of_user(request.db, request.person.user_id)
    paging = lists.paging_of(request.query, len(rows))
    return lists.listed([_shown(row) for row in rows[paging.offset :][: paging.size]], paging)


def delete(request: Request, key_id: str) -> Response:
    """Revoke a key."""
    try:
        api_keys.revoke(request, UUID(key_id))
    except ValueError as error:
        raise NotFound(_("There is no such key. It may have been revoked already.")) from error
    return empty()


def _shown(row: api_keys.ApiKey) -> _ApiKey:
    return _ApiKey(
        row.id,
        row.name,
        row.description,
        row.expires_at,
        row.last_used_at,
        row.created_at,
        expiration_email_sent=row.warned_at is not None,
    )
