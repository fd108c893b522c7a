"""The device code grant: the question of a device, and the tokens once a person has approved. RFC 8628 3.4, 3.5."""

from collections.abc import Mapping

from pocketid import device_codes, tokens
from pocketid.clients import Client
from pocketid.oidc import issuing, parameters, resources
from pocketid.oidc.errors import (
    AccessDenied,
    AuthorizationPending,
    ExpiredToken,
    InvalidGrant,
    SlowDown,
)
from pocketid.request import Request
from pocketid.response import Response

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"


def redeem(request: Request, client: Client, sent: Mapping[str, str]) -> Response:
    """Exchange a device code for tokens, once. Raises an OAuthError."""
    device_code = parameters.needed(sent, "device_code")
    match device_codes.poll(request, client.id, device_code):
        case "unknown":
            raise issuing.unknown(request, client, "the device code is unknown")
        case "expired":
            raise ExpiredToken("the device code has expired")
        case "denied":
            raise AccessDenied("the person refused the device")
        case "early":
            raise SlowDown("wait five seconds longer from now on")
        case "pending":
            raise AuthorizationPending("nobody has decided yet")
    return _issue(request, client, device_code, sent)


def _issue(request: Request, client: Client, device_code: str, sent: Mapping[str, str]) -> Response:
    """What the approval gives. A second question gets nothing, and ends nothing: it is the same device's."""
    found = tokens.find_code(request.db, device_code)
    if found is None or found.authorization.revoked_at is not None:
        raise InvalidGrant("the approval was taken back")
    authorization = found.authorization
    if authorization.code_used_at is not None:
        raise InvalidGrant("the device code was used before")
    resources.check_same(authorization, sent)
    try:
        prepared = issuing.prepare(request, client, found, authorization.scopes, with_nonce=False)
    except InvalidGrant as error:
        raise issuing.refused(request, authorization, error.description) from error
    if not tokens.redeem_code(request, authorization, prepared.issue):
        raise InvalidGrant("the device code was used before")
    return prepared.answer(prepared.refresh_token)
