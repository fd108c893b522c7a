"""Resource indicators: the API that an access token is for, one a request. RFC 8707.

Before somebody has signed in, all that is wrong with a resource looks the same, so that nobody learns which APIs exist.
"""

from collections.abc import Iterable, Mapping, Sequence

from pocketid import apis
from pocketid.apis import Allowed, Way
from pocketid.clients import Client
from pocketid.oidc.errors import InvalidGrant, InvalidScope, InvalidTarget, RedirectedError
from pocketid.request import Request
from pocketid.tokens import Authorization

_ERRORS = {
    "unknown": ("invalid_target", "the resource is unknown"),
    "denied": ("access_denied", "this client may not ask for this resource"),
    "scope": ("invalid_scope", "a scope is unknown, or not for this client"),
}


def at_authorization(
    request: Request, client: Client, resource: str, words: Iterable[str], *, is_open: bool
) -> Allowed:
    """What an authorization request asks of an API; `is_open` says whether errors may tell. Raises RedirectedError."""
    try:
        return apis.allow(request.db, client.id, resource, words, "person")
    except apis.NotAllowed as refusal:
        if not is_open:
            raise RedirectedError("invalid_request", "resource or scope cannot be had") from refusal
        raise RedirectedError(*_ERRORS[refusal.problem]) from refusal


def at_back_channel(
    request: Request, client: Client, sent: Mapping[str, str], words: Sequence[str], way: Way
) -> Allowed | None:
    """The same for a client that asks us itself; None without resource. Raises InvalidTarget, InvalidScope."""
    resource = sent.get("resource")
    if resource is None:
        return None
    try:
        return apis.allow(request.db, client.id, resource, words, way)
    except apis.NotAllowed as refusal:
        code, description = _ERRORS[refusal.problem]
        raise (
            InvalidScope(description)
            if code == "invalid_scope"
            else InvalidTarget("the resource is unknown, or not for this client")
        ) from refusal


def check_same(authorization: Authorization, sent: Mapping[str, str]) -> None:
    """RFC 8707 2.2: a token request names the resource that was granted, or none. Raises InvalidTarget."""
    resource, granted = sent.get("resource"), authorization.resource or ""
    if resource is not None and resource.rstrip("/") != granted.rstrip("/"):
        raise InvalidTarget("the resource is another one than the person granted")


def still_allowed(request: Request, authorization: Authorization, scopes: Sequence[str]) -> Sequence[str]:
    """The scopes without those that the client may not ask of the API any more. Raises InvalidGrant."""
    if authorization.resource is None:
        return scopes
    try:
        return apis.still_allowed(
            request.db, authorization.client_id, authorization.resource, scopes, "person"
        )
    except apis.NotAllowed as refusal:
        raise InvalidGrant("the client may not ask for this resource any more") from refusal
