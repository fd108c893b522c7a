"""Immich: openid-client 6.8.1 in the browser and on the phone, and the CSP that has to let both through."""

import base64
import hashlib
import json
import re
import secrets
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from playwright.sync_api import Route, expect

from tests.chromium import Person
from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.processes import Server, free_port, relying_party

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("clean_consoles")]
PHONE = "app.immich:///oauth-callback"


@dataclass
class Immich:
    """A running app, and Anna, who has signed in to it before."""

    url: str
    client: walk.AddedApp
    anna: Person

    def sign_in(self) -> None:
        """Anna signs in to the provider, if she is not."""
        page = self.anna.goto("/login")
        if page.locator(walk.PASSKEY_FORM).count():
            press(self.anna, "passkey$")()
            page.wait_for_url("**/settings/account")


@pytest.fixture(scope="module")
def immich(server: Server, person: MakePerson) -> Iterator[Immich]:
    port = free_port()
    owner, anna = person(), person()
    walk.set_up(owner)
    client = walk.add_app_from_recipe(owner, "Immich", f"http://localhost:{port}")
    walk.enrol(anna, walk.add_person(owner, "anna", "Anna", "Muster"))
    environment = {"ISSUER": server.origin, "CLIENT_ID": client.client_id, "CLIENT_SECRET": client.secret}
    with relying_party(server.log.parent, port, **environment) as url:
        walk.sign_in_to_app(anna, f"{url}/auth/login", first_time=True)
        yield Immich(url, client, anna)


def post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    """What an app on a phone asks its server."""
    request = urllib.request.Request(url, json.dumps(body).encode())  # noqa: S310  # a loopback address of ours
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        answered: dict[str, Any] = json.load(answer)
        return answered


class Phone:
    """The phone app: it keeps state and verifier, and has the browser open what its server names."""

    def __init__(self, app_url: str) -> None:
        self.app_url = app_url
        self.state = secrets.token_urlsafe(16)
        self.verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=")
        body = {"redirectUri": PHONE, "state": self.state, "codeChallenge": challenge.decode()}
        self.address: str = post(f"{app_url}/api/oauth/authorize", body)["url"]

    def finish(self, address: str) -> dict[str, Any]:
        """What the server learns from the address that the browser handed to the app."""
        body = {"url": address, "state": self.state, "codeVerifier": self.verifier}
        return post(f"{self.app_url}/api/oauth/callback", body)


def handed_to_the_phone(person: Person, act: Callable[[], None]) -> str:
    """Where the browser goes by what `act` does: an address of the phone app.

    Chromium then asks whether to open that app, so the tab is closed.
    """
    with person.page.expect_request(lambda request: request.url.startswith(PHONE)) as caught:
        act()
    person.new_tab()
    return str(caught.value.url)


def press(person: Person, name: str) -> Callable[[], None]:
    return lambda: person.page.get_by_role("button", name=re.compile(name)).click()


def test_immich_learns_who_it_is(immich: Immich) -> None:
    asked: list[str] = []
    immich.anna.page.on("request", lambda request: asked.append(request.url))
    walk.sign_out(immich.anna)
    learnt = walk.sign_in_to_app(immich.anna, f"{immich.url}/auth/login")
    query = parse_qs(urlsplit(next(url for url in asked if "/authorize?" in url)).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == [f"{immich.url}/auth/login"]
    assert learnt["profile"]["email"] == "anna@example.org"
    assert learnt["profile"] == learnt["claims"]  # a newer Immich finds all of it in the ID token
    assert learnt["userinfo"]["preferred_username"] == "anna"
    assert learnt["picture"] == {"status": 200, "type": "image/png"}
    linked = walk.sign_in_to_app(immich.anna, f"{immich.url}/user-settings")
    assert linked["claims"]["sub"] == learnt["claims"]["sub"]


def test_immich_may_send_its_secret_in_the_header_too(immich: Immich, server: Server) -> None:
    port = free_port()
    environment = {
        "ISSUER": f"{server.origin}/.well-known/openid-configuration",
        "CLIENT_ID": immich.client.client_id,
        "CLIENT_SECRET": immich.client.secret,
        "AUTH": "client_secret_basic",
        "ORIGIN": immich.url,
    }
    with relying_party(server.log.parent, port, **environment):
        phone = Phone(f"http://localhost:{port}")
        immich.sign_in()
        immich.anna.page.goto(f"{phone.address}&prompt=consent")
        address = handed_to_the_phone(immich.anna, press(immich.anna, "^Sign in to"))
        assert phone.finish(address)["profile"]["email"] == "anna@example.org"


@pytest.mark.parametrize("hint", ["", "yes"], ids=["older", "newer"])
def test_signing_out_of_immich(immich: Immich, server: Server, hint: str) -> None:
    port = free_port()
    environment = {
        "ISSUER": server.origin,
        "CLIENT_ID": immich.client.client_id,
        "CLIENT_SECRET": immich.client.secret,
        "LOGOUT_HINT": hint,
    }
    anna = immich.anna
    with relying_party(server.log.parent, port, **environment) as url:
        phone = Phone(url)
        immich.sign_in()
        anna.page.goto(f"{phone.address}&prompt=consent")
        phone.finish(handed_to_the_phone(anna, press(anna, "^Sign in to")))
        anna.page.goto(f"{url}/auth/logout")
        anna.page.wait_for_url(re.compile("/api/oidc/end-session"))
        if not hint:  # an address that anybody can make signs nobody out by itself
            expect(anna.page.get_by_role("heading", level=1)).to_have_text("Sign out of Pocket ID?")
            press(anna, "^Sign out$")()
        expect(anna.page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    anna.goto("/settings/account")
    anna.page.wait_for_url("**/login?redirect=*")


def test_the_phone_gets_its_code_from_the_sign_in_and_the_consent_page(immich: Immich) -> None:
    anna = immich.anna
    walk.sign_out(anna)
    phone = Phone(immich.url)
    anna.page.goto(f"{phone.address}&prompt=consent")
    press(anna, "passkey")()  # the consent page is the answer to this POST
    anna.page.wait_for_selector(walk.CONSENT_FORM)
    address = handed_to_the_phone(anna, press(anna, "^Sign in to"))
    assert phone.finish(address)["claims"]["name"] == "Anna Muster"
    walk.sign_out(anna)
    phone = Phone(immich.url)
    anna.page.goto(phone.address)
    address = handed_to_the_phone(anna, press(anna, "passkey"))  # consent is remembered
    assert phone.finish(address)["claims"]["name"] == "Anna Muster"


# Each page on the way that has a form: how to get there, and the button that leads back to the app
def at_sign_in(anna: Person, address: str) -> str:
    walk.sign_out(anna)
    anna.page.goto(address)
    return "^Cancel$"


def at_sign_in_after_a_refused_passkey(anna: Person, address: str) -> str:
    at_sign_in(anna, address)
    anna.page.evaluate("document.querySelector('form[data-passkey]').submit()")  # a POST without a passkey
    anna.page.wait_for_selector("[role=alert]:visible")
    anna.problems.clear()  # Chromium tells of the 422
    return "passkey$"


def at_another_sign_in(anna: Person, address: str) -> str:
    anna.page.goto(f"{address}&prompt=login")
    return "^Cancel$"


def at_the_choice(anna: Person, address: str) -> str:
    anna.page.goto(f"{address}&prompt=select_account")
    return "^Continue as"


def at_consent(anna: Person, address: str) -> str:
    anna.page.goto(f"{address}&prompt=consent")
    return "^Sign in to"


def at_consent_to_say_no(anna: Person, address: str) -> str:
    at_consent(anna, address)
    return "^Cancel$"


def at_the_plain_sign_in(anna: Person, address: str) -> str:
    at_sign_in(anna, address)
    anna.page.get_by_role("link", name="Another way to sign in").click()
    anna.page.get_by_role("link", name="Use your passkey instead").click()
    anna.page.wait_for_url("**/login?redirect=*")
    return "passkey$"


PLACES = (
    at_sign_in,
    at_sign_in_after_a_refused_passkey,
    at_another_sign_in,
    at_the_choice,
    at_consent,
    at_consent_to_say_no,
    at_the_plain_sign_in,
)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_a_page_with_a_form_lets_people_back_to_phone_and_web(
    immich: Immich, place: Callable[[Person, str], str]
) -> None:
    anna = immich.anna
    immich.sign_in()
    phone = Phone(immich.url)
    button = place(anna, phone.address)
    address = handed_to_the_phone(anna, press(anna, button))
    assert parse_qs(urlsplit(address).query)["state"] == [phone.state]
    immich.sign_in()
    web = post(f"{immich.url}/api/oauth/authorize", {"redirectUri": f"{immich.url}/user-settings"})["url"]
    button = place(anna, web)
    press(anna, button)()
    walk.result(anna)
    assert anna.page.url.startswith(f"{immich.url}/user-settings?")
    anna.problems.clear()  # the app did not ask for this one by its page, and says so


def test_a_one_time_code_and_a_new_passkey_on_the_way_end_at_the_phone_too(
    immich: Immich, server: Server
) -> None:
    anna = immich.anna
    code = server.run("one-time-access-token", "anna").splitlines()[-1].rpartition("/")[2]
    phone = Phone(immich.url)
    at_sign_in(anna, phone.address)
    anna.page.get_by_role("link", name="Another way to sign in").click()
    anna.page.get_by_role("link", name="Login code").click()
    anna.page.get_by_label("One-time code").fill(code)
    press(anna, "^Sign in$")()
    anna.page.wait_for_url("**/login/add-passkey?*")
    anna.lose_passkeys()
    address = handed_to_the_phone(anna, press(anna, "^Add a passkey"))
    assert phone.finish(address)["claims"]["name"] == "Anna Muster"


def test_who_has_no_access_is_led_back_to_the_phone(immich: Immich, fresh_database: str) -> None:
    immich.sign_in()
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute("update clients set is_group_restricted = true")
        immich.anna.page.goto(Phone(immich.url).address)
        immich.anna.problems.clear()  # Chromium tells of the 403
        address = handed_to_the_phone(immich.anna, press(immich.anna, "^Back to Immich"))
        connection.execute("update clients set is_group_restricted = false")
    assert parse_qs(urlsplit(address).query)["error"] == ["access_denied"]


def test_without_the_scheme_in_form_action_chromium_would_stop_it(immich: Immich) -> None:
    """What the tests above rest on: take the word out of the header, and the browser goes nowhere."""

    def without_the_scheme(route: Route) -> None:
        answer = route.fetch()
        headers = answer.headers | {
            "content-security-policy": answer.headers["content-security-policy"].replace(" app.immich:", "")
        }
        route.fulfill(response=answer, headers=headers)

    anna = immich.anna
    anna.page.route("**/interaction?*", without_the_scheme)
    immich.sign_in()
    anna.page.goto(f"{Phone(immich.url).address}&prompt=consent")
    anna.page.reload()  # Playwright changes no answer that a redirect led to
    left: list[str] = []
    anna.page.on("request", lambda request: left.append(request.url))
    with anna.page.expect_console_message(lambda message: "form-action" in message.text):
        press(anna, "^Sign in to")()
    assert [url for url in left if url.startswith(PHONE)] == []
    anna.page.unroute("**/interaction?*")
    anna.problems.clear()
