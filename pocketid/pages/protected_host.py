"""Where people land whose sign-in to a protected host did not come through."""

from pocketid import protected_hosts
from pocketid.errors import NotFound
from pocketid.request import Request
from pocketid.response import Response, page
from pocketid.text import _


def show_problem(request: Request) -> Response:
    """Say what may have happened, and lead back to the host."""
    host = request.query.text("host")
    if protected_hosts.client_of(request.db, host) is None:
        raise NotFound(_("There is no page at this address."))
    return page("authorize/protected_host", host=host, address=protected_hosts.origin(request.config, host))
