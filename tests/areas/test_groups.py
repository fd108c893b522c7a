"""Groups: what they may be called, who is in them, and what they open."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from pocketid import access, clients, groups
from pocketid.clients import Client
from pocketid.db import Database
from pocketid.errors import Invalid, NotFound
from pocketid.groups import Change, Group
from pocketid.users import User

MakeUser = Callable[..., User]
MakeGroup = Callable[..., Group]
NOWHERE = UUID(int=7)


def names(found: list[Any]) -> list[str]:
    return [row.name for row in found]


# Names


@pytest.mark.parametrize(
    ("friendly_name", "name"),
    [
        ("Book club", "book_club"),
        ("  Böse  Bücher! ", "bose_bucher"),
        ("Admins (2026)", "admins_2026"),
        ("Ｆｕｌｌ width", "full_width"),
        ("---", ""),
        ("家族", ""),
    ],
)
def test_a_name_for_apps_is_derived_from_the_one_for_people(friendly_name: str, name: str) -> None:
    assert groups.derived_name(friendly_name) == name
    assert Change.from_form({"friendly_name": friendly_name, "name": " "}).name == name


def test_a_name_that_was_typed_stays_as_it_is() -> None:
    form = {"friendly_name": " Family ", "name": " My Family/Home ", "id": "x", "members": "9"}
    assert Change.from_form(form) == Change("My Family/Home", "Family")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (Change("family", ""), "friendly_name"),
        (Change("family", "F"), "friendly_name"),
        (Change("family", "F" * 51), "friendly_name"),
        (Change("family", "Fam\u202eily"), "friendly_name"),
        (Change("family", "Fam\nily"), "friendly_name"),
        (Change("", "Family"), "name"),
        (Change("f", "Family"), "name"),
        (Change("f" * 256, "Family"), "name"),
        (Change("fam\x00ily", "Family"), "name"),
        (Change("fam\u200bily", "Family"), "name"),
    ],
)
def test_a_name_that_breaks_a_rule_is_said_at_its_field(change: Change, field: str) -> None:
    assert list(groups.check(change)) == [field]


@pytest.mark.parametrize("change", [Change("ab", "Ab"), Change("f" * 255, "F" * 50), Change("家族", "家族")])
def test_a_name_within_the_rules_is_stored(change: Change, db: Database, now: datetime) -> None:
    assert groups.check(change) == {}
    group = groups.create(db, change, now)
    assert (group.name, group.friendly_name, group.members) == (change.name, change.friendly_name, 0)


def test_two_groups_share_no_name_in_any_case(db: Database, now: datetime, make_group: MakeGroup) -> None:
    make_group("family")
    other = make_group("others")
    for act in (
        lambda: groups.create(db, Change("Family", "Another"), now),
        lambda: groups.update(db, other.id, Change("FAMILY", "Others"), now),
    ):
        with pytest.raises(Invalid) as refused:
            act()
        assert list(refused.value.fields) == ["name"]
    assert names(groups.all_groups(db)) == ["family", "others"]
    groups.create(db, Change("second", "Family"), now)  # people's names may be alike


def test_a_renamed_group_keeps_its_members(
    db: Database, now: datetime, make_group: MakeGroup, make_user: MakeUser
) -> None:
    group = make_group("family", make_user())
    before, after = groups.update(db, group.id, Change("home", "Home"), now + timedelta(hours=1))
    assert (before.name, after.id, after.name, after.members) == ("family", group.id, "home", 1)
    assert (after.created_at, after.updated_at) == (before.created_at, now + timedelta(hours=1))


def test_an_unknown_group_is_not_found(db: Database, now: datetime) -> None:
    for act in (
        lambda: groups.get(db, NOWHERE),
        lambda: groups.update(db, NOWHERE, Change("family", "Family"), now),
        lambda: groups.delete(db, NOWHERE),
    ):
        with pytest.raises(NotFound):
            act()


# The list


def test_the_list_is_searched_by_either_name_and_paged(db: Database, now: datetime) -> None:
    for name, friendly_name in (("a_1", "zebra"), ("b%2", "Able"), ("c\\3", "mild"), ("d", "Yes")):
        groups.create(db, Change(name.ljust(2, "d"), friendly_name), now)
    whole = ["b%2", "c\\3", "dd", "a_1"]
    assert names(groups.search(db)) == whole
    for text, expected in (
        ("ABLE", ["b%2"]),
        ("A_1", ["a_1"]),
        ("%", ["b%2"]),
        ("_", ["a_1"]),
        ("\\", ["c\\3"]),
        ("c\\", ["c\\3"]),
        ("nothing", []),
        (" ", whole),
    ):
        assert names(groups.search(db, text=text)) == expected, text
        assert groups.count(db, text=text) == len(expected), text
    assert names(groups.search(db, size=2, offset=0) + groups.search(db, size=2, offset=2)) == whole


# Members


@pytest.fixture
def people(make_user: MakeUser) -> list[User]:
    return [make_user(username=name) for name in ("anna", "ben", "cara")]


def members(db: Database, group: Group) -> list[str]:
    return [row.username for row in groups.members(db, group.id, size=99, offset=0)]


def test_some_come_and_some_go_and_the_others_stay(
    db: Database, make_group: MakeGroup, people: list[User]
) -> None:
    anna, ben, cara = people
    group = make_group("family", anna, ben)
    come, gone = groups.change_members(
        db, group.id, added=[anna.id, cara.id, NOWHERE], removed=[ben.id, NOWHERE]
    )
    assert (come, gone) == (["cara"], ["ben"])  # who was in already did not come, nobody unknown did
    assert members(db, group) == ["anna", "cara"]
    assert groups.get(db, group.id).members == 2
    assert groups.change_members(db, group.id, added=[], removed=[]) == ([], [])


def test_members_can_be_set_as_a_whole(db: Database, make_group: MakeGroup, people: list[User]) -> None:
    group, other = make_group("family", *people), make_group("other", *people)
    groups.set_members(db, group.id, [people[1].id, NOWHERE])
    assert members(db, group) == ["ben"]
    groups.set_members(db, group.id, [])
    assert members(db, group) == []
    assert members(db, other) == ["anna", "ben", "cara"]


def test_members_and_others_are_found_by_name_or_address_page_by_page(
    db: Database, make_group: MakeGroup, people: list[User]
) -> None:
    anna, ben, _cara = people
    group = make_group("family", anna, ben)
    make_group("others", *people)
    assert [row.username for row in groups.members(db, group.id, size=9)] == ["anna", "ben"]
    assert [row.username for row in groups.members(db, group.id, size=1, offset=1)] == ["ben"]
    assert [row.username for row in groups.members(db, group.id, text=" BEN@ ", size=9)] == ["ben"]
    assert [groups.count_members(db, group.id, text=text) for text in ("", "ben@", "cara", "%")] == [
        2,
        1,
        0,
        0,
    ]
    assert [row.username for row in groups.others(db, group.id, size=9)] == ["cara"]
    assert groups.others(db, group.id, text="ben", size=9) == []
    empty = make_group("empty")
    assert [row.username for row in groups.others(db, empty.id, size=2)] == ["anna", "ben"]
    assert [row.username for row in groups.others(db, empty.id, text="CARA", size=2)] == ["cara"]


def test_the_groups_that_a_person_is_not_in_are_found_by_either_name(
    db: Database, make_group: MakeGroup, people: list[User]
) -> None:
    make_group("family", people[0])
    for name in ("zebras", "Able", "book_club"):
        make_group(name, people[1], friendly_name=f"The {name.upper()} people")
    found = groups.others_of_user(db, people[0].id, size=9)
    assert [group.name for group in found] == [
        f"The {name} people" for name in ("ABLE", "BOOK_CLUB", "ZEBRAS")
    ]
    assert [group.name for group in groups.others_of_user(db, people[0].id, text="k_c", size=9)] == [
        "The BOOK_CLUB people"
    ]
    assert len(groups.others_of_user(db, people[0].id, text="the", size=2)) == 2
    assert groups.others_of_user(db, people[0].id, text="family", size=9) == []


def test_the_groups_of_a_person_can_be_set_as_a_whole(
    db: Database, make_group: MakeGroup, people: list[User]
) -> None:
    first, second, third = (make_group(name, *people) for name in ("first", "second", "third"))
    groups.set_of_user(db, people[0].id, [second.id, NOWHERE])
    assert names(groups.of_user(db, people[0].id)) == ["second"]
    assert [group.members for group in groups.all_groups(db)] == [2, 3, 2]
    groups.set_of_user(db, people[0].id, [first.id, third.id])
    assert names(groups.of_user(db, people[0].id)) == ["first", "third"]


# What they open


def test_a_deleted_group_leaves_its_members_and_closes_its_apps(
    db: Database,
    now: datetime,
    make_group: MakeGroup,
    make_client: Callable[..., Client],
    people: list[User],
) -> None:
    group, client = make_group("family", people[0]), make_client("immich")
    make_client("open")
    client = clients.update(db, client.id, replace(clients.Change.of(client), is_group_restricted=True), now)[
        1
    ]
    clients.set_groups(db, client.id, [group.id])
    assert [opened.id for opened in groups.opens(db, group.id)] == ["immich"]
    assert access.may_use(db, people[0].id, client)
    assert not access.may_use(db, people[1].id, client)
    assert groups.delete(db, group.id).members == 1
    assert groups.of_user(db, people[0].id) == []
    assert not access.may_use(db, people[0].id, client)  # limited to nobody, never open to everybody
