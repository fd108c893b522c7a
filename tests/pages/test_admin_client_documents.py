"""The pages of clients that describe themselves: whose are let in, and one of them."""

import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pocketid import client_documents, client_ids, clients, settings
from pocketid.audit import Row
from pocketid.clients import Client
from pocketid.db import Database
from pocketid.fetching import Policy
from pocketid.users import User
from tests.browser import Browser
from tests.conftest import Clock, make_config
from tests.key_server import KeyServer, serving
from tests.mail_server import make_certificate

LIST = "/settings/admin/self-described-clients"
CLIENTS = "/settings/admin/oidc-clients"
Events = Callable[..., list[Row]]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"), "DNS:localhost")


@pytest.fixture
def server(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyServer]:
    policy = Policy(
        allows=lambda address: address.is_loopback,
        context=lambda: ssl.create_default_context(cafile=str(certificate)),
        resolve=lambda _host, port, **_more: [(2, 1, 6, "", ("127.0.0.1", port))],
    )
    monkeypatch.setattr(client_documents, "_POLICY", policy)
    with serving(certificate) as running:
        yield running


@pytest.fixture
def client(server: KeyServer, browser: Browser, admin: User, db: Database) -> Client:
    """One that came with its first visitor."""
    client_id = f"{server.origin}/apps/notes.json"
    say(server, client_id)
    browser.get(LIST)
    browser.post(LIST, {"addresses": f"{server.origin}/apps/*"})
    browser.get(f"/authorize?client_id={client_id}&response_type=code&scope=openid")
    return clients.get(db, client_id)


def say(server: KeyServer, client_id: str, **changes: Any) -> None:
    document = {"client_id": client_id, "client_name": "Notes", "redirect_uris": ["https://a.example.test/"]}
    server.body = json.dumps(document | changes).encode()


def here(client: Client) -> str:
    return f"{CLIENTS}/{client_ids.in_path(client.id)}"


def test_the_list_is_stored_and_shown(browser: Browser, admin: User, db: Database, events: Events) -> None:
    browser.get(LIST)
    assert browser.variables["typed"] == []
    browser.post(LIST, {"addresses": "https://a.example.test/*.json\n\n https://b.example.test/c \n"})
    assert browser.location == LIST
    stored = settings.read(db, make_config()).cimd_url_allowlist
    assert stored == ("https://a.example.test/*.json", "https://b.example.test/c")
    assert set(events("SETTINGS_UPDATED")[0].details["changed"]) == {"cimd_url_allowlist"}
    browser.get(LIST)
    assert "https://b.example.test/c" in browser.text
    browser.post(LIST, {"addresses": "https://a.example.test/*.json\nhttps://b.example.test/c"})
    assert len(events("SETTINGS_UPDATED")) == 1
    browser.get(LIST)
    browser.post(LIST, {"addresses": ""})
    assert settings.read(db, make_config()).cimd_url_allowlist == ()


@pytest.mark.parametrize(
    "line",
    [
        *("*", "http://a.example.test/x", "https://", "https://a.example.test", "a.example.test/x"),
        *(
            "https://a.example.test/x#y",
            "https://u@a.example.test/x",
            "https:///x",
            "https://a.example.test/x y",
        ),
    ],
)
def test_what_no_address_of_a_document_is_stays_typed(
    line: str, browser: Browser, admin: User, db: Database
) -> None:
    browser.get(LIST)
    browser.post(LIST, {"addresses": f"https://a.example.test/x\n{line}"})
    assert (browser.status, list(browser.variables["errors"])) == (422, ["addresses"])
    assert line in browser.variables["typed"]
    assert settings.read(db, make_config()).cimd_url_allowlist == ()


def test_what_the_environment_fixes_is_only_shown(
    reconfigured: Callable[..., Browser], admin: User, sign_in: Callable[..., None]
) -> None:
    browser = reconfigured(CIMD_URL_ALLOWLIST='["https://a.example.test/*"]')
    sign_in(browser, admin)
    browser.get(LIST)
    assert "<textarea" not in browser.text
    assert "https://a.example.test/*" in browser.text
    browser.get("/settings/account")
    assert browser.post(LIST, {"addresses": ""}).status == 403


def test_it_is_marked_in_the_list_and_has_a_page(browser: Browser, client: Client) -> None:
    browser.get(CLIENTS)
    assert f'href="{here(client)}"' in browser.text
    assert "Describes itself" in browser.text
    browser.get(here(client))
    assert (browser.status, browser.view) == (200, "admin/clients/document")
    assert client.id in browser.text
    for page in ("rules", "claims", "delete", "preview", "tokens"):
        assert browser.get(f"{here(client)}/{page}").status == 200, page
    assert browser.get(f"/api/oidc/clients/{client_ids.in_path(client.id)}/logo").status == 200


def test_fetch_again(
    browser: Browser, client: Client, server: KeyServer, db: Database, clock: Clock, events: Events
) -> None:
    say(server, client.id, client_name="Better notes")
    browser.get(here(client))
    browser.post(f"{here(client)}/document", {})
    assert browser.location == here(client)
    assert clients.get(db, client.id).name == "Better notes"
    assert set(events("CLIENT_DESCRIBED")[0].details["changed"]) == {"name"}
    say(server, client.id, token_endpoint_auth_method="client_secret_basic")
    browser.get(here(client))
    browser.post(f"{here(client)}/document", {})
    browser.get(here(client))
    assert "token_endpoint_auth_method none" in browser.text
    server.status = 404
    browser.post(f"{here(client)}/document", {})
    browser.get(here(client))
    assert "status localhost 404" in browser.text


def test_rules_that_an_admin_gave_it_outlive_the_next_fetch(
    browser: Browser, client: Client, server: KeyServer, db: Database
) -> None:
    browser.get(here(client))
    browser.post(f"{here(client)}/access", {"who": "groups"})
    assert browser.location == f"{here(client)}#access"
    say(server, client.id, client_name="Other")
    browser.get(here(client))
    browser.post(f"{here(client)}/document", {})
    after = clients.get(db, client.id)
    assert (after.name, after.is_group_restricted) == ("Other", True)


@pytest.mark.parametrize("path", ["", "/secrets", "/refused/x/add"])
def test_what_its_document_says_is_not_changed_here(
    path: str, browser: Browser, client: Client, db: Database
) -> None:
    browser.get(here(client))
    form = {"name": "Mine", "redirect_uris": "https://mine.example.test/", "skips_consent": "true"}
    assert browser.post(f"{here(client)}{path}", form).status == 403
    assert clients.get(db, client.id) == client


def test_an_admin_deletes_it_and_it_may_come_again(
    browser: Browser, client: Client, db: Database, clock: Clock
) -> None:
    browser.get(f"{here(client)}/delete")
    assert browser.variables["action"] == f"{here(client)}/delete"
    browser.post(f"{here(client)}/delete", {})
    assert clients.find(db, client.id) is None
    clock.advance(seconds=11)
    browser.get(f"/authorize?client_id={client.id}&response_type=code&scope=openid")
    assert clients.find(db, client.id) is not None


def test_one_whose_address_is_not_let_in_any_more_says_so(browser: Browser, client: Client) -> None:
    browser.get(LIST)
    browser.post(LIST, {"addresses": ""})
    browser.get(here(client))
    assert browser.variables["is_listed"] is False
    assert "not let in any more" in browser.text


def test_others_have_no_document(browser: Browser, admin: User, make_client: Callable[..., Client]) -> None:
    make_client("immich")
    browser.get(f"{CLIENTS}/immich")
    assert browser.post(f"{CLIENTS}/immich/document", {}).status == 404
