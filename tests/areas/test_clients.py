"""Clients: what may be registered, and what a change leaves behind."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from pocketid import client_secrets, clients, images
from pocketid.clients import Change, Client
from pocketid.db import Database
from pocketid.errors import Invalid, NotFound
from pocketid.groups import Group
from pocketid.request import Fields
from pocketid.users import User

GOOD = Change(name="Immich", redirect_uris=["https://immich.example.test/auth/login"])
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>'


def test_a_client_is_stored_as_it_was_described(db: Database, now: datetime) -> None:
    change = replace(
        GOOD,
        id="immich",
        description="Photos",
        launch_url="https://immich.example.test",
        logout_uris=["https://immich.example.test/bye"],
        backchannel_logout_uri="https://immich.example.test/api/oauth/backchannel-logout",
        backchannel_logout_session_required=True,
        frontchannel_logout_uri="https://immich.example.test/out",
        frontchannel_logout_session_required=True,
        requires_reauthentication=True,
        signing_algorithm="ES256",
        access_token_seconds=600,
        recipe="immich",
        recipe_answers={"address": "https://immich.example.test"},
    )
    client = clients.create(db, change, None, now)
    assert clients.get(db, "immich") == client
    assert Change.of(client) == change
    assert (client.created_at, client.updated_at) == (now, now)


def test_a_client_without_chosen_id_gets_a_random_one(db: Database, now: datetime) -> None:
    one, other = clients.create(db, GOOD, None, now), clients.create(db, GOOD, None, now)
    assert UUID(one.id).version == UUID(other.id).version == 4
    assert one.id != other.id


def test_an_id_is_given_once(db: Database, now: datetime, make_client: Callable[..., Client]) -> None:
    make_client("immich")
    with pytest.raises(Invalid) as caught:
        clients.create(db, replace(GOOD, id="immich"), None, now)
    assert caught.value.fields == {"id": "Another client has this ID."}
    assert clients.count(db) == 1


def test_a_public_client_always_requires_pkce(db: Database, now: datetime) -> None:
    client = clients.create(db, replace(GOOD, is_public=True, requires_pkce=False), None, now)
    assert client.requires_pkce


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "n" * 51}, "name"),
        ({"description": "d" * 151}, "description"),
        ({"id": "a"}, "id"),
        ({"id": "a" * 129}, "id"),
        ({"id": "with space"}, "id"),
        ({"id": "../immich"}, "id"),
        ({"id": "new"}, "id"),
        ({"launch_url": "immich.example.test"}, "launch_url"),
        ({"launch_url": "javascript:alert(1)"}, "launch_url"),
        ({"launch_url": "https://*.example.test"}, "launch_url"),
        ({"launch_url": "https://immich.example.test/#top"}, "launch_url"),
        ({"logout_uris": ["//example.test"]}, "logout_uris"),
        ({"redirect_uris": ["https://a.example.test"] * 51}, "redirect_uris"),
        ({"backchannel_logout_uri": "http://immich.example.test/out"}, "backchannel_logout_uri"),
        ({"backchannel_logout_uri": "immich.example.test/out"}, "backchannel_logout_uri"),
        ({"backchannel_logout_uri": "https://immich.example.test/out#top"}, "backchannel_logout_uri"),
        ({"backchannel_logout_uri": "https://*.example.test/out"}, "backchannel_logout_uri"),
        ({"backchannel_logout_uri": "https://immich.example.test/ö"}, "backchannel_logout_uri"),
        ({"frontchannel_logout_uri": "https://other.example.test/out"}, "frontchannel_logout_uri"),
        ({"frontchannel_logout_uri": "http://immich.example.test/out"}, "frontchannel_logout_uri"),
        ({"frontchannel_logout_uri": "https://immich.example.test:8443/out"}, "frontchannel_logout_uri"),
        ({"frontchannel_logout_uri": "javascript:alert(1)"}, "frontchannel_logout_uri"),
        ({"frontchannel_logout_uri": "https://immich.example.test/*"}, "frontchannel_logout_uri"),
        ({"signing_algorithm": "none"}, "signing_algorithm"),
        ({"signing_algorithm": "HS256"}, "signing_algorithm"),
        ({"access_token_seconds": 59}, "access_token_minutes"),
        ({"access_token_seconds": 0}, "access_token_minutes"),
        ({"refresh_token_seconds": 365 * 86_400 + 1}, "refresh_token_minutes"),
    ],
)
def test_what_may_not_be_registered_is_said_at_its_field(part: dict[str, Any], field: str) -> None:
    assert list(clients.check(replace(GOOD, **part))) == [field]


@pytest.mark.parametrize(
    "part",
    [
        {},
        {"id": "immich_2.test-app"},
        {"launch_url": "http://192.0.2.7:2283"},
        {
            "redirect_uris": [
                "app.immich:///oauth-callback",
                "https://immich.example.test/*",
                "http://localhost/cb",
            ]
        },
        {"backchannel_logout_uri": "https://192.0.2.7:2283/out?a=b"},
        {"frontchannel_logout_uri": "https://immich.example.test/out?a=b"},
        {"access_token_seconds": 60, "refresh_token_seconds": 365 * 86_400},
    ],
)
def test_what_may_be_registered_has_no_problem(part: dict[str, Any]) -> None:
    assert clients.check(replace(GOOD, **part)) == {}


def test_plain_http_may_be_called_only_where_the_operator_allows_it() -> None:
    change = replace(GOOD, backchannel_logout_uri="http://immich:2283/out")
    assert list(clients.check(change)) == ["backchannel_logout_uri"]
    assert clients.check(change, calls_http=True) == {}


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "blob:https://a.example.test/1",
        "file:///etc/passwd",
        "https://a.example.test/#fragment",
        "java\tscript:alert(1)",
    ],
)
def test_rd_04_a_dangerous_redirect_uri_is_refused_with_its_line(uri: str) -> None:
    problems = clients.check(replace(GOOD, redirect_uris=[*GOOD.redirect_uris, uri]))
    assert problems["redirect_uris"].startswith("Line 2: ")


def test_rd_05_plain_http_needs_the_compatibility_switch() -> None:
    change = replace(GOOD, redirect_uris=["http://localhost:8080/cb", "http://nas.example.test/cb"])
    assert clients.check(change) == {}
    assert clients.check(change, allow_insecure=False)["redirect_uris"].startswith("Line 2: ")


def test_a_form_keeps_what_it_does_not_hold() -> None:
    before = replace(
        GOOD, id="immich", is_group_restricted=True, recipe="immich", recipe_answers={"address": "x"}
    )
    change = Change.from_form(
        Fields(
            [
                ("name", " Photos "),
                ("redirect_uris", " https://a.example.test/cb \r\n\r\nhttps://b.example.test/cb"),
            ]
        ),
        before,
    )
    assert change.name == "Photos"
    assert change.redirect_uris == ["https://a.example.test/cb", "https://b.example.test/cb"]
    assert (change.id, change.is_group_restricted, change.recipe) == ("immich", True, "immich")
    assert not change.requires_pkce


def test_a_form_of_a_public_client_requires_pkce_whatever_is_ticked() -> None:
    assert Change.from_form(Fields([("is_public", "true")])).requires_pkce


@pytest.mark.parametrize("minutes", ["", "-5", "1.5", "soon", "٣", "9" * 12])
def test_a_lifetime_that_is_no_number_is_refused(minutes: str) -> None:
    change = Change.from_form(
        Fields(
            [
                ("name", "x"),
                ("signing_algorithm", "RS256"),
                ("access_token_minutes", minutes),
                ("refresh_token_minutes", "60"),
            ]
        )
    )
    assert list(clients.check(change)) == ["access_token_minutes"]


def test_an_update_returns_the_client_before_and_after(
    db: Database, now: datetime, make_client: Callable[..., Client]
) -> None:
    client = make_client("immich")
    later = now + timedelta(hours=1)
    before, after = clients.update(db, "immich", replace(Change.of(client), id="other", name="Photos"), later)
    assert before == client
    assert (after.id, after.name, after.updated_at, after.created_at) == ("immich", "Photos", later, now)
    assert clients.find(db, "other") is None


def test_an_unknown_client_is_not_found(db: Database, now: datetime) -> None:
    assert clients.find(db, "nothing") is None
    for act in (
        lambda: clients.get(db, "nothing"),
        lambda: clients.update(db, "nothing", GOOD, now),
        lambda: clients.delete(db, "nothing"),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_deleted_client_takes_its_logo_and_secrets_along(
    db: Database, now: datetime, make_client: Callable[..., Client]
) -> None:
    make_client("immich")
    images.put_logo(db, "immich", SVG, now)
    client_secrets.create(db, "immich", now)
    assert clients.delete(db, "immich").name == "Immich"
    assert clients.find(db, "immich") is None
    assert images.get(db, "client", "immich", "logo") is None
    assert client_secrets.of_client(db, "immich") == []


def test_clients_are_found_by_name_or_id_and_come_by_name(
    db: Database, make_client: Callable[..., Client]
) -> None:
    make_client("b-app", name="zeta")
    make_client("a-app", name="Alpha")
    make_client("odd", name="100%_sure")

    def names(q: str) -> list[str]:
        return [row.name for row in clients.search(db, q, size=10, offset=0)]

    assert names("") == ["100%_sure", "Alpha", "zeta"]
    assert names("ALPH") == ["Alpha"]
    assert names("B-A") == ["zeta"]
    assert names("%_") == ["100%_sure"]
    assert (clients.count(db), clients.count(db, "app"), clients.count(db, "nothing")) == (3, 2, 0)
    assert [row.name for row in clients.search(db, "", size=1, offset=1)] == ["Alpha"]


def test_a_client_may_be_kept_for_the_members_of_groups(
    db: Database,
    now: datetime,
    make_client: Callable[..., Client],
    make_user: Callable[..., User],
    make_group: Callable[..., Group],
) -> None:
    anna, _ben, carl = make_user(), make_user(), make_user(disabled=True)
    family, friends = make_group("family", anna, carl), make_group("friends")
    client = make_client("immich")
    assert clients.people(db, client) == 2
    restricted = clients.update(db, "immich", replace(Change.of(client), is_group_restricted=True), now)[1]
    assert clients.people(db, restricted) == 0
    clients.set_groups(db, "immich", [family.id, friends.id, UUID(int=0)])
    assert set(clients.group_ids(db, "immich")) == {family.id, friends.id}
    assert clients.people(db, restricted) == 1
    assert clients.search(db, "", size=10, offset=0)[0].group_names == ["Family", "Friends"]
    clients.set_groups(db, "immich", [])
    assert clients.group_ids(db, "immich") == []
