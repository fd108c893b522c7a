"""ID tokens, and the access tokens beside them, as libraries check them. OpenID Connect Core 2, 3.1.3.6, RFC 9068 2."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from pocketid import users
from tests.browser import Browser
from tests.conftest import APP_URL, Clock
from tests.oidc.flow import App, claims_of

PROTOCOL = {"iss", "sub", "aud", "iat", "exp", "auth_time", "nonce", "acr", "amr", "at_hash", "sid"}
KNOWN_TO_THE_SUITE = PROTOCOL | {"azp", "c_hash", "s_hash", "nbf", "jti", "txn"}


def header_of(token: str) -> dict[str, Any]:
    head = token.partition(".")[0]
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return header


def unverified(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def test_s_ky_03_its_claims_have_the_types_that_every_library_accepts(
    browser: Browser, app: App, issue: Callable[..., str], anna: users.User, clock: Clock
) -> None:
    clock.advance(microseconds=999_999)
    claims = claims_of(browser, app.exchange(browser, issue(scopes=["openid"])).json()["id_token"])
    assert claims.keys() == PROTOCOL
    assert claims["iss"] == APP_URL
    assert claims["aud"] == "immich", "one text: two audiences, or a list, break clients"
    assert UUID(claims["sub"]) == anna.id
    assert claims["sub"] == str(anna.id)
    assert claims["nonce"] == "the-nonce"
    assert UUID(claims["sid"])
    assert claims["acr"] == "phr"
    assert claims["amr"] == ["swk", "user", "mfa"]
    now = int(clock().timestamp())
    assert (claims["iat"], claims["exp"], claims["auth_time"]) == (now, now + 3600, now)
    assert all(type(claims[name]) is int for name in ("iat", "exp", "auth_time")), "rounded down"
    assert claims["iat"] <= clock().timestamp()


@pytest.mark.parametrize(
    ("algorithm", "hashed"), [("RS256", hashlib.sha256), ("ES256", hashlib.sha256), ("EdDSA", hashlib.sha512)]
)
def test_s_ky_01_each_algorithm_signs_names_its_key_and_hashes_the_access_token(
    browser: Browser,
    make_app: Callable[..., App],
    issue: Callable[..., str],
    algorithm: str,
    hashed: Callable[[bytes], Any],
) -> None:
    app = make_app("signed", signing_algorithm=algorithm)
    got = app.exchange(browser, issue(to=app)).json()
    published = {key["kid"]: key for key in browser.get("/.well-known/jwks.json").json()["keys"]}
    for name, typ in (("id_token", "JWT"), ("access_token", "at+jwt")):
        header = header_of(got[name])
        assert header == {"alg": algorithm, "kid": header["kid"], "typ": typ}
        assert published[header["kid"]]["alg"] == algorithm
        assert claims_of(browser, got[name])["iss"] == APP_URL  # verified by jwcrypto
    digest = hashed(got["access_token"].encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    assert claims_of(browser, got["id_token"])["at_hash"] == half
    assert app.userinfo(browser, got["access_token"]).status == 200


def test_s_ky_03_the_access_token_is_one_of_rfc_9068(
    browser: Browser, app: App, issue: Callable[..., str], anna: users.User, clock: Clock
) -> None:
    claims = claims_of(browser, app.exchange(browser, issue()).json()["access_token"])
    now = int(clock().timestamp())
    assert claims.pop("jti")
    assert claims == {
        "iss": APP_URL,
        "sub": str(anna.id),
        "aud": ["immich", APP_URL],
        "client_id": "immich",
        "scope": "openid profile email groups",
        "scp": ["openid", "profile", "email", "groups"],
        "iat": now,
        "exp": now + 3600,
        "auth_time": now,
        "amr": ["swk", "user", "mfa"],
        "acr": "phr",
    }


@pytest.mark.parametrize("nonce", [None, "n", "n" * 43, "n" * 384, '-._~ üñ"\\', "n" * 2048])
def test_the_nonce_comes_back_unchanged_or_not_at_all(
    browser: Browser, app: App, issue: Callable[..., str], nonce: str | None
) -> None:
    claims = claims_of(browser, app.exchange(browser, issue(nonce=nonce)).json()["id_token"])
    assert claims.get("nonce") == nonce
    assert ("nonce" in claims) is (nonce is not None)


def test_without_a_passkey_there_is_no_acr(browser: Browser, app: App, issue: Callable[..., str]) -> None:
    claims = claims_of(browser, app.exchange(browser, issue(acr=None, amr=["otp"])).json()["id_token"])
    assert "acr" not in claims
    assert claims["amr"] == ["otp"]


def test_auth_time_is_that_of_the_sign_in(
    browser: Browser, app: App, issue: Callable[..., str], clock: Clock
) -> None:
    earlier = clock() - timedelta(minutes=40)
    claims = claims_of(browser, app.exchange(browser, issue(auth_time=earlier)).json()["id_token"])
    assert claims["auth_time"] == int(earlier.timestamp())


def test_it_is_made_at_the_token_call(
    browser: Browser, app: App, issue: Callable[..., str], clock: Clock
) -> None:
    """Apache's module refuses one that is ten minutes old."""
    code = issue()
    clock.advance(seconds=50)
    claims = claims_of(browser, app.exchange(browser, code).json()["id_token"])
    assert claims["iat"] == int(clock().timestamp())


def test_claims_stand_in_it_for_apps_that_read_nothing_else(
    browser: Browser, app: App, issue: Callable[..., str]
) -> None:
    got = app.exchange(browser, issue()).json()
    claims = claims_of(browser, got["id_token"])
    told = app.userinfo(browser, got["access_token"]).json()
    assert {name: claims[name] for name in told} == told


def test_an_admin_may_keep_them_out_of_it(
    browser: Browser, make_app: Callable[..., App], issue: Callable[..., str]
) -> None:
    lean = make_app("lean", claims_in_id_token=False)
    got = lean.exchange(browser, issue(to=lean)).json()
    assert claims_of(browser, got["id_token"]).keys() <= KNOWN_TO_THE_SUITE
    assert lean.userinfo(browser, got["access_token"]).json()["email"] == "anna@example.test"


def test_an_admin_may_always_add_the_groups(
    browser: Browser,
    make_app: Callable[..., App],
    issue: Callable[..., str],
    make_group: Any,
    anna: users.User,
) -> None:
    make_group("family", anna)
    app = make_app("grouped", always_includes_groups=True)
    got = app.exchange(browser, issue(to=app, scopes=["openid"])).json()
    assert got["scope"] == "openid"
    assert claims_of(browser, got["id_token"])["groups"] == ["family"]
    assert app.userinfo(browser, got["access_token"]).json()["groups"] == ["family"]


def test_a_refreshed_one_is_newer_and_of_the_same_sign_in(
    browser: Browser, app: App, issue: Callable[..., str], clock: Clock
) -> None:
    first = app.exchange(browser, issue()).json()
    clock.advance(hours=5)
    again = unverified(app.refresh(browser, first["refresh_token"]).json()["id_token"])
    assert again["iat"] - unverified(first["id_token"])["iat"] == 5 * 3600
    assert again["auth_time"] == unverified(first["id_token"])["auth_time"]
