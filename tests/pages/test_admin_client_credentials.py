"""How one app proves who it is: its method, its keys, a secret to sign with, and its identities elsewhere."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pocketid import client_keys, clients, federated_identities, users
from pocketid.clients import Client
from pocketid.db import Database
from tests.browser import Browser
from tests.conftest import KEYRING, Clock
from tests.signer import Signer

HERE = "/settings/admin/oidc-clients/immich"
PAGE = f"{HERE}/credentials"
Events = Callable[..., list[Any]]
KEYS = json.dumps({"keys": [Signer().public, Signer("RS256", "key-2").public]})


@pytest.fixture(autouse=True)
def client(admin: users.User, make_client: Callable[..., Client]) -> Client:
    """Every test here is done by an administrator, for this client."""
    return make_client("immich")


def save(browser: Browser, **changes: str) -> Browser:
    browser.get(PAGE)
    return browser.post(PAGE, {"auth_method": "any", "keys": "", "jwks_uri": "", "algorithm": "", **changes})


def test_keys_and_method_are_saved_told_of_and_shown(browser: Browser, db: Database, events: Events) -> None:
    assert f'href="{PAGE}"' in browser.get(HERE).text
    save(browser, auth_method="private_key_jwt", keys=KEYS, algorithm="ES256")
    assert browser.location == PAGE
    registered = client_keys.find(db, "immich")
    assert [key["kid"] for key in registered.keys] == ["key-1", "key-2"]
    assert (registered.algorithm, clients.get(db, "immich").auth_method) == ("ES256", "private_key_jwt")
    [event] = events("CLIENT_CREDENTIALS_CHANGED")
    assert event.details["changed"] == {"auth_method": {"before": "any", "after": "private_key_jwt"}}
    assert (event.details["kids"], event.details["algorithm"]) == (["key-1", "key-2"], "ES256")
    shown = browser.get(PAGE)
    assert "is saved." in shown.text
    assert "key-2" in shown.text
    assert "these secrets do not count" in browser.get(HERE).text
    browser.get(PAGE)
    save(browser, auth_method="private_key_jwt", keys=KEYS, algorithm="ES256")
    assert len(events("CLIENT_CREDENTIALS_CHANGED")) == 1  # nothing changed, nothing is told
    save(browser, jwks_uri="https://immich.example.test/jwks")
    assert client_keys.find(db, "immich").jwks_uri == "https://immich.example.test/jwks"
    assert client_keys.find(db, "immich").keys == []
    save(browser)
    assert not client_keys.find(db, "immich")


def test_dpop_and_the_fapi_profile_are_switched_on(browser: Browser, db: Database, events: Events) -> None:
    save(browser, requires_dpop="true")
    client = clients.get(db, "immich")
    assert (client.requires_dpop, client.is_fapi) == (True, False)
    save(browser, is_fapi="true")
    assert (browser.status, list(browser.variables["errors"])) == (422, ["keys"])
    save(browser, is_fapi="true", keys=KEYS)
    client = clients.get(db, "immich")
    assert (client.is_fapi, client.auth_method, client.requires_dpop) == (True, "private_key_jwt", True)
    assert (client.requires_pushed_request, client.requires_pkce, client.signing_algorithm) == (
        True,
        True,
        "ES256",
    )
    told = events("CLIENT_CREDENTIALS_CHANGED")[0].details["changed"]
    assert told["is_fapi"] == {"before": False, "after": True}
    browser.get(HERE)
    general = {"name": "Photos", "redirect_uris": "https://a.example.test/", "signing_algorithm": "RS256"}
    browser.post(HERE, general | {"access_token_minutes": "60", "refresh_token_minutes": "60"})
    assert browser.status == 303, browser.text
    client = clients.get(db, "immich")
    assert (client.name, client.signing_algorithm, client.requires_pkce) == ("Photos", "ES256", True)
    save(browser, auth_method="any", keys=KEYS)
    client = clients.get(db, "immich")
    assert (client.is_fapi, client.auth_method, client.requires_dpop) == (False, "any", False)


def test_a_public_client_cannot_have_the_fapi_profile(
    browser: Browser, make_client: Any, db: Database
) -> None:
    make_client("spa", is_public=True)
    page = "/settings/admin/oidc-clients/spa/credentials"
    browser.get(page)
    browser.post(page, {"auth_method": "any", "is_fapi": "true", "keys": KEYS})
    assert (browser.status, list(browser.variables["errors"])) == (422, ["is_fapi"])
    assert not clients.get(db, "spa").is_fapi


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"auth_method": "none"}, "auth_method"),
        ({"auth_method": "private_key_jwt"}, "keys"),
        ({"keys": "nonsense"}, "keys"),
        ({"keys": json.dumps(Signer().private)}, "keys"),
        ({"keys": KEYS, "jwks_uri": "https://immich.example.test/jwks"}, "jwks_uri"),
        ({"jwks_uri": "http://immich.example.test/jwks"}, "jwks_uri"),
        ({"keys": KEYS, "algorithm": "HS256"}, "algorithm"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_changes_nothing(
    browser: Browser, db: Database, events: Events, client: Client, sent: dict[str, str], field: str
) -> None:
    save(browser, **sent)
    assert (browser.status, list(browser.variables["errors"])) == (422, [field])
    assert f'id="{field}-error"' in browser.text
    assert (clients.get(db, "immich"), bool(client_keys.find(db, "immich"))) == (client, False)
    assert events("CLIENT_CREDENTIALS_CHANGED") == []
    for name, text in sent.items():
        assert getattr(browser.variables["form"], name) == text


def test_a_secret_to_sign_with_is_shown_once(browser: Browser, db: Database, events: Events) -> None:
    save(browser, auth_method="client_secret_jwt")
    assert "There is none" in browser.get(PAGE).text
    secrets = []
    for _time in range(2):
        browser.get(PAGE)
        shown = browser.post(f"{PAGE}/secret", {})
        secrets.append(shown.variables["secret"])
        assert secrets[-1] in shown.text
        assert secrets[-1] not in browser.get(PAGE).text
        assert client_keys.secret(KEYRING, client_keys.find(db, "immich")) == secrets[-1]
    assert secrets[0] != secrets[1]
    assert [event.details["signs"] for event in events("CLIENT_SECRET_CREATED")] == [True, True]


def test_identities_elsewhere_are_added_and_removed(browser: Browser, db: Database, events: Events) -> None:
    browser.get(PAGE)
    browser.post(f"{PAGE}/identities", {"issuer": "https://cluster.example.test", "allows_reuse": "true"})
    assert browser.location == f"{PAGE}#elsewhere"
    [identity] = federated_identities.of_client(db, "immich")
    assert (identity.issuer, identity.name, identity.allows_reuse) == (
        "https://cluster.example.test",
        "immich",
        True,
    )
    assert "https://cluster.example.test" in browser.get(PAGE).text
    [added] = events("CLIENT_IDENTITY_ADDED")
    assert added.details == {"issuer": "https://cluster.example.test", "subject": "immich"}
    remove = f"{PAGE}/identities/{identity.id}/remove"
    assert "cluster.example.test" in browser.get(remove).text
    browser.post(remove, {})
    assert federated_identities.of_client(db, "immich") == []
    [removed] = events("CLIENT_IDENTITY_REMOVED")
    assert removed.details == added.details
    assert browser.get(remove).status == 404
    browser.get(PAGE)
    assert browser.post(remove, {}).status == 404


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "issuer"),
        ({"issuer": "kubernetes"}, "issuer"),
        ({"issuer": "http://cluster.example.test"}, "issuer"),
        ({"issuer": "https://" + "x" * 2048}, "issuer"),
        ({"issuer": "x" * 2049, "issuer_jwks_uri": "https://cluster.example.test/keys"}, "issuer"),
        ({"issuer": "kubernetes", "issuer_jwks_uri": "http://cluster.example.test/keys"}, "issuer_jwks_uri"),
        ({"issuer": "https://cluster.example.test", "subject": "x" * 2049}, "subject"),
        ({"issuer": "https://cluster.example.test", "audience": "x" * 2049}, "audience"),
    ],
)
def test_identities_that_cannot_be(browser: Browser, db: Database, sent: dict[str, str], field: str) -> None:
    browser.get(PAGE)
    browser.post(f"{PAGE}/identities", sent)
    assert (browser.status, list(browser.variables["errors"])) == (422, [field])
    assert f'id="{field}-error"' in browser.text
    assert federated_identities.of_client(db, "immich") == []


def test_an_issuer_with_keys_elsewhere_may_have_any_name_and_there_are_twenty_at_most(
    browser: Browser, db: Database
) -> None:
    for number in range(21):
        browser.get(PAGE)
        sent = {"issuer": f"kubernetes-{number}", "issuer_jwks_uri": "https://cluster.example.test/keys"}
        browser.post(f"{PAGE}/identities", sent)
    assert browser.status == 422
    assert len(federated_identities.of_client(db, "immich")) == federated_identities.MOST == 20


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/secret", f"{PAGE}/identities"])
def test_s_se_05_each_of_it_asks_for_the_passkey_again(
    browser: Browser, clock: Clock, db: Database, client: Client, path: str
) -> None:
    clock.advance(minutes=6)
    browser.get(PAGE)
    browser.post(path, {"auth_method": "client_secret_jwt", "issuer": "https://cluster.example.test"})
    assert (browser.status, browser.view) == (403, "login/step_up")
    assert clients.get(db, "immich") == client
    assert federated_identities.of_client(db, "immich") == []
    assert client_keys.find(db, "immich").sealed_secret is None


def test_a_public_client_is_told_that_none_of_it_counts(browser: Browser, make_client: Any) -> None:
    make_client("spa", is_public=True)
    assert "none of this counts" in browser.get("/settings/admin/oidc-clients/spa/credentials").text
