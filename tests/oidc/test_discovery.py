"""Discovery and keys: what clients find out by themselves. OpenID Connect Discovery 1.0 3 and 4, RFC 8414, RFC 7517."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from pocketid import signing_keys
from pocketid.crypto import from_base64url
from pocketid.oidc import grant_device_code
from tests.browser import Browser
from tests.conftest import APP_URL
from tests.oidc.flow import App, claims_of

DISCOVERY = "/.well-known/openid-configuration"
RFC_8414 = "/.well-known/oauth-authorization-server"
JWKS = "/.well-known/jwks.json"

# What the registered fields hold: OpenID Connect Discovery 1.0 3, RFC 8414 2, RFC 9126 5, RFC 9207 3,
# OpenID Connect Prompt Create 1.0 4.2, RP-Initiated Logout 1.0 2.1
REGISTERED: dict[str, Any] = {
    "issuer": str,
    "authorization_endpoint": str,
    "token_endpoint": str,
    "device_authorization_endpoint": str,
    "introspection_endpoint": str,
    "introspection_endpoint_auth_methods_supported": list,
    "introspection_endpoint_auth_signing_alg_values_supported": list,
    "revocation_endpoint": str,
    "revocation_endpoint_auth_methods_supported": list,
    "revocation_endpoint_auth_signing_alg_values_supported": list,
    "pushed_authorization_request_endpoint": str,
    "userinfo_endpoint": str,
    "jwks_uri": str,
    "end_session_endpoint": str,
    "backchannel_logout_supported": bool,
    "backchannel_logout_session_supported": bool,
    "frontchannel_logout_supported": bool,
    "frontchannel_logout_session_supported": bool,
    "scopes_supported": list,
    "response_types_supported": list,
    "response_modes_supported": list,
    "grant_types_supported": list,
    "acr_values_supported": list,
    "subject_types_supported": list,
    "id_token_signing_alg_values_supported": list,
    "token_endpoint_auth_methods_supported": list,
    "token_endpoint_auth_signing_alg_values_supported": list,
    "dpop_signing_alg_values_supported": list,
    "claims_supported": list,
    "claims_parameter_supported": bool,
    "prompt_values_supported": list,
    "code_challenge_methods_supported": list,
    "request_parameter_supported": bool,
    "request_object_signing_alg_values_supported": list,
    "request_uri_parameter_supported": bool,
    "require_pushed_authorization_requests": bool,
    "authorization_response_iss_parameter_supported": bool,
}
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
NEEDED = {"RSA": {"n", "e"}, "EC": {"crv", "x", "y"}, "OKP": {"crv", "x"}}


@pytest.fixture
def document(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = browser.get(DISCOVERY).json()
    return found


def test_discovery_is_a_json_object_without_a_redirect(browser: Browser) -> None:
    browser.get(DISCOVERY)
    assert browser.status == 200
    assert browser.headers["Content-Type"].partition(";")[0] == "application/json"


def test_every_field_is_registered_and_of_its_type(document: dict[str, Any]) -> None:
    assert document.keys() <= REGISTERED.keys()
    for name, value in document.items():
        assert type(value) is REGISTERED[name], name
        if isinstance(value, list):
            assert value, name
            assert all(isinstance(entry, str) for entry in value), name
            assert len(set(value)) == len(value), name


def test_the_issuer_is_the_same_text_everywhere(
    signed_in: Browser, app: App, document: dict[str, Any]
) -> None:
    assert document["issuer"] == APP_URL
    tokens = app.tokens(signed_in)
    assert claims_of(signed_in, tokens["id_token"])["iss"] == document["issuer"]
    assert not document["issuer"].endswith("/")


def test_an_app_url_with_a_slash_is_published_without(reconfigured: Callable[..., Browser]) -> None:
    document = reconfigured(APP_URL=f"{APP_URL}/").get(DISCOVERY).json()
    assert document["issuer"] == APP_URL
    assert document["token_endpoint"] == f"{APP_URL}/api/oidc/token"


def test_endpoints_are_https_addresses_of_the_issuer(document: dict[str, Any]) -> None:
    endpoints = {
        name: url for name, url in document.items() if name.endswith("_endpoint") or name == "jwks_uri"
    }
    assert endpoints == {
        "authorization_endpoint": f"{APP_URL}/authorize",
        "token_endpoint": f"{APP_URL}/api/oidc/token",
        "device_authorization_endpoint": f"{APP_URL}/api/oidc/device/authorize",
        "introspection_endpoint": f"{APP_URL}/api/oidc/introspect",
        "revocation_endpoint": f"{APP_URL}/api/oidc/revoke",
        "pushed_authorization_request_endpoint": f"{APP_URL}/api/oidc/par",
        "userinfo_endpoint": f"{APP_URL}/api/oidc/userinfo",
        "end_session_endpoint": f"{APP_URL}/api/oidc/end-session",
        "jwks_uri": f"{APP_URL}/.well-known/jwks.json",
    }


def test_every_published_address_is_there(browser: Browser, document: dict[str, Any]) -> None:
    for name, url in document.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            statuses = {
                browser.request(method, url.removeprefix(APP_URL)).status for method in ("GET", "POST")
            }
            assert 404 not in statuses, name
            assert statuses != {405}, name


def test_an_internal_address_is_named_for_what_servers_call_and_for_nothing_else(
    reconfigured: Callable[..., Browser],
) -> None:
    document = reconfigured(INTERNAL_APP_URL="http://pocketid:1411").get(DISCOVERY).json()
    internal = {name for name, value in document.items() if str(value).startswith("http://pocketid:1411/")}
    names = ("token", "pushed_authorization_request", "userinfo", "introspection", "revocation")
    assert internal == {"jwks_uri", *(f"{name}_endpoint" for name in names)}
    assert document["issuer"] == APP_URL
    assert document["authorization_endpoint"] == f"{APP_URL}/authorize"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("response_types_supported", ["code"]),
        ("response_modes_supported", ["query", "form_post"]),
        (
            "grant_types_supported",
            ["authorization_code", "refresh_token", "client_credentials", grant_device_code.GRANT_TYPE],
        ),
        (
            "introspection_endpoint_auth_methods_supported",
            ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "Bearer"],
        ),
        ("subject_types_supported", ["public"]),
        ("id_token_signing_alg_values_supported", ["RS256", "PS256", "ES256", "EdDSA"]),
        ("scopes_supported", ["openid", "profile", "email", "groups", "offline_access"]),
        ("code_challenge_methods_supported", ["S256"]),
        (
            "token_endpoint_auth_methods_supported",
            ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"],
        ),
        (
            "token_endpoint_auth_signing_alg_values_supported",
            ["RS256", "PS256", "ES256", "EdDSA", "HS256"],
        ),
        ("acr_values_supported", ["phr", "phrh"]),
        ("prompt_values_supported", ["consent", "create", "login", "none", "select_account"]),
        ("request_parameter_supported", True),
        ("request_object_signing_alg_values_supported", ["RS256", "PS256", "ES256", "EdDSA", "none"]),
        ("request_uri_parameter_supported", False),
        ("claims_parameter_supported", True),
        ("authorization_response_iss_parameter_supported", True),
        ("require_pushed_authorization_requests", False),
    ],
)
def test_what_is_supported_is_said(name: str, values: Any, document: dict[str, Any]) -> None:
    assert document[name] == values


def test_scopes_and_claims_are_legal_names(document: dict[str, Any]) -> None:
    for scope in document["scopes_supported"]:
        assert re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", scope)  # RFC 6749 3.3
    standard = {
        "sub",
        "name",
        "given_name",
        "family_name",
        "preferred_username",
        "picture",
        "email",
        "email_verified",
    }
    assert standard | {"groups", "auth_time", "acr"} <= set(document["claims_supported"])


def test_both_well_known_paths_are_one_document(browser: Browser) -> None:
    assert browser.get(DISCOVERY).body == browser.get(RFC_8414).body


# Keys


def test_s_ky_02_the_keys_hold_public_members_only(browser: Browser) -> None:
    document = browser.get(JWKS).json()
    assert document.keys() == {"keys"}
    for key in document["keys"]:
        assert not key.keys() & PRIVATE
        assert key.keys() == NEEDED[key["kty"]] | {"kty", "kid", "alg", "use"}
        assert key["use"] == "sig"
        for name in NEEDED[key["kty"]] - {"crv"}:
            assert "=" not in key[name]
            assert from_base64url(key[name])
        if key["kty"] == "RSA":
            assert len(from_base64url(key["n"])) * 8 >= 2048


def test_s_ky_02_every_key_has_a_kid_of_its_own_and_each_algorithm_a_key(browser: Browser) -> None:
    keys = browser.get(JWKS).json()["keys"]
    kids = [key["kid"] for key in keys]
    assert all(kid.strip() for kid in kids)
    assert len(set(kids)) == len(kids)
    assert {key["alg"] for key in keys} == set(signing_keys.ALGORITHMS)


@pytest.mark.parametrize("algorithm", signing_keys.ALGORITHMS)
def test_a_token_s_kid_names_the_one_key_of_its_algorithm(
    algorithm: str, signed_in: Browser, make_app: Callable[..., App]
) -> None:
    app = make_app(signing_algorithm=algorithm)
    token = app.tokens(signed_in)["id_token"]
    header = json.loads(from_base64url(token.partition(".")[0]))
    fitting = [key for key in signed_in.get(JWKS).json()["keys"] if key["kid"] == header["kid"]]
    assert [key["alg"] for key in fitting] == [header["alg"]] == [algorithm]
    assert claims_of(signed_in, token)["aud"] == "immich"


# How they are served


@pytest.mark.parametrize("path", [DISCOVERY, RFC_8414, JWKS])
def test_s_ui_05_browser_applications_of_any_origin_may_read_them(path: str, browser: Browser) -> None:
    browser.get(path, headers={"Origin": "https://spa.example.test"})
    assert browser.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in browser.headers
    assert browser.headers["Cache-Control"] == "public, max-age=300"
    assert browser.set_cookies == []


@pytest.mark.parametrize("path", [DISCOVERY, RFC_8414, JWKS])
def test_a_head_request_is_answered_like_a_get_without_its_body(path: str, browser: Browser) -> None:
    length = len(browser.get(path).body)
    headers = {name: value for name, value in browser.headers.items() if name != "Date"}
    browser.request("HEAD", path)
    assert (browser.status, browser.body) == (200, b"")
    assert browser.headers == headers
    assert browser.headers["Content-Length"] == str(length)


@pytest.mark.parametrize("path", [DISCOVERY, RFC_8414, JWKS, "/api/oidc/token", "/api/oidc/userinfo"])
def test_a_preflight_allows_the_calls_of_browser_applications(path: str, browser: Browser) -> None:
    asked = {"Origin": "https://spa.example.test", "Access-Control-Request-Method": "POST"}
    browser.request("OPTIONS", path, headers=asked)
    assert browser.status in {200, 204}
    assert browser.headers["Access-Control-Allow-Origin"] == "*"
    assert {"GET", "POST"} <= set(browser.headers["Access-Control-Allow-Methods"].split(", "))
    assert "Authorization" in browser.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in browser.headers
    assert browser.set_cookies == []


@pytest.mark.parametrize("path", [DISCOVERY, RFC_8414, JWKS])
def test_nothing_is_posted_there(path: str, browser: Browser) -> None:
    browser.request("POST", path)
    assert browser.status == 405
    assert "GET" in browser.headers["Allow"]
