"""The `claims` parameter: single claims for one place, and those that must have a value. OpenID Connect Core 5.5."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pocketid.oidc import parameters, prompts
from pocketid.oidc.errors import RedirectedError

_PLACES = ("id_token", "userinfo")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks for: names by place, and for the ID token an acr of these values and this subject."""

    names: dict[str, list[str]]
    acr_values: list[str]
    essential_acrs: frozenset[str]
    subject: UUID | None


def read(text: str) -> Wanted:
    """What the parameter says; members that we do not know are passed over. Raises RedirectedError."""
    try:
        sent = parameters.json_object(text)
    except ValueError as error:
        raise RedirectedError("invalid_request", "claims must be a JSON object") from error
    places = {place: {} if sent.get(place) is None else sent[place] for place in _PLACES}
    if not all(isinstance(claims, dict) for claims in places.values()):
        raise RedirectedError("invalid_request", "id_token and userinfo in claims must be JSON objects")
    acr, sub = (places["id_token"].get(name) for name in ("acr", "sub"))
    acr_values = _values(acr)
    is_essential = isinstance(acr, dict) and acr.get("essential") is True
    return Wanted(
        {place: sorted(claims) for place, claims in places.items() if claims},
        acr_values,
        _reachable(acr_values) if is_essential else frozenset(),
        _subject(_values(sub)),
    )


def _values(wanted: Any) -> list[str]:
    """OpenID Connect Core 5.5.1: `value` or `values`; what is no text cannot be met and is passed over."""
    if not isinstance(wanted, dict):
        return []
    several = wanted.get("values")
    candidates = several if isinstance(several, list) else [wanted.get("value")]
    return [value for value in candidates if isinstance(value, str)]


def _reachable(acr_values: Iterable[str]) -> frozenset[str]:
    """OpenID Connect Core 5.5.1.1: an essential acr that no sign-in here ever has fails before anybody is asked."""
    essential = frozenset(acr_values)
    if essential and not essential & prompts.ACRS:
        raise RedirectedError("unmet_authentication_requirements", "no sign-in here has the acr asked for")
    return essential


def _subject(values: list[str]) -> UUID | None:
    """OpenID Connect Core 5.5.1: another subject than the one asked for is a failure."""
    if not values:
        return None
    try:
        return UUID(values[0])
    except ValueError as error:
        raise RedirectedError(
            "login_required", "another person is needed than the one who is here"
        ) from error
