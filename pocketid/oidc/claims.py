"""What an app learns of a person: the one builder, for ID tokens, userinfo and previews alike.

OpenID Connect Core 5.1, 5.4, 5.5. A claim without a value is left out, never null or empty (5.3.2).
"""

import json
from collections.abc import Collection, Iterable
from typing import Any

from pocketid.subjects import Subject

# fmt: off
RESERVED = frozenset((
    "iss", "sub", "aud", "exp", "iat", "nbf", "jti", "auth_time", "nonce", "acr", "amr", "azp",
    "sid", "typ", "type", "at_hash", "c_hash", "s_hash", "cnf", "scope", "scp", "client_id", "act",
    "events", "email", "email_verified", "groups", "preferred_username", "picture",
))
_PERSONAL = {"preferred_username", "picture"}
SUPPORTED = (
    *("sub", "name", "given_name", "family_name", "display_name", "preferred_username", "picture", "locale"),
    *("updated_at", "email", "email_verified", "groups", "auth_time", "acr", "amr", "sid"),
)
_TEXTS = frozenset((
    "name", "given_name", "family_name", "middle_name", "nickname", "display_name", "profile",
    "website", "gender", "birthdate", "zoneinfo", "locale", "phone_number",
))
# fmt: on
_TYPES: dict[str, type] = {"updated_at": int, "phone_number_verified": bool, "address": dict}


def shown_scopes(scopes: Collection[str], *, with_groups: bool) -> Collection[str]:
    """The granted scopes, and groups where the admin lets an app have them without asking."""
    return (*scopes, "groups") if with_groups else scopes


def scopes_of(names: Iterable[str]) -> set[str]:
    """The scopes under which people know single claims, so that consent covers those too."""
    found = set()
    for name in names:
        if name.startswith("email"):
            found.add("email")
        elif name == "groups":
            found.add("groups")
        elif name in _PERSONAL or name not in RESERVED:
            found.add("profile")
    return found


def build(
    subject: Subject, scopes: Collection[str], *, app_url: str, wanted: Iterable[str] = ()
) -> dict[str, Any]:
    """The claims of the granted scopes, and of those that the `claims` parameter names for this place."""
    names = set(wanted)
    claims: dict[str, Any] = {}
    for scope, of_scope in (("profile", _profile), ("email", _email), ("groups", _groups)):
        available = of_scope(subject, app_url)
        claims |= {name: value for name, value in available.items() if scope in scopes or name in names}
    return claims


def _profile(subject: Subject, app_url: str) -> dict[str, Any]:
    """Pocket ID's order: custom claims first, so that no one of them hides what is known for sure."""
    name = subject.display_name or f"{subject.first_name} {subject.last_name}".strip() or subject.username
    known = {
        "name": name,
        "given_name": subject.first_name,
        "family_name": subject.last_name,
        "display_name": name,
        "preferred_username": subject.username,
        "picture": f"{app_url}/api/users/{subject.id}/profile-picture.png",
        "locale": subject.locale,
        "updated_at": int(subject.updated_at.timestamp()),
    }
    return _custom(subject) | {name: value for name, value in known.items() if _says_something(value)}


def _email(subject: Subject, app_url: str) -> dict[str, Any]:
    if subject.email is None:
        return {}
    return {"email": subject.email, "email_verified": subject.email_verified}


def _groups(subject: Subject, app_url: str) -> dict[str, Any]:
    return {"groups": subject.groups}


def _custom(subject: Subject) -> dict[str, Any]:
    """A value that is JSON keeps its type, anything else is a text: "5" is a number, as in Pocket ID.

    A standard claim keeps the type that OpenID Connect Core 5.1 gives it, or is left out.
    """
    typed = {name: _typed(name, text) for name, text in subject.custom_claims.items() if name not in RESERVED}
    return {name: value for name, value in typed.items() if _says_something(value)}


def _typed(name: str, text: str) -> Any:
    value = _parsed(text)
    if name in _TEXTS:
        return value if isinstance(value, str) else text
    return value if name not in _TYPES or type(value) is _TYPES[name] else None


def _says_something(value: Any) -> bool:
    """OpenID Connect Core 5.3.2: no null, no empty text; a blank one and the word null are no better."""
    return value is not None and not (isinstance(value, str) and value.strip() in {"", "null"})


def _parsed(value: str) -> Any:
    try:
        return json.loads(value, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return value


def _refuse_constant(word: str) -> Any:
    """NaN and Infinity are no JSON (RFC 8259 6)."""
    raise ValueError(word)
