"""What an app learns of a person: the one builder, for ID tokens, userinfo and previews alike.

OpenID Connect Core 5.1, 5.4, 5.5. A claim without a value is left out, never null or empty (5.3.2).
"""

from collections.abc import Collection, Iterable
from typing import Any

from pocketid import custom_claims
from pocketid.custom_claims import RESERVED, says_something
from pocketid.subjects import Subject

# fmt: off
_PERSONAL = {"preferred_username", "picture"}
SUPPORTED = (
    *("sub", "name", "given_name", "family_name", "display_name", "preferred_username", "picture", "locale"),
    *("updated_at", "email", "email_verified", "groups", "auth_time", "acr", "amr", "sid"),
)
# fmt: on


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
    return _custom(subject) | {name: value for name, value in known.items() if says_something(value)}


def _email(subject: Subject, app_url: str) -> dict[str, Any]:
    if subject.email is None:
        return {}
    return {"email": subject.email, "email_verified": subject.email_verified}


def _groups(subject: Subject, app_url: str) -> dict[str, Any]:
    return {"groups": subject.groups}


def _custom(subject: Subject) -> dict[str, Any]:
    """What custom_claims.py makes of the texts; a standard claim of the wrong type is left out."""
    found = {
        name: custom_claims.merged([custom_claims.typed(name, text) for text in texts])
        for name, texts in subject.custom_claims.items()
        if name not in RESERVED
    }
    return {name: value for name, value in found.items() if says_something(value)}
