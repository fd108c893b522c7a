"""Introspection: whether a token is good now, and what it is for. RFC 7662.

caller    a client that proves who it is, or its access token as Bearer (as in Pocket ID)
answer    its own tokens, and those for the API whose client it is; of all others just {"active": false}
"""

from collections.abc import Mapping
from typing import Any

from pocketid import limits, tokens
from pocketid.oidc import access_token, client_auth, dpop, parameters
from pocketid.oidc.errors import CORS, InvalidClient, InvalidToken
from pocketid.request import Request
from pocketid.response import NO_STORE, Response, json
from pocketid.tokens import Live


def introspect(request: Request) -> Response:
    """Say whether a token is good. Raises an OAuthError."""
    sent = parameters.of_back_channel(request)
    caller = _caller(request, sent)
    token = parameters.needed(sent, "token")
    return json(_state(request, caller, token), headers=NO_STORE | CORS)


def _caller(request: Request, sent: Mapping[str, str]) -> str:
    """The client that asks. Raises InvalidClient, InvalidToken, TooMany."""
    scheme, _space, presented = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() in {"bearer", "dpop"}:
        return _bearer(request, scheme, presented.strip())
    client = client_auth.authenticate(request, sent)
    if client.is_public:  # RFC 7662 2.1: whoever asks has to be known
        raise InvalidClient("a public client cannot prove who it is; it may send its access token as Bearer")
    return client.id


def _bearer(request: Request, scheme: str, presented: str) -> str:
    known = access_token.read(request, presented)
    live = tokens.state_of_access_token(request.db, known[0], request.now) if known else None
    if live is None:
        limits.check(request, "introspection", per_seconds=2.0, burst=30)
        raise InvalidToken("the access token is unknown, expired or revoked")
    dpop.check_use(request, scheme, presented, live.dpop_jkt)
    return live.client_id


def _state(request: Request, caller: str, token: str) -> dict[str, Any]:
    """RFC 7662 2.2."""
    known = access_token.read(request, token)
    if known is None:
        live = tokens.state_of_refresh_token(request.db, token, request.now)
        return _told(request, live, _bound(live)) if live and live.client_id == caller else {"active": False}
    handle, claims = known
    live = tokens.state_of_access_token(request.db, handle, request.now)
    if live is None or caller not in {live.client_id, live.api_client_id}:
        return {"active": False}
    audience = access_token.audience(live.client_id, live.scopes, live.resource, request.config.app_url)
    kind = "DPoP" if live.dpop_jkt else "Bearer"
    return _told(request, live, {"token_type": kind, "aud": audience} | claims | _bound(live))


def _bound(live: Live) -> dict[str, Any]:
    """RFC 9449 6.2: the key that the token works with."""
    return {"cnf": {"jkt": live.dpop_jkt}} if live.dpop_jkt else {}


def _told(request: Request, live: Live, claims: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "active": True,
        "iss": request.config.app_url,
        "sub": str(live.user_id) if live.user_id else f"client-{live.client_id}",
        "client_id": live.client_id,
        "scope": " ".join(live.scopes),
        "exp": int(live.expires_at.timestamp()),
        **claims,
    }
