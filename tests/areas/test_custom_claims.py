"""Custom claims: which names and values are taken, whose value counts, and two who save at once."""

import json
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from pocketid import custom_claims, subjects
from pocketid.custom_claims import Claim
from pocketid.db import Database
from pocketid.groups import Group
from pocketid.oidc import claims
from pocketid.request import Fields
from pocketid.users import User
from pocketid.web import Site
from tests.conftest import add_user

MakeUser = Callable[..., User]
MakeGroup = Callable[..., Group]


def told(db: Database, user: User) -> dict[str, Any]:
    subject = subjects.find(db, user.id)
    assert subject is not None
    built = claims.build(subject, ["profile"], app_url="https://id.example.test")
    return {name: built[name] for name in subject.custom_claims if name in built}


def give(db: Database, owner: User | Group, **values: str) -> None:
    listed = [Claim(name, value) for name, value in values.items()]
    assert custom_claims.check(listed) == {}
    if isinstance(owner, User):
        custom_claims.set_of_user(db, owner.id, listed)
    else:
        custom_claims.set_of_group(db, owner.id, listed)
    db.commit()


@pytest.mark.parametrize(
    "name",
    [
        *("sub", "iss", "aud", "exp", "nonce", "acr", "sid", "at_hash", "scope", "client_id", "type"),
        *("email", "email_verified", "groups", "name", "given_name", "family_name", "display_name"),
        *("preferred_username", "picture", "updated_at", "_claim_sources"),
        *("", "a b", "a\tb", 'a"b', "a\\b", "a\u202eb", "a\u00a0b", "n" * 256, "n" * 50_000),
    ],
)
def test_a_name_that_is_taken_or_cannot_be_read_is_refused(name: str) -> None:
    assert list(custom_claims.check([Claim(name, "x")])) == ["claim_name-1"]


@pytest.mark.parametrize(
    "name",
    ["immich_role", "https://example.test/roles", "locale", "nickname", "größe", "a.b-c:d", "n" * 255, "Sub"],
)
def test_other_names_are_taken(name: str) -> None:
    assert custom_claims.check([Claim(name, "x")]) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("role", ""), ("role", "x" * 4001)),
        *(("phone_number_verified", "yes"), ("phone_number_verified", "1"), ("address", "Bern")),
    ],
)
def test_a_value_that_apps_could_not_read_is_refused(name: str, value: str) -> None:
    assert list(custom_claims.check([Claim(name, value)])) == ["claim_value-1"]


def test_a_name_that_comes_twice_and_a_twenty_first_claim_are_refused() -> None:
    assert list(custom_claims.check([Claim("role", "a"), Claim("role", "b")])) == ["claim_name-2"]
    many = [Claim(f"claim{number}", "x") for number in range(21)]
    assert custom_claims.check(many[:20]) == {}
    assert list(custom_claims.check(many)) == ["claims"]


def test_a_form_is_read_line_by_line_and_empty_lines_are_left_out() -> None:
    pairs = [("role", " admin "), ("", ""), ("", "lonely"), ("cafe\u0301", "[1, 2]")]
    sent = [part for name, value in pairs for part in (("claim_name", name), ("claim_value", value))]
    assert custom_claims.from_form(Fields(sent)) == [
        Claim("role", "admin"),
        Claim("", "lonely"),
        Claim("café", "[1, 2]"),
    ]


CASES: list[tuple[list[str], Any]] = [
    (["admin", "user"], "admin"),
    (["5", "6"], 5),
    (['["a"]', '["b", "a"]'], ["a", "b"]),
    (['["a"]', "b", '["c"]'], ["a", "c"]),
    (["x", '["a"]'], "x"),
    (["[]", '["a"]'], ["a"]),
    (['["b", "a"]', '["c", "b"]'], ["b", "a", "c"]),
    (["[1]", '[true, "1"]'], [1, True, "1"]),
    (['{"a": 1}', '{"b": 2}'], {"a": 1}),
    (["null", "admin"], None),
    (['"null"', "admin"], "null"),
]


@pytest.mark.parametrize(("texts", "value"), CASES)
def test_the_strongest_value_counts_and_lists_are_joined(texts: list[str], value: Any) -> None:
    found = custom_claims.merged([custom_claims.typed("role", text) for text in texts])
    assert json.dumps(found) == json.dumps(value)


@pytest.mark.parametrize("text", ["NaN", "1e999", '"\\ud800"', "[" * 50_000, "{broken", "01", "'x'", "1 2"])
def test_what_is_not_json_stays_a_text(text: str) -> None:
    assert custom_claims.parsed(text) == text


def test_the_person_comes_first_and_then_groups_by_their_names_for_apps(
    db: Database, make_user: MakeUser, make_group: MakeGroup
) -> None:
    anna = make_user()
    family = make_group("family", anna, friendly_name="A family")
    admins = make_group("admins", anna, friendly_name="Z admins")
    make_group("foreign")
    give(db, anna, role="owner", apps='["wiki"]', hidden="null")
    give(db, family, role="user", apps='["photos", "wiki"]', quota="5", theme="of family", hidden="x")
    give(db, admins, role="admin", apps='["router"]', theme="of admins")
    assert told(db, anna) == {
        "role": "owner",
        "apps": ["wiki", "router", "photos"],
        "quota": 5,
        "theme": "of admins",
    }
    meant = custom_claims.meant_for(db, anna.id)
    assert [(one.value, one.friendly_name) for one in meant if one.name == "role"] == [
        ("owner", None),
        ("admin", "Z admins"),
        ("user", "A family"),
    ]


def test_all_claims_are_replaced_and_names_in_use_are_suggested(
    db: Database, make_user: MakeUser, make_group: MakeGroup
) -> None:
    anna, ben = make_user(), make_user()
    give(db, anna, role="a", quota="5")
    give(db, ben, role="b")
    assert custom_claims.suggestions(db) == ["role", "quota"]
    before, after = custom_claims.set_of_user(db, anna.id, [Claim("theme", "dark")])
    assert (before, after) == ({"quota": "5", "role": "a"}, {"theme": "dark"})
    assert custom_claims.of_user(db, anna.id) == [Claim("theme", "dark")]
    assert custom_claims.of_user(db, ben.id) == [Claim("role", "b")]
    assert custom_claims.of_group(db, make_group("family", anna).id) == []


def test_of_two_who_save_at_once_the_last_one_s_claims_stay_whole(
    committed_site: Site, now: datetime
) -> None:
    with committed_site.database() as db:
        user_id = add_user(db, now).id
    gate = threading.Barrier(4)
    faults: list[BaseException] = []

    def save(letter: str) -> None:
        try:
            gate.wait()
            for _round in range(5):
                with committed_site.database() as db:
                    custom_claims.set_of_user(db, user_id, [Claim(f"claim{n}", letter) for n in range(5)])
                    db.commit()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=save, args=(letter,)) for letter in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert faults == []
    with committed_site.database() as db:
        kept = custom_claims.of_user(db, user_id)
    assert len(kept) == 5
    assert len({claim.value for claim in kept}) == 1


def test_somebody_who_is_gone_has_nothing(db: Database) -> None:
    assert custom_claims.of_user(db, UUID(int=0)) == []
    assert custom_claims.meant_for(db, UUID(int=0)) == []
