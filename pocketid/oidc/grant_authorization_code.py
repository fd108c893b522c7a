"""The authorization code grant. RFC 6749 4.1.3, OpenID Connect Core 3.1.3.2."""

from collections.abc import Mapping

from pocketid import audit, tokens
from pocketid.audit import Event
from pocketid.clients import Client
from pocketid.crypto import same
from pocketid.oidc import issuing, parameters, pkce, resources
from pocketid.oidc.errors import InvalidGrant
from pocketid.request import Request
from pocketid.response import Response
from pocketid.tokens import Authorization


def redeem(request: Request, client: Client, sent: Mapping[str, str]) -> Response:
    """Exchange a code for tokens, once. Raises InvalidGrant, InvalidRequest.

    A code that its own client presents with the wrong redirect URI or verifier is spent: there is no second guess.
    """
    code = parameters.needed(sent, "code")
    found = tokens.find_code(request.db, code)
    if found is None or found.authorization.client_id != client.id:  # another client's code stays unspent
        raise issuing.unknown(request, client, "the code is unknown")
    authorization = found.authorization
    if authorization.code_used_at is not None:
        raise _reused(request, client, authorization)
    resources.check_same(authorization, sent)
    try:
        _check(request, authorization, sent)
        prepared = issuing.prepare(request, client, found, authorization.scopes, with_nonce=True)
    except InvalidGrant as error:
        tokens.revoke(request.db, authorization.id, request.now)
        raise issuing.refused(request, authorization, error.description) from error
    if not tokens.redeem_code(request, authorization, prepared.issue):
        raise _reused(request, client, authorization)
    return prepared.answer(prepared.refresh_token)


def _check(request: Request, authorization: Authorization, sent: Mapping[str, str]) -> None:
    """RFC 6749 4.1.3, RFC 7636 4.6. Raises InvalidGrant."""
    if authorization.revoked_at is not None:
        raise InvalidGrant("the code was revoked")
    if authorization.code_expires_at <= request.now:
        raise InvalidGrant("the code has expired")
    received = sent.get("redirect_uri")
    if received is None:
        raise InvalidGrant("redirect_uri is missing: it must be the one of the authorization request")
    if not same(received, authorization.redirect_uri or ""):
        raise InvalidGrant("redirect_uri is another one than in the authorization request")
    pkce.verify(authorization.code_challenge, authorization.code_challenge_method, sent.get("code_verifier"))


def _reused(request: Request, client: Client, authorization: Authorization) -> InvalidGrant:
    """RFC 6749 4.1.2: a second use revokes what the first one gave."""
    tokens.revoke(request.db, authorization.id, request.now)
    audit.record(request, Event.TOKEN_REUSED, user_id=authorization.user_id, client_id=client.id, kind="code")
    return InvalidGrant("the code was used before; everything issued from it is revoked")
