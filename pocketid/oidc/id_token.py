"""ID tokens. OpenID Connect Core 2, 3.1.3.6."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pocketid import signing_keys
from pocketid.clients import Client
from pocketid.crypto import base64url
from pocketid.signing_keys import SigningKey
from pocketid.tokens import Authorization

TYPE = "JWT"
LIFETIME = signing_keys.ID_TOKEN_LIFETIME
_HASHES = {
    "RS256": hashlib.sha256,
    "PS256": hashlib.sha256,
    "ES256": hashlib.sha256,
    "EdDSA": hashlib.sha512,
}


def sign(
    key: SigningKey,
    client: Client,
    authorization: Authorization,
    person: Mapping[str, Any],
    access_token: str,
    *,
    issuer: str,
    now: datetime,
    with_nonce: bool,
) -> str:
    """The claims with a right at_hash, signed."""
    told = claims_of(client, authorization, person, issuer=issuer, now=now, with_nonce=with_nonce)
    return signing_keys.sign(key, told | {"at_hash": at_hash(key.algorithm, access_token)}, TYPE)


def claims_of(
    client: Client,
    authorization: Authorization,
    person: Mapping[str, Any],
    *,
    issuer: str,
    now: datetime,
    with_nonce: bool,
) -> dict[str, Any]:
    """One audience as a text, whole seconds rounded down, no nbf; auth_time always."""
    issued_at = int(now.timestamp())
    claims = {
        **person,
        "iss": issuer,
        "sub": str(authorization.user_id),
        "aud": client.id,
        "iat": issued_at,
        "exp": issued_at + int(LIFETIME.total_seconds()),
        "auth_time": int(authorization.auth_time.timestamp()),
        "amr": authorization.amr,
    }
    optional = {
        "nonce": authorization.nonce if with_nonce else None,
        "acr": authorization.acr,
        "sid": str(authorization.session_id) if authorization.session_id else None,
    }
    return claims | {name: value for name, value in optional.items() if value is not None}


def at_hash(algorithm: str, access_token: str) -> str:
    """The left half of the access token's hash, by the algorithm's own hash. OpenID Connect Core 3.1.3.6."""
    digest = _HASHES[algorithm](access_token.encode("ascii")).digest()
    return base64url(digest[: len(digest) // 2])
