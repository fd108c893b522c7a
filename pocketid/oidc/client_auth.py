"""Client authentication: by a secret, by a signed assertion (client_assertion.py), or none at all for public clients.

RFC 6749 2.3, OpenID Connect Core 9.

A failed one spends nothing: real clients try another method with the same code. Failures are limited for each
client and address together, so that nobody can lock a client out for others; a right secret is not held up by
wrong ones, unless comparing it is slow on purpose.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from urllib.parse import unquote, unquote_plus

from pocketid import audit, client_documents, client_secrets, limits
from pocketid.audit import Event
from pocketid.clients import LONGEST_ID, Client
from pocketid.errors import TooMany
from pocketid.oidc import client_assertion
from pocketid.oidc.errors import InvalidClient, InvalidRequest
from pocketid.request import Request
from pocketid.text import _

METHODS = ("client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none")
_LONGEST_SECRET = 512
_LIMIT, _SECONDS, _BURST = "client", 2.0, 30
_NOBODY = f"sha256:{'0' * 64}"  # what an unknown client's secret is compared with, for the same time


def authenticate(request: Request, parameters: Mapping[str, str]) -> Client:
    """The client that proved who it is. Raises InvalidClient, InvalidRequest, TooMany."""
    scheme, _space, credentials = request.headers.get("authorization", "").partition(" ")
    if client_assertion.PARAMETERS & parameters.keys():
        if scheme.lower() == "basic" or "client_secret" in parameters:
            raise InvalidRequest(
                "the client authenticates by an assertion and by a secret: one of them, please"
            )
        return _by_assertion(request, parameters)
    if scheme.lower() != "basic":
        client_id = parameters.get("client_id")
        if client_id is None:
            raise InvalidClient("the client did not say who it is")
        return _identify(request, [client_id], [parameters.get("client_secret", "")])
    if "client_secret" in parameters:  # RFC 6749 2.3: one method a request
        raise InvalidRequest("the client authenticates by header and by body: one of them, please")
    client_id, secret = _split(credentials)
    client_ids, named = list(_decodings(client_id)), parameters.get("client_id")
    if named is not None and named not in client_ids:
        raise InvalidRequest("client_id in the body is another one than in the Authorization header")
    return _identify(request, client_ids, list(_decodings(secret)))


def have_described(request: Request, parameters: Mapping[str, str]) -> None:
    """Before anything is written: fetch a client that describes itself, where that is due. Raises InvalidClient."""
    try:
        client_documents.refresh(request, parameters.get("client_id", ""))
    except client_documents.Unusable as problem:
        raise InvalidClient(str(problem)) from problem


def _split(credentials: str) -> tuple[str, str]:
    """User and password, RFC 7617 2. Raises InvalidClient."""
    try:
        decoded = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise InvalidClient("the Authorization header cannot be read") from error
    client_id, colon, secret = decoded.partition(":")
    if not colon:
        raise InvalidClient("the Authorization header holds no client secret")
    return client_id, secret


def _decodings(text: str) -> Iterator[str]:
    """Form-decoded as RFC 6749 2.3.1 has it, then percent-decoded, then as it came: three kinds of client exist."""
    yield from dict.fromkeys((unquote_plus(text), unquote(text), text))


def _identify(request: Request, client_ids: Sequence[str], secrets: Sequence[str]) -> Client:
    """The client of one of the ids that one of the secrets belongs to; a public one sends none, or an empty one."""
    possible = [
        client_id for client_id in client_ids if len(client_id) <= LONGEST_ID and "\0" not in client_id
    ]
    found = client_secrets.find_client(request, possible)
    client, digests = found or (None, [_NOBODY])
    if client is not None and client.auth_method != "any":
        digests = [_NOBODY]  # this client signs, and its secrets do not count
    if client is not None and client.is_public and not any(secrets):
        return client
    key = limits.of_client(request, client.id if client else "")
    readings = [secret for secret in secrets if 0 < len(secret) <= _LONGEST_SECRET]
    if _matches(request, key, readings, digests) and client is not None:
        return client
    reason = "wrong or missing secret" if client else f"unknown client_id {client_ids[0][:LONGEST_ID]}"
    raise _failed(request, client, reason, "the client is unknown or its secret is wrong")


def _by_assertion(request: Request, parameters: Mapping[str, str]) -> Client:
    try:
        return client_assertion.prove(request, parameters)
    except client_assertion.Refused as refused:
        raise _failed(
            request, refused.client, refused.reason, "the client is unknown or its assertion is not valid"
        ) from refused


def _failed(request: Request, client: Client | None, reason: str, description: str) -> InvalidClient:
    """The refusal, on record. Raises TooMany."""
    key = limits.of_client(request, client.id if client else "")
    left = limits.take(request, _LIMIT, key, per_seconds=_SECONDS, burst=_BURST, debt=_BURST)
    if left < 0:
        raise _too_many(-left)
    audit.record(
        request,
        Event.CLIENT_AUTHENTICATION_FAILED,
        client_id=client.id if client else None,
        reason=reason.replace("\0", ""),
    )
    return InvalidClient(description)


def _matches(request: Request, key: str, readings: Sequence[str], digests: Sequence[str]) -> bool:
    """Whether one of the readings is one of the secrets; each in constant time. Raises TooMany.

    Guesses at a secret that a person chose cost us 28 ms each: when there were too many, they have to wait.
    """
    fast = [digest for digest in digests if not client_secrets.is_slow(digest)]
    if any(client_secrets.matches(secret, digest) for digest in fast for secret in readings):
        return True
    slow = [digest for digest in digests if client_secrets.is_slow(digest)]
    if slow and limits.is_empty(request, _LIMIT, key, per_seconds=_SECONDS):
        raise _too_many(1)
    return any(client_secrets.matches(secret, digest) for digest in slow for secret in readings)


def _too_many(missing: float) -> TooMany:
    return TooMany(
        _("That was tried too often. Please wait a little and try again."), seconds=ceil(missing * _SECONDS)
    )
