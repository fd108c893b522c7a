"""PKCE: the challenge at the authorization endpoint, the verifier at the token endpoint. RFC 7636."""

import hashlib
import re

from pocketid.clients import Client
from pocketid.crypto import base64url, same
from pocketid.oidc.errors import InvalidGrant, RedirectedError

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


def check(client: Client, challenge: str | None, method: str | None) -> tuple[str, str] | None:
    """The challenge and its method, or None when there is none and none is needed.

    Raises RedirectedError: RFC 7636 4.4.1; RFC 9700 2.1.1 wants it of public clients; a client's own switch
    asks for it of others, and allows `plain`.
    """
    if challenge is None:
        if method is not None:
            raise RedirectedError("invalid_request", "code_challenge_method came without code_challenge")
        if client.requires_pkce:
            raise RedirectedError(
                "invalid_request", "code_challenge is missing: PKCE is required of this client"
            )
        return None
    method = method or "plain"  # RFC 7636 4.3
    if method == "plain":
        if not client.allows_plain_pkce:
            raise RedirectedError("invalid_request", "code_challenge_method must be S256")
        if not _VERIFIER.fullmatch(challenge):
            raise RedirectedError("invalid_request", "code_challenge must be 43 to 128 unreserved characters")
    elif method != "S256":
        raise RedirectedError("invalid_request", "code_challenge_method must be S256")
    elif not _CHALLENGE.fullmatch(challenge):
        raise RedirectedError("invalid_request", "code_challenge must be 43 characters of base64url")
    return challenge, method


def verify(challenge: str | None, method: str | None, verifier: str | None) -> None:
    """Compare the verifier with the challenge stored beside the code. RFC 7636 4.6. Raises InvalidGrant."""
    if challenge is None and verifier is None:
        return
    if verifier is None:
        raise InvalidGrant("code_verifier is missing: the authorization request had a code_challenge")
    if challenge is None:  # RFC 9700 2.1.1: a lone verifier hints at a stripped challenge
        raise InvalidGrant("code_verifier came, but the authorization request had no code_challenge")
    if not _VERIFIER.fullmatch(verifier):
        raise InvalidGrant("code_verifier must be 43 to 128 unreserved characters")
    derived = verifier if method == "plain" else base64url(hashlib.sha256(verifier.encode("ascii")).digest())
    if not same(derived, challenge):
        raise InvalidGrant("code_verifier does not match the code_challenge")
