"""An app that keeps to the FAPI 2.0 Security Profile, by openid-client, from its registration to its tokens."""

import json

import pytest
from playwright.sync_api import expect

from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.processes import NODE, ROOT, Server, await_line, free_port, running

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("clean_consoles")]


def test_an_app_that_signs_pushes_and_proves_a_key(server: Server, person: MakePerson) -> None:
    owner, port = person(), free_port()
    origin = f"http://localhost:{port}"
    walk.set_up(owner)
    client = walk.add_app_by_hand(owner, "Bank", f"{origin}/callback", f"{origin}/goodbye")
    environment = {
        "ORIGIN": origin,
        "PORT": str(port),
        "ISSUER": server.origin,
        "CLIENT_ID": client.client_id,
    }
    log = server.log.parent / "fapi_app.log"
    with running([NODE, str(ROOT / "tests" / "fapi_app.mjs")], environment, log) as process:
        await_line(b"listening", process, log)
        owner.page.goto(f"{origin}/keys")
        keys = walk.result(owner)
        page = owner.goto(f"/settings/admin/oidc-clients/{client.client_id}/credentials")
        page.get_by_label("Public keys").fill(json.dumps(keys))
        page.get_by_label("FAPI 2.0 Security Profile").check()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_label("Tokens only together with a key (DPoP)")).to_be_checked()
        learnt = walk.sign_in_to_app(owner, f"{origin}/login", first_time=True)
        assert "message" not in learnt, learnt
        assert (learnt["claims"]["iss"], learnt["claims"]["aud"]) == (server.origin, client.client_id)
        assert learnt["userinfo"]["name"] == learnt["again"]["name"] == "Olga Owner"
        assert [kind.lower() for kind in learnt["types"]] == ["dpop", "dpop"]
        assert (learnt["thief"], learnt["alg"]) == (401, "ES256")
