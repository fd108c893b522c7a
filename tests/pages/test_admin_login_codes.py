"""One-time links that an admin sends by e-mail."""

from collections.abc import Callable
from typing import Any

import pytest

from pocketid import one_time_access, users
from pocketid.db import Database
from pocketid.users import User
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import Clock
from tests.mails import Outgoing, outgoing, set_up

SWITCH = {"emailOneTimeAccessAsAdminEnabled": "true"}


@pytest.fixture
def anna(make_user: Callable[..., User]) -> User:
    return make_user(username="anna", display_name="Anna Muster", email="anna@example.test")


@pytest.fixture
def mails(site: Site, db: Database) -> Callable[[], list[Outgoing]]:
    set_up(db, site, **SWITCH)
    return lambda: outgoing(site, db)


def send(browser: Browser, user: User, **form: str) -> Browser:
    return browser.post(f"/settings/admin/users/{user.id}/links/mail", form)


@pytest.mark.usefixtures("admin")
def test_the_link_that_was_mailed_lets_its_person_in_once(
    browser: Browser,
    open_browser: Callable[[], Browser],
    anna: User,
    mails: Callable[[], list[Outgoing]],
    events: Any,
) -> None:
    assert "Send it by e-mail" in browser.get(f"/settings/admin/users/{anna.id}").text
    assert send(browser, anna, lifetime="week").location.endswith(f"/{anna.id}#link")
    assert "anna@example.test" in browser.get(f"/settings/admin/users/{anna.id}").text
    (mail,) = mails()
    assert (mail.kind, mail.address) == ("login_code", "anna@example.test")
    assert "It is good for 7 days." in mail.text
    assert "Hello Anna Muster," in mail.text
    link = mail.values["link"].removeprefix("https://pocketid.example.test")
    for expected in (303, 410):
        theirs = open_browser().get(link)
        assert theirs.post("/lc", {"code": theirs.variables["code"]}).status == expected
    event = events("ONE_TIME_ACCESS_CREATED")[0]
    assert (event.user_id, event.details) == (anna.id, {"seconds": 7 * 86_400, "mailed": True})


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("settings", [{}, {"host": "", **SWITCH}])
def test_nothing_is_sent_unless_it_is_switched_on_and_mails_are_sent(
    settings: dict[str, str], browser: Browser, anna: User, site: Site, db: Database, clock: Clock
) -> None:
    set_up(db, site, **settings)
    assert "Send it by e-mail" not in browser.get(f"/settings/admin/users/{anna.id}").text
    assert send(browser, anna).status == 403
    assert outgoing(site, db) == []
    assert one_time_access.of_user(db, anna.id, clock()) == []


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("fields", [{"email": None}, {"disabled": True}])
def test_who_has_no_address_or_is_disabled_gets_nothing(
    fields: dict[str, Any],
    browser: Browser,
    make_user: Callable[..., User],
    mails: Callable[[], list[Outgoing]],
    db: Database,
    clock: Clock,
) -> None:
    tim = make_user(username="tim", **fields)
    assert "Send it by e-mail" not in browser.get(f"/settings/admin/users/{tim.id}").text
    assert send(browser, tim).status == 409
    assert mails() == []
    assert one_time_access.of_user(db, tim.id, clock()) == []
    assert users.get(db, tim.id).disabled is bool(fields.get("disabled"))
