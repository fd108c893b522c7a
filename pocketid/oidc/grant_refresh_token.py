"""The refresh token grant. RFC 6749 6, OpenID Connect Core 12, RFC 9700 4.14.

Each use gives a new refresh token. Presenting the old one again within a minute gives the same successor, since
clients lose answers; later than that it is reuse, and the whole family ends.
"""

from collections.abc import Mapping, Sequence

from pocketid import audit, tokens
from pocketid.audit import Event
from pocketid.clients import Client
from pocketid.oidc import issuing
from pocketid.oidc.errors import InvalidGrant, InvalidRequest, InvalidScope
from pocketid.request import Request
from pocketid.response import Response
from pocketid.tokens import Authorization, RefreshToken


def redeem(request: Request, client: Client, sent: Mapping[str, str]) -> Response:
    """Exchange a refresh token for new tokens. Raises InvalidGrant, InvalidScope, InvalidRequest."""
    token = sent.get("refresh_token")
    if token is None:
        raise InvalidRequest("refresh_token is missing")
    found = tokens.find_refresh_token(request.db, token)
    if found is None or found[1].client_id != client.id:
        raise _refused(request, client, "the refresh token is unknown")
    stored, authorization = found
    _check(request, client, stored, authorization)
    scopes = _scopes(authorization, sent.get("scope"))
    prepared = issuing.prepare(request, client, authorization, scopes, with_nonce=False)
    if stored.rotated_at is None and tokens.rotate(
        request.db, token, prepared.refresh_token, prepared.issue, request.now
    ):
        audit.record(request, Event.TOKEN_REFRESHED, user_id=authorization.user_id, client_id=client.id)
        return prepared.answer(prepared.refresh_token)
    return _again(request, client, token, prepared)


def _check(request: Request, client: Client, stored: RefreshToken, authorization: Authorization) -> None:
    """RFC 6749 6; reuse outside of the grace time ends the family (RFC 9700 4.14.2). Raises InvalidGrant."""
    if authorization.revoked_at is not None:
        raise _refused(request, client, "the refresh token was revoked")
    if stored.expires_at <= request.now:
        raise _refused(request, client, "the refresh token has expired")
    if stored.rotated_at is not None and request.now - stored.rotated_at > tokens.GRACE:
        tokens.revoke(request.db, authorization.id, request.now)
        audit.record(
            request,
            Event.TOKEN_REUSED,
            user_id=authorization.user_id,
            client_id=client.id,
            kind="refresh_token",
        )
        raise InvalidGrant("the refresh token was used before; everything issued with it is revoked")


def _scopes(authorization: Authorization, asked: str | None) -> Sequence[str]:
    """The same scopes or fewer, never more (RFC 6749 6). Raises InvalidScope."""
    if asked is None:
        return authorization.scopes
    words = set(asked.split())
    if not words <= set(authorization.scopes):
        raise InvalidScope("more was asked for than the person granted")
    return [scope for scope in authorization.scopes if scope in words]


def _again(request: Request, client: Client, token: str, prepared: issuing.Prepared) -> Response:
    """The same successor once more, with a fresh access token. Raises InvalidGrant."""
    found = tokens.find_refresh_token(request.db, token)
    successor = tokens.successor_of(token, found[0]) if found else None
    if found is None or successor is None or found[1].revoked_at is not None:
        raise _refused(request, client, "the refresh token was revoked meanwhile")
    tokens.insert_access_token(request.db, found[1].id, prepared.issue)
    audit.record(request, Event.TOKEN_REFRESHED, user_id=found[1].user_id, client_id=client.id, again=True)
    return prepared.answer(successor)


def _refused(request: Request, client: Client, reason: str) -> InvalidGrant:
    audit.record(request, Event.TOKEN_REFUSED, client_id=client.id, reason=reason)
    return InvalidGrant(reason)
