"""Revocation: a client gives a token back. RFC 7009.

A refresh token takes everything with it that was issued beside it; an access token goes alone.
"""

from pocketid import audit, tokens
from pocketid.audit import Event
from pocketid.oidc import access_token, client_auth, parameters
from pocketid.oidc.errors import CORS, InvalidGrant
from pocketid.request import Request
from pocketid.response import NO_STORE, Response


def revoke(request: Request) -> Response:
    """End a token of the client. An unknown one is ended already (RFC 7009 2.2). Raises an OAuthError."""
    sent = parameters.of_back_channel(request)
    client = client_auth.authenticate(request, sent)
    token = parameters.needed(sent, "token")
    known = access_token.read(request, token)
    handle = known[0] if known else token
    owner = tokens.owner_of(request.db, handle)
    if owner is not None:
        if owner.client_id != client.id:  # RFC 7009 2.1
            raise InvalidGrant("the token was issued to another client")
        if not tokens.end_access_token(request.db, handle):
            tokens.revoke(request.db, owner.id, request.now)
        audit.record(
            request,
            Event.TOKEN_REVOKED,
            user_id=owner.user_id,
            client_id=client.id,
            kind="access_token" if known else "refresh_token",
        )
    return Response(headers=NO_STORE | CORS)
