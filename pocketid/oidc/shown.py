"""The page for a request that must not be redirected anywhere. RFC 6749 3.1.2.4, 4.1.2.1.

The person reads what went wrong in plain words. An admin also sees the redirect URI that came beside the
registered one nearest to it, with the differing part marked, and can add it from the client's page.
"""

from http import HTTPStatus

from pocketid import audit, callback_urls, refused_requests
from pocketid.audit import Event
from pocketid.clients import Client
from pocketid.oidc.errors import ShownError
from pocketid.oidc.redirect_uri import NotRegistered
from pocketid.request import Request
from pocketid.response import Response, page

_LONGEST_DETAIL = 2048


def refuse(request: Request, client: Client | None, error: ShownError) -> Response:
    """The error page; what a known client asked for in vain is kept for its admin."""
    difference = None
    if isinstance(error, NotRegistered) and client is not None:
        refused_requests.record(request, client.id, error.received)
        difference = callback_urls.difference(error.received, client.redirect_uris)
    audit.record(
        request,
        Event.AUTHORIZATION_REFUSED,
        client_id=client.id if client else None,
        reason=(error.detail or error.message)[:_LONGEST_DETAIL],
    )
    is_admin = request.actor is not None and request.actor.is_admin
    return page(
        "authorize/refused",
        status=HTTPStatus.BAD_REQUEST,
        message=error.message,
        client=client,
        difference=difference if is_admin else None,
        detail=error.detail if is_admin else "",
    )
