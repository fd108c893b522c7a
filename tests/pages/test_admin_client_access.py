"""Who may sign in to an app: the part of its page where that is said."""

from collections.abc import Callable
from uuid import UUID

import pytest

from pocketid import clients
from pocketid.audit import Row
from pocketid.clients import Client
from pocketid.db import Database
from pocketid.groups import Group
from pocketid.users import User
from tests.browser import Browser

HERE = "/settings/admin/oidc-clients/immich"
MakeGroup = Callable[..., Group]
Events = Callable[[str], list[Row]]


@pytest.fixture(autouse=True)
def immich(admin: User, make_client: Callable[..., Client]) -> Client:
    """An app that everybody may use, and an administrator who looks at it."""
    return make_client("immich")


def changes(events: Events) -> list[object]:
    """What was recorded of who may sign in, the first change first."""
    return [event.details["changed"]["access"] for event in reversed(events("CLIENT_UPDATED"))]


def test_an_app_is_limited_to_its_groups_and_opened_again(
    browser: Browser, db: Database, events: Events, make_group: MakeGroup
) -> None:
    family = make_group("family")
    clients.set_groups(db, "immich", [family.id])
    for who, is_restricted in (("groups", True), ("groups", True), ("all", False), ("nonsense", False)):
        browser.get(HERE)
        browser.post(f"{HERE}/access", {"who": who})
        assert browser.location == f"{HERE}#access"
        assert clients.get(db, "immich").is_group_restricted is is_restricted
    assert clients.group_ids(db, "immich") == [family.id]
    assert changes(events) == [
        {"before": "everybody", "after": ["family"]},
        {"before": ["family"], "after": "everybody"},
    ]


def test_groups_come_and_go_one_at_a_time(
    browser: Browser, db: Database, events: Events, make_group: MakeGroup
) -> None:
    family, friends = make_group("family"), make_group("friends")
    clients.set_groups(db, "immich", [family.id])
    browser.get(HERE)
    assert f'name="remove" value="{family.id}"' in browser.text
    assert f'name="add" value="{friends.id}"' in browser.text
    browser.post(f"{HERE}/access/groups", {"add": str(friends.id), "groups": "fri"})
    assert browser.location == f"{HERE}?groups=fri#access"
    assert set(clients.group_ids(db, "immich")) == {family.id, friends.id}
    assert "Who may use Immich is saved." in browser.get(HERE).text
    browser.post(f"{HERE}/access/groups", {"remove": str(family.id)})
    assert browser.location == f"{HERE}#access"
    assert clients.group_ids(db, "immich") == [friends.id]
    for form, status in (
        ({"add": str(friends.id)}, 303),  # is there already
        ({"remove": str(family.id)}, 303),
        ({"add": "x"}, 404),
        ({"add": str(UUID(int=0))}, 404),
        ({}, 303),
    ):
        browser.get(HERE)
        assert browser.post(f"{HERE}/access/groups", form).status == status
        assert clients.group_ids(db, "immich") == [friends.id]
    assert changes(events) == [
        {"before": None, "after": "friends"},
        {"before": "family", "after": None},
    ]


def test_of_many_groups_the_first_are_offered_and_the_others_found(
    browser: Browser, db: Database, make_group: MakeGroup
) -> None:
    made = [make_group(f"team{number:03}") for number in range(120)]
    offered = browser.get(HERE).variables["access"].others
    assert [group.name for group in offered] == [f"Team{number:03}" for number in range(10)]
    assert "There are more: search for them." in browser.text
    assert [group.name for group in browser.get(HERE, groups="m11").variables["access"].others] == [
        f"Team{number:03}" for number in range(110, 120)
    ]
    assert "No other group has “x” in its name." in browser.get(HERE, groups="x").text
    clients.set_groups(db, "immich", [group.id for group in made[1:]])
    browser.get(HERE)
    assert browser.post(f"{HERE}/access/groups", {"add": str(made[0].id)}).status == 303
    assert len(clients.group_ids(db, "immich")) == 120
    browser.get(HERE)
    assert browser.post(f"{HERE}/access", {"who": "groups"}).status == 303


def test_the_page_says_when_nobody_may_sign_in(browser: Browser, db: Database, make_group: MakeGroup) -> None:
    assert "There are no groups yet." in browser.get(HERE).text
    browser.post(f"{HERE}/access", {"who": "groups"})
    assert "None is chosen, so nobody may sign in." in browser.get(HERE).text
    clients.set_groups(db, "immich", [make_group("family").id])
    assert "so nobody may sign in" not in browser.get(HERE).text
