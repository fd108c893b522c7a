"""The page after a sign-out: which apps are told, and frames for those that ask for it.

OpenID Connect Front-Channel Logout 1.0: each frame opens an address of an app, with issuer and session. It is
waited for shortly before the browser goes on; without script there is a link.
"""

from uuid import UUID

from pocketid import callback_urls, logouts
from pocketid.clients import Client
from pocketid.request import Request
from pocketid.response import Response, page, redirect


def signed_out(
    request: Request, session_id: UUID | None, client: Client | None, onwards: str | None = None
) -> Response:
    """Go on to `onwards` at once if there is nothing to wait for, else by the page that says that it is done."""
    addresses = logouts.frames(request.db, session_id) if session_id else []
    if onwards and not addresses:
        return redirect(onwards)
    told = {"iss": request.config.app_url, "sid": str(session_id)}  # Front-Channel Logout 2: both or none
    return page(
        "authorize/signed_out",
        frame_src=tuple(dict.fromkeys(map(callback_urls.origin_for_csp, addresses))),
        client=client,
        told=logouts.of_session(request.db, session_id) if session_id else [],
        frames=[callback_urls.append_query(address, told) for address in addresses],
        onwards=onwards,
    )
