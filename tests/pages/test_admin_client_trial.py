"""Try it: the whole walk, who may use its redirect URI, and what is wrong in red with what to do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from pocketid import client_secrets, clients, jobs, users
from pocketid.clients import Client
from pocketid.db import Connection, Database
from pocketid.groups import Group
from pocketid.oidc.trial import Check
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import APP_URL, Clock
from tests.oidc.flow import consent, press

HERE = "/settings/admin/oidc-clients/immich"
TRY, CALLBACK = f"{HERE}/try", f"{HERE}/try/callback"
ALL = ["openid", "profile", "email", "groups"]
Events = Callable[..., list[Any]]


@pytest.fixture(autouse=True)
def client(admin: users.User, make_client: Callable[..., Client]) -> Client:
    """Every test here is done by an administrator, for this client."""
    return make_client("immich")


def begin(browser: Browser, **form: Any) -> str:
    """Press the button; the address that the browser is sent to."""
    browser.get(TRY)
    browser.post(TRY, {"scope": ALL, **form})
    assert browser.status == 303
    return browser.location


def walk(browser: Browser, **form: Any) -> Browser:
    """The whole trial, with consent."""
    browser.get(begin(browser, **form)).follow()
    return consent(browser).follow()


def checks(browser: Browser) -> dict[str, Check]:
    return {check.label: check for check in browser.variables["report"].checks}


def red(browser: Browser) -> list[str]:
    return [check.label for check in browser.variables["report"].checks if check.ok is False]


def test_a_trial_walks_the_real_flow_and_finds_everything_good(
    browser: Browser, admin: users.User, events: Events, shared_connection: Connection
) -> None:
    assert f'href="{TRY}"' in browser.get(HERE).text
    walk(browser)
    assert (browser.status, browser.view) == (200, "admin/clients/tried")
    assert red(browser) == []
    good = {label for label, check in checks(browser).items() if check.ok}
    assert len(good) == 13
    for word in ("state", "nonce", "iss of the ID token", "aud", "at_hash", "signature", "sub of userinfo"):
        assert any(word in label for label in good), word
    assert "It works here." in browser.text
    assert "admin@example.test" in browser.text  # in the decoded ID token
    [event] = events("CLIENT_TRIED")
    assert (event.actor_id, event.client_id) == (admin.id, "immich")
    assert event.details == {"good": True, "failed": []}
    assert {"NEW_CLIENT_AUTHORIZATION", "TOKEN_ISSUED"} <= {event.event for event in events()}


def test_a_client_that_keeps_to_fapi_is_tried_without_its_key(
    browser: Browser, db: Database, client: Client, now: datetime
) -> None:
    clients.update(db, "immich", replace(clients.Change.of(client), is_fapi=True), now)
    db.commit()
    walk(browser)
    assert (browser.status, red(browser)) == (200, [])


def test_the_tokens_are_revoked_and_neither_they_nor_the_code_are_on_the_page(
    browser: Browser, shared_connection: Connection
) -> None:
    browser.get(begin(browser)).follow()
    code = dict(parse_qsl(urlsplit(consent(browser).location).query))["code"]
    browser.follow()
    assert checks(browser)["The tokens of this trial are revoked"].ok
    assert code not in browser.text
    assert "eyJ" not in browser.text.replace("eyJ", "", 3)  # at most three beginnings of tokens
    rows = shared_connection.execute("select revoked_at, code_used_at from authorizations").fetchall()
    assert len(rows) == 1
    assert all(revoked and used for revoked, used in rows)


def test_a_trial_comes_back_once(browser: Browser, events: Events) -> None:
    browser.get(begin(browser)).follow()
    back = consent(browser).location
    assert browser.get(back).status == 200
    assert browser.get(back).status == 410
    assert "This trial is over" in browser.text
    assert len(events("CLIENT_TRIED")) == 1


def _of_another_client(parameters: dict[str, str]) -> dict[str, str]:
    return parameters | {"client_id": "wiki"}


CHANGES: list[Callable[[dict[str, str]], dict[str, str]]] = [
    lambda sent: {name: value for name, value in sent.items() if name != "state"},
    lambda sent: sent | {"state": "another"},
    lambda sent: sent | {"redirect_uri": sent["redirect_uri"] + "/"},
    lambda sent: sent | {"redirect_uri": sent["redirect_uri"].replace("immich", "wiki")},
    lambda sent: sent | {"redirect_uri": sent["redirect_uri"] + "?x"},
    _of_another_client,
    lambda sent: _of_another_client(sent) | {"redirect_uri": sent["redirect_uri"].replace("immich", "wiki")},
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_redirect_uri_of_a_trial_is_good_for_this_trial_alone(
    change: Callable[[dict[str, str]], dict[str, str]], browser: Browser, make_client: Callable[..., Client]
) -> None:
    make_client("wiki")
    sent = dict(parse_qsl(urlsplit(begin(browser)).query))
    assert sent["redirect_uri"] == APP_URL + CALLBACK
    browser.get("/authorize?" + urlencode(change(sent)))
    assert (browser.status, browser.view) == (400, "authorize/refused")


def test_nobody_else_can_use_it_nor_the_admin_elsewhere(
    browser: Browser,
    open_browser: Callable[[], Browser],
    sign_in: Callable[..., None],
    make_user: Callable[..., users.User],
    admin: users.User,
) -> None:
    address = begin(browser)
    other_admin, person = make_user(is_admin=True), make_user()
    for user, method in ((None, ""), (person, "passkey"), (other_admin, "passkey"), (admin, "passkey")):
        other = open_browser()
        if user:
            sign_in(other, user, method)
        other.get(address)
        assert (other.status, other.view) == (400, "authorize/refused"), user
        assert "This trial is over" in other.text
        other.get(CALLBACK, state=dict(parse_qsl(urlsplit(address).query))["state"], code="x")
        assert other.status in {303, 403, 410}
        assert other.view != "admin/clients/tried"
    for somebody_else in (person, other_admin):
        sign_in(browser, somebody_else)  # in the same browser
        assert browser.get(address).view == "authorize/refused"
    sign_in(browser, admin, "one_time_access")
    assert browser.get(address).view == "authorize/refused"
    sign_in(browser, admin)
    assert browser.get(address).status == 303


def test_the_address_of_a_trial_is_never_offered_for_registration(
    browser: Browser, shared_connection: Connection
) -> None:
    browser.get("/authorize", client_id="immich", redirect_uri=APP_URL + CALLBACK, response_type="code")
    assert browser.view == "authorize/refused"
    assert shared_connection.execute("select count(*) from refused_requests").fetchone() == (0,)


def test_a_trial_ends_after_ten_minutes_and_is_forgotten(
    browser: Browser, site: Site, clock: Clock, shared_connection: Connection
) -> None:
    address = begin(browser)
    state = dict(parse_qsl(urlsplit(address).query))["state"]
    clock.advance(minutes=10)
    assert browser.get(address).view == "authorize/refused"
    assert browser.get(CALLBACK, state=state, code="x").status == 410
    jobs.keep_house(site)
    assert shared_connection.execute("select count(*) from client_trials").fetchone() == (0,)


def test_the_state_is_not_stored_and_what_comes_from_it_needs_our_key(
    browser: Browser, shared_connection: Connection
) -> None:
    sent = dict(parse_qsl(urlsplit(begin(browser)).query))
    stored = str(shared_connection.execute("select * from client_trials").fetchall())
    assert not [name for name in ("state", "nonce", "code_challenge") if sent[name] in stored]


def test_a_cancelled_trial_is_red_and_says_what_to_do(browser: Browser, events: Events) -> None:
    browser.get(begin(browser)).follow()
    press(browser, "cancel").follow()
    assert red(browser) == ["The sign-in led to a code"]
    check = checks(browser)["The sign-in led to a code"]
    assert check.found.startswith("access_denied")
    assert "see who may sign in" in check.advice
    assert "It does not work yet." in browser.text
    assert events("CLIENT_TRIED")[0].details == {"good": False, "failed": red(browser)}


def test_an_admin_without_access_is_refused_like_anybody(
    browser: Browser, db: Database, client: Client, now: datetime, make_group: Callable[..., Group]
) -> None:
    clients.update(db, "immich", replace(clients.Change.of(client), is_group_restricted=True), now)
    clients.set_groups(db, "immich", [make_group("family").id])
    db.commit()
    browser.get(begin(browser)).follow()
    assert browser.view == "authorize/no_access"
    press(browser, "cancel").follow()
    assert red(browser) == ["The sign-in led to a code"]


def test_a_wrong_code_and_a_foreign_issuer_are_red(browser: Browser) -> None:
    state = dict(parse_qsl(urlsplit(begin(browser)).query))["state"]
    browser.get(CALLBACK, state=state, code="x", iss="https://evil.example.test")
    assert browser.status == 200
    assert red(browser) == ["iss names this site", "The code was exchanged for tokens"]
    assert all(check.advice for check in browser.variables["report"].checks if check.ok is False)


def test_without_the_scope_openid_there_is_no_id_token(browser: Browser) -> None:
    walk(browser, scope=["email"])
    assert red(browser) == ["There is an ID token"]
    assert "The scope openid was not asked for" in browser.text


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_every_algorithm_is_verified_by_the_published_keys(
    algorithm: str, browser: Browser, db: Database, client: Client, now: datetime
) -> None:
    clients.update(db, "immich", replace(clients.Change.of(client), signing_algorithm=algorithm), now)
    db.commit()
    walk(browser)
    assert red(browser) == []
    assert checks(browser)["The signature fits the published keys"].found == algorithm


def test_a_typed_secret_is_compared(browser: Browser, db: Database, now: datetime) -> None:
    secret = client_secrets.create(db, "immich", now=now)[1]
    chosen = client_secrets.create(db, "immich", now=now, chosen="chosen by a person")[1]
    db.commit()
    label = "The secret that you typed is the client's"
    for typed, fits in ((secret, True), (chosen, True), ("wrong", False), (secret + "x", False)):
        browser.get(begin(browser, secret=typed)).follow()
        if browser.view == "authorize/consent":
            consent(browser).follow()
        assert checks(browser)[label].ok is fits, typed
        assert typed not in browser.text.replace("wrong", "")
        assert red(browser) == ([] if fits else [label])


@pytest.mark.parametrize(
    ("fields", "remark"),
    [
        ({"email": None, "email_verified": False}, "There is no e-mail address"),
        ({"email_verified": False}, "The e-mail address is not verified"),
    ],
)
def test_what_keeps_many_apps_from_letting_somebody_in_is_remarked(
    fields: dict[str, Any],
    remark: str,
    browser: Browser,
    make_user: Callable[..., users.User],
    sign_in: Callable[..., None],
) -> None:
    sign_in(browser, make_user(is_admin=True, **fields))
    walk(browser)
    assert red(browser) == []
    assert checks(browser)[remark].ok is None


def test_a_client_that_shows_no_claims_in_the_id_token_is_remarked(
    browser: Browser, db: Database, client: Client, now: datetime
) -> None:
    clients.update(db, "immich", replace(clients.Change.of(client), claims_in_id_token=False), now)
    db.commit()
    walk(browser)
    assert checks(browser)["The ID token has no names and groups"].ok is None


def test_two_trials_run_side_by_side(browser: Browser) -> None:
    first, second = begin(browser), begin(browser)
    browser.get(first).follow()
    assert consent(browser).follow().view == "admin/clients/tried"
    assert browser.get(second).follow().view == "admin/clients/tried"  # consent is given by now


def test_a_state_of_any_kind_is_none(browser: Browser) -> None:
    for state in ("", "x", "é" * 300, "a" * 5000):
        assert browser.get(CALLBACK, state=state, code="x").status == 410
