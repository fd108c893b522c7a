"""The server ends in the middle of a sign-in, in order or by kill -9, and nobody has to start over."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest
from playwright.sync_api import Page, Route

from tests.chromium import Person
from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.processes import Server, free_port, relying_party

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("clean_consoles")]


@dataclass
class Home:
    """An app, and Anna, who has a passkey."""

    app_url: str
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
        yield Home(app_url, anna)


def in_order(server: Server) -> None:
    assert server.stop() == 0
    server.start()


def at_once(server: Server) -> None:
    server.kill()
    server.start()


def before(url: str, page: Page, act: Callable[[], None]) -> None:
    """Do something once, when the browser is about to ask for an address."""

    def acting(route: Route) -> None:
        act()
        route.continue_()

    page.route(url, acting, times=1)


@pytest.mark.parametrize("restart", [in_order, at_once], ids=["SIGTERM", "SIGKILL"])
def test_a_sign_in_goes_on_after_a_restart_between_any_two_of_its_steps(
    home: Home, server: Server, fresh_database: str, restart: Callable[[Server], None]
) -> None:
    anna = home.anna
    page = anna.page
    walk.sign_out(anna)
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute("delete from consents")

    # The app has begun; the browser is on its way to /authorize
    before(f"{server.origin}/authorize?*", page, lambda: restart(server))
    page.goto(f"{home.app_url}/auth/login")
    page.wait_for_selector(walk.PASSKEY_FORM)
    page.wait_for_load_state()  # with its pictures

    # The sign-in page is open
    restart(server)
    page.locator("button.primary").click()

    # The consent page is open
    page.wait_for_selector(walk.CONSENT_FORM)
    page.wait_for_load_state()
    restart(server)

    # The browser has its code, and the app has not exchanged it yet
    before(f"{home.app_url}/api/oauth/callback", page, lambda: restart(server))
    walk.consent(anna)
    learnt = walk.result(anna)
    assert learnt["claims"]["name"] == "Anna Muster"

    # The session and the tokens are there too
    restart(server)
    assert "/login" not in anna.goto("/settings/account").url
    again = walk.sign_in_to_app(anna, f"{home.app_url}/auth/login")
    assert again["claims"]["sub"] == learnt["claims"]["sub"]
    with psycopg.connect(fresh_database) as connection:
        waiting = connection.execute("select count(*) from interactions")
        assert waiting.fetchall() == [(0,)]


def test_a_passkey_is_registered_over_a_restart(home: Home, server: Server) -> None:
    page = home.anna.goto("/settings/account/passkeys/new")
    walk.use_passkey_again(home.anna)
    home.anna.lose_passkeys()  # another device, which the list of known passkeys does not exclude
    at_once(server)
    page.locator("button.primary").click()
    page.wait_for_url("**/settings/account/passkeys/*-*")
    assert len(home.anna.passkeys()) == 1
