"""DPoP: tokens that work only together with a key, of which each request brings a fresh proof. RFC 9449.

    for_tokens(request, client, authorization)     at the token endpoint: the key that the new tokens are bound to
    proven(request)                                at the PAR endpoint: the key that the code shall be bound to
    check_use(request, scheme, token, jkt)         where an access token is used: that its key is here, too

A key is known by its thumbprint (RFC 7638), `jkt`. Each proof counts once and for a minute; no nonces of ours.
"""

import math
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

from pocketid import crypto, jose, used_jtis
from pocketid.clients import Client
from pocketid.jose import BadKey, NotValid, Token
from pocketid.oidc.errors import InvalidDpopProof, InvalidGrant, InvalidToken, UnprovenToken
from pocketid.request import Request
from pocketid.tokens import Authorization

ALGORITHMS = jose.STRONG
TYPE = "dpop+jwt"
_WINDOW = 60  # seconds that a proof may be old, or young
_PORTS = {"https": 443, "http": 80}
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")


def is_thumbprint(text: str) -> bool:
    """Whether a text can be the thumbprint of a key."""
    return _THUMBPRINT.fullmatch(text) is not None


def proven(request: Request) -> str | None:
    """The thumbprint of the key that a request proves to have; None if it proves nothing. Raises InvalidDpopProof."""
    text = request.headers.get("dpop")
    if text is None:
        return None
    try:
        return _read(request, text, access_token=None)
    except NotValid as error:
        raise InvalidDpopProof(f"the DPoP proof is not valid: {error}") from error


def for_tokens(request: Request, client: Client, authorization: Authorization | None = None) -> str | None:
    """The key that new tokens are bound to, or None. Raises InvalidDpopProof, InvalidGrant.

    A code may be bound to a key since it was asked for (RFC 9449 10). What a public client got stays with its key
    (5); a confidential one, which proves who it is, may come with another.
    """
    jkt = proven(request)
    bound = authorization.dpop_jkt if authorization else None
    if jkt is None:
        if client.requires_dpop or bound:
            raise InvalidDpopProof("a DPoP proof is needed")
        return None
    is_first = authorization is not None and authorization.code_used_at is None
    if bound and bound != jkt and (is_first or client.is_public):
        raise InvalidGrant("it is bound to another DPoP key")
    return jkt


def check_use(request: Request, scheme: str, token: str, jkt: str | None) -> None:
    """See that an access token comes with a proof of the key that it is bound to. RFC 9449 7.

    Raises InvalidToken, UnprovenToken.
    """
    is_dpop = scheme.lower() == "dpop"
    if jkt is None and not is_dpop:
        return
    if jkt is None or not is_dpop:
        raise InvalidToken("the access token was presented in another way than it was issued for")
    text = request.headers.get("dpop")
    if text is None:
        raise UnprovenToken("a DPoP proof is needed")
    try:
        found = _read(request, text, access_token=token)
    except NotValid as error:
        raise UnprovenToken(f"the DPoP proof is not valid: {error}") from error
    if found != jkt:
        raise UnprovenToken("the access token is bound to another DPoP key")


def _read(request: Request, text: str, *, access_token: str | None) -> str:
    """The thumbprint of a proof's key. RFC 9449 4.3. Raises NotValid."""
    token = jose.parse(text)
    member = token.header.get("jwk")
    if token.header.get("typ") != TYPE:
        raise NotValid("typ must be dpop+jwt")
    try:
        key = jose.public_key(member)
    except BadKey as error:
        raise NotValid("jwk must be a public key") from error
    assert isinstance(member, dict)
    jose.verify(token, key, ALGORITHMS)
    jkt = jose.thumbprint(member)
    made = _check_claims(request, token)
    if access_token is not None and token.claims.get("ath") != crypto.base64url(crypto.digest(access_token)):
        raise NotValid("ath is not the hash of the access token")
    _spend(request, token.jti, jkt, made)
    return jkt


def _check_claims(request: Request, token: Token) -> float:
    """When the proof was made. Raises NotValid."""
    if token.claims.get("htm") != request.method:
        raise NotValid("htm is not the method of the request")
    if not _is_here(request, token.claims.get("htu")):
        raise NotValid("htu is not the address of the request")
    at = request.now.timestamp()
    made, begins, ends = (token.time(name) for name in ("iat", "nbf", "exp"))
    if made is None or abs(at - made) > _WINDOW:
        raise NotValid("iat is not now")
    if (begins is not None and begins > at + _WINDOW) or (ends is not None and ends <= at - _WINDOW):
        raise NotValid("it is not in force")
    return made


def _is_here(request: Request, htu: Any) -> bool:
    """RFC 9449 4.3: compared after the scheme's and host's case and the usual port; query and fragment do not count."""
    if not isinstance(htu, str):
        return False
    try:
        asked = _comparable(urlsplit(htu))
    except ValueError:
        return False
    bases = (request.config.app_url, request.config.internal_app_url)
    return any(_comparable(urlsplit(base + request.path)) == asked for base in bases)


def _comparable(parts: SplitResult) -> tuple[str, str, int | None, str]:
    """Raises ValueError."""
    if "@" in parts.netloc:
        raise ValueError("user names are none of it")
    return (
        parts.scheme.lower(),
        parts.hostname or "",
        parts.port or _PORTS.get(parts.scheme.lower()),
        parts.path,
    )


def _spend(request: Request, jti: str, jkt: str, made: float) -> None:
    """RFC 9449 11.1: a proof counts once at each address. Raises NotValid."""
    until = datetime.fromtimestamp(math.ceil(made) + _WINDOW + 1, UTC)
    owner = f"dpop {jkt} {request.method} {request.path}"
    if not used_jtis.spend(request.db, owner, jti, until=until, now=request.now):
        raise NotValid("it was used before")
