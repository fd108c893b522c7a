"""Where the bare address leads, and that the addresses which people and guides know end at their pages."""

from collections.abc import Callable
from datetime import datetime

import pytest

from pocketid import one_time_access
from pocketid.clients import Client
from pocketid.db import Connection, Database
from pocketid.groups import Group
from pocketid.users import User
from tests.browser import Browser

SignIn = Callable[..., None]


def test_a_new_site_leads_to_setup_from_everywhere(browser: Browser) -> None:
    for address in ("/", "/login", "/signup/setup"):
        assert browser.get(address).location == "/setup", address
    assert browser.get("/setup").status == 200


def test_the_bare_address_leads_to_setup_while_it_is_open_again(
    browser: Browser, anna: User, shared_connection: Connection, now: datetime
) -> None:
    shared_connection.execute(
        "update instance set setup_reopened_until = %s::timestamptz + interval '1 minute'", [now]
    )
    assert browser.get("/").location == "/setup"


@pytest.mark.parametrize("home", ["/settings/account", "/settings/apps"])
def test_whoever_is_signed_in_lands_on_the_home_page(
    home: str, reconfigured: Callable[..., Browser], anna: User, sign_in: SignIn
) -> None:
    browser = reconfigured(HOME_PAGE_URL=home)
    sign_in(browser, anna)
    assert browser.get("/").location == home
    assert browser.get("/login").location == home
    assert browser.get(home).status == 200


def test_one_who_signs_in_by_a_code_can_skip_to_the_home_page(
    reconfigured: Callable[..., Browser], anna: User, db: Database, now: datetime
) -> None:
    browser = reconfigured(HOME_PAGE_URL="/settings/apps")
    code = one_time_access.create(db, anna.id, None, 60, now)
    db.commit()
    browser.get("/lc")
    browser.post("/lc", {"code": code}, follow=True)
    assert browser.variables["target"] == "/settings/apps"


# What Pocket ID's guides and bookmarks name, and the view that is shown there to an administrator


PAGES = {
    "/settings": "account/show",
    "/settings/account": "account/show",
    "/settings/apps": "account/apps",
    "/settings/audit-log": "account/activity",
    "/settings/audit-log/global": "admin/audit/list",
    "/settings/admin": "admin/users/list",
    "/settings/users": "admin/users/list",
    "/settings/audit": "admin/audit/list",
    "/settings/admin/users": "admin/users/list",
    "/settings/admin/users/{user}": "admin/users/show",
    "/settings/admin/user-groups": "admin/groups/list",
    "/settings/admin/user-groups/{group}": "admin/groups/show",
    "/settings/admin/oidc-clients": "admin/clients/list",
    "/settings/admin/oidc-clients/immich": "admin/clients/show",
    "/settings/admin/application-configuration": "admin/settings/show",
    "/signup/add-passkey": "login/add_passkey",
    "/login/alternative": "login/alternatives",
    "/login/alternative/code": "login/code",
    "/login/alternative/code?code=ABCD": "login/code",
    "/lc": "login/code",
    "/lc/ABCD": "login/link",
    "/logout": "login/sign_out",
}


@pytest.mark.parametrize(("address", "view"), PAGES.items())
def test_known_addresses_lead_to_their_pages(
    address: str,
    view: str,
    browser: Browser,
    admin: User,
    make_group: Callable[..., Group],
    make_client: Callable[..., Client],
) -> None:
    group = make_group("family")
    make_client("immich")
    browser.get(address.format(user=admin.id, group=group.id)).follow()
    assert (browser.status, browser.view) == (200, view)


@pytest.mark.parametrize("address", [page for page in PAGES if page.startswith("/settings/a")])
def test_known_addresses_are_kept_over_the_sign_in(address: str, browser: Browser, anna: User) -> None:
    browser.get(address)
    if not browser.location.startswith("/login"):  # an address that has moved
        browser.get(browser.location)
    assert browser.location.startswith("/login?redirect=%2Fsettings%2Fa")


def test_setup_is_a_page_that_says_it_is_done(browser: Browser, anna: User) -> None:
    browser.get("/signup/setup").follow()
    assert (browser.status, browser.view) == (404, "setup/closed")
