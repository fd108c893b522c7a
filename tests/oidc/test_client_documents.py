"""Clients that describe themselves: what their documents may say, when they are fetched, and what never gets in."""

import ipaddress
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pocketid import client_documents, client_ids, clients, refused_requests
from pocketid.audit import Row
from pocketid.client_documents import Unusable
from pocketid.db import Database
from pocketid.fetching import Policy
from pocketid.users import User
from tests.browser import Browser
from tests.conftest import Clock
from tests.key_server import KeyServer, serving
from tests.mail_server import make_certificate
from tests.oidc.flow import App, claims_of, consent
from tests.oidc.grants import check_refusal

LOOPBACK = ipaddress.ip_address("127.0.0.1")
LIST = "/settings/admin/self-described-clients"
CALLBACK = "https://notes.example.test/callback"
ID = "https://notes.example.test/client.json"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
Events = Callable[..., list[Row]]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"), "DNS:localhost")


@dataclass
class Notes:
    """An app, and the server where it describes itself."""

    server: KeyServer
    app: App

    def say(self, **changes: Any) -> None:
        """Serve its document; None takes a part out."""
        document = usual(self.app.client_id) | changes
        self.server.status = 200
        self.server.body = json.dumps({k: v for k, v in document.items() if v is not None}).encode()


def usual(client_id: str) -> dict[str, Any]:
    return {
        "client_id": client_id,
        "client_name": "Notes",
        "redirect_uris": [CALLBACK, "http://127.0.0.1/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }


def let_in(db: Database, clock: Clock, *patterns: str) -> None:
    db.run("settings.store", name="cimdUrlAllowlist", value=json.dumps(patterns), now=clock())
    db.commit()


@pytest.fixture
def notes(certificate: Path, monkeypatch: pytest.MonkeyPatch, db: Database, clock: Clock) -> Iterator[Notes]:
    policy = Policy(
        allows=lambda address: address == LOOPBACK,
        context=lambda: ssl.create_default_context(cafile=str(certificate)),
        resolve=lambda _host, port, **_more: [(2, 1, 6, "", ("127.0.0.1", port))],
    )
    monkeypatch.setattr(client_documents, "_POLICY", policy)
    with serving(certificate) as server:
        let_in(db, clock, f"{server.origin}/*")
        found = Notes(server, App(f"{server.origin}/notes.json", None, CALLBACK))
        found.say()
        yield found


def refused(browser: Browser, app: App, **changes: str) -> str:
    """What the page that nobody is redirected from tells an admin."""
    app.authorize(browser, **changes)
    assert (browser.status, browser.view) == (400, "authorize/refused")
    return str(browser.variables["detail"])


def test_an_app_brings_itself_and_people_sign_in_to_it(
    notes: Notes, signed_in: Browser, db: Database, events: Events, clock: Clock
) -> None:
    notes.app.authorize(signed_in)
    signed_in.get(signed_in.location)
    assert signed_in.view == "authorize/consent"
    assert "introduces itself from localhost" in signed_in.text
    consent(signed_in)
    tokens = notes.app.tokens(signed_in)
    claims = claims_of(signed_in, tokens["id_token"])
    assert (claims["aud"], claims.get("azp", claims["aud"])) == (notes.app.client_id, notes.app.client_id)
    client = clients.get(db, notes.app.client_id)
    assert (client.name, client.is_public, client.requires_pkce, client.created_by) == (
        "Notes",
        True,
        True,
        None,
    )
    assert notes.server.asked == ["/notes.json"]
    assert [event.details["name"] for event in events("CLIENT_DESCRIBED")] == ["Notes"]


def test_it_has_pkce_by_s256_and_no_other_redirect_uris(
    notes: Notes, signed_in: Browser, db: Database
) -> None:
    refused(signed_in, notes.app, redirect_uri="https://evil.example.test/")
    assert refused_requests.of_client(db, notes.app.client_id) == []
    for changes in (
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
    ):
        notes.app.authorize(signed_in, **changes)
        assert "error=invalid_request" in signed_in.location
    notes.app.authorize(signed_in, redirect_uri="http://127.0.0.1:51234/callback")
    assert signed_in.location.startswith("/interaction")
    got = notes.app.token(signed_in, grant_type="client_credentials", client_id=notes.app.client_id)
    check_refusal(got, 400, "unauthorized_client")


def test_without_the_list_or_outside_of_it_nothing_is_fetched(
    notes: Notes, signed_in: Browser, db: Database, clock: Clock
) -> None:
    for patterns in ((), ("https://other.example.test/*",), (f"{notes.server.origin}/x/*",)):
        let_in(db, clock, *patterns)
        notes.app.authorize(signed_in)
        assert (signed_in.status, signed_in.view) == (400, "authorize/refused")
        check_refusal(notes.app.push(signed_in), 401, "invalid_client")
    assert notes.server.asked == []


def test_one_that_is_taken_off_the_list_is_unknown_at_once(
    notes: Notes, signed_in: Browser, db: Database, clock: Clock
) -> None:
    code = notes.app.code(signed_in)
    let_in(db, clock)
    check_refusal(notes.app.exchange(signed_in, code), 401, "invalid_client")
    notes.app.authorize(signed_in)
    assert signed_in.status == 400


def test_a_pushed_request_and_a_device_bring_it_too(
    notes: Notes, browser: Browser, db: Database, clock: Clock
) -> None:
    notes.say(grant_types=["authorization_code", DEVICE_GRANT])
    assert notes.app.push(browser).status == 201
    clients.delete(db, notes.app.client_id)
    client_documents.expire(db, clock() + timedelta(days=8))
    db.commit()
    got = notes.app.ask(browser, "/api/oidc/device/authorize", client_id=notes.app.client_id)
    assert got.status == 200, got.text
    assert len(notes.server.asked) == 2


def test_a_wrong_document_is_told_to_the_back_channel(notes: Notes, browser: Browser) -> None:
    notes.server.body = b"<html>"
    check_refusal(notes.app.push(browser), 401, "invalid_client")
    got = notes.app.ask(browser, "/api/oidc/device/authorize", client_id=notes.app.client_id)
    check_refusal(got, 401, "invalid_client")


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another client_id": ({"client_id": f"{ID}?"}, "another client_id"),
    "no client_id": ({"client_id": None}, "another client_id"),
    "a list as client_id": ({"client_id": [ID]}, "another client_id"),
    "a method with a secret": ({"token_endpoint_auth_method": "client_secret_basic"}, "auth_method none"),
    "a method with keys": ({"token_endpoint_auth_method": "private_key_jwt"}, "auth_method none"),
    "a secret": ({"client_secret": "s" * 32}, "secret"),
    "the end of a secret": ({"client_secret_expires_at": 0}, "secret"),
    "the implicit flow": ({"response_types": ["token", "id_token"]}, "response type"),
    "no list of response types": ({"response_types": "code"}, "no list"),
    "other grants": ({"grant_types": ["client_credentials", "implicit"]}, "grant types"),
    "no redirect URIs": ({"redirect_uris": []}, "redirect_uris"),
    "none at all": ({"redirect_uris": None}, "redirect_uris"),
    "too many": ({"redirect_uris": [f"{CALLBACK}/{n}" for n in range(51)]}, "redirect_uris"),
    "a text": ({"redirect_uris": CALLBACK}, "no list"),
    "a number": ({"redirect_uris": [1]}, "no list"),
    **{
        f"redirect to {uri[:40]}": ({"redirect_uris": [CALLBACK, uri]}, "not let in")
        for uri in (
            *("*", "https://*.example.test/callback", f"{CALLBACK}/*", "/callback", "callback", ""),
            *("javascript:alert(1)", "data:text/html,x", "JavaScript:alert(1)", f"{CALLBACK}#x", "https://"),
            *(
                "https://user@notes.example.test/",
                "https://notes.example.test/a b",
                f"{CALLBACK}/" + "x" * 9000,
            ),
        )
    },
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_document_may_not_say(name: str) -> None:
    changes, problem = WRONG[name]
    document = {k: v for k, v in (usual(ID) | changes).items() if v is not None}
    with pytest.raises(Unusable, match=problem):
        client_documents.read(ID, json.dumps(document).encode(), allow_insecure=True)


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"[]", b"\xff", b'{"a": 1, "a": 2}', b"[" * 20_000, b"null"]
)
def test_what_is_no_document(content: bytes) -> None:
    with pytest.raises(Unusable, match="no JSON"):
        client_documents.read(ID, content, allow_insecure=True)


def test_what_a_document_may_leave_out() -> None:
    bare = json.dumps({"client_id": ID, "redirect_uris": [CALLBACK]}).encode()
    assert client_documents.read(ID, bare, allow_insecure=False).name == "notes.example.test"
    device = json.dumps({"client_id": ID, "grant_types": [DEVICE_GRANT]}).encode()
    assert client_documents.read(ID, device, allow_insecure=False).redirect_uris == []


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("  My\tnotes\n", "My notes"),
        ("Notes\u202e\u200b", "Notes"),
        ("x" * 80, "x" * 50),
        ("\x00\x07", "notes.example.test"),
        (7, "notes.example.test"),
    ],
)
def test_its_name_is_one_line_that_can_be_seen(said: object, name: str) -> None:
    document = usual(ID) | {"client_name": said}
    content = json.dumps(document).encode()
    if said == "\x00\x07":  # no text that a database keeps
        with pytest.raises(Unusable):
            client_documents.read(ID, content, allow_insecure=True)
    else:
        assert client_documents.read(ID, content, allow_insecure=True).name == name


@pytest.mark.parametrize(
    "client_id",
    [
        *("https://notes.example.test", "https://notes.example.test/", "https:///x", "https://x@a.test/x"),
        *("https://a.test/x#y", "https://a.test/x?y", "https://a.test/../x", "https://a.test/x/./y"),
        *("https://a.test/%2e%2E/x", "https://A.test/x", "https://a.test:443/x", "https://a.test:x/y"),
        *("https://a.test/x y", "https://a.test/\u00fc", "https://a.test/" + "x" * 255, "https://a.test/\\x"),
    ],
)
def test_addresses_that_no_client_can_have(client_id: str) -> None:
    assert not client_documents.is_possible(client_id)


@pytest.mark.parametrize("client_id", [ID, "https://a.test:8443/x", "https://a.test/x/y.json"])
def test_addresses_that_a_client_can_have(client_id: str) -> None:
    assert client_documents.is_possible(client_id)
    assert client_ids.from_path(client_ids.in_path(client_id)) == client_id
    assert "/" not in client_ids.in_path(client_id)


@pytest.mark.parametrize(
    "text", ["immich", "~", "~x", "~aHR0cDovL2E", "~aHR0cHM6Ly9hAGI", "~ü", "~aHR0cHM6Ly9h="]
)
def test_what_stands_for_no_address_in_a_path_stays(text: str) -> None:
    assert client_ids.from_path(text) == text


BROKEN: dict[str, tuple[int, bytes]] = {
    "missing": (404, b""),
    "broken": (500, b"{}"),
    "elsewhere": (302, b""),
    "too large": (200, b" " * (client_documents.MAX_BYTES + 1)),
    "no JSON": (200, b"<!doctype html>"),
    "of another": (200, json.dumps(usual(ID)).encode()),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_not_had_makes_no_client_and_is_not_asked_for_again_at_once(
    name: str, notes: Notes, signed_in: Browser, db: Database, clock: Clock
) -> None:
    notes.server.status, notes.server.body = BROKEN[name]
    for _again in range(2):
        refused(signed_in, notes.app)
        assert "describes itself" in signed_in.text
    assert clients.find(db, notes.app.client_id) is None
    assert notes.server.asked == ["/notes.json"]
    clock.advance(seconds=11)
    notes.say()
    notes.app.authorize(signed_in)
    assert signed_in.location.startswith("/interaction")


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "[::1]", "10.0.0.1", "192.168.1.1", "169.254.169.254"]
)
def test_s_out_02_only_the_internet_is_asked(
    host: str, browser: Browser, db: Database, clock: Clock, admin: User
) -> None:
    client_id = f"https://{host}/client.json"
    let_in(db, clock, client_id)
    assert "forbidden_place" in refused(browser, App(client_id, None))
    kept = client_documents.find(db, client_id)
    assert kept is not None
    assert kept.problem is not None


def test_a_silent_server_is_not_waited_for(
    notes: Notes, signed_in: Browser, db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_documents, "_POLICY", replace(client_documents._POLICY, seconds=0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client_id = f"https://localhost:{silent.getsockname()[1]}/notes.json"
        let_in(db, clock, client_id)
        refused(signed_in, App(client_id, None))
    assert "slow" in str(client_documents.find(db, client_id))


def test_no_more_than_ten_are_fetched_at_once(notes: Notes, signed_in: Browser) -> None:
    for _each in range(10):
        assert client_documents._AT_ONCE.acquire(blocking=False)
    try:
        refused(signed_in, notes.app)
    finally:
        for _each in range(10):
            client_documents._AT_ONCE.release()
    assert notes.server.asked == []


def test_after_an_hour_it_is_fetched_again_and_other_redirect_uris_count(
    notes: Notes, signed_in: Browser, clock: Clock, events: Events
) -> None:
    notes.app.code(signed_in)
    notes.say(redirect_uris=["https://notes.example.test/new"], client_name="Notes 2")
    clock.advance(minutes=59)
    notes.app.authorize(signed_in, prompt="none")
    assert len(notes.server.asked) == 1
    clock.advance(minutes=2)
    refused(signed_in, notes.app, prompt="none")
    assert len(notes.server.asked) == 2
    notes.app.authorize(signed_in, prompt="none", redirect_uri="https://notes.example.test/new")
    assert signed_in.location.startswith("https://notes.example.test/new?")
    changed = events("CLIENT_DESCRIBED")[0].details["changed"]
    assert set(changed) == {"name", "redirect_uris"}


def test_while_its_server_is_away_the_last_counts_for_a_day(
    notes: Notes, signed_in: Browser, clock: Clock
) -> None:
    notes.app.code(signed_in)
    notes.server.status = 503
    clock.advance(hours=23)
    notes.app.authorize(signed_in)
    assert "/interaction" in signed_in.location
    clock.advance(hours=2)
    refused(signed_in, notes.app)


def test_one_that_says_something_wrong_is_out_until_it_is_right(
    notes: Notes, signed_in: Browser, clock: Clock
) -> None:
    notes.app.code(signed_in)
    notes.say(token_endpoint_auth_method="client_secret_post")
    clock.advance(hours=2)
    for _again in range(2):
        refused(signed_in, notes.app)
    notes.say()
    clock.advance(seconds=11)
    notes.app.authorize(signed_in)
    assert "/interaction" in signed_in.location


def test_one_address_does_not_make_us_fetch_without_end(notes: Notes, signed_in: Browser) -> None:
    for number in range(20):
        refused(signed_in, replace(notes.app, client_id=f"{notes.server.origin}/{number}"))
    notes.app.authorize(signed_in)
    assert signed_in.status == 429
    assert len(notes.server.asked) == 20


def test_what_nobody_let_in_is_forgotten_after_a_week(
    notes: Notes, signed_in: Browser, db: Database, clock: Clock
) -> None:
    notes.app.authorize(signed_in)
    used = replace(notes.app, client_id=f"{notes.server.origin}/used.json")
    notes.say(client_id=used.client_id)
    used.code(signed_in)
    client_documents.expire(db, clock() + timedelta(days=6))
    assert clients.find(db, notes.app.client_id) is not None
    client_documents.expire(db, clock() + timedelta(days=8))
    assert clients.find(db, notes.app.client_id) is None
    assert clients.find(db, used.client_id) is not None
    assert client_documents.find(db, notes.app.client_id) is None
    assert client_documents.find(db, used.client_id) is not None


def test_the_metadata_say_so_only_with_a_list(
    notes: Notes, browser: Browser, db: Database, clock: Clock
) -> None:
    key = "client_id_metadata_document_supported"
    assert browser.get("/.well-known/openid-configuration").json()[key] is True
    let_in(db, clock)
    assert key not in browser.get("/.well-known/openid-configuration").json()


def test_a_person_takes_back_what_it_may(notes: Notes, signed_in: Browser, db: Database) -> None:
    notes.app.code(signed_in)
    signed_in.get("/settings/apps")
    address = f"/settings/apps/{client_ids.in_path(notes.app.client_id)}/revoke"
    assert address in signed_in.text
    signed_in.get(address)
    assert signed_in.variables["action"] == address
    assert signed_in.post(address, {}).status == 303
    notes.app.authorize(signed_in)
    signed_in.get(signed_in.location)
    assert signed_in.view == "authorize/consent"
