"""An admin invites people: by mail to an app, by a link from one screen to another, and what is left without script."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.chromium import Person
from tests.conftest import ENCRYPTION_KEY
from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.mail_server import MailServer
from tests.processes import Server, free_port

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("clean_consoles")]
LIST = "/settings/admin/invitations"


class Wiki(BaseHTTPRequestHandler):
    """An app at another origin."""

    def do_GET(self) -> None:
        """Its first page, whatever is asked for."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b'<link rel="icon" href="data:,"><h1>The wiki</h1>')

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def wiki() -> Iterator[str]:
    """The address of the app."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Wiki) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def mailbox() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture(scope="module")
def server(fresh_database: str, folder: Path, mailbox: MailServer) -> Iterator[Server]:
    environment = {
        "DB_CONNECTION_STRING": fresh_database,
        "ENCRYPTION_KEY": ENCRYPTION_KEY,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mailbox.port),
        "SMTP_TLS": "none",
        "SMTP_FROM": "id@example.test",
    }
    with Server(folder, free_port(), **environment) as running:
        yield running


@pytest.fixture(scope="module")
def owner(person: MakePerson, wiki: str) -> Person:
    """An owner with a group, and an app that can be opened."""
    owner = person()
    walk.set_up(owner)
    walk.add_group(owner, "Family")
    walk.add_app_by_hand(owner, "Wiki", f"{wiki}callback", f"{wiki}bye")
    page = owner.page
    page.get_by_label("Launch address").fill(wiki)
    page.get_by_role("button", name="Save changes").click()
    return owner


def test_who_is_invited_by_mail_comes_by_the_keyboard_and_lands_at_the_app(
    owner: Person, person: MakePerson, mailbox: MailServer, wiki: str
) -> None:
    page = owner.goto("/settings/admin/users")
    page.get_by_role("link", name="Invite user").click()
    page.get_by_label("First name").fill("Tim")
    page.get_by_label("Last name").fill("Tanne")
    page.get_by_label("E-mail", exact=True).fill("tim@example.test")
    page.get_by_label("Family").check()
    page.get_by_label("Where they land").select_option(label="Wiki")
    page.get_by_label("A word to them").fill("The recipes are in there.")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("status").first).to_contain_text("is on its way to tim@example.test")

    (mail,) = mailbox.wait()
    assert "The recipes are in there." in mail.text
    tim = person()
    tim.page.goto(mail.link("/invitation/"))
    expect(tim.page.locator("h1")).to_have_text("Welcome, Tim")
    expect(tim.page.get_by_label("User name")).to_have_value("tim")
    tim.page.get_by_label("User name").press("Enter")
    expect(tim.page.locator("h1")).to_have_text("Now your passkey, Tim")
    tim.page.locator("button.primary").press("Enter")
    tim.page.wait_for_url(wiki)
    expect(tim.page.locator("h1")).to_have_text("The wiki")

    expect(owner.goto(LIST).locator("tbody tr")).to_contain_text(["Accepted"])
    owner.goto("/settings/admin/users").get_by_role("link", name="Tim Tanne").click()
    expect(page.locator("main")).to_contain_text("invited by Olga Owner")
    expect(page.locator("main")).to_contain_text("Family")
    expect(page.get_by_label("The address is verified")).to_be_checked()
    walk.sign_out(tim)
    tim.page.get_by_role("button", name="Sign in with your passkey").click()
    tim.page.wait_for_url("**/settings/account")


def test_a_club_comes_from_a_file_and_a_link_is_handed_over(owner: Person, person: MakePerson) -> None:
    page = owner.goto(f"{LIST}/import")
    page.get_by_label("I hand it over").check()

    def look_at(text: str) -> None:
        page.get_by_label("File", exact=True).set_input_files(
            {"name": "club.csv", "mimeType": "text/csv", "buffer": text.encode()}
        )
        page.get_by_role("button", name="Look at the file").click()

    look_at("Vorname;Gruppe\nUma;Rowers\nVera;Family\n")
    expect(page.locator("tbody")).to_contain_text("There is no group “Rowers”.")
    page.get_by_role("link", name="Upload it again").click()
    page.get_by_label("I hand it over").check()
    look_at("Vorname;Gruppe\nUma;Family\nVera;Family\n")
    page.get_by_role("button", name="Invite 2 people").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the links").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    (link,) = re.findall(r"^Uma,.*?(http\S+)", text, re.MULTILINE)

    uma = person()
    uma.page.goto(link)
    uma.page.get_by_label("E-mail").fill("uma@example.test")
    uma.page.get_by_role("button", name="Go on to the passkey").click()
    uma.page.get_by_role("button", name="Add a passkey and finish").click()
    uma.page.wait_for_url("**/settings/apps")
    expect(uma.page.get_by_role("status").first).to_contain_text("Your passkey is ready")
    states = owner.goto(LIST).locator("tbody tr")
    expect(states.filter(has_text="Uma")).to_contain_text("Accepted")
    expect(states.filter(has_text="Vera")).to_contain_text("Link made")


def test_without_script_everything_works_but_the_passkey(owner: Person, screen: Browser) -> None:
    page = owner.goto(f"{LIST}/new")
    page.get_by_label("First name").fill("Nils")
    page.get_by_label("I hand it over").check()
    page.get_by_role("button", name="Invite").click()
    link = page.locator("#invitation-link").inner_text()
    context = screen.new_context(java_script_enabled=False)
    silent = context.new_page()
    silent.goto(link)
    silent.get_by_label("E-mail").fill("nils@example.test")
    silent.get_by_role("button", name="Go on to the passkey").click()
    expect(silent.locator("noscript .notice")).to_be_visible()
    context.close()
    expect(owner.goto(LIST).locator("tbody tr").filter(has_text="Nils")).to_contain_text("Opened")
