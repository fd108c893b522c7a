"""The audit log in a real browser: found by filters, opened, downloaded; without script, too."""

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import Person
from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.processes import Server

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("clean_consoles")]
LOG = "/settings/admin/audit-log"


@pytest.fixture(scope="module")
def owner(person: MakePerson) -> Person:
    owner = person()
    walk.set_up(owner)
    walk.add_person(owner, "anna", "Anna", "Muster")
    return owner


def walk_through(page: Page, origin: str) -> None:
    """Find an event, look at it, and download what was found."""
    page.goto(origin + LOG)
    page.get_by_label("Event").select_option(label="Person added")
    page.get_by_label("Person").fill("ann")
    page.get_by_label("From").fill("2026-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Person added").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Person added")
    expect(page.get_by_text("This machine")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Download").click()
    expect(page.get_by_text("ann", exact=True)).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="NDJSON").click()
    lines = downloading.value.path().read_text().splitlines()
    assert [json.loads(line)["username"] for line in lines] == ["anna"]
    assert downloading.value.suggested_filename.startswith("audit-log-20")


def test_an_event_is_found_opened_and_downloaded(owner: Person, server: Server) -> None:
    walk_through(owner.page, server.origin)


def test_it_is_so_without_script(owner: Person, server: Server, screen: Browser) -> None:
    context = screen.new_context(
        storage_state=owner.page.context.storage_state(), java_script_enabled=False, locale="en"
    )
    walk_through(context.new_page(), server.origin)
    context.close()
