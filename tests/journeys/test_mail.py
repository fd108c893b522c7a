"""What is mailed, from the server's process through a mail server to the person who opens it in a browser."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import Person
from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.mail_server import MailServer, Received
from tests.processes import Server, free_port

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("clean_consoles")]
SETTINGS = "/settings/admin/application-configuration"
NextMail = Callable[..., Received]


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    """With a database of its own, as on a small machine."""
    with Server(folder, free_port(), LOG_LEVEL="debug") as running:
        yield running


@pytest.fixture(scope="module")
def mailbox() -> Iterator[MailServer]:
    with MailServer() as mailbox:
        yield mailbox


@pytest.fixture
def next_mail(mailbox: MailServer) -> NextMail:
    """The next mail to an address with some words in its subject; others, such as of a new passkey, are passed over."""
    seen = len(mailbox.received)

    def wait(address: str, words: str) -> Received:
        nonlocal seen
        while True:
            seen += 1
            received = mailbox.wait(seen, seconds=30)[seen - 1]
            if received.recipients == [address] and words in received.subject:
                return received

    return wait


@pytest.fixture(scope="module")
def owner(person: MakePerson, mailbox: MailServer) -> Person:
    """The owner, who has named the mail server, and wants every kind of mail sent."""
    owner = person()
    walk.set_up(owner)
    page = owner.goto(SETTINGS)
    page.get_by_label("Server (SMTP)").fill("127.0.0.1")
    page.get_by_label("Port", exact=True).fill(str(mailbox.port))
    page.get_by_label("Encryption").select_option("none")
    page.get_by_label("Sender").fill("id@example.org")
    for sent in ("A sign-in from a device", "A link with which people", "One-time codes that people ask"):
        page.get_by_label(sent).check()
    page.get_by_role("button", name="Save e-mail settings").click()
    expect(page.get_by_role("button", name="Send a test e-mail")).to_be_visible()
    address_of(owner, "Olga Owner", "owner@example.org")
    return owner


@pytest.fixture(scope="module")
def anna(owner: Person, person: MakePerson) -> Person:
    anna = person()
    walk.enrol(anna, walk.add_person(owner, "anna", "Anna", "Muster"))
    return anna


@pytest.fixture
def plain(screen: Browser, server: Server) -> Iterator[Page]:
    """A browser without script, in which nobody is signed in."""
    context = screen.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def address_of(owner: Person, name: str, address: str, *, verified: bool = True) -> None:
    """The owner writes somebody's address."""
    page = owner.goto("/settings/admin/users")
    page.get_by_role("link", name=name).click()
    page.get_by_label("E-mail", exact=True).fill(address)
    page.get_by_label("The address is verified").set_checked(verified)
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text(f"The changes to {name} are saved.")).to_be_visible()


def test_an_address_is_proved_by_its_mail(
    owner: Person, anna: Person, plain: Page, next_mail: NextMail
) -> None:
    address_of(owner, "Anna Muster", "muster@example.org", verified=False)
    next_mail("anna@example.org", "was changed")
    page = anna.goto("/settings/account")
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_text("A link is on its way to muster@example.org.")).to_be_visible()
    plain.goto(next_mail("muster@example.org", "Is this your address").link("/verify-email"))
    plain.get_by_role("button", name="Yes, it is mine").click()
    expect(plain.locator("h1")).to_have_text("Your address is verified")
    expect(anna.goto("/settings/account").get_by_text("Verified", exact=True)).to_be_visible()


def test_a_code_from_the_mail_signs_in_where_it_was_asked_for_and_nowhere_else(
    anna: Person, plain: Page, server: Server, screen: Browser, next_mail: NextMail
) -> None:
    plain.goto(f"{server.origin}/login/alternative")
    plain.get_by_role("link", name="E-mail").click()
    plain.get_by_label("Your e-mail").fill("muster@example.org")
    plain.get_by_role("button", name="Send me a code").click()
    expect(plain.locator("h1")).to_have_text("Enter the code")
    mail = next_mail("muster@example.org", "Your code")
    found = re.search(r"/lc/([0-9A-Z]{6})\b", mail.link("/lc/"))
    assert found
    elsewhere = screen.new_context(java_script_enabled=False)
    page = elsewhere.new_page()
    page.goto(mail.link("/lc/"))
    expect(page.locator("h1")).to_have_text("Enter the code where you asked for it")
    expect(page.locator(".device-code")).to_have_text(found[1])
    elsewhere.close()
    plain.get_by_label("Code").fill(found[1])
    plain.get_by_role("button", name="Sign in").click()
    plain.goto(f"{server.origin}/settings/account")
    expect(plain.locator("h1")).to_have_text("Your account")


def test_a_sign_in_from_a_new_device_is_ended_by_who_did_not_do_it(
    owner: Person, anna: Person, plain: Page, screen: Browser, next_mail: NextMail
) -> None:
    thief = Person(screen, anna.origin, user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)")
    thief.take_passkeys_of(anna)
    thief.goto("/login").get_by_role("button", name="Sign in with your passkey").click()
    thief.page.wait_for_url("**/settings/account")
    plain.goto(next_mail("muster@example.org", "New sign-in").link("/not-me"))
    plain.get_by_role("button", name="It was not me: end it").click()
    expect(plain.locator("h1")).to_have_text("That sign-in is ended")
    reported = next_mail("owner@example.org", "Anna Muster reports a sign-in")
    thief.goto("/settings/account")
    expect(thief.page).to_have_url(re.compile("/login"))
    thief.close()
    expect(anna.goto("/settings/account").locator("h1")).to_have_text("Your account")
    owner.page.goto(reported.link("/settings/admin/users/"))
    expect(owner.page.locator("h1")).to_have_text("Anna Muster")


def test_who_signs_up_and_who_accepts_are_told_by_mail(
    owner: Person, person: MakePerson, next_mail: NextMail
) -> None:
    page = owner.goto("/settings/admin/sign-up")
    page.get_by_label("Everybody", exact=True).check()
    page.get_by_label("An administrator accepts everybody").check()
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text("The settings are saved.")).to_be_visible()
    dora = person()
    dora.goto("/signup").get_by_label("First name").fill("Dora")
    dora.page.get_by_label("User name").fill("dora")
    dora.page.get_by_label("E-mail").fill("dora@example.org")
    dora.page.get_by_role("button", name="Go on to the passkey").click()
    expect(dora.page.locator("h1")).to_have_text("Look into your mail")
    dora.page.goto(next_mail("dora@example.org", "Go on with your account").link("/signup/confirm"))
    dora.page.get_by_role("button", name="Add a passkey and finish").click()
    expect(dora.page.locator("h1")).to_have_text("Your account waits")
    owner.goto("/settings/account")  # or the link would be a place on the page that is open
    page.goto(next_mail("owner@example.org", "Dora waits to be accepted").link("/settings/admin/sign-up"))
    page.get_by_role("button", name="Accept Dora").click()
    expect(page.get_by_text("Dora is accepted.")).to_be_visible()
    dora.page.goto(next_mail("dora@example.org", "is accepted").link("/login"))
    dora.page.get_by_role("button", name="Sign in with your passkey").click()
    dora.page.wait_for_url("**/settings/account")
