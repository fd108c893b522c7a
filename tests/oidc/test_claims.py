"""What claims are made of. OpenID Connect Core 5.1, 5.3.2, 5.4, 5.5."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from pocketid import subjects, users
from pocketid.custom_claims import RESERVED
from pocketid.db import Connection, Database
from pocketid.groups import Group
from pocketid.oidc import claims
from pocketid.subjects import Subject

APP = "https://id.example.test"
ALL = ("openid", "profile", "email", "groups")
ANNA = Subject(
    id=UUID("11111111-2222-4333-8444-555555555555"),
    username="anna",
    first_name="Anna",
    last_name="Muster",
    display_name="Anna M.",
    email="anna@example.test",
    email_verified=False,
    locale="de",
    disabled=False,
    updated_at=datetime(2026, 5, 3, 14, 7, 0, 900_000, tzinfo=UTC),
    groups=["admins", "family"],
    custom_claims={},
)


def told(custom: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    """The claims of all scopes for Anna, with changes."""
    texts = {name: [value] for name, value in (custom or {}).items()}
    return claims.build(replace(ANNA, custom_claims=texts, **changes), ALL, app_url=APP)


def test_every_claim_of_every_scope() -> None:
    assert told() == {
        "name": "Anna M.",
        "given_name": "Anna",
        "family_name": "Muster",
        "display_name": "Anna M.",
        "preferred_username": "anna",
        "picture": f"{APP}/api/users/{ANNA.id}/profile-picture.png",
        "locale": "de",
        "updated_at": 1777817220,
        "email": "anna@example.test",
        "email_verified": False,
        "groups": ["admins", "family"],
    }


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"last_name": ""}, {"family_name"}),
        ({"first_name": " "}, {"given_name"}),
        ({"last_name": "null"}, {"family_name"}),
        ({"locale": None}, {"locale"}),
        ({"email": None}, {"email", "email_verified"}),
    ],
)
def test_a_claim_without_a_value_is_left_out(changes: dict[str, Any], gone: set[str]) -> None:
    assert told(**changes).keys() == told().keys() - gone


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "Anna M."),
        ({"display_name": ""}, "Anna Muster"),
        ({"display_name": "", "last_name": ""}, "Anna"),
        ({"display_name": "", "first_name": "", "last_name": ""}, "anna"),
    ],
)
def test_there_is_always_a_name(changes: dict[str, Any], name: str) -> None:
    assert told(**changes)["name"] == name


def test_somebody_without_groups_has_an_empty_list_of_them() -> None:
    assert told(groups=[])["groups"] == []


@pytest.mark.parametrize(
    ("value", "claim"),
    [
        ("admin", "admin"),
        ("5", 5),
        ("0.5", 0.5),
        ("true", True),
        ("false", False),
        ('{"a": [1]}', {"a": [1]}),
        ('["x"]', ["x"]),
        ('"quoted"', "quoted"),
        ("0", 0),
        ("[]", []),
        ("{broken", "{broken"),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("1990-01-01", "1990-01-01"),
        ("[" * 5000, "[" * 5000),
    ],
)
def test_a_custom_claim_that_is_json_keeps_its_type(value: str, claim: Any) -> None:
    found = told({"immich_role": value})["immich_role"]
    assert found == claim
    assert type(found) is type(claim)
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("value", ["", " ", "\t", "null", '""', '" "', '"null"'])
def test_a_custom_claim_that_says_nothing_is_left_out(value: str) -> None:
    assert "nickname" not in told({"nickname": value})
    assert "anything" not in told({"anything": value})


@pytest.mark.parametrize(
    ("name", "value", "claim"),
    [
        ("birthdate", "1990", "1990"),
        ("birthdate", "1990-01-01", "1990-01-01"),
        ("phone_number", "41791234567", "41791234567"),
        ("nickname", "true", "true"),
        ("website", '"https://anna.example.test"', "https://anna.example.test"),
        ("zoneinfo", "Europe/Zurich", "Europe/Zurich"),
        ("address", '{"country": "CH"}', {"country": "CH"}),
        ("address", "Bern", None),
        ("phone_number_verified", "true", True),
        ("phone_number_verified", "yes", None),
        ("phone_number_verified", "1", None),
    ],
)
def test_a_standard_claim_keeps_its_standard_type(name: str, value: str, claim: Any) -> None:
    found = told({name: value}).get(name)
    assert found == claim
    assert type(found) is type(claim)


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_no_custom_claim_stands_in_for_a_reserved_one(name: str) -> None:
    assert told({name: "forged"}).get(name) == told().get(name)


def test_what_is_known_for_sure_wins_over_a_custom_claim() -> None:
    custom = {"name": "Mallory", "given_name": "Mallory", "locale": "fr", "updated_at": "1"}
    assert told(custom) == told()


def test_where_nothing_is_known_a_custom_claim_may_say_it() -> None:
    found = told({"locale": "fr-CH", "family_name": "Beispiel"}, locale=None, last_name="")
    assert (found["locale"], found["family_name"]) == ("fr-CH", "Beispiel")


@pytest.mark.parametrize(
    ("scopes", "wanted", "names"),
    [
        ([], [], set()),
        (["openid"], [], set()),
        (["openid"], ["email"], {"email"}),
        (["openid"], ["name", "unknown", "sub", "iss"], {"name"}),
        (["openid"], ["shoe_size"], {"shoe_size"}),
        (["email"], ["groups"], {"email", "email_verified", "groups"}),
    ],
)
def test_single_claims_are_added_by_name(scopes: list[str], wanted: list[str], names: set[str]) -> None:
    subject = replace(ANNA, custom_claims={"shoe_size": ["42"]})
    assert claims.build(subject, scopes, app_url=APP, wanted=wanted).keys() == names


def test_every_claim_that_we_make_is_advertised() -> None:
    assert told().keys() | {"sub", "auth_time", "acr", "amr", "sid"} == set(claims.SUPPORTED)


# The person's part, read from the database


def custom(connection: Connection, name: str, value: str, **owner: UUID) -> None:
    [column] = owner
    connection.execute(
        f"insert into custom_claims ({column}, name, value) values (%s, %s, %s)", (owner[column], name, value)
    )


def test_a_person_s_own_claims_win_over_those_of_their_groups(
    db: Database,
    shared_connection: Connection,
    make_user: Callable[..., users.User],
    make_group: Callable[..., Group],
) -> None:
    anna, other = make_user(), make_user()
    family, admins, foreign = (
        make_group("family", anna),
        make_group("admins", anna),
        make_group("foreign", other),
    )
    custom(shared_connection, "immich_quota", "5", group_id=family.id)
    custom(shared_connection, "immich_role", "user", group_id=family.id)
    custom(shared_connection, "immich_role", "admin", user_id=anna.id)
    custom(shared_connection, "theme", "of admins", group_id=admins.id)
    custom(shared_connection, "theme", "of family", group_id=family.id)
    custom(shared_connection, "secret", "x", group_id=foreign.id)
    custom(shared_connection, "secret", "x", user_id=other.id)
    found = subjects.find(db, anna.id)
    assert found is not None
    assert found.custom_claims == {
        "immich_quota": ["5"],
        "immich_role": ["admin", "user"],
        "theme": ["of admins", "of family"],
    }
    told = claims.build(found, ["profile"], app_url=APP)
    assert (told["immich_quota"], told["immich_role"], told["theme"]) == (5, "admin", "of admins")
    assert found.groups == ["admins", "family"]


def test_the_person_is_read_as_they_are(db: Database, make_user: Callable[..., users.User]) -> None:
    user = make_user(email=None, email_verified=False, first_name='Zoë "Z"')
    found = subjects.find(db, user.id)
    assert found is not None
    assert (found.id, found.first_name, found.email, found.updated_at) == (
        user.id,
        'Zoë "Z"',
        None,
        user.updated_at,
    )
    assert (found.groups, found.custom_claims, found.disabled) == ([], {}, False)
    assert subjects.find(db, UUID(int=0)) is None
