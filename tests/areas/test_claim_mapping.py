"""What one app is told in another way: each kind of rule, their order, and what may not be typed."""

from dataclasses import replace
from typing import Any

import pytest

from pocketid import claim_mapping
from pocketid.claim_mapping import ClaimMapping, Rule
from pocketid.oidc import claims
from pocketid.oidc.claims import Plain
from pocketid.request import Fields
from tests.oidc.test_claims import ALL, ANNA, APP

SUBJECT = replace(ANNA, groups=["admins", "app-read", "app-write", "family"], custom_claims={"quota": ["5"]})


def rule(kind: Any, claim: str, source: str = "", value: str = "") -> Rule:
    return Rule(kind, claim, source, value)


def told(
    *rules: Rule, groups: list[str] | None = None, scopes: Any = ALL, wanted: Any = ()
) -> dict[str, Any]:
    mapping = claim_mapping.to_row(ClaimMapping(groups or [], list(rules)))
    return claims.build(SUBJECT, scopes, Plain(claim_mapping=mapping), app_url=APP, wanted=wanted)


FOUND: list[tuple[list[Rule], dict[str, Any], set[str]]] = [
    ([rule("rename", "login", "preferred_username")], {"login": "anna"}, {"preferred_username"}),
    ([rule("copy", "login", "preferred_username")], {"login": "anna", "preferred_username": "anna"}, set()),
    ([rule("copy", "preferred_username", "email")], {"preferred_username": "anna@example.test"}, set()),
    ([rule("rename", "storage", "quota")], {"storage": 5}, {"quota"}),
    ([rule("rename", "roles", "groups")], {"roles": SUBJECT.groups}, {"groups"}),
    ([rule("rename", "x", "nothing")], {}, {"x"}),
    ([rule("rename", "a", "quota"), rule("rename", "b", "a")], {"b": 5}, {"a", "quota"}),
    ([rule("constant", "org", "", "Skylab")], {"org": "Skylab"}, set()),
    ([rule("constant", "level", "", "3")], {"level": 3}, set()),
    ([rule("constant", "email_verified", "", "true")], {"email_verified": True}, set()),
    ([rule("constant", "locale", "", "null")], {}, {"locale"}),
    ([rule("role", "role", "admins", "admin")], {"role": "admin"}, set()),
    ([rule("role", "role", "strangers", "admin")], {}, {"role"}),
    (
        [rule("role", "role", "family", "user"), rule("role", "role", "admins", "admin")],
        {"role": "user"},
        set(),
    ),
    (
        [rule("role", "roles", "family", '["user"]'), rule("role", "roles", "admins", '["admin"]')],
        {"roles": ["user", "admin"]},
        set(),
    ),
    (
        [rule("role", "role", "strangers", "x"), rule("constant", "role", "", "guest")],
        {"role": "guest"},
        set(),
    ),
    ([rule("role", "role", "admins", "x"), rule("constant", "role", "", "guest")], {"role": "x"}, set()),
    ([rule("copy", "nickname", "groups")], {}, {"nickname"}),  # no text, which apps expect there
    ([rule("copy", "groups", "email")], {}, {"groups"}),
]


@pytest.mark.parametrize(("rules", "there", "gone"), FOUND)
def test_each_rule_does_what_it_says(rules: list[Rule], there: dict[str, Any], gone: set[str]) -> None:
    found = told(*rules)
    assert {name: found.get(name) for name in there} == there
    assert not gone & found.keys()
    untouched = told().keys() - gone - there.keys()
    assert {name: found[name] for name in untouched} == {name: told()[name] for name in untouched}


@pytest.mark.parametrize(
    ("patterns", "groups"),
    [
        ([], ["admins", "app-read", "app-write", "family"]),
        (["app-*"], ["app-read", "app-write"]),
        (["family"], ["family"]),
        (["app-read", "fam*"], ["app-read", "family"]),
        (["app"], []),
        (["*"], ["admins", "app-read", "app-write", "family"]),
    ],
)
def test_the_app_sees_the_groups_that_it_may(patterns: list[str], groups: list[str]) -> None:
    assert told(groups=patterns)["groups"] == groups
    assert told(rule("role", "role", "admins", "admin"), groups=patterns)["role"] == "admin"  # of all groups


@pytest.mark.parametrize(
    ("scopes", "wanted", "names"),
    [
        (["openid"], [], {"org", "role"}),
        (["openid", "email"], [], {"org", "role", "mail", "email_verified"}),
        ([], [], set()),  # an ID token without claims
        ([], ["mail"], {"mail"}),
        ([], ["email"], set()),  # it has another name for this app
        ([], ["org"], {"org"}),
    ],
)
def test_a_claim_keeps_its_scope(scopes: list[str], wanted: list[str], names: set[str]) -> None:
    rules = [
        rule("rename", "mail", "email"),
        rule("constant", "org", "", "Skylab"),
        rule("role", "role", "admins", "admin"),
    ]
    assert told(*rules, scopes=scopes, wanted=wanted).keys() == names


@pytest.mark.parametrize(
    ("mapping", "wanted", "scopes"),
    [
        (ClaimMapping(), [], {"openid"}),
        (ClaimMapping(["a*"], [rule("constant", "org", "", "x")]), [], {"openid"}),
        (ClaimMapping([], [rule("role", "role", "admins", "x")]), [], {"openid", "groups"}),
        (ClaimMapping([], [rule("rename", "roles", "groups")]), ["roles"], {"openid", "groups"}),
        (ClaimMapping([], [rule("rename", "mail", "email")]), ["mail"], {"openid", "email"}),
    ],
)
def test_people_consent_to_what_a_mapping_tells(
    mapping: ClaimMapping, wanted: list[str], scopes: set[str]
) -> None:
    client = Plain(claim_mapping=claim_mapping.to_row(mapping))
    assert claims.told_scopes(["openid"], wanted, client) == scopes


def test_always_including_groups_shows_them_where_claims_are_shown_at_all() -> None:
    client = Plain(always_includes_groups=True)
    assert claims.build(SUBJECT, ["openid"], client, app_url=APP) == {"groups": SUBJECT.groups}
    assert claims.build(SUBJECT, [], client, app_url=APP) == {}


REFUSED = [
    (rule("rename", "sub", "email"), "rule_claim-1"),
    (rule("rename", "aud", "email"), "rule_claim-1"),
    (rule("rename", "", "email"), "rule_claim-1"),
    (rule("rename", "a b", "email"), "rule_claim-1"),
    (rule("rename", "n" * 50_000, "email"), "rule_claim-1"),
    (rule("rename", "x", ""), "rule_source-1"),
    (rule("copy", "x", "sub"), "rule_source-1"),
    (rule("copy", "x", "s" * 256), "rule_source-1"),
    (rule("rename", "x", "email", "y"), "rule_value-1"),
    (rule("constant", "x", "", ""), "rule_value-1"),
    (rule("constant", "x", "email", "1"), "rule_source-1"),
    (rule("constant", "email_verified", "", "yes"), "rule_value-1"),
    (rule("constant", "groups", "", "family"), "rule_value-1"),
    (rule("constant", "x", "", "v" * 4001), "rule_value-1"),
    (rule("role", "x", "", "admin"), "rule_source-1"),
    (rule("role", "x", "admins", ""), "rule_value-1"),
]


@pytest.mark.parametrize(("refused", "field"), REFUSED)
def test_a_rule_that_means_nothing_is_refused(refused: Rule, field: str) -> None:
    assert list(claim_mapping.check(ClaimMapping([], [refused]))) == [field]


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        (ClaimMapping(["a*b"]), "groups"),
        (ClaimMapping(["g" * 256]), "groups"),
        (ClaimMapping(["g"] * 51), "groups"),
        (ClaimMapping([], [rule("constant", "x", "", "1")] * 21), "rules"),
    ],
)
def test_too_much_is_refused(mapping: ClaimMapping, field: str) -> None:
    assert list(claim_mapping.check(mapping)) == [field]


def test_a_form_is_read_and_stored_and_read_again() -> None:
    sent = [
        ("groups", "app-*\r\n\r\n family "),
        *_line("rename", " login ", "email", ""),
        *_line("role", "", "", ""),
        *_line("nonsense", "role", "admins", "admin"),
    ]
    mapping = claim_mapping.from_form(Fields(sent))
    assert mapping == ClaimMapping(
        ["app-*", "family"], [rule("rename", "login", "email"), rule("rename", "role", "admins", "admin")]
    )
    assert claim_mapping.of(claim_mapping.to_row(mapping)) == mapping
    assert claim_mapping.to_row(ClaimMapping()) == {}
    assert claim_mapping.of({}) == ClaimMapping()


def test_a_role_of_a_group_that_is_gone_is_noticed() -> None:
    rules = [rule("role", "r", "gone", "1"), rule("role", "r", "family", "2"), rule("rename", "x", "email")]
    assert claim_mapping.unknown_groups(ClaimMapping([], rules), ["family"]) == ["gone"]


def _line(*columns: str) -> list[tuple[str, str]]:
    return [
        (f"rule_{name}", text)
        for name, text in zip(("kind", "claim", "source", "value"), columns, strict=True)
    ]
