"""Who may open what: the page that says it of many people and apps at once."""

from collections.abc import Callable
from uuid import UUID

import pytest

from pocketid import clients
from pocketid.clients import Client
from pocketid.db import Database
from pocketid.groups import Group
from pocketid.users import User
from tests.browser import Browser

PAGE = "/settings/admin/access"
MakeUser = Callable[..., User]
MakeClient = Callable[..., Client]
MakeGroup = Callable[..., Group]


@pytest.fixture(autouse=True)
def someone_administers(admin: User) -> None:
    """Every test here is done by an administrator."""


def matrix(browser: Browser) -> dict[str, dict[str, str]]:
    """Person -> app -> what the page says, in words."""
    apps = [rule.client_id for rule in browser.variables["apps"]]
    return {
        person.username: dict(zip(apps, [verdict.word for verdict in verdicts], strict=True))
        for person, verdicts in browser.variables["rows"]
    }


@pytest.fixture
def family(db: Database, make_user: MakeUser, make_client: MakeClient, make_group: MakeGroup) -> Group:
    """Anna is in it, Ben is not, Cara is disabled; it opens Immich. The wiki is for everybody."""
    anna, cara = make_user(username="anna"), make_user(username="cara", disabled=True)
    make_user(username="ben")
    family = make_group("family", anna, cara)
    make_client("wiki")
    make_client("immich", is_group_restricted=True)
    clients.set_groups(db, "immich", [family.id])
    db.commit()
    return family


def test_each_person_and_app_has_its_reason(browser: Browser, family: Group) -> None:
    browser.get(PAGE)
    assert matrix(browser) == {
        "admin": {"immich": "not a member", "wiki": "everybody"},
        "anna": {"immich": "Family", "wiki": "everybody"},
        "ben": {"immich": "not a member", "wiki": "everybody"},
        "cara": {"immich": "disabled", "wiki": "disabled"},
    }
    assert browser.text.count('<th scope="row">') == 4
    assert browser.text.count('<th scope="col">') == 3
    assert '<a href="/settings/admin/oidc-clients/immich#access">Immich</a>' in browser.text


@pytest.mark.parametrize(
    ("query", "people", "apps"),
    [
        ({"search": "BEN@"}, {"ben"}, {"immich", "wiki"}),
        ({"group": "family"}, {"anna", "cara"}, {"immich", "wiki"}),
        ({"app": "wiki"}, {"admin", "anna", "ben", "cara"}, {"wiki"}),
        ({"app": "wiki", "group": "family", "search": "anna@"}, {"anna"}, {"wiki"}),
        ({"page": "9", "apps": "9"}, {"admin", "anna", "ben", "cara"}, {"immich", "wiki"}),
    ],
)
def test_it_is_limited_to_people_groups_and_apps(
    query: dict[str, str], people: set[str], apps: set[str], browser: Browser, family: Group
) -> None:
    asked = {**query, "group": str(family.id)} if "group" in query else query
    shown = matrix(browser.get(PAGE + "?" + "&".join(f"{name}={text}" for name, text in asked.items())))
    assert shown.keys() == people
    assert all(row.keys() == apps for row in shown.values())


def test_of_one_app_the_reason_is_a_sentence(browser: Browser, family: Group) -> None:
    browser.get(PAGE, app="immich")
    for sentence in ("Yes: as a member of Family.", "No: only members of Family may."):
        assert sentence in browser.text


@pytest.mark.parametrize("query", ["group=x", f"group={UUID(int=0)}", "app=nothing"])
def test_what_is_gone_is_not_found(query: str, browser: Browser, family: Group) -> None:
    assert browser.get(f"{PAGE}?{query}").status == 404


def test_many_people_and_apps_come_by_pages_and_the_people_on_one_to_print(
    browser: Browser, make_user: MakeUser, make_client: MakeClient
) -> None:
    for number in range(24):
        make_user(username=f"user{number:02}")
    for number in range(8):
        make_client(f"app{number}")
    browser.get(PAGE, search="user")
    assert (len(browser.variables["rows"]), len(browser.variables["apps"])) == (20, 6)
    assert 'href="?search=user&amp;apps=2"' in browser.text
    assert 'href="?search=user&amp;page=2"' in browser.text
    browser.get(PAGE, search="user", page=2, apps=2)
    assert [rule.client_id for rule in browser.variables["apps"]] == ["app6", "app7"]
    assert len(browser.variables["rows"]) == 4
    assert 'href="?search=user&amp;page=2&amp;apps=1"' in browser.text
    assert 'href="?search=user&amp;apps=2&amp;page=1"' in browser.text
    assert 'href="?search=user&amp;apps=2&amp;whole=on"' in browser.text
    browser.get(PAGE, search="user", whole="on")
    assert len(browser.variables["rows"]) == 24


def test_without_apps_the_page_says_what_it_is_for(browser: Browser, make_client: MakeClient) -> None:
    assert "Once there is an app, this page says who may open it." in browser.get(PAGE).text
    make_client("wiki")
    assert "Nobody fits" in browser.get(PAGE, search="nobody").text
