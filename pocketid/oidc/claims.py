"""What an app learns of a person: the one builder, for ID tokens, userinfo and previews alike.

OpenID Connect Core 5.1, 5.4, 5.5. A claim without a value is left out, never null or empty (5.3.2).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pocketid import claim_mapping, custom_claims
from pocketid.claim_mapping import Available
from pocketid.clients import Client
from pocketid.custom_claims import RESERVED, says_something
from pocketid.subjects import Subject

# fmt: off
_PERSONAL = {"preferred_username", "picture"}
SUPPORTED = (
    *("sub", "name", "given_name", "family_name", "display_name", "preferred_username", "picture", "locale"),
    *("updated_at", "email", "email_verified", "groups", "auth_time", "acr", "amr", "sid"),
)
# fmt: on


class Rules(Protocol):
    """What the settings of a client say of its claims."""

    @property
    def always_includes_groups(self) -> bool:
        """Whether it gets them without asking."""

    @property
    def claim_mapping(self) -> Mapping[str, Any]:
        """As claim_mapping.py reads it."""


@dataclass(frozen=True, slots=True)
class Plain:
    """The rules of a client whose settings change nothing."""

    always_includes_groups: bool = False
    claim_mapping: Mapping[str, Any] = field(default_factory=dict)


PLAIN = Plain()


def in_id_token(
    subject: Subject, scopes: Collection[str], client: Client, *, app_url: str, wanted: Iterable[str] = ()
) -> dict[str, Any]:
    """What the ID token says of a person beside `sub`; where the client wants none, what was asked for by name."""
    return build(subject, scopes if client.claims_in_id_token else (), client, app_url=app_url, wanted=wanted)


def in_userinfo(
    subject: Subject, scopes: Collection[str], client: Rules, *, app_url: str, wanted: Iterable[str] = ()
) -> dict[str, Any]:
    """The whole answer of userinfo."""
    return {**build(subject, scopes, client, app_url=app_url, wanted=wanted), "sub": str(subject.id)}


def told_scopes(scopes: Collection[str], wanted: Iterable[str], client: Rules) -> set[str]:
    """The scopes of what an app learns: those asked for, those of single claims, and of what it always gets."""
    mapping = claim_mapping.of(client.claim_mapping)
    always = {"groups"} if client.always_includes_groups or claim_mapping.reads_groups(mapping) else set()
    return {*scopes, *always, *scopes_of(claim_mapping.origins(mapping, wanted))}


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
    subject: Subject,
    scopes: Collection[str],
    client: Rules = PLAIN,
    *,
    app_url: str,
    wanted: Iterable[str] = (),
) -> dict[str, Any]:
    """The claims of the shown scopes, and of those that the `claims` parameter names for this place."""
    names = set(wanted)
    shown = {*scopes, "groups"} if scopes and client.always_includes_groups else set(scopes)
    available: Available = {}
    for scope, of_scope in (("profile", _profile), ("email", _email), ("groups", _groups)):
        available |= {name: (scope, value) for name, value in of_scope(subject, app_url).items()}
    mapped = claim_mapping.applied(claim_mapping.of(client.claim_mapping), available, subject.groups)
    return {name: value for name, (scope, value) in mapped.items() if scope in shown or name in names}


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
