"""Administration of groups: response, rows and audit events of each thing that can be done there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from pocketid import clients, groups
from pocketid.clients import Client
from pocketid.db import Database
from pocketid.groups import Group
from pocketid.users import User
from tests.browser import Browser

LIST = "/settings/admin/user-groups"
Events = Callable[..., list[Any]]
MakeUser = Callable[..., User]
MakeGroup = Callable[..., Group]


@pytest.fixture(autouse=True)
def someone_administers(admin: User) -> None:
    """Every test here is done by an administrator."""


def members(db: Database, group: Group) -> list[str]:
    return [row.username for row in groups.members(db, group.id, size=999, offset=0)]


def test_an_empty_list_offers_the_first_step(browser: Browser) -> None:
    browser.get(LIST)
    assert "No groups yet" in browser.text
    assert f'href="{LIST}/new"' in browser.text


def test_the_list_is_searched_and_paged(browser: Browser, make_group: MakeGroup) -> None:
    for number in range(25):
        make_group(f"group{number:02}")
    browser.get(LIST)
    assert [group.name for group in browser.variables["groups"]] == [f"group{n:02}" for n in range(20)]
    browser.get(LIST, page=2, search="group")
    assert len(browser.variables["groups"]) == 5
    assert "search=group&amp;page=1" in browser.text
    assert [group.name for group in browser.get(LIST, search="p07").variables["groups"]] == ["group07"]
    assert "No group fits" in browser.get(LIST, search="%").text


def test_a_group_is_added_and_its_name_for_apps_derived(
    browser: Browser, db: Database, events: Events, admin: User
) -> None:
    browser.get(f"{LIST}/new")
    browser.post(f"{LIST}/new", {"friendly_name": "Book club", "name": ""})
    [group] = groups.all_groups(db)
    assert browser.location == f"{LIST}/{group.id}"
    assert (group.name, group.friendly_name) == ("book_club", "Book club")
    [event] = events("GROUP_CREATED")
    assert (event.actor_id, event.details) == (admin.id, {"name": "book_club"})
    assert "The group Book club is added." in browser.get(browser.location).text


REFUSED = [
    ({"friendly_name": ""}, "friendly_name"),
    ({"friendly_name": "B" * 51}, "friendly_name"),
    ({"friendly_name": "家族", "name": ""}, "name"),
    ({"name": "FAMILY"}, "name"),  # another group has it
    ({"name": "n" * 256}, "name"),
    ({"name": "n" * 50_000}, "name"),
    ({"name": "a\u202eb"}, "name"),
]


@pytest.mark.parametrize(("part", "field"), REFUSED)
def test_a_group_that_breaks_a_rule_is_neither_added_nor_changed(
    part: dict[str, str], field: str, browser: Browser, db: Database, make_group: MakeGroup, events: Events
) -> None:
    make_group("family")
    other = make_group("other")
    form = {"friendly_name": "Book club", "name": "book_club", **part}
    for address, view in ((f"{LIST}/new", "admin/groups/new"), (f"{LIST}/{other.id}", "admin/groups/show")):
        browser.get(address)
        browser.post(address, form)
        assert (browser.status, browser.view) == (422, view)
        assert list(browser.variables["errors"]) == [field]
        assert f'id="{field}-error"' in browser.text
    assert [group.name for group in groups.all_groups(db)] == ["family", "other"]
    assert events("GROUP_CREATED") + events("GROUP_UPDATED") == []


def test_a_group_is_renamed(browser: Browser, db: Database, make_group: MakeGroup, events: Events) -> None:
    group = make_group("family")
    browser.get(f"{LIST}/{group.id}")
    browser.post(f"{LIST}/{group.id}", {"friendly_name": "Home", "name": "home"})
    assert browser.location == f"{LIST}/{group.id}"
    assert groups.get(db, group.id).name == "home"
    [event] = events("GROUP_UPDATED")
    assert event.details["changed"]["name"] == {"before": "family", "after": "home"}
    browser.get(f"{LIST}/{group.id}")
    browser.post(f"{LIST}/{group.id}", {"friendly_name": "Home", "name": "home"})
    assert len(events("GROUP_UPDATED")) == 1  # nothing changed, nothing is told


def test_people_are_added_and_removed_by_their_buttons_and_the_others_stay(
    browser: Browser,
    db: Database,
    make_group: MakeGroup,
    make_user: MakeUser,
    events: Events,
    admin: User,
) -> None:
    anna, ben, cara = (
        make_user(username=name, display_name=name.title()) for name in ("anna", "ben", "cara")
    )
    group = make_group("family", anna, ben)
    browser.get(f"{LIST}/{group.id}")
    assert f'name="remove" value="{anna.id}"' in browser.text
    assert f'name="add" value="{cara.id}"' in browser.text
    browser.post(f"{LIST}/{group.id}/members", {"add": str(cara.id), "search": "ca ra"})
    assert browser.location == f"{LIST}/{group.id}?search=ca+ra#members"
    assert members(db, group) == ["anna", "ben", "cara"]
    browser.get(f"{LIST}/{group.id}")
    browser.post(f"{LIST}/{group.id}/members", {"remove": str(anna.id), "page": "2"})
    assert browser.location == f"{LIST}/{group.id}?page=2#members"
    assert members(db, group) == ["ben", "cara"]
    gone, come = events("GROUP_MEMBERS_CHANGED")
    assert (come.user_id, come.actor_id) == (cara.id, admin.id)
    assert come.details == {"name": "family", "added": ["cara"], "removed": []}
    assert (gone.user_id, gone.details) == (anna.id, {"name": "family", "added": [], "removed": ["anna"]})


@pytest.mark.parametrize(("name", "is_member"), [("add", True), ("remove", False)])
def test_what_is_so_already_is_not_done_again(
    name: str,
    is_member: bool,
    browser: Browser,
    db: Database,
    make_group: MakeGroup,
    make_user: MakeUser,
    events: Events,
) -> None:
    anna = make_user(username="anna")
    group = make_group("family", *([anna] if is_member else []))
    for user_id, status in ((anna.id, 303), (UUID(int=0), 303), ("x", 404)):
        browser.get(f"{LIST}/{group.id}")
        browser.post(f"{LIST}/{group.id}/members", {name: str(user_id)})
        assert browser.status == status
        assert "are saved" not in browser.get(f"{LIST}/{group.id}").text
    assert members(db, group) == (["anna"] if is_member else [])
    assert events("GROUP_MEMBERS_CHANGED") == []


def test_a_large_group_is_shown_by_pages_and_the_rest_is_searched_for(
    browser: Browser, make_group: MakeGroup, make_user: MakeUser
) -> None:
    everybody = [make_user(username=f"user{number:02}") for number in range(45)]
    group = make_group("most", *everybody[:30])
    browser.get(f"{LIST}/{group.id}")
    assert [row.username for row in browser.variables["members"]] == [f"user{n:02}" for n in range(20)]
    assert "type a part of their name" in browser.text
    assert 'name="add"' not in browser.text
    browser.get(f"{LIST}/{group.id}", search="user", page=2)
    assert [row.username for row in browser.variables["members"]] == [f"user{n:02}" for n in range(20, 30)]
    assert [row.username for row in browser.variables["others"]] == [f"user{n:02}" for n in range(30, 40)]
    assert "There are more: type more of the name." in browser.text
    assert f"{group.id}?search=user&amp;page=1#members" in browser.text.replace(
        'href="?', f'href="{group.id}?'
    )
    browser.get(f"{LIST}/{group.id}", search="user44")
    assert "No member has “user44” in their name or address." in browser.text
    assert [row.username for row in browser.variables["others"]] == ["user44"]


def test_a_group_of_nobody_says_so(browser: Browser, make_group: MakeGroup) -> None:
    assert "Nobody is in this group yet." in browser.get(f"{LIST}/{make_group().id}").text


def test_a_group_is_deleted_after_a_question_that_names_what_it_opens(
    browser: Browser,
    db: Database,
    now: datetime,
    make_group: MakeGroup,
    make_client: Callable[..., Client],
    events: Events,
) -> None:
    group, client = make_group("family"), make_client("immich")
    clients.update(db, client.id, replace(clients.Change.of(client), is_group_restricted=True), now)
    clients.set_groups(db, client.id, [group.id])
    db.commit()
    browser.get(f"{LIST}/{group.id}/delete")
    assert browser.view == "confirm"
    assert "It opens Immich" in browser.text
    assert groups.count(db) == 1
    browser.post(f"{LIST}/{group.id}/delete")
    assert browser.location == LIST
    assert groups.count(db) == 0
    assert events("GROUP_DELETED")[0].details == {"name": "family"}
    for method in (browser.get, browser.post):
        browser.get(LIST)
        assert method(f"{LIST}/{group.id}/delete").status == 404  # twice: the second finds nothing
    assert len(events("GROUP_DELETED")) == 1


@pytest.mark.parametrize("group_id", ["x", str(UUID(int=0))])
@pytest.mark.parametrize("path", ["", "/members", "/delete"])
def test_an_unknown_group_is_not_found(group_id: str, path: str, browser: Browser, events: Events) -> None:
    address = f"{LIST}/{group_id}{path}"
    if path != "/members":
        assert browser.get(address).status == 404
    browser.get(LIST)
    assert browser.post(address, {"friendly_name": "Book club"}).status == 404
    assert not [event for event in events() if event.event.startswith("GROUP_")]
