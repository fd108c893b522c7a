"""Ending sessions: those of one's other browsers, and those of somebody who is disabled."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from playwright.sync_api import expect

from tests.chromium import Person
from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.processes import Server, free_port, relying_party

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("clean_consoles")]


@dataclass
class Home:
    """An owner, Anna with two browsers, and an app that the second one is signed in to."""

    owner: Person
    here: Person
    there: Person
    app_url: str

    def userinfo(self) -> tuple[int, str]:
        """Status and text of the app's question who its person is."""
        try:
            with urllib.request.urlopen(f"{self.app_url}/api/userinfo", timeout=10) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture(scope="module")
def home(server: Server, person: MakePerson) -> Iterator[Home]:
    owner, here, there = person(), person(), person()
    port = free_port()
    walk.set_up(owner)
    client = walk.add_app_from_recipe(owner, "Immich", f"http://localhost:{port}")
    walk.enrol(here, walk.add_person(owner, "anna", "Anna", "Muster"))
    there.take_passkeys_of(here)  # they are synced
    environment = {
        "ISSUER": server.origin,
        "CLIENT_ID": client.client_id,
        "CLIENT_SECRET": client.secret,
    }
    with relying_party(server.log.parent, port, **environment) as app_url:
        walk.sign_in_to_app(there, f"{app_url}/auth/login", first_time=True)
        yield Home(owner, here, there, app_url)


def is_signed_in(person: Person) -> bool:
    return "/login" not in person.goto("/settings/account").url


def test_signing_out_everywhere_else_ends_the_other_browser_and_its_app(home: Home) -> None:
    status, answered = home.userinfo()
    assert status == 200
    assert json.loads(answered)["preferred_username"] == "anna"
    sessions = home.here.goto("/settings/account").locator("#sessions")
    expect(sessions.locator("li")).to_have_count(2)
    expect(sessions.locator("li").filter(has_text="Immich")).to_have_count(1)
    sessions.get_by_role("button", name="Sign out everywhere else").click()
    expect(home.here.page.locator("main")).to_contain_text("You are signed out everywhere else.")
    expect(sessions.locator("li")).to_have_count(1)
    assert not is_signed_in(home.there)
    assert is_signed_in(home.here)
    status, answered = home.userinfo()
    assert status == 500
    assert json.loads(answered)["status"] == 401


def test_a_disabled_person_is_out_at_once_in_an_open_browser(home: Home, fresh_database: str) -> None:
    walk.sign_in_to_app(home.here, f"{home.app_url}/auth/login")
    assert home.userinfo()[0] == 200
    home.here.goto("/settings/account")
    page = home.owner.goto("/settings/admin/users")
    page.get_by_role("link", name="Anna Muster").click()
    page.get_by_role("link", name="Disable…").click()
    page.locator("form[action$='/disable'] button").click()
    expect(page.locator("main")).to_contain_text("is disabled: no passkey and no link lets them in.")

    home.here.page.get_by_label("First name").fill("Mallory")  # on the page that was open
    home.here.page.get_by_role("button", name="Save", exact=True).click()
    expect(home.here.page.locator("main")).to_contain_text("Please sign in first.")
    home.here.problems.clear()  # Chromium tells of the refusal
    assert not is_signed_in(home.here)
    assert json.loads(home.userinfo()[1])["status"] == 401
    home.here.page.locator("button.primary").click()
    expect(home.here.page.get_by_role("alert").first).to_be_visible()
    assert not is_signed_in(home.here)
    home.here.problems.clear()
    with psycopg.connect(fresh_database) as connection:
        left = connection.execute(
            "select count(*) from sessions join users on users.id = user_id where username = 'anna'"
        )
        assert left.fetchall() == [(0,)]
        names = connection.execute("select first_name from users where username = 'anna'")
        assert names.fetchall() == [("Anna",)]
