"""Client authentication: client_secret_basic, client_secret_post, none. RFC 6749 2.3, OpenID Connect Core 9.

A failed one spends nothing: real clients try another method with the same code. Failures are limited for each
client and address together, so that nobody can lock a client out for others.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, unquote_plus

from pocketid import audit, client_secrets, clients, limits
from pocketid.audit import Event
from pocketid.clients import Client
from pocketid.oidc.errors import InvalidClient, InvalidRequest, OAuthError
from pocketid.request import Request

METHODS = ("client_secret_basic", "client_secret_post", "none")
_LONGEST_SECRET = 512
_CHALLENGE = 'Basic realm="token", charset="UTF-8"'


def authenticate(request: Request, parameters: Mapping[str, str]) -> Client:
    """The client that proved who it is. Raises InvalidClient, InvalidRequest, TooMany."""
    header = request.headers.get("authorization", "")
    scheme, _space, credentials = header.partition(" ")
    if scheme.lower() == "basic":
        if "client_secret" in parameters:  # RFC 6749 2.3: one method a request
            raise InvalidRequest("the client authenticates by header and by body: one of them, please")
        return _by_header(request, parameters, credentials.strip())
    client_id, secret = parameters.get("client_id"), parameters.get("client_secret")
    if client_id is None:
        raise InvalidClient("the client did not say who it is", challenge=_CHALLENGE)
    client = clients.find(request.db, client_id)
    if client is not None and client.is_public and secret is None:
        return client
    if client is not None and secret is not None and _knows(request, client, [secret]):
        return client
    _refuse(request, client, client_id)
    raise _wrong(None)


def _by_header(request: Request, parameters: Mapping[str, str], credentials: str) -> Client:
    """RFC 6749 2.3.1, with what clients really send: see `_decodings`."""
    try:
        user, colon, password = base64.b64decode(credentials, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise InvalidClient("the Authorization header cannot be read", challenge=_CHALLENGE) from error
    if not colon:
        raise InvalidClient("the Authorization header holds no client secret", challenge=_CHALLENGE)
    client_ids = list(_decodings(user))
    named = parameters.get("client_id")
    if named is not None and named not in client_ids:
        raise InvalidRequest("client_id in the body is another one than in the Authorization header")
    client = next((found for client_id in client_ids if (found := clients.find(request.db, client_id))), None)
    if client is not None and _knows(request, client, list(_decodings(password))):
        return client
    if client is not None and client.is_public and not password:  # some libraries send an empty secret
        return client
    _refuse(request, client, client_ids[0])
    raise _wrong(_CHALLENGE)


def _decodings(text: str) -> Iterator[str]:
    """Form-decoded as RFC 6749 2.3.1 has it, then percent-decoded, then as it came: three kinds of client exist."""
    yield from dict.fromkeys((unquote_plus(text), unquote(text), text))


def _knows(request: Request, client: Client, secrets: list[str]) -> bool:
    """Whether one of the readings is a secret of the client that has not expired; in constant time for each."""
    digests = client_secrets.active(request.db, client.id, request.now)
    readings = [secret for secret in secrets if 0 < len(secret) <= _LONGEST_SECRET]
    return any(client_secrets.matches(secret, digest) for digest in digests for secret in readings)


def _refuse(request: Request, client: Client | None, client_id: str) -> None:
    """Count and record a failure before it is answered."""
    limits.check(
        request,
        "client",
        per_seconds=2.0,
        burst=30,
        key=f"{client_id[:128]}:{limits.network(request.address)}",
    )
    audit.record(
        request,
        Event.CLIENT_AUTHENTICATION_FAILED,
        client_id=client.id if client else None,
        reason="wrong or missing secret" if client else f"unknown client_id {client_id[:128]}",
    )


def _wrong(challenge: str | None) -> OAuthError:
    """The same answer for an unknown client and a wrong secret."""
    return InvalidClient("the client is unknown or its secret is wrong", challenge=challenge)
