"""A television without a passkey, and the phone that lets it in: for everything, and for one app only."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import Person
from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.journeys.sights import WIKI, request_of
from tests.processes import Server

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("clean_consoles")]


@pytest.fixture(scope="module")
def owner(person: MakePerson) -> Person:
    owner = person()
    walk.set_up(owner)
    return owner


def approve(phone: Person, television: Page) -> None:
    """Type the code that the television shows, compare, and use the passkey."""
    code = television.locator("#code").inner_text()
    page = phone.goto("/device")
    page.get_by_label("Code").fill(code.lower())
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".device-code")).to_have_text(code)
    expect(page.locator("main")).to_contain_text("Chrome on Linux")
    page.get_by_role("button", name="Approve with your passkey").click()
    expect(page.locator("h1")).to_have_text("Approved")


def test_a_television_is_signed_in_by_the_phone_and_goes_on_by_itself(
    owner: Person, person: MakePerson
) -> None:
    television = person()
    page = television.goto("/login")
    page.get_by_role("link", name="Another way to sign in").click()
    page.get_by_role("link", name="Sign in with another device").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    approve(owner, page)
    page.wait_for_url("**/settings/account")
    expect(page.locator("#sessions li").filter(has_text="This device")).to_contain_text(
        "Approved on another device"
    )


def test_a_denied_television_says_so_and_tries_again(owner: Person, person: MakePerson) -> None:
    television = person()
    page = television.goto("/login/alternative/device")
    code = page.locator("#code").inner_text()
    phone = owner.goto(f"/device?code={code}")
    phone.get_by_role("button", name="Deny").click()
    expect(phone.locator("h1")).to_have_text("Denied")
    expect(page.locator("h1")).to_have_text("The sign-in was denied")
    page.get_by_role("link", name="Try again").click()
    expect(page.locator("#code")).to_be_visible()
    assert page.locator("#code").inner_text() != code


def test_without_script_the_page_reloads_itself_and_a_button_goes_on(
    owner: Person, screen: Browser, server: Server
) -> None:
    context = screen.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.origin}/login/alternative/device")
    approve(owner, page)
    expect(page.locator("h1")).to_have_text("It is approved")  # by the refresh of its head
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/settings/account"))
    context.close()


def test_an_app_is_signed_in_to_and_nothing_else(owner: Person, person: MakePerson, server: Server) -> None:
    redirect_uri = server.origin + WIKI
    page = owner.goto("/settings/admin/oidc-clients/new/by-hand")
    page.get_by_label("Name", exact=True).fill("Wiki")
    page.locator("[name=id]").fill("wiki")
    page.locator("[name=redirect_uris]").fill(redirect_uri)
    page.locator("button.primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wiki")

    television = person()
    page = television.goto("/authorize?" + urlencode(request_of(redirect_uri, "wiki")))
    page.get_by_role("link", name="Another way to sign in").click()
    page.get_by_role("link", name="for Wiki only").click()
    approve(owner, page)
    page.locator("form[action='/interaction/consent'] button.primary").click()
    page.wait_for_url(f"**{WIKI}?*code=*")
    television.problems.clear()  # there is no wiki: Chromium tells of the 404
    television.goto("/settings/account")
    page.wait_for_url("**/login?*")
    sessions = owner.goto("/settings/account").locator("#sessions li")
    expect(sessions.filter(has_text="For Wiki only")).to_have_count(1)
