"""Access tokens: signed by RFC 9068, and live only as long as the row of their jti says so."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pocketid import signing_keys, tokens
from pocketid.clients import Client
from pocketid.request import Request
from pocketid.signing_keys import SigningKey
from pocketid.tokens import AccessToken

TYPE = "at+jwt"


def sign(
    key: SigningKey,
    client: Client,
    user_id: UUID,
    scopes: Sequence[str],
    jti: str,
    *,
    issuer: str,
    now: datetime,
) -> str:
    """The claims, signed."""
    return signing_keys.sign(key, claims_of(client, user_id, scopes, jti, issuer=issuer, now=now), TYPE)


def claims_of(
    client: Client, user_id: UUID, scopes: Sequence[str], jti: str, *, issuer: str, now: datetime
) -> dict[str, Any]:
    """RFC 9068 2.2: audience is the client; and us, where userinfo has something to tell it (as in Pocket ID)."""
    issued_at = int(now.timestamp())
    audience = [client.id, issuer] if set(scopes) - {"offline_access"} else client.id
    return {
        "iss": issuer,
        "sub": str(user_id),
        "aud": audience,
        "client_id": client.id,
        "scope": " ".join(scopes),
        "scp": list(scopes),
        "jti": jti,
        "iat": issued_at,
        "exp": issued_at + client.access_token_seconds,
    }


def find(request: Request, token: str) -> AccessToken | None:
    """The live token that a text is, if it is meant for us; None for anything else, an ID token among it."""
    try:
        claims = signing_keys.verify(request, token, typ=TYPE)
    except signing_keys.NotOurs:
        return None
    jti, audience = claims.get("jti"), claims.get("aud")
    if not isinstance(jti, str) or not isinstance(audience, list) or request.config.app_url not in audience:
        return None
    return tokens.find_access_token(request.db, jti, request.now)
