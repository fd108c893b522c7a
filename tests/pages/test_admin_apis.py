"""Administration of APIs: response, rows and audit events of each thing that can be done there."""

from collections.abc import Callable
from typing import Any

import pytest

from pocketid import apis, clients
from pocketid.apis import Api, Permission
from pocketid.clients import Client
from pocketid.db import Connection, Database
from pocketid.users import User
from tests.browser import Browser
from tests.conftest import APP_URL

LIST = "/settings/admin/apis"
RESOURCE = "https://photos.example.test"
Events = Callable[..., list[Any]]
MakeClient = Callable[..., Client]


@pytest.fixture(autouse=True)
def someone_administers(admin: User) -> None:
    """Every test here is done by an administrator."""


@pytest.fixture
def api(browser: Browser, db: Database) -> Api:
    """An API, as the form makes it, with two permissions."""
    browser.get(f"{LIST}/new")
    browser.post(f"{LIST}/new", {"name": "Photos", "resource": RESOURCE})
    [listed] = apis.search(db, size=9, offset=0)
    save(browser, listed.id, ("photos:read", "See photos"), ("photos:write", "Add photos"))
    return apis.get(db, listed.id)


def save(browser: Browser, api_id: Any, *lines: tuple[str, ...], **other: str) -> Browser:
    """Post the form of an API; a line is key, name and, if given, description."""
    columns = list(zip(*[(*line, "")[:3] for line in lines], strict=True)) or [(), (), ()]
    names = ("permission_key", "permission_name", "permission_description")
    form = dict(zip(names, columns, strict=True))
    return browser.post(f"{LIST}/{api_id}", {"name": "Photos", **other, **form})


def test_an_empty_list_offers_the_first_step(browser: Browser) -> None:
    assert "No APIs yet" in browser.get(LIST).text
    assert f'href="{LIST}/new"' in browser.text


def test_an_api_is_added(browser: Browser, api: Api, events: Events, admin: User) -> None:
    assert (api.name, api.resource, api.client_id) == ("Photos", RESOURCE, None)
    [event] = events("API_CREATED")
    assert (event.actor_id, event.details) == (admin.id, {"name": "Photos", "resource": RESOURCE})
    assert "Photos" in browser.get(LIST, search="phot").text
    assert "No API fits" in browser.get(LIST, search="%").text


@pytest.mark.parametrize(
    ("name", "resource", "field"),
    [
        ("", "https://other.example.test", "name"),
        ("x" * 51, "https://other.example.test", "name"),
        ("Other", "", "resource"),
        ("Other", "no address", "resource"),
        ("Other", "*", "resource"),
        ("Other", "https://*.example.test", "resource"),
        ("Other", "https://other.example.test/#part", "resource"),
        ("Other", "javascript:alert(1)", "resource"),
        ("Other", "https://other.example.test/" + "x" * 350, "resource"),
        ("Other", f"{RESOURCE}/", "resource"),  # the same but for its slash
        ("Other", f"{APP_URL}/", "resource"),  # ours: the audience of userinfo
    ],
)
def test_what_no_api_can_be_is_refused(
    browser: Browser, db: Database, api: Api, name: str, resource: str, field: str
) -> None:
    assert api
    browser.post(f"{LIST}/new", {"name": name, "resource": resource})
    assert (browser.status, list(browser.variables["errors"])) == (422, [field])
    assert apis.count(db) == 1


def test_permissions_are_named_changed_and_removed_with_their_grants(
    browser: Browser, db: Database, api: Api, make_client: MakeClient, events: Events
) -> None:
    make_client("immich")
    give(browser, api, "immich", person=["photos:read", "photos:write"])
    save(browser, api.id, ("photos:read", "See all photos", "Of the person"), ("", "", ""))
    assert browser.status == 303
    assert apis.permissions(db, api.id) == [Permission("photos:read", "See all photos", "Of the person")]
    assert [grant.keys for grant in apis.grants(db, api.id)] == [["photos:read"]]
    assert events("API_UPDATED")[0].details["changed"]["permissions"] == {
        "before": ["photos:read", "photos:write"],
        "after": ["photos:read"],
    }


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ([("photos read", "See")], "permission_key-1"),  # RFC 6749 3.3: a space ends a scope
        ([('"', "See")], "permission_key-1"),
        ([("\u00e4", "See")], "permission_key-1"),
        ([("", "See")], "permission_key-1"),
        ([("x" * 129, "See")], "permission_key-1"),
        ([("openid", "See")], "permission_key-1"),
        ([("see", "See"), ("see", "See again")], "permission_key-2"),
        ([("see", "")], "permission_name-1"),
        ([("see", "x" * 51)], "permission_name-1"),
        ([("see", "See", "x" * 201)], "permission_description-1"),
        ([(f"see{n}", "See") for n in range(31)], "permissions"),
    ],
)
def test_what_no_permission_can_be_is_refused(
    browser: Browser, db: Database, api: Api, lines: list[tuple[str, ...]], field: str
) -> None:
    save(browser, api.id, *lines)
    assert (browser.status, list(browser.variables["errors"])) == (422, [field])
    assert [permission.key for permission in apis.permissions(db, api.id)] == ["photos:read", "photos:write"]


def give(browser: Browser, api: Api, client_id: str, **ways: list[str]) -> Browser:
    """Post what a client may ask for."""
    form = {way: ["true"] for way in ways} | {f"{way}_permission": keys for way, keys in ways.items()}
    return browser.post(f"{LIST}/{api.id}/clients/{client_id}", form)


def test_a_client_is_chosen_and_gets_exactly_what_is_ticked(
    browser: Browser, db: Database, api: Api, make_client: MakeClient, events: Events
) -> None:
    make_client("immich")
    browser.get(f"{LIST}/{api.id}/clients", client="immich")
    assert browser.location == f"{LIST}/{api.id}/clients/immich"
    assert browser.get(browser.location).view == "admin/apis/access"
    give(browser, api, "immich", person=["photos:read"], client=["photos:read", "photos:write", "foreign"])
    assert browser.status == 303
    assert [(grant.way, grant.keys) for grant in apis.grants(db, api.id)] == [
        ("person", ["photos:read"]),
        ("client", ["photos:read", "photos:write"]),
    ]
    give(browser, api, "immich", person=[])
    assert [(grant.way, grant.keys) for grant in apis.grants(db, api.id)] == [("person", [])]
    event = events("API_ACCESS_CHANGED")[0]
    assert (event.client_id, event.details["changed"]["access"]["after"]) == ("immich", {"person": []})
    give(browser, api, "immich")
    assert apis.grants(db, api.id) == []
    assert browser.get(f"{LIST}/{api.id}/clients", client="nobody").location == f"{LIST}/{api.id}#clients"


def test_a_public_client_cannot_act_for_itself(
    browser: Browser, db: Database, api: Api, make_client: MakeClient
) -> None:
    make_client("spa", is_public=True)
    give(browser, api, "spa", client=["photos:read"])
    assert (browser.status, list(browser.variables["errors"])) == (422, ["client"])
    assert apis.grants(db, api.id) == []


def test_an_api_has_a_client_of_its_own_until_that_is_deleted(
    browser: Browser, db: Database, api: Api, make_client: MakeClient
) -> None:
    make_client("photos")
    save(browser, api.id, client_id="photos")
    assert apis.get(db, api.id).client_id == "photos"
    clients.delete(db, "photos")
    assert apis.get(db, api.id).client_id is None
    save(browser, api.id, client_id="nobody")
    assert (browser.status, apis.get(db, api.id).client_id) == (303, None)


def test_an_api_is_deleted_after_a_question(
    browser: Browser, db: Database, api: Api, make_client: MakeClient, events: Events
) -> None:
    make_client("immich")
    give(browser, api, "immich", person=["photos:read"])
    assert browser.get(f"{LIST}/{api.id}/delete").view == "confirm"
    browser.post(f"{LIST}/{api.id}/delete")
    assert (browser.location, apis.count(db)) == (LIST, 0)
    assert events("API_DELETED")[0].details == {"name": "Photos", "resource": RESOURCE}


def test_granting_asks_for_the_passkey_again(
    browser: Browser, db: Database, api: Api, make_client: MakeClient, shared_connection: Connection
) -> None:
    make_client("immich")
    shared_connection.execute("update sessions set verified_at = verified_at - interval '1 hour'")
    give(browser, api, "immich", client=["photos:read"])
    assert (browser.status, browser.view) == (403, "login/step_up")
    assert apis.grants(db, api.id) == []
