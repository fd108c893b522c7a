"""An app's side of the code flow, in few words, for the tests of every rule."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from jwcrypto import jwk, jws

from tests.authenticator import Authenticator, options_of
from tests.browser import Browser

CALLBACK = "https://app.example.test/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass
class App:
    """A registered client, as its own software knows it."""

    client_id: str
    secret: str | None
    redirect_uri: str = CALLBACK
    parameters: dict[str, str] = field(default_factory=dict)

    def request(self, **changes: str | None) -> dict[str, str]:
        """The parameters of an authorization request; None takes one out."""
        usual: dict[str, str | None] = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "scope": "openid profile email groups",
            "state": "the-state",
            "nonce": "the-nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **self.parameters,
            **changes,
        }
        return {name: value for name, value in usual.items() if value is not None}

    def authorize(self, browser: Browser, **changes: str | None) -> Browser:
        """GET /authorize."""
        return browser.get("/authorize?" + urlencode(self.request(**changes)))

    def push(self, browser: Browser, **changes: str | None) -> Browser:
        """POST /api/oidc/par from the app's own server; `changes` as authorize."""
        request = self.request(**{"client_secret": self.secret, **changes})
        return self.ask(browser, "/api/oidc/par", **request)

    def come(self, browser: Browser, request_uri: str, **changes: str | None) -> Browser:
        """GET /authorize with the address of a pushed request."""
        sent = {"client_id": self.client_id, "request_uri": request_uri, **changes}
        return browser.get("/authorize?" + urlencode({name: value for name, value in sent.items() if value}))

    def code(self, browser: Browser, **changes: str | None) -> str:
        """Walk to a code, consenting on the way if that is asked."""
        self.authorize(browser, **changes)
        if browser.location.startswith("/interaction"):
            consent(browser.get(browser.location))
        return answer(browser)["code"]

    def exchange(self, browser: Browser, code: str, /, **changes: str | None) -> Browser:
        """POST /api/oidc/token with a code."""
        usual: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "client_id": self.client_id,
            "client_secret": self.secret,
            "code_verifier": VERIFIER,
            **changes,
        }
        return self.token(browser, **usual)

    def refresh(self, browser: Browser, refresh_token: str, /, **changes: str | None) -> Browser:
        """POST /api/oidc/token with a refresh token."""
        usual: dict[str, str | None] = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": self.client_id,
            "client_secret": self.secret,
            **changes,
        }
        return self.token(browser, **usual)

    def token(self, browser: Browser, **form: str | None) -> Browser:
        """POST /api/oidc/token."""
        return self.ask(browser, "/api/oidc/token", **form)

    def ask(self, browser: Browser, path: str, **form: str | None) -> Browser:
        """POST to an endpoint from the app's own server: without the browser's cookies."""
        server = Browser(browser.application, browser.origin, browser.address)
        sent = {name: value for name, value in form.items() if value is not None}
        return server.post(path, sent, form_token=None, headers={"Origin": "", "Sec-Fetch-Site": ""})

    def tokens(self, browser: Browser, **changes: str | None) -> dict[str, Any]:
        """The whole flow."""
        got = self.exchange(browser, self.code(browser, **changes))
        assert got.status == 200, got.text
        tokens: dict[str, Any] = got.json()
        return tokens

    def userinfo(self, browser: Browser, access_token: str) -> Browser:
        """GET /api/oidc/userinfo."""
        server = Browser(browser.application, browser.origin)
        return server.get("/api/oidc/userinfo", headers={"Authorization": f"Bearer {access_token}"})


def consent(browser: Browser) -> Browser:
    """Press the button of the consent page."""
    assert browser.view == "authorize/consent", browser.view
    return browser.post("/interaction/consent", {"id": str(browser.variables["interaction"].id)})


def use_passkey(browser: Browser, device: Authenticator, **changes: Any) -> Browser:
    """Sign in on the page of the interaction."""
    assert browser.view in {"authorize/sign_in", "authorize/other_passkey"}, (browser.view, browser.status)
    credential = device.get(options_of(browser.text), **changes)
    return browser.post("/interaction/sign-in", {"id": interaction_id(browser), "credential": credential})


def use_any_passkey(browser: Browser, device: Authenticator) -> Browser:
    """The same with a passkey that the page did not offer, as no browser would."""
    options = {**json.loads(options_of(browser.text)), "allowCredentials": []}
    credential = device.get(json.dumps(options))
    return browser.post("/interaction/sign-in", {"id": interaction_id(browser), "credential": credential})


def interaction_id(browser: Browser) -> str:
    """The id of the request that waits on the last page."""
    return str(browser.variables["interaction"].id)


def press(browser: Browser, step: str) -> Browser:
    """Press a button of the interaction's page: choose, switch, consent or cancel."""
    return browser.post(f"/interaction/{step}", {"id": interaction_id(browser)})


def answer(browser: Browser) -> dict[str, str]:
    """The parameters that the last answer sends to the app."""
    assert browser.status == 303, (browser.status, browser.text)
    return {name: values[0] for name, values in parse_qs(urlsplit(browser.location).query, True).items()}


def claims_of(browser: Browser, token: str) -> dict[str, Any]:
    """The claims of a token whose signature verifies against the published keys."""
    keys = jwk.JWKSet.from_json(browser.get("/.well-known/jwks.json").text)
    parsed = jws.JWS()
    parsed.allowed_algs = ["RS256", "PS256", "ES256", "EdDSA"]
    parsed.deserialize(token)
    key = keys.get_key(parsed.jose_header["kid"])
    assert key is not None
    parsed.verify(key)
    claims: dict[str, Any] = json.loads(parsed.payload)
    return claims
