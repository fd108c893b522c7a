"""Passkeys on the way to an app: suggestions, refusals, and browsers that have none."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from tests.chromium import Person
from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.processes import Server, free_port, relying_party

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("clean_consoles")]


@dataclass
class Home:
    """An app, and Anna, who has signed in to it before."""

    start: str
    owner: Person
    anna: Person


@pytest.fixture(scope="module")
def home(server: Server, person: MakePerson) -> Iterator[Home]:
    owner, anna = person(), person()
    port = free_port()
    walk.set_up(owner)
    client = walk.add_app_from_recipe(owner, "Immich", f"http://localhost:{port}")
    walk.enrol(anna, walk.add_person(owner, "anna", "Anna", "Muster"))
    environment = {"ISSUER": server.origin, "CLIENT_ID": client.client_id, "CLIENT_SECRET": client.secret}
    with relying_party(server.log.parent, port, **environment) as app_url:
        walk.sign_in_to_app(anna, f"{app_url}/auth/login", first_time=True)
        yield Home(f"{app_url}/auth/login", owner, anna)


def test_a_suggestion_of_the_browser_signs_in_without_a_click(
    home: Home, screen: Browser, people: list[Person]
) -> None:
    bert = Person(screen, home.anna.origin, suggestions=True)
    people.append(bert)
    bert.take_passkeys_of(home.anna)
    bert.page.goto(home.start)
    assert walk.result(bert)["claims"]["preferred_username"] == "anna"


def test_a_device_is_registered_once_and_says_so(home: Home) -> None:
    anna = home.anna
    page = anna.goto("/settings/account/passkeys/new")
    walk.use_passkey_again(anna)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert")).to_have_text(
        "This device or password manager has a passkey for this account already."
    )
    kept = anna.passkeys()
    anna.lose_passkeys()  # another device is taken
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/settings/account/passkeys/*-*")
    assert anna.passkeys()[0]["credentialId"] != kept[0]["credentialId"]


def test_who_is_not_verified_reads_why_and_goes_on_to_the_app(home: Home) -> None:
    anna = home.anna
    walk.sign_out(anna)
    anna.refuse_verification()
    anna.page.goto(home.start)
    button = anna.page.get_by_role("button", name="Sign in with your passkey")
    button.click()
    expect(anna.page.get_by_role("alert")).to_have_text(
        "Nothing was chosen, or it took too long. Please try again."
    )
    anna.refuse_verification(refuse=False)
    button.click()
    assert walk.result(anna)["claims"]["preferred_username"] == "anna"


def test_in_a_browser_without_passkeys_a_code_leads_to_the_app(home: Home, person: MakePerson) -> None:
    """The window that an app opens inside itself: the other ways instead of a dead button."""
    inside = person()
    inside.context.add_init_script("delete window.PublicKeyCredential")
    page = inside.page
    page.goto(home.start)
    expect(page.get_by_role("alert")).to_contain_text("open it in your browser instead")
    expect(page.get_by_role("button", name="passkey")).to_have_count(0)
    home.owner.goto("/settings/admin/users").get_by_role("link", name="Anna Muster").click()
    home.owner.page.get_by_role("button", name="Make a link").click()
    code = home.owner.page.locator("#one-time-link").inner_text().rpartition("/")[2]

    page.get_by_role("link", name="Another way to sign in").click()
    page.get_by_role("link", name="Login code").click()
    page.get_by_label("One-time code").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Add a passkey")).to_have_count(0)
    page.get_by_role("link", name="Skip for now").click()
    assert walk.result(inside)["claims"]["preferred_username"] == "anna"
