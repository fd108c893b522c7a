"""The refresh token grant. RFC 6749 6, OpenID Connect Core 12, RFC 9700 4.14.

Each use gives a new refresh token. Presenting the old one again within a minute gives the same successor, since
clients lose answers; later than that it is reuse, and the whole family ends.
"""

from collections.abc import Mapping, Sequence

from pocketid import audit, tokens
from pocketid.audit import Event
from pocketid.clients import Client
from pocketid.oidc import issuing, parameters, resources
from pocketid.oidc.errors import InvalidGrant, InvalidScope
from pocketid.request import Request
from pocketid.response import Response
from pocketid.tokens import Authorization, Found, FoundRefreshToken


def redeem(request: Request, client: Client, sent: Mapping[str, str]) -> Response:
    """Exchange a refresh token for new tokens. Raises InvalidGrant, InvalidScope, InvalidRequest."""
    token = parameters.needed(sent, "refresh_token")
    stored = _find(request, client, token)
    found = stored.found
    resources.check_same(found.authorization, sent)
    scopes = _scopes(found.authorization, sent.get("scope"))
    prepared = _prepare(request, client, found, scopes)
    if stored.rotated_at is None:
        if tokens.rotate(request, token, prepared.refresh_token, found.authorization, prepared.issue):
            return prepared.answer(prepared.refresh_token)
        stored = _find(request, client, token)  # somebody else was first
    return _again(request, client, token, stored, prepared)


def _find(request: Request, client: Client, token: str) -> FoundRefreshToken:
    """The stored token, if it is this client's and still good for something. Raises InvalidGrant.

    Reuse outside of the grace time ends the family (RFC 9700 4.14.2), also where the token has expired since.
    """
    stored = tokens.find_refresh_token(request.db, token)
    found = stored.found if stored else tokens.find_family(request.db, token)
    if found is None or found.authorization.client_id != client.id:
        raise issuing.unknown(request, client, "the refresh token is unknown")
    if found.authorization.revoked_at is not None:
        raise issuing.refused(request, found.authorization, "the refresh token was revoked")
    if stored is None or (stored.rotated_at and request.now - stored.rotated_at > tokens.GRACE):
        raise _reused(request, found.authorization)
    end = issuing.refreshing_ends(client, found.authorization)
    if stored.expires_at <= request.now or (end is not None and end <= request.now):
        raise issuing.refused(request, found.authorization, "the refresh token has expired")
    return stored


def _scopes(authorization: Authorization, asked: str | None) -> Sequence[str]:
    """The same scopes or fewer, never more (RFC 6749 6). Raises InvalidScope."""
    words = set((asked or "").split())
    if not words:
        return authorization.scopes
    if not words <= set(authorization.scopes):
        raise InvalidScope("more was asked for than the person granted")
    return [scope for scope in authorization.scopes if scope in words]


def _prepare(request: Request, client: Client, found: Found, scopes: Sequence[str]) -> issuing.Prepared:
    """A person who is kept out gets nothing; the token stays as it is, for when they are let in again."""
    try:
        return issuing.prepare(request, client, found, scopes, with_nonce=False)
    except InvalidGrant as error:
        raise issuing.refused(request, found.authorization, error.description) from error


def _again(
    request: Request, client: Client, token: str, stored: FoundRefreshToken, prepared: issuing.Prepared
) -> Response:
    """The same successor once more, with a fresh access token. Raises InvalidGrant."""
    authorization, successor = stored.found.authorization, tokens.successor_of(token, stored)
    if successor is None or not tokens.insert_access_token(request.db, authorization.id, prepared.issue):
        raise issuing.refused(request, authorization, "the refresh token was revoked meanwhile")
    audit.record(
        request, Event.TOKEN_REFRESHED, user_id=authorization.user_id, client_id=client.id, again=True
    )
    return prepared.answer(successor)


def _reused(request: Request, authorization: Authorization) -> InvalidGrant:
    tokens.revoke(request.db, authorization.id, request.now)
    audit.record(
        request,
        Event.TOKEN_REUSED,
        user_id=authorization.user_id,
        client_id=authorization.client_id,
        kind="refresh_token",
    )
    return InvalidGrant("the refresh token was used before; everything issued with it is revoked")
