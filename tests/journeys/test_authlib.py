"""Authlib as the app: another library, another way to authenticate, more checks of the ID token."""

import base64
import sys

import pytest
from playwright.sync_api import expect

from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.processes import Server, await_line, free_port, running

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("clean_consoles")]


def test_an_app_made_with_authlib_from_its_client_to_signing_out(server: Server, person: MakePerson) -> None:
    owner = person()
    port = free_port()
    origin = f"http://localhost:{port}"
    walk.set_up(owner)
    walk.add_group(owner, "family", "Olga Owner")
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
        assert learnt.get("message") is None
        claims = learnt["claims"]
        assert claims["iss"] == server.origin
        assert claims["aud"] == client.client_id
        assert claims["nonce"] == learnt["nonce"]
        assert claims["groups"] == ["family"]
        assert "at_hash" in claims  # which Authlib has compared
        assert learnt["userinfo"]["sub"] == claims["sub"]
        raw = base64.b64encode(f"{client.client_id}:{client.secret}".encode()).decode()
        assert learnt["authorization"] == [f"Basic {raw}"] * 2  # for the code, and to renew

        owner.page.goto(f"{origin}/logout")
        assert walk.result(owner) == {"path": "/goodbye?state=bye"}
        expect(owner.goto("/settings/account").locator("h1")).to_have_text("Sign in to Pocket ID")
