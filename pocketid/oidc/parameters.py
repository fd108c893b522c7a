"""Reading a protocol request's parameters: once each (RFC 6749 3.1), and a request object's over the others.

Parameters without a value count as left out (RFC 6749 3.1). Unknown ones are passed over.
"""

from collections.abc import Mapping

import msgspec

from pocketid import crypto
from pocketid.oidc.errors import RedirectedError
from pocketid.request import Fields

LONGEST = 2048
_LONGEST_OBJECT = 12_000
_UNBOUNDED = {"request", "claims", "id_token_hint"}


class Repeated(Exception):
    """A parameter came more than once; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def read(fields: Fields) -> dict[str, str]:
    """Each parameter that has a value. Raises Repeated."""
    if repeated := fields.repeated():
        raise Repeated(repeated[0])
    return {name: value for name, value in fields.items() if value}


def check_lengths(parameters: Mapping[str, str]) -> None:
    """Refuse what no honest client sends; state and nonce up to 2,048 characters come back unchanged."""
    for name, value in parameters.items():
        limit = _LONGEST_OBJECT if name in _UNBOUNDED else LONGEST
        if len(value) > limit:
            raise RedirectedError("invalid_request", f"a parameter is longer than {limit} characters")


def request_object(text: str) -> dict[str, str]:
    """The parameters in an unsigned request object. OpenID Connect Core 6.1, RFC 9101 10.

    Raises RedirectedError: invalid_request_object for a malformed one, and for a signed one, because no client
    has a key registered that it could be verified with.
    """
    try:
        head, payload, signature = text.split(".")
        header = msgspec.json.decode(crypto.from_base64url(head), type=dict[str, object])
        content = msgspec.json.decode(crypto.from_base64url(payload), type=dict[str, object])
    except (ValueError, msgspec.DecodeError) as error:
        raise RedirectedError("invalid_request_object", "the request object cannot be read") from error
    if header.get("alg") != "none" or signature:
        raise RedirectedError(
            "invalid_request_object", "this client has no key registered for request objects"
        )
    if {"request", "request_uri"} & content.keys():  # RFC 9101 4
        raise RedirectedError("invalid_request_object", "a request object holds no other request object")
    return {name: _as_text(value) for name, value in content.items() if value not in (None, "")}


def _as_text(value: object) -> str:
    """A member of a request object as the parameter that it stands for: JSON where it is no text."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
