"""The main job in a real browser, step by step, for journeys and for the demo."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from tests.chromium import Person

Seen = Callable[[str, Page], None]
PASSKEY_FORM, CONSENT_FORM = "form[data-passkey]", "form[action='/interaction/consent']"


def unseen(step: str, page: Page) -> None:
    """A step that nobody looks at."""


@dataclass
class AddedApp:
    """What an admin copies from the client's page into the app."""

    client_id: str
    secret: str


def set_up(owner: Person, seen: Seen = unseen) -> None:
    """The first account: names, then the passkey."""
    page = owner.goto("/setup")
    seen("setup", page)
    page.get_by_label("User name").fill("owner")
    page.get_by_label("First name").fill("Olga")
    page.get_by_label("Last name").fill("Owner")
    with page.expect_navigation():  # the address stays the same
        page.get_by_role("button").last.click()
    seen("setup-passkey", page)
    page.locator("button.primary").click()
    page.wait_for_url(re.compile(r"/settings/|/$"))
    seen("signed-in", page)


def add_app_from_recipe(owner: Person, recipe: str, address: str, seen: Seen = unseen) -> AddedApp:
    """Pick a recipe, type the app's address, and read the values to paste."""
    page = owner.goto("/settings/admin/oidc-clients")
    seen("clients-empty", page)
    owner.goto("/settings/admin/oidc-clients/new")
    seen("recipes", page)
    page.get_by_role("link", name=recipe).click()
    page.get_by_label("Address of the app").fill(address)
    seen("recipe", page)
    page.locator("button.primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(recipe)
    seen("client", page)
    return added_app(owner)


def added_app(owner: Person) -> AddedApp:
    """What the page of a client that was just added shows, once."""
    page = owner.page
    entries = page.locator(".entries .field")
    values = {
        entries.nth(index).locator(".label").inner_text().lower(): entries.nth(index)
        .locator("code")
        .inner_text()
        for index in range(entries.count())
    }
    return AddedApp(values["client id"], values["client secret"])


def add_person(owner: Person, username: str, first_name: str, last_name: str, seen: Seen = unseen) -> str:
    """Add somebody and make their one-time link."""
    page = owner.goto("/settings/admin/users/new")
    page.get_by_label("User name").fill(username)
    page.get_by_label("First name").fill(first_name)
    page.get_by_label("Last name").fill(last_name)
    page.get_by_label("E-mail", exact=True).fill(f"{username}@example.org")
    page.get_by_label("The address is verified").check()
    seen("user-new", page)
    page.locator("button.primary").click()
    page.wait_for_url(re.compile(r"/settings/admin/users/[0-9a-f-]{36}"))
    page.get_by_role("button", name="Make a link").click()
    link: str = page.locator("#one-time-link").inner_text()
    seen("user-link", page)
    return link


def enrol(person: Person, link: str, seen: Seen = unseen) -> None:
    """Open the one-time link and add a passkey."""
    page = person.page
    page.goto(link)
    seen("link", page)
    page.locator("button.primary").click()
    page.wait_for_url(re.compile(r"/login/add-passkey|/settings/account/passkeys/new"))
    seen("add-passkey", page)
    page.locator("button.primary").click()
    page.wait_for_url(lambda url: "add-passkey" not in url and "passkeys/new" not in url)
    seen("enrolled", page)


def sign_in_to_app(
    person: Person, start: str, *, first_time: bool = False, seen: Seen = unseen
) -> dict[str, Any]:
    """From the app's sign-in page to what the app learns, with a passkey on the way if nobody is signed in."""
    page = person.page
    page.goto(start)
    page.wait_for_selector(f"{PASSKEY_FORM}, {CONSENT_FORM}, #result")
    if page.locator(PASSKEY_FORM).count():
        seen("sign-in", page)
        page.locator("button.primary").click()
    if first_time:
        consent(person, seen)
    return result(person, seen)


def consent(person: Person, seen: Seen = unseen) -> None:
    """Let the app have what it asks for."""
    person.page.wait_for_selector(CONSENT_FORM)
    seen("consent", person.page)
    person.page.get_by_role("button", name=re.compile("^Sign in to")).click()


def result(person: Person, seen: Seen = unseen) -> dict[str, Any]:
    """What the app has learnt, on its page."""
    text = person.page.wait_for_selector("#result").inner_text()  # type: ignore[union-attr]
    seen("app", person.page)
    learnt: dict[str, Any] = json.loads(text)
    return learnt


def sign_out(person: Person) -> None:
    """Sign out of the provider in this browser, unless nobody is signed in."""
    button = person.goto("/logout").get_by_role("button", name="Sign out")
    if button.count():
        button.click()
        expect(person.page.get_by_text("You are signed out").first).to_be_visible()


def add_app_by_hand(owner: Person, name: str, redirect_uri: str, logout_uri: str) -> AddedApp:
    """Fill in the form for an app that no recipe knows."""
    page = owner.goto("/settings/admin/oidc-clients/new/by-hand")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Redirect URIs", exact=True).fill(redirect_uri)
    page.get_by_label("Logout redirect URIs", exact=True).fill(logout_uri)
    page.get_by_role("button", name="Add the client").click()
    return added_app(owner)


def add_group(owner: Person, name: str, *members: str) -> None:
    """Make a group of some people."""
    page = owner.goto("/settings/admin/user-groups/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.locator("button.primary").click()
    for member in members:
        page.get_by_role("searchbox", name="Search people").fill(member)
        page.get_by_role("button", name=re.compile(f"Add .*{member}.* to the group")).click()
        expect(page.get_by_role("button", name=re.compile(f"Remove .*{member}"))).to_be_visible()
    expect(page.locator("main")).to_contain_text(f"{len(members)} member")


def use_passkey_again(person: Person) -> None:
    """Where the server wants the passkey once more before it goes on."""
    person.page.wait_for_load_state()
    if "/login/reauthenticate" in person.page.url:
        person.page.locator("button.primary").click()
        person.page.wait_for_url(lambda url: "/login/reauthenticate" not in url)
