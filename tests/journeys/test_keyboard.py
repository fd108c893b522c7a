"""Pages by the keyboard alone, and pages in a browser that runs no script."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.chromium import Person, chromium
from tests.journeys import walk
from tests.processes import free_port, pocketid

BY_HAND = "/settings/admin/oidc-clients/new/by-hand"
CALLBACK = "/wiki/callback"  # an address of the site itself, where some page answers
FOCUSED = """() => {
  const { activeElement: it } = document;
  const { outlineStyle, outlineWidth } = getComputedStyle(it);
  const box = it.getBoundingClientRect();
  const middle = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    name: it.ariaLabel || it.labels?.[0]?.textContent || it.textContent.trim(),
    isMarked: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    isInView: box.top > -1 && box.bottom < innerHeight + 1 && it.contains(middle),
    where: [box.top, box.bottom, innerHeight, middle?.outerHTML.slice(0, 90)],
  };
}"""
MENU = ("Apps", "Account", "Activity", "Users", "Groups", "Clients", "Audit log", "Settings")
CLIENT_FORM = (
    *("Name", "Launch address", "Description", "Client ID", "Redirect URIs", "Logout redirect URIs"),
    *("Back-channel logout URI", "Public client", "Require PKCE", "Skip the consent page"),
    *("More about signing out", "Tokens and compatibility", "Add the client"),
)


@dataclass
class Installation:
    """A server with an owner who is signed in, and a browser for more people."""

    owner: Person
    origin: str
    browser: Browser


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    from tests.conftest import make_open_folder  # fixtures of module scope cannot use open_folder

    folder = make_open_folder()
    port = free_port()
    origin = f"http://localhost:{port}"
    with chromium() as browser, pocketid(folder, port):
        owner = Person(browser, origin, reduced_motion="reduce")
        walk.set_up(owner)
        yield Installation(owner, origin, browser)


def tab(page: Page, *expected: str) -> None:
    """Press Tab for each name, and see that the focus is there, seen and not hidden by the header."""
    for name in expected:
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused["name"] == name
        assert focused["isMarked"], f"nobody sees that the focus is on {name}"
        assert focused["isInView"], f"{name} has the focus and cannot be seen: {focused}"


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
def test_a_client_is_added_with_the_keyboard_alone(installation: Installation, width: int) -> None:
    page = installation.owner.page
    page.set_viewport_size({"width": width, "height": 700})
    installation.owner.goto(BY_HAND)
    tab(page, "Skip to the page", "Pocket ID", "Sign out", *MENU, *CLIENT_FORM)
    installation.owner.goto(BY_HAND)
    tab(page, "Skip to the page")
    page.keyboard.press("Enter")
    tab(page, "Name")
    page.keyboard.type(f"Wiki {width}")
    tab(page, "Launch address", "Description", "Client ID")
    page.keyboard.type(f"wiki-{width}")
    tab(page, "Redirect URIs")
    page.keyboard.type(installation.origin + CALLBACK)
    page.keyboard.press("Shift+Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Wiki {width}")


@pytest.mark.browser
def test_an_error_is_met_where_it_is(installation: Installation) -> None:
    page = installation.owner.goto(BY_HAND)
    page.get_by_label("Name", exact=True).fill("Wiki")
    page.get_by_label("Redirect URIs", exact=True).fill("htps://wiki.example.org")
    with page.expect_navigation():
        page.get_by_label("Name", exact=True).press("Enter")
    field = page.get_by_label("Redirect URIs", exact=True)
    expect(page).to_have_title(re.compile("^Error: Add a client"))
    expect(field).to_be_focused()
    expect(field).to_have_value("htps://wiki.example.org")
    expect(field).to_have_accessible_description(re.compile("Line 1: .*looks like a typing error"))


@pytest.mark.browser
def test_signing_in_and_consenting_with_the_keyboard_alone(installation: Installation) -> None:
    owner = installation.owner
    page = owner.goto(BY_HAND)
    page.get_by_label("Name", exact=True).fill("Library")
    page.get_by_label("Client ID", exact=True).fill("library")
    page.get_by_label("Require PKCE", exact=True).uncheck()
    page.get_by_label("Redirect URIs", exact=True).fill(installation.origin + CALLBACK)
    with page.expect_navigation():
        page.get_by_label("Name", exact=True).press("Enter")
    walk.sign_out(owner)
    tab(
        owner.goto("/login"),
        "Sign in with your passkey",
        "Or pick it from your browser's suggestions",
        "Another way to sign in",
    )
    tab(owner.goto("/login"), "Sign in with your passkey")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/account")
    asked = {
        "client_id": "library",
        "redirect_uri": installation.origin + CALLBACK,
        "response_type": "code",
        "scope": "openid email",
    }
    owner.goto("/authorize?" + urlencode(asked))
    tab(page, "Sign in to Library", "Use a different account", "Cancel")
    owner.goto("/authorize?" + urlencode(asked))
    tab(page, "Sign in to Library")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{CALLBACK}?code=*")


@pytest.mark.browser
def test_on_a_phone_the_menu_shows_the_page_one_is_on(installation: Installation) -> None:
    page = installation.owner.page
    page.set_viewport_size({"width": 390, "height": 700})
    installation.owner.goto("/settings/admin/application-configuration")
    expect(page.get_by_role("link", name="Settings")).to_be_in_viewport(ratio=0.9)


@pytest.mark.browser
def test_on_a_phone_tab_passes_the_columns_that_nobody_sees(installation: Installation) -> None:
    page = installation.owner.page
    page.set_viewport_size({"width": 390, "height": 700})
    installation.owner.goto("/settings/admin/access")
    page.get_by_label("App", exact=True).focus()
    tab(page, "Olga Owner")


@pytest.fixture
def without_script(installation: Installation) -> Iterator[BrowserContext]:
    """The owner's session in a browser that runs no script."""
    state = installation.owner.context.storage_state()
    context = installation.browser.new_context(storage_state=state, java_script_enabled=False)
    yield context
    context.close()


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()


@pytest.mark.browser
def test_the_sign_in_page_says_that_passkeys_need_script(
    without_script: BrowserContext, installation: Installation
) -> None:
    without_script.clear_cookies()
    page = without_script.new_page()
    page.goto(f"{installation.origin}/login")
    expect(page.locator("noscript .notice")).to_be_visible()
    assert "Passkeys need JavaScript." in (page.locator("noscript .notice").text_content() or "")
    expect(page.get_by_role("button", name="Sign in with your passkey")).to_be_hidden()
    with page.expect_navigation():
        page.get_by_role("link", name="Another way to sign in").click()
    with page.expect_navigation():
        page.get_by_role("link", name="Login code").click()
    page.get_by_label("One-time code").fill("ABCDEFGH")
    press(page, "Sign in")
    expect(page.get_by_role("heading", level=1)).to_have_text("This code does not let you in")


@pytest.mark.browser
def test_an_admin_works_without_script(without_script: BrowserContext, installation: Installation) -> None:
    page = without_script.new_page()
    page.goto(f"{installation.origin}/settings/admin/user-groups/new")
    page.get_by_label("Name", exact=True).fill("Choir")
    press(page, "Add the group")
    expect(page.get_by_role("heading", level=1)).to_have_text("Choir")
    page.goto(installation.origin + BY_HAND)
    page.get_by_label("Name", exact=True).fill("Scores")
    page.get_by_label("Redirect URIs", exact=True).fill("htps://scores.example.org")
    press(page, "Add the client")
    page.get_by_label("Redirect URIs", exact=True).fill("https://scores.example.org/callback")
    press(page, "Add the client")
    expect(page.get_by_role("heading", level=1)).to_have_text("Scores")
    expect(page.get_by_role("button", name=re.compile("^Copy")).first).to_be_hidden()
    page.get_by_text("Members of these groups only").click()
    press(page, "Save")
    expect(page.locator("#access .warn")).to_have_text("None is chosen, so nobody may sign in.")
    press(page, "Add Choir")
    expect(page.get_by_role("status").first).to_have_text("Who may use Scores is saved.")
    expect(page.get_by_role("button", name="Remove Choir")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("link", name="Delete this client…").click()
    press(page, "Delete Scores")
    expect(page.get_by_role("status").first).to_have_text("Scores is deleted.")
    page.goto(f"{installation.origin}/settings/admin/audit-log")
    page.get_by_label("Event").select_option("CLIENT_DELETED")
    press(page, "Show")
    expect(page.locator("tbody tr")).to_have_count(1)


@pytest.mark.browser
def test_a_value_is_copied_and_said_so(installation: Installation) -> None:
    owner = installation.owner
    owner.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = owner.goto("/settings/admin/oidc-clients/new/immich")
    page.get_by_label("Address of the app").fill("https://immich.example.org")
    press(page, "Add Immich")
    page.get_by_role("button", name="Copy Issuer URL").click()
    expect(page.locator("#announcement")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == installation.origin
