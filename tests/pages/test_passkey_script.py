"""passkey.js in Chromium: the ceremonies, and what people see where they do not work."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cheroot.wsgi import Server
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from pocketid import users, web, webauthn
from pocketid.routes import ROUTES
from pocketid.users import User
from pocketid.web import Site
from tests.chromium import Person, chromium
from tests.conftest import make_config

pytestmark = pytest.mark.browser

# A browser of 2023, and a password manager whose answers have no toJSON
WITHOUT_JSON = """
  delete PublicKeyCredential.parseCreationOptionsFromJSON;
  delete PublicKeyCredential.parseRequestOptionsFromJSON;
  delete PublicKeyCredential.prototype.toJSON;
"""


@pytest.fixture(scope="module")
def screen() -> Iterator[Chromium]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def served(committed_site: Site) -> Iterator[Site]:
    """The site, answering at an address of this machine."""
    server = Server(("127.0.0.1", 0), lambda *_arguments: [])
    server.prepare()
    url = f"http://localhost:{server.bind_addr[1]}"
    site = replace(committed_site, config=make_config(APP_URL=url))
    server.wsgi_app = web.application(site, ROUTES)
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield site
    server.stop()
    thread.join(timeout=10)


@pytest.fixture
def person(screen: Chromium, served: Site) -> Iterator[Person]:
    person = Person(screen, served.config.app_url)
    yield person
    person.close()


def set_up(person: Person) -> None:
    page = person.goto("/setup")
    page.fill("#username", "anna")
    page.fill("#first_name", "Anna")
    with page.expect_navigation():
        page.click("button.primary")
    page.click("button.primary")
    page.wait_for_url("**/settings/account")


def sign_out(person: Person) -> None:
    person.goto("/logout").click("button.primary")
    person.page.wait_for_url("**/login")


def anna(site: Site) -> User:
    with site.database() as db:
        found = users.find(db, "anna")
    assert found is not None
    return found


def test_setup_and_sign_in_by_a_click(person: Person, served: Site) -> None:
    set_up(person)
    credential = person.passkeys()[0]
    assert credential["isResidentCredential"]
    assert credential["rpId"] == "localhost"
    sign_out(person)
    person.page.click("button.primary")
    person.page.wait_for_url("**/settings/account")
    with served.database() as db:
        passkey = webauthn.of_user(db, anna(served).id)[0]
    assert passkey.last_used_at is not None
    assert passkey.transports == ["internal"]
    assert person.problems == []


def test_the_passkey_is_among_the_suggestions_of_the_browser(screen: Chromium, served: Site) -> None:
    person = Person(screen, served.config.app_url, suggestions=True)
    set_up(person)
    person.goto("/logout").click("button.primary")
    person.page.wait_for_url("**/settings/account")
    person.close()


def test_browsers_without_the_json_forms_can_do_it_too(person: Person) -> None:
    person.page.add_init_script(WITHOUT_JSON)
    set_up(person)
    sign_out(person)
    person.page.click("button.primary")
    person.page.wait_for_url("**/settings/account")
    person.goto("/settings/account/passkeys/new").click("button.primary")
    expect(person.page.locator("[data-problem]")).to_have_text(
        "This device or password manager has a passkey for this account already."
    )


def test_whoever_is_not_verified_is_told_and_can_try_again(person: Person) -> None:
    set_up(person)
    person.refuse_verification()
    sign_out(person)
    person.page.click("button.primary")
    expect(person.page.locator("[data-problem]")).to_contain_text("Please try again.")
    person.refuse_verification(refuse=False)
    person.page.click("button.primary")
    person.page.wait_for_url("**/settings/account")


def test_a_browser_inside_an_app_gets_the_way_out_instead_of_a_dead_button(person: Person) -> None:
    person.page.add_init_script("delete window.PublicKeyCredential")
    page = person.goto("/setup")
    page.fill("#username", "anna")
    page.fill("#first_name", "Anna")
    page.click("button.primary")
    expect(page.get_by_role("alert").filter(has_text="This browser cannot use passkeys.")).to_be_visible()
    expect(page.get_by_role("button", name="Add a passkey and finish")).to_have_count(0)
    assert person.problems == []


FAILURES: dict[str, tuple[str, str]] = {
    "certificate": (
        "new DOMException('WebAuthn is not supported on sites with TLS certificate errors.', 'NotAllowedError')",
        "does not trust this site's certificate",
    ),
    "address": (
        "new DOMException('This is an invalid domain.', 'SecurityError')",
        "at the address that it was set up for",
    ),
    "cancelled": (
        "new DOMException('The operation was cancelled.', 'NotAllowedError')",
        "Nothing was chosen",
    ),
    "anything": ("new DOMException('The device broke.', 'UnknownError')", "could not do that"),
}


@pytest.mark.parametrize(("error", "sentence"), FAILURES.values(), ids=FAILURES.keys())
def test_each_failure_has_its_sentence(error: str, sentence: str, person: Person) -> None:
    set_up(person)
    person.page.add_init_script(f"CredentialsContainer.prototype.get = async () => {{ throw {error}; }}")
    sign_out(person)
    person.page.click("button.primary")
    expect(person.page.locator("[data-problem]")).to_contain_text(sentence)
    assert person.problems == []


def test_the_password_manager_is_told_of_a_passkey_that_nobody_has(person: Person, served: Site) -> None:
    set_up(person)
    told: list[Any] = []
    person.page.expose_function("told", lambda signal: told.append(signal))  # noqa: PLW0108  # Playwright marks what it is given
    person.page.add_init_script("PublicKeyCredential.signalUnknownCredential = async (a) => told(a)")
    with served.database() as db:
        connection = db._source.take()
        connection.execute("delete from passkeys")
        db._source.give_back(connection)
    sign_out(person)
    person.page.click("button.primary")
    expect(person.page.get_by_role("alert").first).to_contain_text("did not work")
    assert [signal["rpId"] for signal in told] == ["localhost"]
