"""What one app is told: the form of its mapping, and a preview that says what would be issued."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from pocketid import client_secrets, clients, custom_claims, users
from pocketid.clients import Client
from pocketid.custom_claims import Claim
from pocketid.db import Connection, Database
from pocketid.groups import Group
from pocketid.oidc.preview import MADE_ANEW
from tests.browser import Browser
from tests.oidc.flow import App, claims_of

HERE = "/settings/admin/oidc-clients/immich"
CLAIMS, PREVIEW = f"{HERE}/claims", f"{HERE}/preview"
Events = Callable[..., list[Any]]
NOTHING = ("", "", "", "")


@pytest.fixture(autouse=True)
def client(admin: users.User, make_client: Callable[..., Client]) -> Client:
    """Every test here is done by an administrator, for this client."""
    return make_client("immich")


def form(*lines: tuple[str, str, str, str], groups: str = "") -> dict[str, Any]:
    columns = zip(*(lines or (NOTHING,)), strict=True)
    names = ("rule_kind", "rule_claim", "rule_source", "rule_value")
    return {"groups": groups} | {name: list(texts) for name, texts in zip(names, columns, strict=True)}


def shown(browser: Browser) -> dict[str, Any]:
    return {heading: json.loads(text) for heading, text in browser.variables["shown"]}


def test_a_mapping_is_saved_told_of_and_emptied_again(
    browser: Browser, db: Database, client: Client, events: Events, admin: users.User
) -> None:
    assert f'href="{CLAIMS}"' in browser.get(HERE).text
    browser.get(CLAIMS)
    sent = form(("rename", "login", "preferred_username", ""), ("", "", "", ""), groups="app-*\nfamily")
    browser.post(CLAIMS, sent)
    assert browser.location == CLAIMS
    stored = clients.get(db, "immich").claim_mapping
    assert stored["groups"] == ["app-*", "family"]
    assert [rule["claim"] for rule in stored["rules"]] == ["login"]
    [event] = events("CLIENT_UPDATED")
    assert (event.actor_id, event.client_id) == (admin.id, "immich")
    assert event.details["changed"] == {"claim_mapping": {"before": {}, "after": stored}}
    assert "What Immich is told is saved." in browser.get(CLAIMS).text
    browser.post(CLAIMS, sent)
    assert len(events("CLIENT_UPDATED")) == 1  # nothing changed, nothing is told
    browser.get(CLAIMS)
    browser.post(CLAIMS, form())
    assert clients.get(db, "immich").claim_mapping == {}


def test_the_client_s_own_form_leaves_the_mapping_alone(
    browser: Browser, db: Database, client: Client, now: datetime
) -> None:
    mapping = {"groups": ["a*"], "rules": []}
    clients.update(db, "immich", replace(clients.Change.of(client), claim_mapping=mapping), now)
    db.commit()
    browser.get(HERE)
    sent = {"name": "Photos", "redirect_uris": "https://a.example.test/", "signing_algorithm": "RS256"}
    browser.post(HERE, sent | {"access_token_minutes": "60", "refresh_token_minutes": "60"})
    assert browser.status == 303
    assert (clients.get(db, "immich").name, clients.get(db, "immich").claim_mapping) == ("Photos", mapping)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (form(("rename", "sub", "email", "")), "rule_claim-1"),
        (form(("rename", "x", "", "")), "rule_source-1"),
        (form(("constant", "x", "", "")), "rule_value-1"),
        (form(("rename", "a", "b", ""), NOTHING, ("role", "x", "y", "")), "rule_value-2"),
        (form(groups="a*b"), "groups"),
        (form(*[("constant", "x", "", "1")] * 21), "rules"),
    ],
)
def test_what_means_nothing_is_shown_again_as_typed(
    sent: dict[str, Any], field: str, browser: Browser, db: Database, events: Events
) -> None:
    browser.get(CLAIMS)
    browser.post(CLAIMS, sent)
    assert (browser.status, browser.view) == (422, "admin/clients/claims")
    assert list(browser.variables["errors"]) == [field]
    assert browser.variables["errors"][field] in browser.text.replace("&quot;", '"')
    assert browser.variables["patterns"] == sent["groups"]
    assert clients.get(db, "immich").claim_mapping == {}
    assert events("CLIENT_UPDATED") == []


def test_a_role_of_a_group_that_is_gone_is_pointed_out(browser: Browser) -> None:
    browser.get(CLAIMS)
    browser.post(CLAIMS, form(("role", "role", "gone", "admin")), follow=True)
    assert "There is no group gone" in browser.text


def test_the_preview_is_what_is_issued(
    browser: Browser,
    open_browser: Callable[[], Browser],
    sign_in: Callable[..., None],
    db: Database,
    client: Client,
    now: datetime,
    make_user: Callable[..., users.User],
    make_group: Callable[..., Group],
    shared_connection: Connection,
) -> None:
    anna = make_user(username="anna")
    make_group("family", anna)
    custom_claims.set_of_user(db, anna.id, [Claim("quota", "5")])
    rules = [
        {"kind": "role", "claim": "role", "source": "family", "value": "user"},
        {"kind": "rename", "claim": "storage", "source": "quota", "value": ""},
    ]
    change = replace(clients.Change.of(client), claim_mapping={"groups": [], "rules": rules})
    clients.update(db, "immich", change, now)
    secret = client_secrets.create(db, "immich", now=now)[1]
    db.commit()

    before = _rows(shared_connection)
    browser.get(PREVIEW, user="anna", scope=["openid", "profile", "email", "offline_access"])
    previewed = shown(browser)
    assert _rows(shared_connection) == before  # nothing is stored

    hers = open_browser()
    sign_in(hers, anna)
    app = App("immich", secret)
    tokens = app.tokens(hers, scope="openid profile email offline_access")
    issued = {
        "ID token": claims_of(hers, tokens["id_token"]),
        "Access token": claims_of(hers, tokens["access_token"]),
        "Userinfo": app.userinfo(hers, tokens["access_token"]).json(),
    }
    assert issued["ID token"]["role"] == "user"
    assert issued["ID token"]["storage"] == 5
    for name, claims in previewed.items():
        made_anew = {claim for claim, value in claims.items() if value == MADE_ANEW}
        assert claims.keys() == issued[name].keys(), name
        assert {claim: issued[name][claim] for claim in claims.keys() - made_anew} == {
            claim: value for claim, value in claims.items() if claim not in made_anew
        }, name
        assert made_anew <= {"nonce", "sid", "at_hash", "jti"}


def _rows(connection: Connection) -> list[Any]:
    return [
        connection.execute(f"select count(*) from {table}").fetchone()
        for table in ("authorizations", "access_tokens", "consents", "audit_events")
    ]


def test_without_claims_in_the_id_token_they_are_in_userinfo_alone(
    browser: Browser, db: Database, client: Client, now: datetime
) -> None:
    clients.update(db, "immich", replace(clients.Change.of(client), claims_in_id_token=False), now)
    db.commit()
    found = shown(browser.get(PREVIEW))
    assert "email" not in found["ID token"]
    assert found["Userinfo"]["email"] == "admin@example.test"
    assert "Nothing is issued, signed or stored." in browser.text


def test_without_the_scope_openid_there_is_an_access_token_alone(browser: Browser) -> None:
    assert shown(browser.get(PREVIEW, user="admin", scope="email")).keys() == {"Access token"}


def test_somebody_who_may_not_sign_in_gets_nothing_and_it_is_said_why(
    browser: Browser,
    db: Database,
    client: Client,
    now: datetime,
    make_user: Callable[..., users.User],
    make_group: Callable[..., Group],
) -> None:
    make_user(username="anna")
    make_user(username="dimitri", disabled=True)
    clients.update(db, "immich", replace(clients.Change.of(client), is_group_restricted=True), now)
    db.commit()
    browser.get(PREVIEW, user="anna")
    assert "none is chosen: nobody may sign in" in browser.text
    clients.set_groups(db, "immich", [make_group("family").id])
    db.commit()
    browser.get(PREVIEW, user="anna")
    assert "anna may not sign in to Immich: it is limited to Family" in browser.text
    assert shown(browser) == {}
    assert browser.variables["errors"] == {}, "the name is right, so nothing is wrong with the field"
    assert "dimitri is disabled" in browser.get(PREVIEW, user="dimitri").text
    assert shown(browser) == {}


@pytest.mark.parametrize("typed", ["nobody", "<b>", "x" * 5000, "%"])
def test_nobody_of_that_name_is_said_at_the_field(typed: str, browser: Browser) -> None:
    browser.get(PREVIEW, user=typed)
    assert browser.status == 200
    assert list(browser.variables["errors"]) == ["user"]
    assert shown(browser) == {}
    assert "<b>" not in browser.text
