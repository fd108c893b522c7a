"""An app of another site that posts its request and is answered by a form, short and too long for an address."""

import html
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import expect

from pocketid import clients
from pocketid.db import Database, Statements, connect
from tests.chromium import Person
from tests.conftest import OneConnection
from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.processes import Server

STATES = {"short": "a b&c=d", "long": "s" * 2000}


class _App(BaseHTTPRequestHandler):
    """Shows a form that posts to the provider, and whatever is posted to it."""

    provider = ""
    callback = ""

    def do_GET(self) -> None:
        which = self.path.strip("/")
        fields = {
            "client_id": "form",
            "redirect_uri": self.callback,
            "response_type": "code",
            "response_mode": "form_post",
            "scope": "openid profile",
            "state": STATES.get(which, ""),
            "claims": '{"userinfo": {"name": null}}' + " " * (6000 if which == "long" else 0),
        }
        inputs = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
            for name, value in fields.items()
        )
        form = (
            f'<form method="post" action="{self.provider}/authorize">{inputs}<button>Sign in</button></form>'
        )
        self._answer(f'<link rel="icon" href="data:,">{form}')

    def do_POST(self) -> None:
        got = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self._answer(f'<link rel="icon" href="data:,"><pre id="result">{html.escape(json.dumps(got))}</pre>')

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """No words."""

    def _answer(self, page: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.encode())


@pytest.fixture(scope="module")
def app(server: Server, fresh_database: str, statements: Statements) -> Iterator[str]:
    """The app's address: 127.0.0.1 is another site than the provider's localhost."""
    listener = ThreadingHTTPServer(("127.0.0.1", 0), _App)
    address = f"http://127.0.0.1:{listener.server_port}"
    _App.provider, _App.callback = server.origin, f"{address}/callback"
    thread = threading.Thread(target=listener.serve_forever)
    thread.start()
    with connect(fresh_database) as connection:
        db = Database(OneConnection(connection), statements)
        change = clients.Change(
            id="form", name="Form app", redirect_uris=[_App.callback], requires_pkce=False
        )
        clients.create(db, change, None, datetime.now(UTC))
        db.commit()
    yield address
    listener.shutdown()
    thread.join()
    listener.server_close()


@pytest.fixture(scope="module")
def owner(person: MakePerson) -> Person:
    """The first account, signed in."""
    one = person()
    walk.set_up(one)
    return one


@pytest.mark.browser
@pytest.mark.parametrize("which", ["short", "long"])
def test_a_posted_request_finds_the_session_and_its_answer_comes_by_a_form(
    which: str, app: str, owner: Person, clean_consoles: None
) -> None:
    page = owner.page
    page.goto(f"{app}/{which}")
    page.locator("button").click()
    page.wait_for_selector(f"{walk.CONSENT_FORM}, #result, {walk.PASSKEY_FORM}")
    assert page.locator(walk.PASSKEY_FORM).count() == 0
    if page.locator(walk.CONSENT_FORM).count():
        page.locator(f"{walk.CONSENT_FORM} button.primary").click()
    expect(page.locator("#result")).to_be_visible()
    got = json.loads(page.locator("#result").inner_text())
    assert got.keys() == {"code", "state", "iss"}
    assert (got["state"], got["iss"]) == (STATES[which], owner.origin)
    assert page.url == f"{app}/callback"
