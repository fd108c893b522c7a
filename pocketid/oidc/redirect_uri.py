"""Which redirect URI an authorization request may use: before anything is redirected. RFC 6749 3.1.2."""

from pocketid import callback_urls
from pocketid.clients import Client
from pocketid.oidc.errors import ShownError
from pocketid.text import _


class NotRegistered(ShownError):
    """A redirect URI that the client has not registered; `received` is kept for its admin."""

    def __init__(self, received: str) -> None:
        super().__init__(
            _("The app asked to return to an address that is not registered for it."),
            f"redirect_uri not registered: {received}",
        )
        self.received = received


def check(client: Client, received: str | None, *, allow_insecure: bool) -> str:
    """The redirect URI, byte for byte as received. Raises ShownError (RFC 6749 3.1.2.4)."""
    if received is None:
        raise ShownError(
            _("The app did not say where to return to (redirect_uri is missing)."), "redirect_uri missing"
        )
    if callback_urls.find(client.redirect_uris, received) is None:
        raise NotRegistered(received)
    if callback_urls.problem(received, allow_insecure=allow_insecure):
        raise ShownError(
            _("The app asked to return to an unencrypted address, which is not allowed here."),
            "redirect_uri is http",
        )
    return received
