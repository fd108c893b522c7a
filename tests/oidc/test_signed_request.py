"""Signed request objects: believed by a registered key of the client alone. RFC 9101, Core 6.1, RFC 8725."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from pocketid import client_keys
from pocketid.client_keys import ClientKeys
from pocketid.db import Connection, Database
from tests.browser import Browser
from tests.conftest import APP_URL, Clock
from tests.oidc.flow import CALLBACK, App, answer, claims_of, consent
from tests.oidc.grants import check_refusal
from tests.oidc.test_request_object import request_object
from tests.signer import Signer, compact

SIGNERS = {
    algorithm: Signer(algorithm, algorithm.lower()) for algorithm in ("RS256", "PS256", "ES256", "EdDSA")
}
STRANGER = Signer("ES256", "stranger")


@dataclass
class Signing:
    """An app that signs what it asks."""

    app: App
    clock: Clock

    def sign(self, signer: Signer = SIGNERS["ES256"], head: Any = None, /, **changes: Any) -> str:
        at = int(self.clock().timestamp())
        usual = {**self.app.request(), "iss": self.app.client_id, "aud": APP_URL, "exp": at + 300, "nbf": at}
        claims = {name: value for name, value in (usual | changes).items() if value is not None}
        return signer.sign(claims, **(head or {}))

    def ask(self, browser: Browser, text: str, **outside: str | None) -> dict[str, str]:
        """Nothing beside the object but what RFC 9101 5 wants, and what is said."""
        nothing: dict[str, str | None] = dict.fromkeys(self.app.request())
        outside = {**nothing, "client_id": self.app.client_id, "redirect_uri": CALLBACK, **outside}
        return answer(self.app.authorize(browser, request=text, **outside))


@pytest.fixture
def make_signing(
    make_app: Callable[..., App], db: Database, clock: Clock, now: datetime
) -> Callable[..., Signing]:
    def make(**fields: Any) -> Signing:
        app = make_app(**{"skips_consent": True, **fields})
        keys = [signer.public for signer in SIGNERS.values()]
        client_keys.save(db, ClientKeys("immich", keys), now)
        db.commit()
        return Signing(app, clock)

    return make


@pytest.fixture
def signing(make_signing: Callable[..., Signing]) -> Signing:
    return make_signing()


@pytest.fixture
def strict(make_signing: Callable[..., Signing]) -> Signing:
    """The client has to sign."""
    return make_signing(requires_signed_request=True)


@pytest.mark.parametrize("algorithm", SIGNERS)
@pytest.mark.parametrize("typ", [None, "JWT", "oauth-authz-req+jwt", "OAuth-AuthZ-Req+JWT"])
def test_what_a_registered_key_has_signed_is_the_request(
    algorithm: str, typ: str | None, signed_in: Browser, signing: Signing
) -> None:
    text = signing.sign(SIGNERS[algorithm], {"typ": typ} if typ else None, nonce="inner")
    code = signing.ask(signed_in, text)["code"]
    token = signing.app.exchange(signed_in, code).json()["id_token"]
    assert claims_of(signed_in, token)["nonce"] == "inner"


@pytest.mark.parametrize(
    ("changes", "head"),
    [
        ({"iss": None}, None),
        ({"iss": "other"}, None),
        ({"iss": ["immich"]}, None),
        ({"aud": None}, None),
        ({"aud": "https://other.example.test"}, None),
        ({"aud": f"{APP_URL}/"}, None),
        ({"aud": []}, None),
        ({"aud": {APP_URL: 1}}, None),
        ({"sub": "immich"}, None),
        ({"exp": 1}, None),
        ({"exp": "soon"}, None),
        ({"exp": True}, None),
        ({"nbf": 99999999999}, None),
        ({"nbf": "now"}, None),
        ({"request": "x.y.z"}, None),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, None),
        ({}, {"typ": "at+jwt"}),
        ({}, {"typ": "dpop+jwt"}),
        ({}, {"typ": "client-authentication+jwt"}),
        ({}, {"typ": ["JWT"]}),
        ({}, {"kid": "unknown"}),
    ],
)
def test_s_az_13_every_claim_is_looked_at(
    changes: dict[str, Any],
    head: dict[str, Any] | None,
    signed_in: Browser,
    signing: Signing,
    rows: Callable[[str], int],
) -> None:
    assert "code" in signing.ask(signed_in, signing.sign())
    got = signing.ask(signed_in, signing.sign(SIGNERS["ES256"], head, **changes), state="outer")
    assert (got["error"], got["state"], got["iss"]) == ("invalid_request_object", "outer", APP_URL)
    assert rows("authorizations") == 1


@pytest.mark.parametrize("name", ["stranger", "none", "hs256", "embedded", "changed", "unsigned", "critical"])
def test_s_az_13_no_other_signature_is_believed(
    name: str, signed_in: Browser, signing: Signing, rows: Callable[[str], int]
) -> None:
    good = signing.sign()
    head, payload, signature = good.split(".")
    claims = {**signing.app.request(), "iss": "immich", "aud": APP_URL}
    text = {
        "stranger": lambda: signing.sign(STRANGER, {"kid": "es256"}),
        "none": lambda: request_object(claims),
        "hs256": lambda: compact({"alg": "HS256", "kid": "es256"}, claims, b"0" * 32),
        "embedded": lambda: signing.sign(
            STRANGER, {"kid": "es256", "jwk": STRANGER.public, "jku": "https://e.test/"}
        ),
        "changed": lambda: f"{head}.{signing.sign(state='changed').split('.')[1]}.{signature}",
        "critical": lambda: compact(
            {"alg": "ES256", "kid": "es256", "crit": ["x"], "x": 1}, claims, b"0" * 64
        ),
        "unsigned": lambda: f"{head}.{payload}.",
    }[name]()
    assert signing.ask(signed_in, text)["error"] == "invalid_request_object"
    assert rows("authorizations") == 0


def test_clocks_may_differ_by_ten_seconds(signed_in: Browser, signing: Signing, clock: Clock) -> None:
    at = int(clock().timestamp())
    for changes in ({"exp": at - 9}, {"nbf": at + 10}, {"exp": None, "nbf": None}):
        assert "code" in signing.ask(signed_in, signing.sign(**changes)), changes
    for changes in ({"exp": at - 10}, {"nbf": at + 11}):
        assert signing.ask(signed_in, signing.sign(**changes))["error"] == "invalid_request_object", changes


def test_the_audience_may_be_a_list(signed_in: Browser, signing: Signing) -> None:
    assert "code" in signing.ask(signed_in, signing.sign(aud=["https://other.example.test", APP_URL]))


def test_without_being_told_a_client_with_keys_may_ask_without_an_object(
    signed_in: Browser, signing: Signing
) -> None:
    assert "code" in answer(signing.app.authorize(signed_in))
    assert signing.ask(signed_in, signing.sign(state="inner"), state="outer")["state"] == "inner"
    assert signing.ask(signed_in, signing.sign(state=None), state="outer")["state"] == "outer"


# Clients that have to sign


def test_rfc9101_10_5_a_client_that_has_to_sign_is_refused_otherwise(
    signed_in: Browser, strict: Signing, events: Any
) -> None:
    got = answer(strict.app.authorize(signed_in))
    assert (got["error"], got["state"]) == ("invalid_request", "the-state")
    assert "sign" in got["error_description"]
    assert events("AUTHORIZATION_REFUSED")
    assert strict.ask(signed_in, request_object({}))["error"] == "invalid_request_object"
    assert "code" in strict.ask(signed_in, strict.sign())


def test_rfc9101_6_3_what_is_outside_does_not_count(signed_in: Browser, strict: Signing) -> None:
    outside = {"state": "outer", "prompt": "consent", "scope": "openid email", "nonce": "outer"}
    got = strict.ask(signed_in, strict.sign(state=None, nonce=None), **outside)
    assert "state" not in got
    tokens = strict.app.exchange(signed_in, got["code"]).json()
    assert tokens["scope"] == "openid profile email groups"
    assert "nonce" not in claims_of(signed_in, tokens["id_token"])


def test_the_redirect_uri_has_to_be_inside(signed_in: Browser, strict: Signing) -> None:
    outside: dict[str, str | None] = {**dict.fromkeys(strict.app.request()), "client_id": "immich"}
    strict.app.authorize(signed_in, **outside, request=strict.sign(redirect_uri=None))
    assert (signed_in.status, signed_in.view) == (400, "authorize/refused")


@pytest.mark.parametrize("changes", [{"exp": None}, {"exp": 3611}, {"nbf": -3611}])
def test_a_signature_that_counts_ends_within_the_hour(
    changes: dict[str, int | None], signed_in: Browser, strict: Signing, clock: Clock
) -> None:
    at = int(clock().timestamp())
    shifted = {name: None if offset is None else at + offset for name, offset in changes.items()}
    assert strict.ask(signed_in, strict.sign(**shifted))["error"] == "invalid_request_object"
    near = {name: None if offset is None else at + offset - offset // 100 for name, offset in changes.items()}
    if None not in near.values():
        assert "code" in strict.ask(signed_in, strict.sign(**near))


def test_it_counts_on_every_page_of_the_way_and_may_expire_there(
    signed_in: Browser, make_signing: Callable[..., Signing], clock: Clock
) -> None:
    strict = make_signing(requires_signed_request=True, skips_consent=False)
    signed_in.get(f"/interaction?id={strict.ask(signed_in, strict.sign())['id']}")
    assert signed_in.view == "authorize/consent"
    clock.advance(minutes=10)
    assert "code" in answer(consent(signed_in))


def test_a_request_that_is_posted_from_the_app_comes_back_with_its_signature(
    signed_in: Browser, strict: Signing
) -> None:
    form = {"client_id": "immich", "request": strict.sign(login_hint="x" * 1000)}
    signed_in.post("/authorize", form, form_token=None, headers={"Sec-Fetch-Site": "cross-site"})
    assert signed_in.view == "authorize/form_post"
    again = signed_in.variables["parameters"]
    signed_in.post(signed_in.variables["uri"], again, form_token=None)
    assert "code" in answer(signed_in)


def test_a_signed_request_can_be_pushed(
    signed_in: Browser, strict: Signing, db: Database, now: datetime
) -> None:
    nothing: dict[str, str | None] = dict.fromkeys(strict.app.request())
    sent = {**nothing, "client_id": "immich", "request": strict.sign(state="inner")}
    got = strict.app.push(signed_in, **sent)
    assert got.status == 201, got.text
    client_keys.save(db, ClientKeys("immich", [STRANGER.public]), now)
    db.commit()
    assert answer(strict.app.come(signed_in, got.json()["request_uri"]))["state"] == "inner"
    check_refusal(strict.app.push(signed_in, **sent), 400, "invalid_request_object")
    check_refusal(strict.app.push(signed_in), 400, "invalid_request")


def test_a_trial_of_ours_needs_no_signature(
    browser: Browser, strict: Signing, connection: Connection, make_user: Any, sign_in: Any
) -> None:
    connection.execute("update clients set requires_pushed_request = true")
    sign_in(browser, make_user(username="admin", is_admin=True))
    browser.get("/settings/admin/oidc-clients/immich/try")
    browser.post("/settings/admin/oidc-clients/immich/try", {"scope": "openid"}, follow=True)
    assert browser.view == "admin/clients/tried"
    assert browser.variables["report"].is_good
