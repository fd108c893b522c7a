"""Reading a protocol request's parameters, once each. RFC 6749 3.1.

Parameters without a value count as left out (RFC 6749 3.1). Unknown ones are passed over.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from pocketid import pushed_requests
from pocketid.oidc.errors import InvalidRequest, InvalidTarget
from pocketid.request import Fields, Request

_OF_AUTHORIZATION = frozenset(
    {
        *("client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce"),
        *("code_challenge", "code_challenge_method", "prompt", "max_age", "id_token_hint", "login_hint"),
        *("acr_values", "claims", "request", "request_uri", "resource", "ui_locales", "dpop_jkt"),
    }
)
_OF_PUSHED = frozenset({"client_id", "request_uri"})


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


def of_back_channel(request: Request) -> dict[str, str]:
    """What a client sends to an endpoint where it proves who it is: in the body alone, once each.

    Raises InvalidRequest. RFC 6749 2.3.1, 3.2: credentials, codes and tokens do not belong into addresses.
    """
    if len(request.query):
        raise InvalidRequest("parameters belong into the body, not into the address")
    try:
        return read(request.form)
    except Repeated as repeated:
        if repeated.name == "resource":  # RFC 8707 2 has several; a token of ours is for one
            raise InvalidTarget("a request names one resource") from repeated
        raise InvalidRequest("a parameter came twice") from repeated


def needed(sent: Mapping[str, str], name: str) -> str:
    """A parameter that has to be there. Raises InvalidRequest."""
    value = sent.get(name)
    if value is None:
        raise InvalidRequest(f"{name} is missing")
    return value


def of_authorization(fields: Fields) -> tuple[dict[str, str], list[str]]:
    """What an authorization request says once, and the names of what it says more than once.

    Beside the address of a pushed request only the client's id counts (RFC 9126 4, RFC 9101 5).
    """
    names = _OF_AUTHORIZATION
    if fields.get("request_uri", "").startswith(pushed_requests.PREFIX):
        names = _OF_PUSHED
    repeated = [name for name in fields.repeated() if name in names]
    known = {name: value for name, value in fields.items() if name in names and value}
    return {name: value for name, value in known.items() if name not in repeated}, repeated


def of_request_object(inside: Mapping[str, str]) -> dict[str, str]:
    """What a request object says that is known."""
    return {name: value for name, value in inside.items() if name in _OF_AUTHORIZATION}


def json_object(text: str | bytes) -> dict[str, Any]:
    """A JSON object that somebody sent. Raises ValueError, also when it holds a NUL or is nested without end."""
    try:
        content = msgspec.json.decode(text, type=dict[str, Any])
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if "\\u0000" in msgspec.json.encode(content).decode():  # PostgreSQL has no NUL in texts and in JSON
        raise ValueError("a text holds a NUL")
    return content
