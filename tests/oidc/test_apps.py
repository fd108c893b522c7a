"""What real apps send, and what they break on: one test for each, named after the app."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pocketid import custom_claims, groups, users
from pocketid.db import Database
from tests.browser import Browser
from tests.oidc.flow import App, answer, claims_of, consent

GROUPS = "openid profile email groups offline_access"


def basic(client_id: str, secret: str) -> dict[str, str]:
    """An Authorization header with both as they are given."""
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def post(browser: Browser, path: str, form: dict[str, Any], headers: dict[str, str]) -> Browser:
    server = Browser(browser.application, browser.origin)
    return server.post(path, form, form_token=None, headers={"Origin": "", "Sec-Fetch-Site": "", **headers})


def exchange_form(app: App, code: str) -> dict[str, str]:
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect_uri} | {
        "code_verifier": "v" * 43
    }


def test_proxmox_has_a_redirect_uri_without_a_path(signed_in: Browser, make_app: Callable[..., App]) -> None:
    app = make_app("proxmox", redirect_uris=["https://pve.example.test:8006"], skips_consent=True)
    app.authorize(signed_in)
    assert signed_in.location.startswith("https://pve.example.test:8006?code=")
    app.authorize(signed_in, redirect_uri="https://pve.example.test:8006/")
    assert (signed_in.status, signed_in.headers.get("Location")) == (400, None)


def test_portainer_has_one_that_is_a_slash_and_decodes_the_code_once_more(
    signed_in: Browser, make_app: Callable[..., App]
) -> None:
    app = make_app("portainer", redirect_uris=["https://portainer.example.test/"], skips_consent=True)
    for _try in range(8):
        assert re.fullmatch(r"[A-Za-z0-9_-]{43,}", app.code(signed_in))


def test_vaultwarden_s_state_comes_back_byte_for_byte(signed_in: Browser, app: App) -> None:
    state = base64.b64encode(bytes(range(240, 256)) * 4).decode()
    assert {"=", "+", "/"} <= set(state)
    app.authorize(signed_in, state=state)
    consent(signed_in.get(signed_in.location))
    assert answer(signed_in)["state"] == state


def test_hister_names_no_scope(signed_in: Browser, app: App) -> None:
    tokens = app.tokens(signed_in, scope=None)
    assert claims_of(signed_in, tokens["id_token"])["sub"]


def test_grafana_asks_for_more_addresses_and_gets_json(signed_in: Browser, app: App) -> None:
    tokens = app.tokens(signed_in)
    server = Browser(signed_in.application, signed_in.origin)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    server.get("/api/oidc/userinfo/emails", headers=headers)
    assert (server.status, server.json()["code"]) == (404, "not_found")


def test_go_tries_basic_first_and_then_the_body_with_the_same_code(signed_in: Browser, app: App) -> None:
    form = exchange_form(app, app.code(signed_in))
    refused = post(signed_in, "/api/oidc/token", form, basic(app.client_id, "not-the-secret"))
    assert (refused.status, refused.json()["error"]) == (401, "invalid_client")
    again = {**form, "client_id": app.client_id, "client_secret": app.secret}
    assert post(signed_in, "/api/oidc/token", again, {}).status == 200


def test_jellyfin_pushes_with_basic_and_exchanges_with_the_body(signed_in: Browser, app: App) -> None:
    assert app.secret
    pushed = post(signed_in, "/api/oidc/par", app.request(), basic(app.client_id, app.secret))
    assert pushed.status == 201
    app.come(signed_in, pushed.json()["request_uri"])
    consent(signed_in.get(signed_in.location))
    assert app.exchange(signed_in, answer(signed_in)["code"]).status == 200


def test_gitea_finds_no_empty_nickname(signed_in: Browser, app: App) -> None:
    told = app.userinfo(signed_in, app.tokens(signed_in)["access_token"]).json()
    assert "nickname" not in told
    assert all(value not in (None, "") for value in told.values())


def test_kubernetes_keeps_groups_over_a_refresh_and_uses_any_port(
    signed_in: Browser,
    make_app: Callable[..., App],
    make_group: Callable[..., groups.Group],
    db: Database,
    anna: users.User,
) -> None:
    group = make_group("operators")
    groups.set_members(db, group.id, [anna.id])
    app = make_app("kubelogin", redirect_uris=["http://localhost:8000"])
    app.redirect_uri = "http://localhost:18000"
    first = app.tokens(signed_in, scope=GROUPS)
    second = app.refresh(signed_in, first["refresh_token"]).json()
    for tokens in (first, second):
        assert claims_of(signed_in, tokens["id_token"])["groups"] == ["operators"]


def test_paperless_has_a_slash_at_the_end(signed_in: Browser, make_app: Callable[..., App]) -> None:
    callback = "https://paperless.example.test/accounts/oidc/pocketid/login/callback/"
    app = make_app("paperless", redirect_uris=[callback])
    assert app.tokens(signed_in)["access_token"]
    app.authorize(signed_in, redirect_uri=callback.rstrip("/"))
    assert (signed_in.status, signed_in.headers.get("Location")) == (400, None)


def test_open_webui_fetches_the_picture_with_the_access_token(signed_in: Browser, app: App) -> None:
    tokens = app.tokens(signed_in)
    picture = claims_of(signed_in, tokens["id_token"])["picture"]
    server = Browser(signed_in.application, signed_in.origin)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    server.get(picture.removeprefix(signed_in.origin), headers=headers)
    assert (server.status, server.headers["Content-Type"]) == (200, "image/png")


def test_home_assistant_wants_these_words_in_the_metadata(browser: Browser) -> None:
    known = browser.get("/.well-known/openid-configuration").json()
    assert "RS256" in known["id_token_signing_alg_values_supported"]
    assert "query" in known["response_modes_supported"]
    assert "code" in known["response_types_supported"]
    assert {"authorization_code", "refresh_token"} <= set(known["grant_types_supported"])
    assert known["code_challenge_methods_supported"] == ["S256"]


def test_duende_wants_all_endpoints_on_the_issuer_s_host(browser: Browser) -> None:
    known = browser.get("/.well-known/openid-configuration").json()
    for name, value in known.items():
        if name.endswith(("_endpoint", "_uri")):
            assert urlsplit(value).netloc == urlsplit(known["issuer"]).netloc, name


def test_tailscale_finds_the_issuer_by_an_address(browser: Browser) -> None:
    found = browser.get("/.well-known/webfinger", resource=f"acct:anna@{urlsplit(browser.origin).hostname}")
    (link,) = [link for link in found.json()["links"] if link["rel"].endswith("/issuer")]
    assert link["href"] == browser.get("/.well-known/openid-configuration").json()["issuer"]


def test_audiobookshelf_gets_an_object_in_a_custom_claim(
    signed_in: Browser, app: App, db: Database, anna: users.User
) -> None:
    permissions = {"canDownload": True, "librariesAccessible": ["books"]}
    claim = custom_claims.Claim("abspermissions", json.dumps(permissions))
    custom_claims.set_of_user(db, anna.id, [claim])
    told = claims_of(signed_in, app.tokens(signed_in)["id_token"])
    assert told["abspermissions"] == permissions


def test_immich_on_a_phone_comes_back_by_a_scheme_of_its_own(
    signed_in: Browser, make_app: Callable[..., App]
) -> None:
    app = make_app("immich", redirect_uris=["app.immich:///oauth-callback"], skips_consent=True)
    app.authorize(signed_in)
    assert signed_in.location.startswith("app.immich:///oauth-callback?code=")
    assert parse_qs(urlsplit(signed_in.location).query)["state"] == ["the-state"]
