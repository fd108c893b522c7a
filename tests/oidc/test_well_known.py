"""The other addresses that everybody knows. RFC 7033, WebAuthn 5.11, Passkey Endpoints Well-Known URL."""

from collections.abc import Callable

import pytest

from pocketid.users import User
from tests.browser import Browser
from tests.conftest import APP_URL

WEBFINGER = "/.well-known/webfinger"
ISSUER = "http://openid.net/specs/connect/1.0/issuer"
LINK = {"rel": ISSUER, "href": APP_URL}


@pytest.mark.parametrize(
    "resource",
    [
        "acct:anna@pocketid.example.test",
        "acct:nobody@pocketid.example.test",
        "acct:Anna@POCKETID.example.test",
        "acct:anna@example.test",  # its domain may pass the question on
        "https://pocketid.example.test",
        "https://pocketid.example.test/anna?x=y",
    ],
)
def test_webfinger_names_the_issuer_for_any_account_of_the_host(
    resource: str, browser: Browser, make_user: Callable[..., User]
) -> None:
    make_user(username="anna")
    for rel in ([], [ISSUER], ["http://example.test/other", ISSUER]):
        browser.get(WEBFINGER, resource=resource, rel=rel)
        assert browser.status == 200
        assert browser.json() == {"subject": resource, "links": [LINK]}
    assert browser.headers["Content-Type"] == "application/jrd+json"
    assert browser.headers["Access-Control-Allow-Origin"] == "*"
    assert browser.set_cookies == []


def test_webfinger_leaves_out_links_that_were_not_asked_for(browser: Browser) -> None:
    resource = "acct:anna@pocketid.example.test"
    browser.get(WEBFINGER, resource=resource, rel="http://webfinger.net/rel/avatar")
    assert browser.json() == {"subject": resource, "links": []}


@pytest.mark.parametrize(
    "resource",
    [
        "acct:anna@elsewhere.test",
        "acct:anna@evil-example.test",
        "acct:anna@pocketid.example.test.evil.test",
        "https://sub.pocketid.example.test/anna",
        "https://pocketid.example.test@evil.test/",
    ],
)
def test_webfinger_does_not_speak_for_others(resource: str, browser: Browser) -> None:
    browser.get(WEBFINGER, resource=resource)
    assert browser.status == 404
    assert browser.headers["Access-Control-Allow-Origin"] == "*"
    assert ISSUER not in browser.text


@pytest.mark.parametrize(
    "resources",
    [
        [],
        [""],
        ["anna"],
        ["acct:anna"],
        ["acct:@pocketid.example.test"],
        ["acct:a@b@pocketid.example.test"],
        ["http://pocketid.example.test/anna"],
        ["https://[pocketid"],
        ["https:///anna"],
        ["mailto:anna@pocketid.example.test"],
        ["acct:anna@pocketid.example.test", "acct:tim@pocketid.example.test"],
    ],
)
def test_webfinger_refuses_what_is_no_single_resource(resources: list[str], browser: Browser) -> None:
    browser.get(WEBFINGER, resource=resources)
    assert browser.status == 400
    assert browser.json().keys() == {"error"}


def test_password_managers_learn_where_passkeys_are_added_and_managed(browser: Browser, admin: User) -> None:
    found = browser.get("/.well-known/passkey-endpoints").json()
    assert found.keys() == {"enroll", "manage"}
    assert browser.headers["Content-Type"] == "application/json"
    for address in found.values():
        assert browser.get(address.removeprefix(APP_URL)).status == 200


def test_there_is_no_page_to_change_a_password(browser: Browser) -> None:
    assert browser.get("/.well-known/change-password").status == 404


def test_related_origins_are_published_when_there_are_some(
    browser: Browser, reconfigured: Callable[..., Browser]
) -> None:
    assert browser.get("/.well-known/webauthn").status == 404
    other = reconfigured(WEBAUTHN_RELATED_ORIGINS="https://Login.example.net/, https://old.example.org:8443")
    other.get("/.well-known/webauthn")
    assert other.json() == {"origins": ["https://login.example.net", "https://old.example.org:8443"]}
    assert other.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "path", ["/.well-known/passkey-endpoints", f"{WEBFINGER}?resource=acct:a@pocketid.example.test"]
)
def test_head_is_answered_like_get(path: str, browser: Browser) -> None:
    length = len(browser.get(path).body)
    browser.request("HEAD", path)
    assert (browser.status, browser.body) == (200, b"")
    assert browser.headers["Content-Length"] == str(length)
    assert browser.headers["Cache-Control"] == "public, max-age=300"
