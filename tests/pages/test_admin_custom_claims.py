"""Custom claims of a person and of a group: the form, what comes of it, and the event that tells of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from pocketid import custom_claims
from pocketid.custom_claims import Claim
from pocketid.db import Database
from pocketid.groups import Group
from pocketid.users import User
from tests.browser import Browser

Events = Callable[..., list[Any]]
MakeUser = Callable[..., User]
MakeGroup = Callable[..., Group]


@pytest.fixture(autouse=True)
def someone_administers(admin: User) -> None:
    """Every test here is done by an administrator."""


def of_user(user: User) -> str:
    return f"/settings/admin/users/{user.id}/custom-claims"


def of_group(group: Group) -> str:
    return f"/settings/admin/user-groups/{group.id}/custom-claims"


def form(*pairs: tuple[str, str]) -> dict[str, list[str]]:
    return {"claim_name": [name for name, _value in pairs], "claim_value": [value for _name, value in pairs]}


def test_a_person_s_claims_are_saved_and_their_event_has_before_and_after(
    browser: Browser, db: Database, make_user: MakeUser, admin: User, events: Events
) -> None:
    anna = make_user()
    browser.get(f"/settings/admin/users/{anna.id}")
    assert f'href="{of_user(anna)}"' in browser.text
    assert "No custom claim yet" in browser.get(of_user(anna)).text
    browser.post(of_user(anna), form(("role", "admin"), ("quota", "5"), ("", "")))
    assert browser.location == of_user(anna)
    assert custom_claims.of_user(db, anna.id) == [Claim("quota", "5"), Claim("role", "admin")]
    browser.get(of_user(anna))
    browser.post(of_user(anna), form(("role", "user")))
    event = events("CUSTOM_CLAIMS_UPDATED")[0]
    assert (event.actor_id, event.user_id) == (admin.id, anna.id)
    assert event.details == {
        "changed": {
            "quota": {"before": "5", "after": None},
            "role": {"before": "admin", "after": "user"},
        }
    }
    browser.get(of_user(anna))
    browser.post(of_user(anna), form(("role", "user")))
    assert len(events("CUSTOM_CLAIMS_UPDATED")) == 2  # nothing changed, nothing is told


def test_the_page_shows_what_apps_are_told_and_where_it_comes_from(
    browser: Browser, make_user: MakeUser, make_group: MakeGroup, db: Database
) -> None:
    anna = make_user(display_name="Anna")
    family, admins = make_group("family", anna), make_group("admins", anna)
    custom_claims.set_of_user(
        db, anna.id, [Claim("role", "owner"), Claim("hidden", "null"), Claim("floor", "2")]
    )
    custom_claims.set_of_group(
        db, family.id, [Claim("role", "user"), Claim("apps", '["a"]'), Claim("floor", "[3]")]
    )
    custom_claims.set_of_group(db, admins.id, [Claim("apps", '["b"]'), Claim("quota", "5")])
    db.commit()
    browser.get(of_user(anna))
    told = {one.name: one for one in browser.variables["told"]}
    assert {name: (one.value, one.kind) for name, one in told.items()} == {
        "role": ("owner", "text"),
        "apps": ('["b","a"]', "list"),
        "quota": ("5", "number"),
        "hidden": ("", "nothing"),
        "floor": ("2", "number"),
    }
    assert (told["role"].sources, told["role"].hidden) == (["Anna"], ["Family"])
    assert (told["apps"].sources, told["apps"].hidden) == (["Admins", "Family"], [])
    assert (told["floor"].sources, told["floor"].hidden) == (["Anna"], ["Family"]), "a list joins lists alone"
    assert "instead of the value of Family" in browser.text


def test_a_group_s_claims_are_saved_with_an_event(
    browser: Browser, db: Database, make_group: MakeGroup, events: Events
) -> None:
    group = make_group("family")
    browser.get(f"/settings/admin/user-groups/{group.id}")
    assert f'href="{of_group(group)}"' in browser.text
    browser.get(of_group(group))
    browser.post(of_group(group), form(("quota", "5")))
    assert browser.location == of_group(group)
    assert custom_claims.of_group(db, group.id) == [Claim("quota", "5")]
    [event] = events("CUSTOM_CLAIMS_UPDATED")
    assert event.details == {"group": "family", "changed": {"quota": {"before": None, "after": "5"}}}
    assert "The custom claims of Family are saved." in browser.get(of_group(group)).text


REFUSED = [
    (form(("sub", "x")), "claim_name-1"),
    (form(("role", "a"), ("", ""), ("role", "b")), "claim_name-2"),
    (form(("role", "")), "claim_value-1"),
    (form(*((f"c{number}", "x") for number in range(21))), "claims"),
    (form(("n" * 60_000, "x")), "claim_name-1"),
]


@pytest.mark.parametrize(("sent", "field"), REFUSED)
def test_what_breaks_a_rule_is_shown_again_as_typed(
    sent: dict[str, list[str]],
    field: str,
    browser: Browser,
    db: Database,
    make_user: MakeUser,
    make_group: MakeGroup,
    events: Events,
) -> None:
    anna, family = make_user(), make_group("family")
    custom_claims.set_of_user(db, anna.id, [Claim("kept", "x")])
    db.commit()
    for address in (of_user(anna), of_group(family)):
        browser.get(address)
        browser.post(address, sent)
        assert browser.status == 422
        assert list(browser.variables["errors"]) == [field]
        assert browser.variables["errors"][field] in browser.text.replace("&quot;", '"')
        assert [line.name for line in browser.variables["lines"] if line.name] == [
            name for name in sent["claim_name"] if name
        ]
    assert custom_claims.of_user(db, anna.id) == [Claim("kept", "x")]
    assert custom_claims.of_group(db, family.id) == []
    assert events("CUSTOM_CLAIMS_UPDATED") == []


def test_names_in_use_are_suggested(browser: Browser, make_user: MakeUser, db: Database) -> None:
    anna, ben = make_user(), make_user()
    custom_claims.set_of_user(db, anna.id, [Claim("immich_role", "admin")])
    db.commit()
    assert '<option value="immich_role">' in browser.get(of_user(ben)).text


def test_twenty_claims_leave_no_empty_line(browser: Browser, make_user: MakeUser, db: Database) -> None:
    anna = make_user()
    custom_claims.set_of_user(db, anna.id, [Claim(f"c{number:02}", "x") for number in range(20)])
    db.commit()
    assert len(browser.get(of_user(anna)).variables["lines"]) == 20


@pytest.mark.parametrize("row", ["x", str(UUID(int=0))])
@pytest.mark.parametrize("kind", ["users", "user-groups"])
def test_there_is_no_page_for_nobody(row: str, kind: str, browser: Browser, events: Events) -> None:
    address = f"/settings/admin/{kind}/{row}/custom-claims"
    assert browser.get(address).status == 404
    browser.get("/settings/admin/users")
    assert browser.post(address, form(("role", "x"))).status == 404
    assert events("CUSTOM_CLAIMS_UPDATED") == []
