"""What one app is told in another way than the rest: names of its own, some groups only, constants, roles.

    of(stored)        the mapping in a client's row
    from_form, check  what an admin typed
    applied(...)      the claims of oidc/claims.py, changed as the mapping says

Every claim keeps the scope that it is given with. A constant or a role has none of its own and is given whenever
claims are. Rules apply in this order: which groups, new names and constants from top to bottom, then roles; so a
constant is what those get who have none of the roles.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import msgspec

from pocketid import custom_claims
from pocketid.request import Fields
from pocketid.text import _

Kind = Literal["rename", "copy", "constant", "role"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST_RULES, MOST_GROUPS = 20, 50
_LONGEST = 255
_WHENEVER = "openid"  # the scope that is there whenever an ID token or userinfo is
Available = dict[str, tuple[str, Any]]  # name -> (scope, value)


@dataclass(frozen=True, slots=True)
class Rule:
    """One claim for this app: `source` is a claim of ours or a group's name, `value` what the claim shall say."""

    kind: Kind
    claim: str
    source: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class ClaimMapping:
    """`groups` are names, or beginnings of names with a * at their end, that the app may know of; empty means all."""

    groups: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)


def of(stored: Mapping[str, Any]) -> ClaimMapping:
    """The mapping in a client's row; an empty object is one that changes nothing."""
    return msgspec.convert(stored, ClaimMapping)


def to_row(mapping: ClaimMapping) -> dict[str, Any]:
    """What is stored of a mapping; nothing of one that changes nothing."""
    if mapping == ClaimMapping():
        return {}
    built: dict[str, Any] = msgspec.to_builtins(mapping)
    return built


def from_form(form: Fields) -> ClaimMapping:
    """The lines of a form that say something."""
    columns = (form.all(f"rule_{name}") for name in ("kind", "claim", "source", "value"))
    rules = [
        Rule(_kind(kind), claim.strip(), source.strip(), value.strip())
        for kind, claim, source, value in zip(*columns, strict=False)
    ]
    return ClaimMapping(
        form.lines("groups"), [rule for rule in rules if any((rule.claim, rule.source, rule.value))]
    )


def check(mapping: ClaimMapping) -> dict[str, str]:
    """What is wrong, by field; `rule_claim-2` is that of the second line. Empty when all is well."""
    problems: dict[str, str] = {}
    if problem := _groups_problem(mapping.groups):
        problems["groups"] = problem
    if len(mapping.rules) > MOST_RULES:
        problems["rules"] = _("These are too many: {n} at most.").format(n=MOST_RULES)
    for number, rule in enumerate(mapping.rules, start=1):
        for name, problem in (
            ("claim", _claim_problem(rule.claim)),
            ("source", _source_problem(rule)),
            ("value", _value_problem(rule)),
        ):
            if problem:
                problems[f"rule_{name}-{number}"] = problem
    return problems


def applied(mapping: ClaimMapping, available: Available, groups: Sequence[str]) -> Available:
    """The claims under the names and with the values that the app shall see; `groups` are all that the person has."""
    told = dict(available)
    if mapping.groups and "groups" in told:
        scope, names = told["groups"]
        told["groups"] = scope, [name for name in names if _is_shown(name, mapping.groups)]
    for rule in mapping.rules:
        if rule.kind == "constant":
            told[rule.claim] = _WHENEVER, custom_claims.typed(rule.claim, rule.value)
        elif rule.kind in {"rename", "copy"} and rule.source in told:
            told[rule.claim] = told.pop(rule.source) if rule.kind == "rename" else told[rule.source]
    for claim, values in _roles(mapping.rules, groups).items():
        told[claim] = _WHENEVER, custom_claims.merged(values)
    return {
        name: (scope, value)
        for name, (scope, value) in told.items()
        if custom_claims.says_something(value) and custom_claims.has_standard_type(name, value)
    }


def reads_groups(mapping: ClaimMapping) -> bool:
    """Whether an app learns from it of which groups somebody is, without asking for them."""
    return any(rule.kind == "role" for rule in mapping.rules)


def origins(mapping: ClaimMapping, names: Iterable[str]) -> set[str]:
    """The names of ours for claims that an app asks for by its own names."""
    renamed = {rule.claim: rule.source for rule in mapping.rules if rule.kind in {"rename", "copy"}}
    return {renamed.get(name, name) for name in names}


def unknown_groups(mapping: ClaimMapping, names: Iterable[str]) -> list[str]:
    """Groups that roles are given for and that do not exist, perhaps because they were renamed."""
    there = set(names)
    wanted = [rule.source for rule in mapping.rules if rule.kind == "role"]
    return list(dict.fromkeys(name for name in wanted if name not in there))


def _roles(rules: Iterable[Rule], groups: Sequence[str]) -> dict[str, list[Any]]:
    """Claim -> the values of the groups that somebody is in; the first line is the strongest."""
    roles: dict[str, list[Any]] = {}
    for rule in rules:
        if rule.kind == "role" and rule.source in groups:
            roles.setdefault(rule.claim, []).append(custom_claims.typed(rule.claim, rule.value))
    return roles


def _is_shown(name: str, patterns: Iterable[str]) -> bool:
    return any(
        name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern for pattern in patterns
    )


def _kind(text: str) -> Kind:
    """One of the list; whoever sends another word made the form themselves."""
    return next((kind for kind in KINDS if kind == text), "rename")


def _groups_problem(patterns: Sequence[str]) -> str:
    if len(patterns) > MOST_GROUPS:
        return _("These are too many: {n} at most.").format(n=MOST_GROUPS)
    for number, pattern in enumerate(patterns, start=1):
        if "*" in pattern[:-1] or len(pattern) > _LONGEST:
            return _("Line {n}: {problem}").format(
                n=number, problem=_("A * may stand at the end only, after the beginning of the names.")
            )
    return ""


def _claim_problem(name: str) -> str:
    if name in custom_claims.PROTOCOL:
        return _("“{name}” is part of every token and cannot be changed.").format(name=name)
    return custom_claims.form_problem(name)


def _source_problem(rule: Rule) -> str:
    if rule.kind == "constant":
        return _("A constant comes from nowhere. Please empty this.") if rule.source else ""
    if not rule.source:
        return _("Which group?") if rule.kind == "role" else _("Which claim?")
    if len(rule.source) > _LONGEST:
        return _("This is too long: {n} characters at most.").format(n=_LONGEST)
    if rule.kind != "role" and rule.source in custom_claims.PROTOCOL:
        return _("“{name}” is part of every token and cannot be changed.").format(name=rule.source)
    return ""


def _value_problem(rule: Rule) -> str:
    if rule.kind in {"rename", "copy"}:
        return _("The value is that of the other claim. Please empty this.") if rule.value else ""
    if not rule.value:
        return _("Please fill this in.")
    return custom_claims.value_problem(rule.claim, rule.value)
