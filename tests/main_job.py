"""The main job over real HTTP without a screen: set up, add an app, sign in to it, refresh.

browser = Browser(server_at(port), "http://localhost:1411")
done = walk(browser)        done.secrets: every text that must be found in no log
"""

import html
import http.client
import re
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.authenticator import Authenticator, options_of
from tests.browser import Application, Browser
from tests.oidc.flow import App, answer

_INTERACTION = re.compile(r'name="id" value="([^"]+)"')
_SECRET = re.compile(r'<span class="label">Client secret</span><div class="copy"><code id="[^"]*">([^<]+)')
_LINK = re.compile(r'id="one-time-link">([^<]+)')


def server_at(port: int = 0, unix_socket: str | None = None) -> Application:
    """A running server as if it were a WSGI application; a new connection for each request."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        if unix_socket:
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(20)
            connection.sock.connect(unix_socket)
        target = environ["PATH_INFO"] + ("?" + environ["QUERY_STRING"] if environ["QUERY_STRING"] else "")
        body = environ["wsgi.input"].read()
        headers = dict(_headers(environ))
        connection.request(
            environ["REQUEST_METHOD"], target, body or None, {"Content-Length": str(len(body)), **headers}
        )
        got = connection.getresponse()
        content = got.read()
        start_response(f"{got.status} {got.reason}", got.getheaders())
        connection.close()
        return [content]

    return application


def _headers(environ: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield name.removeprefix("HTTP_").replace("_", "-").title(), value
    if "CONTENT_TYPE" in environ:
        yield "Content-Type", environ["CONTENT_TYPE"]


@dataclass
class Done:
    """What the walk leaves: the owner's browser and device, the app, and every secret that was shown or sent."""

    browser: Browser
    device: Authenticator
    app: App
    tokens: dict[str, Any]
    secrets: list[str] = field(default_factory=list)


def walk(browser: Browser) -> Done:
    """Set up an empty installation and use it once. Raises AssertionError where a step does not lead on."""
    secrets: list[str] = []
    device = set_up(browser)
    app = add_app(browser)
    assert app.secret
    code = sign_in_to(app, browser)
    first = app.exchange(browser, code).json()
    second = app.refresh(browser, first["refresh_token"]).json()
    info = app.userinfo(browser, second["access_token"]).json()
    assert info["name"] == "Olga Owner"
    link = link_for_new_person(browser)
    secrets += [app.secret, code, link.rpartition("/")[2], *browser.cookies.values()]
    secrets += [
        tokens[name] for tokens in (first, second) for name in ("access_token", "refresh_token", "id_token")
    ]
    return Done(browser, device, app, second, secrets)


def set_up(browser: Browser, email: str = "") -> Authenticator:
    """The first account with its passkey; signed in afterwards."""
    device = Authenticator(browser.origin)
    browser.get("/setup")
    browser.post("/setup", {"username": "owner", "first_name": "Olga", "last_name": "Owner", "email": email})
    browser.post("/setup/passkey", {"credential": device.create(options_of(browser.text))})
    assert (browser.status, browser.location) == (303, "/settings/account"), browser.text
    return device


def sign_in(browser: Browser, device: Authenticator) -> None:
    """A passkey at the sign-in page."""
    browser.get("/login")
    browser.post("/login", {"credential": device.get(options_of(browser.text))})
    assert browser.status == 303, browser.text


def add_app(browser: Browser, **changes: str) -> App:
    """A client by hand, with the secret that its page shows once; `changes` are fields of the form."""
    form = {
        "id": "app",
        "name": "App",
        "redirect_uris": "https://app.example.test/callback",
        "requires_pkce": "true",
        "signing_algorithm": "RS256",
        "access_token_minutes": "60",
        "refresh_token_minutes": "1440",
        **changes,
    }
    browser.get("/settings/admin/oidc-clients/new/by-hand")
    browser.post("/settings/admin/oidc-clients/new/by-hand", form)
    shown = _SECRET.search(browser.text)
    assert shown, browser.text
    scope = {"scope": "openid profile offline_access"}
    return App(form["id"], html.unescape(shown[1]), form["redirect_uris"], scope)


def sign_in_to(app: App, browser: Browser) -> str:
    """Authorize, consenting if that is asked; the code."""
    app.authorize(browser)
    if browser.location.startswith("/interaction"):
        browser.get(browser.location)
        found = _INTERACTION.search(browser.text)
        assert found, browser.text
        browser.post("/interaction/consent", {"id": found[1]})
    return answer(browser)["code"]


def link_for_new_person(browser: Browser) -> str:
    """A one-time link of a second person, opened once but not used."""
    browser.get("/settings/admin/users/new")
    browser.post(
        "/settings/admin/users/new",
        {"username": "anna", "first_name": "Anna", "last_name": "Muster", "email": "anna@example.test"},
        follow=True,
    )
    person = re.search(r"/settings/admin/users/([0-9a-f-]{36})", browser.text)
    assert person, browser.text
    browser.post(f"/settings/admin/users/{person[1]}/links", {"minutes": "60"})
    found = _LINK.search(browser.text)
    assert found, browser.text
    browser.get(found[1].removeprefix(browser.origin))
    return found[1]
