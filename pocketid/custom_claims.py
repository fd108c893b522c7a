"""Custom claims: what apps learn of people beyond what every person has, given to them or to their groups.

    of_user, of_group             what one person or group has
    set_of_user, set_of_group     put other claims in place of all of them
    meant_for(user)               everything that a person has, with where it comes from
    typed(name, text)             the claim that a text makes
    merged(values)                one claim from several values, the strongest first

A value is stored as the text that was typed, and is read as JSON where it is JSON: "5" is a number, as in
Pocket ID. A person's own value is stronger than those of their groups, and of two groups that one is stronger
whose name for apps comes first in the alphabet. Lists are joined: each gives its parts. Tokens are made of
them in oidc/claims.py.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from pocketid.db import Database
from pocketid.request import Fields
from pocketid.text import _

MOST = 20  # a person or group, as in Pocket ID
NAME_LENGTH, VALUE_LENGTH = 255, 4000
_SUGGESTIONS = 50
_NAME = re.compile(r"[^\s\"\\]+")
# fmt: off
PROTOCOL = frozenset((
    "iss", "sub", "aud", "exp", "iat", "nbf", "jti", "auth_time", "nonce", "acr", "amr", "azp",
    "sid", "typ", "type", "at_hash", "c_hash", "s_hash", "cnf", "scope", "scp", "client_id", "act",
    "events", "_claim_names", "_claim_sources",
))
RESERVED = PROTOCOL | {"email", "email_verified", "groups", "preferred_username", "picture"}
_KNOWN = frozenset(("name", "given_name", "family_name", "display_name", "updated_at"))
_TEXTS = frozenset((
    "name", "given_name", "family_name", "middle_name", "nickname", "display_name", "profile",
    "website", "gender", "birthdate", "zoneinfo", "locale", "phone_number", "preferred_username", "email",
    "picture",
))
# fmt: on
_TYPES: dict[str, type] = {
    "updated_at": int,
    "email_verified": bool,
    "phone_number_verified": bool,
    "address": dict,
    "groups": list,
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A name, and the value as it was typed."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Meant:
    """A claim that a person has: their own, or one that a group gives them."""

    name: str
    value: str
    group_id: UUID | None
    friendly_name: str | None


def of_user(db: Database, user_id: UUID) -> list[Claim]:
    """A person's own claims, by name."""
    return db.many(Claim, "custom_claims.of", user_id=user_id, group_id=None)


def of_group(db: Database, group_id: UUID) -> list[Claim]:
    """A group's claims, by name."""
    return db.many(Claim, "custom_claims.of", user_id=None, group_id=group_id)


def meant_for(db: Database, user_id: UUID) -> list[Meant]:
    """Every claim that a person has, by name, the strongest first."""
    return db.many(Meant, "custom_claims.meant_for", user_id=user_id)


def suggestions(db: Database) -> list[str]:
    """Names in use, the most frequent first."""
    return db.values("custom_claims.names", size=_SUGGESTIONS)


def from_form(form: Fields) -> list[Claim]:
    """The claims of a form with one pair of fields a line; empty lines are left out."""
    pairs = zip(form.all("claim_name"), form.all("claim_value"), strict=False)
    claims = [Claim(unicodedata.normalize("NFC", name).strip(), value.strip()) for name, value in pairs]
    return [claim for claim in claims if claim.name or claim.value]


def check(claims: Sequence[Claim]) -> dict[str, str]:
    """What is wrong, by the line's field (`claim_name-2`), or by `claims` for all; empty when all is well."""
    problems: dict[str, str] = {}
    if len(claims) > MOST:
        problems["claims"] = _("These are too many: {n} at most.").format(n=MOST)
    seen: set[str] = set()
    for number, claim in enumerate(claims, start=1):
        if problem := name_problem(claim.name) or _repeated_problem(claim.name, seen):
            problems[f"claim_name-{number}"] = problem
        elif problem := _value_problem(claim):
            problems[f"claim_value-{number}"] = problem
        seen.add(claim.name)
    return problems


def set_of_user(
    db: Database, user_id: UUID, claims: Sequence[Claim]
) -> tuple[dict[str, str], dict[str, str]]:
    """Put these checked claims in place of all of a person's; name -> value before and after."""
    return _set(db, claims, user_id=user_id, group_id=None)


def set_of_group(
    db: Database, group_id: UUID, claims: Sequence[Claim]
) -> tuple[dict[str, str], dict[str, str]]:
    """Put these checked claims in place of all of a group's; name -> value before and after."""
    return _set(db, claims, user_id=None, group_id=group_id)


def typed(name: str, text: str) -> Any:
    """The claim that a text makes; None where a standard claim would not have its standard type.

    OpenID Connect Core 5.1.
    """
    value = parsed(text)
    if name in _TEXTS and not isinstance(value, str):
        return text
    return value if has_standard_type(name, value) else None


def parsed(text: str) -> Any:
    """The JSON that a text is, else the text itself: NaN, 1e999 and half a surrogate pair are no JSON (RFC 8259)."""
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return text


def kind(value: Any) -> str:
    """What a claim is, in a word for people."""
    kinds: dict[type, str] = {
        str: _("text"),
        bool: _("yes or no"),
        int: _("number"),
        float: _("number"),
        list: _("list"),
        dict: _("object"),
    }
    return kinds.get(type(value), _("nothing"))


def merged(values: Sequence[Any]) -> Any:
    """One claim from at least one value, the strongest first: where that is a list, other lists are joined to it."""
    strongest = values[0]
    if not isinstance(strongest, list):
        return strongest
    parts = [part for value in values if isinstance(value, list) for part in value]
    first: dict[bytes, Any] = {}
    for part in parts:
        first.setdefault(msgspec.json.encode(part), part)
    return list(first.values())


def says_something(value: Any) -> bool:
    """OpenID Connect Core 5.3.2: no null, no empty text; a blank one and the word null are no better."""
    return value is not None and not (isinstance(value, str) and value.strip() in {"", "null"})


def has_standard_type(name: str, value: Any) -> bool:
    """Whether a value is of the type that a standard claim of this name has. OpenID Connect Core 5.1."""
    if name in _TEXTS:
        return isinstance(value, str)
    return name not in _TYPES or type(value) is _TYPES[name]


def name_problem(name: str) -> str:
    """Why a custom claim cannot have this name, or the empty text."""
    if name in RESERVED or name in _KNOWN:
        return _("“{name}” is made by this site itself. Please choose another name.").format(name=name)
    return form_problem(name)


def form_problem(name: str) -> str:
    """Why no claim can be written in this way, or the empty text."""
    if not name:
        return _("Please give the claim a name.")
    if len(name) > NAME_LENGTH:
        return _("This is too long: {n} characters at most.").format(n=NAME_LENGTH)
    if not _NAME.fullmatch(name) or not name.isprintable():
        return _("Please leave out spaces, quotation marks and characters that cannot be seen.")
    return ""


def value_problem(name: str, text: str) -> str:
    """Why a claim of this name cannot have the value that a text is, or the empty text."""
    if len(text) > VALUE_LENGTH:
        return _("This is too long: {n} characters at most.").format(n=VALUE_LENGTH)
    if name in _TYPES and typed(name, text) is None:
        return {
            bool: _("Apps expect true or false here."),
            list: _("Apps expect a list here, such as {example}.").format(example='["family"]'),
            dict: _("Apps expect a JSON object here, such as {example}.").format(example='{"country": "CH"}'),
        }.get(_TYPES[name], _("Apps expect another kind of value here."))
    return ""


def _repeated_problem(name: str, seen: Iterable[str]) -> str:
    return _("This name is there twice.") if name in seen else ""


def _value_problem(claim: Claim) -> str:
    if not claim.value:
        return _("Please give the claim a value, or empty its name too.")
    return value_problem(claim.name, claim.value)


def _set(
    db: Database, claims: Sequence[Claim], **owner: UUID | None
) -> tuple[dict[str, str], dict[str, str]]:
    """Two who change the same claims follow each other, and the last one's stay."""
    db.run("custom_claims.lock", **owner)
    before = {claim.name: claim.value for claim in db.many(Claim, "custom_claims.of", **owner)}
    after = {claim.name: claim.value for claim in claims}
    if before != after:
        db.run("custom_claims.clear", **owner)
        db.run("custom_claims.insert", names=list(after), texts=list(after.values()), **owner)
    return before, after
