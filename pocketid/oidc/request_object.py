"""Request objects: the parameters of an authorization request as a token. OpenID Connect Core 6, RFC 9101.

unsigned     honoured as long as the client has no keys here and may ask without a signature: what is inside wins
signed       with a registered key, made by this client for us, in force; where the client has to sign its requests,
             what is inside is all that counts

Only by value: an address is nothing that we fetch, and the addresses of pushed requests never come inside.
"""

import json
from typing import Any

from pocketid import client_keys, jose
from pocketid.clients import Client
from pocketid.jose import NotValid, Token
from pocketid.oidc.errors import RedirectedError
from pocketid.request import Request

ALGORITHMS = (*jose.ASYMMETRIC, "none")
_TYPES = (None, "jwt", "oauth-authz-req+jwt", "application/oauth-authz-req+jwt")  # RFC 9101 10.8
_SKEW = 10  # seconds that clocks may differ by
_LONGEST_LIFE = 3600  # seconds; FAPI 2.0 Message Signing 5.3.1


def read(request: Request, client: Client, text: str) -> tuple[dict[str, str], bool]:
    """The parameters inside, and whether the client signed them. Raises RedirectedError.

    May commit, and gives the connection back while it fetches keys.
    """
    try:
        token = jose.parse(text)
        is_signed = token.algorithm != "none"
        if {"request", "request_uri"} & token.claims.keys():  # RFC 9101 4
            raise NotValid("a request object holds no other request object")
        if is_signed:
            _check_signed(request, client, token)
        else:
            _check_unsigned(request, client, token)
    except NotValid as error:
        raise RedirectedError("invalid_request_object", str(error)) from error
    return _parameters(token.claims), is_signed


def _check_unsigned(request: Request, client: Client, token: Token) -> None:
    """A client that can sign is not believed without a signature (RFC 9101 10.1). Raises NotValid."""
    if token.signature:
        raise NotValid("an unsigned request object has a signature")
    if client.requires_signed_request or client_keys.find(request.db, client.id):
        raise NotValid("this client signs its request objects")


def _check_signed(request: Request, client: Client, token: Token) -> None:
    """RFC 9101 5.2.3, 6.2, 10.8; RFC 8725 3. Raises NotValid."""
    if token.kind not in _TYPES:
        raise NotValid("typ is of another kind of token")
    if token.claims.get("iss") != client.id:
        raise NotValid("iss is not the client")
    if "sub" in token.claims:  # RFC 9101 10.8: no client assertion stands in for a request
        raise NotValid("a request object has no sub")
    audience = token.claims.get("aud")
    if request.config.app_url not in (audience if isinstance(audience, list) else [audience]):
        raise NotValid("aud is not our issuer")
    _check_times(token, int(request.now.timestamp()), is_strict=client.requires_signed_request)
    client_keys.verify(request, client_keys.find(request.db, client.id), token, jose.ASYMMETRIC)


def _check_times(token: Token, now: int, *, is_strict: bool) -> None:
    """Times that are there hold; who has to sign says when the signature ends, within the hour. Raises NotValid."""
    ends, begins = token.time("exp"), token.time("nbf")
    if begins is not None and not begins <= now + _SKEW:
        raise NotValid("the request object is not in force yet")
    if ends is not None and not ends > now - _SKEW:
        raise NotValid("the request object has expired")
    if is_strict and (ends is None or not ends <= now + _LONGEST_LIFE + _SKEW):
        raise NotValid("exp is needed, and at most an hour ahead")
    if is_strict and begins is not None and not begins >= now - _LONGEST_LIFE - _SKEW:
        raise NotValid("nbf is more than an hour ago")


def _parameters(content: dict[str, Any]) -> dict[str, str]:
    """Members as the parameters that they stand for: JSON where they are no texts."""
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in content.items()
        if value not in (None, "")
    }
