"""Administration of many people: found by the keyboard, put into groups with and without script, and on paper."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from pocketid.db import connect
from tests.chromium import Person
from tests.journeys import walk

pytestmark = pytest.mark.browser
USERS, GROUPS, ACCESS = "/settings/admin/users", "/settings/admin/user-groups", "/settings/admin/access"
HEALTH = "/settings/admin/passkey-health"
CROWD = """
insert into users (username, first_name, last_name, display_name, email)
select 'p' || n, 'First' || n, 'Last' || n, 'First' || n || ' Last' || n, 'p' || n || '@example.test'
  from generate_series(1, 10000) as n
"""


@pytest.fixture(scope="module")
def owner(person: Callable[[], Person], fresh_database: str) -> Person:
    """An administrator of ten thousand people."""
    owner = person()
    walk.set_up(owner)
    with connect(fresh_database) as connection:
        connection.execute(CROWD)
        connection.execute("analyze users")
    return owner


@pytest.fixture(scope="module")
def group(owner: Person) -> str:
    """The address of a group of nobody."""
    page = owner.goto(f"{GROUPS}/new")
    page.get_by_label("Name", exact=True).fill("Choir")
    page.locator("button.primary").click()
    page.wait_for_url(re.compile(GROUPS + "/[0-9a-f-]{36}"))
    return page.url


@pytest.mark.usefixtures("clean_consoles")
def test_one_of_ten_thousand_is_found_by_the_keyboard_and_the_search_is_there_on_the_way_back(
    owner: Person,
) -> None:
    page = owner.goto(USERS)
    page.get_by_label("Search").focus()
    page.keyboard.type("last7777", delay=20)
    rows = page.locator("#found tbody tr")
    expect(rows).to_have_count(1)
    expect(page.locator("#announcement")).to_have_text("1 person")
    link = page.get_by_role("link", name="First7777 Last7777")
    for _press in range(8):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("First7777 Last7777")
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?search=last7777$"))
    expect(page.get_by_label("Search")).to_have_value("last7777")
    expect(rows).to_have_count(1)


def add_and_remove(page: Page, group: str, name: str, find: Callable[[Page], None]) -> None:
    """Put somebody of ten thousand into the group and take them out again."""
    page.goto(group)
    page.get_by_role("searchbox", name="Search people").fill(name)
    find(page)
    page.get_by_role("button", name=f"Add {name} to the group").click()
    expect(page.locator("header .soft").first).to_have_text("1 member")
    expect(page.get_by_role("searchbox", name="Search people")).to_have_value(name)
    page.get_by_role("button", name=f"Remove {name} from the group").click()
    expect(page.locator("header .soft").first).to_have_text("0 members")


@pytest.mark.usefixtures("clean_consoles")
def test_members_are_added_and_removed_while_one_types(owner: Person, group: str) -> None:
    add_and_remove(owner.page, group, "First4242 Last4242", lambda page: None)


def test_members_are_added_and_removed_without_script(without_script: Page, group: str) -> None:
    search = "form:has(input[name=search]) button:has-text('Search')"
    add_and_remove(without_script, group, "First4343 Last4343", lambda page: page.locator(search).click())


def test_who_has_no_passkey_is_found_without_script(without_script: Page, owner: Person) -> None:
    page = without_script
    page.goto(owner.origin + HEALTH)
    risk = page.get_by_role("listitem").filter(has_text="10,000 people have no passkey")
    expect(risk.get_by_role("link")).to_have_attribute("href", f"{USERS}?state=no_passkey")
    page.get_by_label("Show", exact=True).select_option("Without passkey")
    page.get_by_label("Search").fill("last6543")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**state=no_passkey")
    expect(page.get_by_role("rowheader")).to_have_text(["First6543 Last6543p6543"])
    page.get_by_role("link", name="First6543 Last6543").click()
    page.wait_for_url(re.compile(USERS + "/[0-9a-f-]{36}#passkeys"))


@pytest.mark.usefixtures("clean_consoles")
def test_who_may_open_what_is_printed_without_menu_and_form(owner: Person) -> None:
    walk.add_app_by_hand(owner, "Wiki", "https://wiki.example.org/callback", "")
    page = owner.goto(f"{ACCESS}?search=last77")
    expect(page.get_by_role("rowheader")).to_have_count(20)
    page.get_by_role("link", name="All of these people on one page, to print").click()
    expect(page.get_by_role("rowheader")).to_have_count(111)  # last77, last77n, last77nn
    page.emulate_media(media="print")
    for hidden in ("nav", ".filters", ".pager", "main button"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.get_by_role("rowheader").last).to_be_visible()
    page.emulate_media(media="screen")
