"""Claims of a person and of a group on their way to an app, a trial of the app, and its logo in the dark."""

import re
import sys

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import Person
from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.processes import Server, await_line, free_port, running

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("clean_consoles")]
CIRCLE = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='-5 -5 10 10'><circle r='{radius}'/></svg>"


def give(page: Page, *claims: tuple[str, str]) -> None:
    """Fill in the page of custom claims, and save."""
    for number, (name, value) in enumerate(claims, start=1):
        page.get_by_label(f"Name of claim {number}", exact=True).fill(name)
        page.get_by_label(f"Value of claim {number}", exact=True).fill(value)
    page.get_by_role("button", name="Save claims").click()
    expect(page.get_by_role("status").filter(has_text="are saved")).to_be_visible()


def test_claims_reach_an_app_and_an_admin_tries_it(
    server: Server, person: MakePerson, screen: Browser
) -> None:
    owner = person()
    port = free_port()
    origin = f"http://localhost:{port}"
    walk.set_up(owner)
    walk.add_group(owner, "family", "Olga Owner")
    page = owner.page
    page.get_by_role("link", name="Custom claims").click()
    give(page, ("apps", '["photos"]'), ("role", "user"))
    give_own_claims_without_script(owner, screen)
    client = walk.add_app_by_hand(owner, "Board", f"{origin}/callback", f"{origin}/goodbye")
    environment = {
        "ORIGIN": origin,
        "PORT": str(port),
        "ISSUER": server.origin,
        "CLIENT_ID": client.client_id,
        "CLIENT_SECRET": client.secret,
    }
    log = server.log.parent / "authlib_app.log"
    with running([sys.executable, "-m", "tests.authlib_app"], environment, log) as process:
        await_line(b"listening", process, log)
        learnt = walk.sign_in_to_app(owner, f"{origin}/login", first_time=True)
    for told in (learnt["claims"], learnt["userinfo"]):
        assert (told["role"], told["apps"], told["quota"]) == ("admin", ["wiki", "photos"], 5)

    here = f"/settings/admin/oidc-clients/{client.client_id}"
    try_it(owner, here, client.secret)
    expect(page.get_by_role("status").filter(has_text="It works here.")).to_be_visible()
    expect(page.get_by_text("Wrong", exact=True)).to_have_count(0)
    expect(page.locator("main")).to_contain_text('"role": "admin"')
    try_it(owner, here, "another secret")
    expect(page.get_by_role("alert")).to_contain_text("It does not work yet.")
    expect(page.locator("li").filter(has_text="Wrong")).to_contain_text("Make a new secret")
    page.reload()
    expect(page.locator("main")).to_contain_text("This trial is over")
    owner.problems.clear()  # the browser tells of the 410
    see_the_logos(owner, here)


def give_own_claims_without_script(owner: Person, screen: Browser) -> None:
    """The form needs no script."""
    link = owner.goto("/settings/admin/users").get_by_role("link", name="Olga Owner")
    address = f"{link.get_attribute('href')}/custom-claims"
    context = screen.new_context(java_script_enabled=False, storage_state=owner.context.storage_state())
    page = context.new_page()
    page.goto(owner.origin + address)
    give(page, ("apps", '["wiki"]'), ("role", "admin"), ("quota", "5"))
    expect(page.locator("#told")).to_contain_text("instead of the value of family")
    context.close()


def try_it(owner: Person, here: str, secret: str) -> None:
    """Begin a trial; this person has consented before."""
    page = owner.goto(f"{here}/try")
    page.get_by_label("Client secret").fill(secret)
    page.get_by_role("button", name="Try it").click()
    page.wait_for_url(re.compile("/try/callback"))


def see_the_logos(owner: Person, here: str) -> None:
    """One logo for light pages, and one for dark ones."""
    for variant, radius in (("Light pages", 4), ("Dark pages", 2)):
        page = owner.goto(here)
        page.get_by_label(variant, exact=True).check()
        content = CIRCLE.format(radius=radius).encode()
        page.locator("[name=logo]").set_input_files(
            {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": content}
        )
        page.get_by_role("button", name="Save logo").click()
        expect(page.get_by_role("status").filter(has_text="The logo is saved.")).to_be_visible()
    page.goto("about:blank")  # what the page before still fetches does not count
    fetched: list[str] = []
    page.on("requestfinished", lambda request: fetched.append(request.url))
    page.emulate_media(color_scheme="light")
    owner.goto("/settings/admin/oidc-clients")
    assert not [url for url in fetched if "light=false" in url]
    with page.expect_response(re.compile(r"/logo\?light=false")) as found:
        page.emulate_media(color_scheme="dark")
    assert 'r="2"' in found.value.text()
