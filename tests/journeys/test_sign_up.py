"""New people: by a link that was scanned, and from an app, accepted while they wait."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import Person
from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.processes import Server, free_port, relying_party

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("clean_consoles")]
SIGN_UP = "/settings/admin/sign-up"


@dataclass
class Home:
    """An owner, and the address of an app."""

    owner: Person
    app_url: str


@pytest.fixture(scope="module")
def home(server: Server, person: MakePerson) -> Iterator[Home]:
    owner = person()
    walk.set_up(owner)
    port = free_port()
    app = walk.add_app_from_recipe(owner, "Immich", f"http://localhost:{port}")
    environment = {"ISSUER": server.origin, "CLIENT_ID": app.client_id, "CLIENT_SECRET": app.secret}
    with relying_party(server.log.parent, port, **environment) as app_url:
        yield Home(owner, app_url)


def allow(owner: Person, who: str, *, accepted: bool = False) -> None:
    page = owner.goto(SIGN_UP)
    page.get_by_label(who, exact=True).check()
    page.get_by_label("An administrator accepts everybody").set_checked(accepted)
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text("The settings are saved.")).to_be_visible()


def fill_in(page: Page, first_name: str, username: str) -> None:
    page.get_by_label("First name").fill(first_name)
    page.get_by_label("User name").fill(username)
    page.get_by_label("E-mail").fill(f"{username}@example.org")
    page.get_by_role("button", name="Go on to the passkey").click()


def type_who(page: Page, first_name: str, username: str) -> None:
    fill_in(page, first_name, username)
    page.get_by_role("button", name="Add a passkey and finish").click()


def test_who_scans_a_link_is_in_after_one_form_and_a_passkey(home: Home, person: MakePerson) -> None:
    allow(home.owner, "People with a sign-up link")
    page = home.owner.goto(SIGN_UP)
    page.get_by_role("button", name="Make a sign-up link").click()
    expect(page.get_by_role("img", name="The link as a QR code")).to_be_visible()
    link = page.locator("#sign-up-link").inner_text()
    clara = person()
    clara.page.goto(link)
    type_who(clara.page, "Clara", "clara")
    expect(clara.page.get_by_text("Welcome. Your account is ready.")).to_be_visible()
    expect(clara.goto("/settings/apps").get_by_role("link", name="Immich").first).to_be_visible()
    late = person()
    late.page.goto(link)
    expect(late.page.locator("h1")).to_have_text("You cannot sign up here now")
    late.problems.clear()  # Chromium tells of the 410


def test_who_comes_from_an_app_waits_is_accepted_and_ends_in_the_app(home: Home, person: MakePerson) -> None:
    allow(home.owner, "Everybody", accepted=True)
    dora = person()
    page = dora.page
    page.goto(f"{home.app_url}/auth/login")
    page.get_by_role("link", name="Sign up").click()
    type_who(page, "Dora", "dora")
    expect(page.locator("h1")).to_have_text("Your account waits")
    elsewhere = person()
    elsewhere.take_passkeys_of(dora)
    elsewhere.goto("/login").get_by_role("button", name="Sign in with your passkey").click()
    expect(elsewhere.page.locator("h1")).to_have_text("Your account waits")

    admin = home.owner.goto("/settings/admin/users")
    admin.get_by_role("link", name="Decide").click()
    admin.get_by_role("button", name="Accept Dora").click()
    expect(admin.get_by_text("Dora is accepted.")).to_be_visible()
    expect(page.locator("h1")).to_have_text("You are in")  # by itself
    page.get_by_role("button", name="Sign in with your passkey").click()
    walk.consent(dora)
    assert walk.result(dora)["claims"]["preferred_username"] == "dora"


def test_without_script_everything_works_up_to_the_passkey(home: Home, screen: Browser) -> None:
    allow(home.owner, "Everybody")
    context = screen.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{home.owner.origin}/login")
    page.get_by_role("link", name="Sign up").click()
    fill_in(page, "Emil", "owner")
    expect(page.get_by_label("User name")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("First name")).to_have_value("Emil")
    fill_in(page, "Emil", "emil")
    expect(page.locator("h1")).to_have_text("Now your passkey, Emil")
    expect(page.get_by_role("button")).to_have_count(0)
    context.close()
