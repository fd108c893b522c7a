"""The token endpoint. RFC 6749 3.2, OpenID Connect Core 3.1.3, 12.

parameters, once each  ->  client_auth.authenticate  ->  GRANTS[grant_type]  ->  JSON, never stored
"""

from collections.abc import Callable, Mapping

from pocketid.clients import Client
from pocketid.oidc import (
    client_auth,
    grant_authorization_code,
    grant_client_credentials,
    grant_device_code,
    grant_refresh_token,
    parameters,
)
from pocketid.oidc.errors import UnsupportedGrantType
from pocketid.request import Request
from pocketid.response import Response

Grant = Callable[[Request, Client, Mapping[str, str]], Response]
GRANTS: dict[str, Grant] = {
    "authorization_code": grant_authorization_code.redeem,
    "refresh_token": grant_refresh_token.redeem,
    "client_credentials": grant_client_credentials.redeem,
    grant_device_code.GRANT_TYPE: grant_device_code.redeem,
}


def token(request: Request) -> Response:
    """Answer a token request. Raises an OAuthError."""
    sent = parameters.of_back_channel(request)
    grant_type = parameters.needed(sent, "grant_type")
    client = client_auth.authenticate(request, sent)
    grant = GRANTS.get(grant_type)
    if grant is None:
        raise UnsupportedGrantType("grant_type must be one of grant_types_supported")
    return grant(request, client, sent)
