"""Access tokens: signed by RFC 9068, or opaque where the client wants it. Both live as long as their row.

A row is found by the token's handle: the jti of a signed one, the whole text of an opaque one. The two cannot stand in
for each other: a jti is base64url, and an opaque token begins with a word and a dot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pocketid import crypto, signing_keys, tokens
from pocketid.apis import IDENTITY_SCOPES
from pocketid.clients import Client
from pocketid.request import Request
from pocketid.signing_keys import SigningKey
from pocketid.tokens import AccessToken, Authorization

TYPE = "at+jwt"
_OPAQUE = "at."


@dataclass(frozen=True, slots=True)
class Made:
    """A new token, and the handle that its row is found by."""

    text: str
    handle: str


def make(
    key: SigningKey,
    client: Client,
    subject: str,
    scopes: Sequence[str],
    *,
    issuer: str,
    now: datetime,
    resource: str | None = None,
    authorization: Authorization | None = None,
    jkt: str | None = None,
) -> Made:
    """A token as the client wants it; `authorization` is how the person signed in, `jkt` the key that it works with."""
    if client.has_opaque_access_tokens:
        text = f"{_OPAQUE}{crypto.random_token()}"
        return Made(text, text)
    jti = crypto.random_token()
    told = claims_of(
        client, subject, scopes, jti, issuer=issuer, now=now, resource=resource, authorization=authorization
    )
    if jkt is not None:  # RFC 9449 6.1
        told["cnf"] = {"jkt": jkt}
    return Made(signing_keys.sign(key, told, TYPE), jti)


def claims_of(
    client: Client,
    subject: str,
    scopes: Sequence[str],
    jti: str,
    *,
    issuer: str,
    now: datetime,
    resource: str | None = None,
    authorization: Authorization | None = None,
) -> dict[str, Any]:
    """RFC 9068 2.2, with what is known of the sign-in (2.2.1)."""
    issued_at = int(now.timestamp())
    told = {
        "iss": issuer,
        "sub": subject,
        "aud": audience(client.id, scopes, resource, issuer),
        "client_id": client.id,
        "scope": " ".join(scopes),
        "scp": list(scopes),
        "jti": jti,
        "iat": issued_at,
        "exp": issued_at + client.access_token_seconds,
    }
    if authorization is None:
        return told
    told |= {"auth_time": int(authorization.auth_time.timestamp()), "amr": authorization.amr}
    return told if authorization.acr is None else told | {"acr": authorization.acr}


def audience(client_id: str, scopes: Sequence[str], resource: str | None, issuer: str) -> str | list[str]:
    """The API or else the client; and us, where userinfo has something to tell it (as in Pocket ID)."""
    meant_for = resource or client_id
    tells_of_person = set(scopes) & set(IDENTITY_SCOPES) - {"offline_access"}
    return [meant_for, issuer] if tells_of_person else meant_for


def read(request: Request, text: str) -> tuple[str, dict[str, Any]] | None:
    """The handle of what looks like an access token of ours, and what it says if it is signed; or None."""
    if text.startswith(_OPAQUE):
        return text, {}
    try:
        claims = signing_keys.verify(request, text, typ=TYPE)
    except signing_keys.NotOurs:
        return None
    jti = claims.get("jti")
    return (jti, claims) if isinstance(jti, str) else None


def find(request: Request, text: str) -> AccessToken | None:
    """The live token that a text is, if it is meant for us; None for anything else, an ID token among it."""
    known = read(request, text)
    if known is None:
        return None
    handle, claims = known
    meant_for = claims.get("aud", [])
    if claims and not (isinstance(meant_for, list) and request.config.app_url in meant_for):
        return None
    return tokens.find_access_token(request.db, handle, request.now)
