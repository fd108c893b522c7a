"""Client authentication as clients really do it. RFC 6749 2.3, OpenID Connect Core 9."""

import base64
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from pocketid import client_secrets, clients, crypto
from pocketid.audit import Row
from pocketid.db import Database
from tests.browser import Browser
from tests.conftest import Clock
from tests.oidc.flow import CALLBACK, VERIFIER, App
from tests.oidc.grants import ISSUED, UNTOUCHED, check_refusal, stored

UUID_ID = "0b7c2f8e-1111-4222-8333-944445555666"
ODD = "a+b%41-~ c:d/~~~~"  # plus, percent, space, colon


def everything_encoded(text: str) -> str:
    """openid-client 6: all but letters and digits, space as plus."""
    return "".join(c if c.isalnum() else "+" if c == " " else f"%{ord(c):02X}" for c in text)


ENCODINGS: dict[str, Callable[[str], str]] = {
    "openid-client": everything_encoded,
    "go": quote_plus,
    "mod_auth_openidc": lambda text: quote(text, safe="-._~"),
    "percent-encoded, plus left as it is": lambda text: quote(text, safe="+-._~"),
    "authlib, raw": lambda text: text,
}


def basic(client_id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def by_header(browser: Browser, code: str, authorization: str, /, **changes: Any) -> Browser:
    """A code exchange whose client is in the Authorization header alone."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        **changes,
    }
    server = Browser(browser.application, browser.origin, browser.address)
    return server.post(
        "/api/oidc/token", form, form_token=None, headers={"Authorization": authorization, "Origin": ""}
    )


@pytest.fixture
def odd(make_client: Callable[..., clients.Client], db: Database, clock: Clock) -> App:
    """A client with hyphens in its id and every trap in its secret, which a person chose."""
    make_client(UUID_ID)
    client_secrets.create(db, UUID_ID, clock(), chosen=ODD)
    db.commit()
    return App(UUID_ID, ODD)


@pytest.fixture
def spa(make_app: Callable[..., App]) -> App:
    return make_app("spa", is_public=True)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_s_tk_02_basic_is_understood_in_every_encoding(
    browser: Browser, odd: App, issue: Callable[..., str], db: Database, encoding: str
) -> None:
    encode = ENCODINGS[encoding]
    got = by_header(browser, issue(to=odd), basic(encode(UUID_ID), encode(ODD)))
    assert got.status == 200, got.text
    assert stored(db) == ISSUED


def test_s_tk_02_the_body_is_form_encoded_once(browser: Browser, odd: App, issue: Callable[..., str]) -> None:
    assert odd.exchange(browser, issue(to=odd)).status == 200
    check_refusal(
        odd.exchange(browser, issue(to=odd), client_secret=quote(ODD)), 401, "invalid_client"
    )  # percent signs are meant


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_the_scheme_s_case_does_not_matter(
    browser: Browser, app: App, issue: Callable[..., str], scheme: str
) -> None:
    header = basic("immich", app.secret or "").replace("Basic", scheme)
    assert by_header(browser, issue(), header).status == 200


def test_s_tk_01_the_same_client_id_in_header_and_body_is_tolerated(
    browser: Browser, odd: App, issue: Callable[..., str]
) -> None:
    header = basic(everything_encoded(UUID_ID), everything_encoded(ODD))
    assert by_header(browser, issue(to=odd), header, client_id=UUID_ID).status == 200


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "the secret"}, 400, "invalid_request"),
        ({"client_secret": "wrong"}, 400, "invalid_request"),
        ({"client_id": "other"}, 400, "invalid_request"),
    ],
)
def test_s_tk_01_one_method_a_request(
    browser: Browser,
    app: App,
    issue: Callable[..., str],
    db: Database,
    changes: Mapping[str, str],
    status: int,
    error: str,
) -> None:
    code = issue()
    header = basic("immich", app.secret or "")
    changes = {name: value.replace("the secret", app.secret or "") for name, value in changes.items()}
    check_refusal(by_header(browser, code, header, **changes), status, error)
    assert stored(db) == UNTOUCHED
    assert by_header(browser, code, header).status == 200


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic äöü",
        "Basic " + base64.b64encode(b"immich").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        basic("immich", ""),
        basic("immich", "wrong"),
        basic("immich", "\0"),
        basic("immich", "%00"),
        basic("imm\0ich", "x"),
        basic("imm%00ich", "x"),
        basic("", ""),
        basic("x" * 5000, "x" * 5000),
        basic("immich", "%ff%fe"),
        basic("immich", "%zz"),
        "Bearer abc",
        "Digest username=immich",
    ],
)
def test_s_tk_03_a_header_that_proves_nothing_spends_nothing(
    browser: Browser, app: App, issue: Callable[..., str], db: Database, header: str
) -> None:
    code = issue()
    got = by_header(browser, code, header)
    check_refusal(got, 401, "invalid_client")
    assert got.headers["Www-Authenticate"].startswith("Basic ")
    assert stored(db) == UNTOUCHED
    assert by_header(browser, code, basic("immich", app.secret or "")).status == 200


def test_s_tk_03_the_right_secret_after_wrong_ones_still_finds_its_code(
    browser: Browser, app: App, issue: Callable[..., str], events: Callable[..., list[Row]]
) -> None:
    """Go's x/oauth2 tries the header first, and the body when that fails."""
    code = issue()
    check_refusal(by_header(browser, code, basic("immich", "wrong")), 401, "invalid_client")
    check_refusal(app.exchange(browser, code, client_secret="wrong"), 401, "invalid_client")
    assert app.exchange(browser, code).status == 200
    found = events("CLIENT_AUTHENTICATION_FAILED")
    assert [(event.client_id, event.address) for event in found] == [("immich", "127.0.0.1")] * 2
    assert all(event.details["reason"] == "wrong or missing secret" for event in found)


def test_s_tk_03_a_failed_authentication_spends_no_refresh_token(
    browser: Browser, app: App, issue: Callable[..., str]
) -> None:
    token = app.exchange(browser, issue()).json()["refresh_token"]
    check_refusal(app.refresh(browser, token, client_secret="wrong"), 401, "invalid_client")
    check_refusal(app.refresh(browser, token, client_secret=None), 401, "invalid_client")
    assert app.refresh(browser, token).json()["refresh_token"] != token


def test_a_secret_counts_until_its_time_and_until_it_is_revoked(
    browser: Browser, app: App, issue: Callable[..., str], db: Database, clock: Clock
) -> None:
    ending, secret = client_secrets.create(db, "immich", clock(), expires_at=clock() + timedelta(days=1))
    revoked, other = client_secrets.create(db, "immich", clock())
    for each in (secret, other, app.secret):
        assert app.exchange(browser, issue(), client_secret=each).status == 200
    client_secrets.revoke(db, "immich", revoked.id)
    db.commit()
    check_refusal(app.exchange(browser, issue(), client_secret=other), 401, "invalid_client")
    clock.advance(days=1)
    check_refusal(app.exchange(browser, issue(), client_secret=secret), 401, "invalid_client")
    assert app.exchange(browser, issue()).status == 200
    assert ending.expires_at == clock()


def test_another_client_s_secret_does_not_do(
    browser: Browser, app: App, make_app: Callable[..., App], issue: Callable[..., str], db: Database
) -> None:
    other, code = make_app("other"), issue()
    check_refusal(app.exchange(browser, code, client_secret=other.secret), 401, "invalid_client")
    assert stored(db) == UNTOUCHED


def test_a_confidential_client_without_any_secret_is_nobody(
    browser: Browser, app: App, issue: Callable[..., str], db: Database
) -> None:
    code = issue()
    for secret in client_secrets.of_client(db, "immich"):
        client_secrets.revoke(db, "immich", secret.id)
    db.commit()
    for sent in (None, "", app.secret):
        check_refusal(app.exchange(browser, code, client_secret=sent), 401, "invalid_client")
    assert stored(db) == UNTOUCHED


def test_a_public_client_says_who_it_is_and_pkce_proves_it(
    browser: Browser, spa: App, issue: Callable[..., str]
) -> None:
    assert spa.exchange(browser, issue(to=spa)).status == 200
    assert spa.exchange(browser, issue(to=spa), client_secret="").status == 200
    assert by_header(browser, issue(to=spa), basic("spa", "")).status == 200
    check_refusal(spa.exchange(browser, issue(to=spa), code_verifier="w" * 43), 400, "invalid_grant")


def test_a_public_client_that_sends_a_secret_is_mistaken(
    browser: Browser, spa: App, issue: Callable[..., str], db: Database
) -> None:
    code = issue(to=spa)
    check_refusal(spa.exchange(browser, code, client_secret="a secret"), 401, "invalid_client")
    check_refusal(by_header(browser, code, basic("spa", "a secret")), 401, "invalid_client")
    assert stored(db) == UNTOUCHED


@pytest.mark.parametrize("client_id", ["nobody", "immich"])
def test_s_tk_02_an_unknown_client_is_answered_and_compared_like_a_wrong_secret(
    browser: Browser, app: App, client_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same text, the same statements and the same comparison; the wrapper only counts and passes on."""
    compared: list[str | bytes] = []
    original = crypto.same

    def counting(left: str | bytes, right: str | bytes) -> bool:
        compared.append(right)
        return original(left, right)

    monkeypatch.setattr(crypto, "same", counting)
    got = app.exchange(browser, "code", client_id=client_id, client_secret="wrong")
    check_refusal(got, 401, "invalid_client")
    assert got.json()["error_description"] == "the client is unknown or its secret is wrong"
    assert len([value for value in compared if str(value).startswith("sha256:")]) == 1


def test_s_tk_08_failures_are_limited_for_each_client_and_address_with_growing_delays(
    browser: Browser,
    app: App,
    make_app: Callable[..., App],
    issue: Callable[..., str],
    clock: Clock,
    events: Callable[..., list[Row]],
) -> None:
    other, code = make_app("other"), issue()
    for _each in range(30):
        check_refusal(app.exchange(browser, code, client_secret="wrong"), 401, "invalid_client")
    delays = []
    for _each in range(40):
        got = app.exchange(browser, code, client_secret="wrong")
        check_refusal(got, 429, "temporarily_unavailable")
        delays.append(int(got.headers["Retry-After"]))
    assert delays[:3] == [2, 4, 6]
    assert max(delays) == delays[-1] == 60
    assert len(events("CLIENT_AUTHENTICATION_FAILED")) == 30, "refused attempts fill no log"

    elsewhere = Browser(browser.application, browser.origin, "198.51.100.7")
    check_refusal(app.exchange(elsewhere, code, client_secret="wrong"), 401, "invalid_client")
    check_refusal(other.exchange(browser, code, client_secret="wrong"), 401, "invalid_client")
    assert app.exchange(browser, code).status == 200, "the right secret is never held up"

    clock.advance(seconds=59)
    assert app.exchange(browser, code, client_secret="wrong").status == 429
    clock.advance(seconds=70)
    assert app.exchange(browser, code, client_secret="wrong").status == 401


def test_s_tk_08_unknown_clients_share_one_limit(
    browser: Browser, events: Callable[..., list[Row]], db: Database
) -> None:
    statuses = [App(f"nobody{n}", "x").exchange(browser, "code").status for n in range(35)]
    assert statuses == [401] * 30 + [429] * 5
    assert len(events("CLIENT_AUTHENTICATION_FAILED")) == 30


def test_s_tk_08_slow_secrets_are_not_compared_after_too_many_failures(
    browser: Browser,
    odd: App,
    issue: Callable[..., str],
    db: Database,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Argon2 costs 28 ms: without this anybody could keep the processor busy."""
    db.run(
        "limits.take", key=f"client:{UUID_ID}:127.0.0.1", burst=1.0, per_seconds=2.0, debt=1.0, now=clock()
    )
    db.commit()
    compared: list[str] = []
    original = client_secrets.matches

    def counting(secret: str, digest: str) -> bool:
        compared.append(digest)
        return original(secret, digest)

    monkeypatch.setattr(client_secrets, "matches", counting)
    code = issue(to=odd)
    check_refusal(odd.exchange(browser, code), 429, "temporarily_unavailable")
    assert compared == []
    clock.advance(seconds=2)
    assert odd.exchange(browser, code).status == 200
    assert len(compared) == 1


def test_s_tk_08_refusals_of_unknown_codes_are_recorded_within_limits(
    browser: Browser, spa: App, events: Callable[..., list[Row]]
) -> None:
    """Anybody can ask in the name of a public client."""
    for _each in range(35):
        check_refusal(spa.exchange(browser, "guess"), 400, "invalid_grant")
        check_refusal(spa.refresh(browser, "guess"), 400, "invalid_grant")
    assert len(events("TOKEN_REFUSED")) == 30
