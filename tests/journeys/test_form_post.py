"""An app of another site that posts its request and is answered by a form, short and too long for an address."""

import html
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote

import pytest
from playwright.sync_api import expect

from pocketid import clients
from pocketid.db import Database, Statements, connect
from tests.chromium import Person
from tests.conftest import OneConnection
from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.processes import Server

ASKED: dict[str, dict[str, str]] = {
    "first": {"state": "a b&c=d", "response_mode": "form_post"},
    "silent": {"state": "a b&c=d", "prompt": "none"},
    "long": {"state": "s" * 2000, "prompt": "none"},
    "long, by a form": {"state": "s" * 2000, "prompt": "none", "response_mode": "form_post"},
}


class _App(BaseHTTPRequestHandler):
    """Shows a form that posts to the provider, and whatever is posted to it."""

    provider = ""
    callback = ""

    def do_GET(self) -> None:
        path, _mark, query = self.path.partition("?")
        if path == "/callback":
            self._show(query)
            return
        fields = {
            "client_id": "form",
            "redirect_uri": self.callback,
            "response_type": "code",
            "scope": "openid profile",
            **ASKED[unquote(path.strip("/"))],
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
        self._show(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _show(self, encoded: str) -> None:
        got = dict(parse_qsl(encoded))
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
@pytest.mark.parametrize("which", ASKED)
def test_a_posted_request_finds_the_session_and_is_answered_as_it_asks(
    which: str, app: str, owner: Person, clean_consoles: None
) -> None:
    page = owner.page
    page.goto(f"{app}/{which}")
    page.locator("button").click()
    if which == "first":
        page.locator(f"{walk.CONSENT_FORM} button.primary").click()
    expect(page.locator("#result")).to_be_visible()
    got = json.loads(page.locator("#result").inner_text())
    assert got.keys() == {"code", "state", "iss"}
    assert (got["state"], got["iss"]) == (ASKED[which]["state"], owner.origin)
