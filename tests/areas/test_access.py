"""Who may use which app."""

from collections.abc import Callable
from uuid import UUID

import pytest

from pocketid import access, clients, groups, users
from pocketid.db import Database


@pytest.fixture
def limited(
    make_client: Callable[..., clients.Client], make_group: Callable[..., groups.Group], db: Database
) -> clients.Client:
    """A client for two groups, of which nobody is a member yet."""
    client = make_client("limited", is_group_restricted=True)
    clients.set_groups(db, "limited", [make_group("family").id, make_group("friends").id])
    return client


def join(db: Database, user: users.User, *names: str) -> None:
    """Make a person a member of exactly these groups."""
    for group in groups.search(db, size=100):
        members = [user.id] if group.name in names else []
        groups.set_members(db, group.id, members)


def test_an_app_without_groups_is_for_everybody(
    db: Database, make_client: Callable[..., clients.Client], make_user: Callable[..., users.User]
) -> None:
    client = make_client("open")
    assert access.may_use(db, make_user().id, client)


@pytest.mark.parametrize(
    ("member_of", "allowed"),
    [
        ((), False),
        (("family",), True),
        (("friends",), True),
        (("family", "friends"), True),
        (("others",), False),
    ],
)
def test_a_limited_app_is_for_the_members_of_one_of_its_groups(
    db: Database,
    limited: clients.Client,
    make_group: Callable[..., groups.Group],
    make_user: Callable[..., users.User],
    member_of: tuple[str, ...],
    allowed: bool,
) -> None:
    make_group("others")
    user = make_user()
    join(db, user, *member_of)
    assert access.may_use(db, user.id, limited) is allowed
    assert ("limited" in [app.id for app in access.clients_of(db, user.id)]) is allowed
    assert clients.people(db, limited) == int(allowed)


def test_a_limited_app_without_groups_is_for_nobody_not_even_admins(
    db: Database, make_client: Callable[..., clients.Client], make_user: Callable[..., users.User]
) -> None:
    closed = make_client("closed", is_group_restricted=True)
    assert not access.may_use(db, make_user(is_admin=True).id, closed)


def test_groups_count_only_while_the_app_is_limited(
    db: Database,
    make_client: Callable[..., clients.Client],
    make_group: Callable[..., groups.Group],
    make_user: Callable[..., users.User],
) -> None:
    client = make_client("open")
    clients.set_groups(db, "open", [make_group("family").id])
    assert access.may_use(db, make_user().id, client)


def test_an_unknown_person_may_use_nothing_that_is_limited(db: Database, limited: clients.Client) -> None:
    assert not access.may_use(db, UUID(int=0), limited)
    assert access.clients_of(db, UUID(int=0)) == []


def test_apps_are_listed_by_name_whatever_its_case(
    db: Database, make_client: Callable[..., clients.Client], make_user: Callable[..., users.User]
) -> None:
    for client_id, name in (("a1", "zebra"), ("b2", "Apple"), ("c3", "apple"), ("d4", "Mango")):
        make_client(client_id, name=name, launch_url="https://app.example.test", description="Fruit")
    found = access.clients_of(db, make_user().id)
    assert [app.id for app in found] == ["b2", "c3", "d4", "a1"]
    assert (found[0].launch_url, found[0].description) == ("https://app.example.test", "Fruit")


CLOSED = "No: it is limited to groups, and none is chosen."
EVERYBODY = "Yes: everybody may."


def test_each_verdict_agrees_with_the_question_and_names_its_reason(
    db: Database,
    limited: clients.Client,
    make_client: Callable[..., clients.Client],
    make_user: Callable[..., users.User],
) -> None:
    make_client("closed", is_group_restricted=True)
    make_client("open")
    anna, ben, cara = (make_user(username=name) for name in ("anna", "ben", "cara"))
    groups.set_members(db, groups.search(db, text="family")[0].id, [anna.id, ben.id])
    groups.set_members(db, groups.search(db, text="friends")[0].id, [ben.id])
    rules = access.rules(db)
    assert [(rule.client_id, rule.groups) for rule in rules] == [
        ("closed", []),
        ("limited", ["Family", "Friends"]),
        ("open", []),
    ]
    everybody = [anna, ben, cara]
    found = access.verdicts(db, everybody, rules)
    for person, verdicts in zip(everybody, found, strict=True):
        for rule, verdict in zip(rules, verdicts, strict=True):
            assert verdict.may is access.may_use(db, person.id, clients.get(db, rule.client_id))
    assert [[verdict.sentence for verdict in verdicts] for verdicts in found] == [
        [CLOSED, "Yes: as a member of Family.", EVERYBODY],
        [CLOSED, "Yes: as a member of each of Family, Friends.", EVERYBODY],
        [CLOSED, "No: only members of one of Family, Friends may.", EVERYBODY],
    ]
    assert [verdict.word for verdict in found[0]] == ["no group", "Family", "everybody"]


def test_whoever_is_disabled_may_open_nothing(
    db: Database, make_client: Callable[..., clients.Client], make_user: Callable[..., users.User]
) -> None:
    make_client("open")
    [[verdict]] = access.verdicts(db, [make_user(disabled=True)], access.rules(db))
    assert (verdict.may, verdict.sentence) == (False, "No: the account is disabled.")


def test_the_rule_of_one_app_is_read_alone(db: Database, limited: clients.Client) -> None:
    assert [rule.client_id for rule in access.rules(db, client_id="limited")] == ["limited"]
    assert access.rules(db, client_id="nothing") == []
    assert access.verdicts(db, [], access.rules(db)) == []
