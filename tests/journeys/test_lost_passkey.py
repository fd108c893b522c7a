"""Getting back in: by an admin's link, by the command line, and by psql when nobody can administer any more."""

import re
import shutil
import subprocess

import psycopg
import pytest
from playwright.sync_api import expect

from tests.chromium import Person
from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.processes import ROOT, Server

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("clean_consoles")]


@pytest.fixture(scope="module")
def owner(person: MakePerson) -> Person:
    owner = person()
    walk.set_up(owner)
    return owner


def test_who_lost_a_passkey_gets_a_link_adds_a_new_one_and_removes_the_old(
    owner: Person, person: MakePerson
) -> None:
    anna = person()
    walk.enrol(anna, walk.add_person(owner, "anna", "Anna", "Muster"))
    walk.sign_out(anna)
    anna.lose_passkeys()
    anna.page.get_by_role("button", name="Sign in with your passkey").click()
    expect(anna.page.locator("[data-problem]")).to_contain_text("Please try again.")
    anna.page.get_by_role("link", name="Another way to sign in").click()
    expect(anna.page.locator("main")).to_contain_text("can give you a code")

    owner.goto("/settings/admin/users").get_by_role("link", name="Anna Muster").click()
    owner.page.get_by_role("button", name="Make a link").click()
    walk.enrol(anna, owner.page.locator("#one-time-link").inner_text())
    passkeys = anna.goto("/settings/account").locator("#passkeys li")
    expect(passkeys).to_have_count(2)
    passkeys.filter(has_text="not used yet").first.get_by_role("link", name=re.compile("^Remove")).click()
    anna.page.get_by_role("button", name="Delete passkey").click()
    walk.use_passkey_again(anna)
    expect(passkeys).to_have_count(1)
    walk.sign_out(anna)
    anna.page.get_by_role("button", name="Sign in with your passkey").click()
    anna.page.wait_for_url("**/settings/account")


def test_an_owner_who_lost_everything_gets_in_from_the_command_line(owner: Person, server: Server) -> None:
    walk.sign_out(owner)
    owner.lose_passkeys()
    printed = server.run("one-time-access-token", "owner")
    link = printed.splitlines()[-1]
    page = owner.page
    page.goto(link)
    page.locator("button.primary").click()
    page.wait_for_url("**/login/add-passkey*")

    # A code is not enough to administer
    owner.goto("/settings/admin/users")
    expect(page.locator("main")).to_contain_text("Please sign in with a passkey to administer.")
    owner.problems.clear()  # Chromium tells of the 403

    owner.goto("/login/add-passkey").locator("button.primary").click()
    page.wait_for_url("**/login/reauthenticate*")
    owner.goto("/settings/admin/users")
    expect(page.locator("main")).to_contain_text("Please sign in with a passkey to administer.")
    owner.problems.clear()
    owner.goto("/login/reauthenticate").locator("button.primary").click()
    page.wait_for_url("**/settings/account")
    expect(owner.goto("/settings/admin/users").locator("h1")).to_have_text("Users")
    page.goto(link)
    page.locator("button.primary").click()
    expect(page.locator("h1")).to_have_text("This code does not let you in")
    owner.problems.clear()  # Chromium tells of the 410


def test_psql_reopens_setup_for_who_can_use_no_account_any_more(
    owner: Person, person: MakePerson, server: Server, fresh_database: str
) -> None:
    newcomer = person()
    expect(newcomer.goto("/setup").locator("main")).to_contain_text("The first account")
    newcomer.problems.clear()  # Chromium tells of the 404
    psql = shutil.which("psql")
    assert psql, "psql is missing: make tools"
    script = ROOT / "sql" / "maintenance" / "reset_setup.sql"
    done = subprocess.run([psql, fresh_database, "-f", script], check=True, capture_output=True, text=True)
    assert re.search(r"Setup is open until \d\d:\d\d:\d\d UTC\.", done.stdout)
    assert done.stderr == ""

    page = newcomer.goto("/setup")
    page.get_by_label("User name").fill("rescuer")
    page.get_by_label("First name").fill("Rita")
    page.locator("button.primary").click()
    page.locator("button.primary").click()
    page.wait_for_url("**/settings/account")
    people = newcomer.goto("/settings/admin/users").locator("main")
    for name in ("Rita", "Olga Owner"):  # the rescuer administers; the others stay as they were
        expect(people).to_contain_text(name)
    expect(owner.goto("/settings/admin/users").locator("h1")).to_have_text("Users")
    with psycopg.connect(fresh_database) as connection:
        assert connection.execute("select setup_reopened_until from instance").fetchall() == [(None,)]
    page.context.clear_cookies()
    expect(newcomer.goto("/setup").locator("main")).to_contain_text("The first account")
    newcomer.problems.clear()
