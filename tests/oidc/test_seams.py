"""Where two features meet: what one takes away, the other must not give."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from pocketid import client_secrets, clients, consents, groups, logouts, users
from pocketid.crypto import digest
from pocketid.db import Database
from pocketid.oidc.grant_device_code import GRANT_TYPE
from pocketid.users import User
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import Clock
from tests.oidc.flow import App, claims_of
from tests.oidc.grants import check_refusal

CLIENTS = "/settings/admin/oidc-clients"
Change = Callable[..., None]


@pytest.fixture
def change(db: Database, clock: Clock) -> Change:
    """`change(app, **fields)`: the client is another one from now on."""

    def make(app: App, **fields: Any) -> None:
        before = clients.Change.of(clients.get(db, app.client_id))
        clients.update(db, app.client_id, replace(before, **fields), clock())
        db.commit()

    return make


# What is kept in memory, and the page that changes it


@pytest.fixture
def keeping(site: Site) -> None:
    """As in a running process whose listener has not heard of a change yet."""
    site.signals.begin_listening()


@pytest.mark.usefixtures("keeping", "admin")
def test_s_ky_06_a_secret_that_was_revoked_here_is_refused_at_the_next_request(
    browser: Browser, app: App, issue: Callable[..., str], db: Database
) -> None:
    assert app.exchange(browser, issue()).status == 200
    [secret] = client_secrets.of_client(db, app.client_id)
    browser.get(f"{CLIENTS}/{app.client_id}")
    assert browser.post(f"{CLIENTS}/{app.client_id}/secrets/{secret.id}/revoke").status == 303
    check_refusal(app.exchange(browser, issue()), 401, "invalid_client")


@pytest.mark.usefixtures("keeping", "admin")
def test_s_ky_06_a_client_that_was_deleted_here_is_unknown_at_the_next_request(
    browser: Browser, app: App
) -> None:
    assert app.authorize(browser).status == 303
    browser.get(f"{CLIENTS}/{app.client_id}/delete")
    assert browser.post(f"{CLIENTS}/{app.client_id}/delete").status == 303
    assert app.authorize(browser).status == 400


# A client that an admin made stricter since


def test_s_tk_06_an_end_of_refreshing_that_was_set_later_counts_at_once(
    browser: Browser, app: App, issue: Callable[..., str], change: Change, clock: Clock
) -> None:
    got = app.exchange(browser, issue()).json()
    clock.advance(days=2)
    change(app, refresh_absolute_seconds=86_400)
    check_refusal(app.refresh(browser, got["refresh_token"]), 400, "invalid_grant")
    own = {"client_id": app.client_id, "client_secret": app.secret}
    seen = app.ask(browser, "/api/oidc/introspect", token=got["refresh_token"], **own)
    assert seen.json() == {"active": False}
    change(app, refresh_absolute_seconds=3 * 86_400)
    assert app.refresh(browser, got["refresh_token"]).status == 200, "refused, and not spent"


def test_s_ky_06_tokens_of_a_client_that_may_not_get_them_any_more_are_dead(
    browser: Browser, app: App, change: Change
) -> None:
    own = {"client_id": app.client_id, "client_secret": app.secret}
    token = app.token(browser, grant_type="client_credentials", **own).json()["access_token"]
    assert app.ask(browser, "/api/oidc/introspect", token=token, **own).json()["active"]
    change(app, allows_client_credentials=False)
    assert app.ask(browser, "/api/oidc/introspect", token=token, **own).json() == {"active": False}


# Whoever is kept out, against everything that an app may hold


def _disabled(db: Database, anna: User, now: datetime) -> None:
    users.set_disabled(db, anna.id, now, disabled=True)


def _without_group(db: Database, anna: User, now: datetime) -> None:
    [group] = groups.of_user(db, anna.id)
    groups.set_members(db, group.id, [])


def _without_consent(db: Database, anna: User, now: datetime) -> None:
    consents.revoke(db, anna.id, "films", now)


def _deleted(db: Database, anna: User, now: datetime) -> None:
    users.delete(db, anna.id, now)


@pytest.mark.parametrize("end", [_disabled, _without_group, _without_consent, _deleted])
@pytest.mark.parametrize("is_opaque", [False, True])
def test_s_ky_06_nothing_that_an_app_holds_is_good_once_its_person_is_kept_out(
    end: Callable[..., None],
    is_opaque: bool,
    browser: Browser,
    make_app: Callable[..., App],
    make_group: Callable[..., Any],
    anna: User,
    issue: Callable[..., str],
    db: Database,
    clock: Clock,
) -> None:
    app = make_app("films", is_group_restricted=True, has_opaque_access_tokens=is_opaque)
    clients.set_groups(db, "films", [make_group("family", anna).id])
    got = app.exchange(browser, issue(to=app, scopes=["openid", "offline_access"])).json()
    own = {"client_id": app.client_id, "client_secret": app.secret}
    asked = app.ask(browser, "/api/oidc/device/authorize", **own).json()
    asking = digest(asked["device_code"])
    issue(to=app, to_device=asking, redirect_uri=None, code_challenge=None, code_challenge_method=None)
    db.run("device_codes.decide", digest=asking, decision="approved", now=clock())
    code = issue(to=app)
    assert app.userinfo(browser, got["access_token"]).status == 200

    end(db, anna, clock())
    db.commit()
    assert app.userinfo(browser, got["access_token"]).status == 401
    for kind in ("access_token", "refresh_token"):
        seen = app.ask(browser, "/api/oidc/introspect", token=got[kind], **own)
        assert seen.json() == {"active": False}, kind
    polled = app.token(browser, grant_type=GRANT_TYPE, device_code=asked["device_code"], **own)
    check_refusal(polled, 400, "invalid_grant")
    check_refusal(app.exchange(browser, code), 400, "invalid_grant")
    check_refusal(app.refresh(browser, got["refresh_token"]), 400, "invalid_grant")


# One person, one sub


def test_the_same_sub_everywhere(
    signed_in: Browser, make_app: Callable[..., App], anna: User, db: Database, clock: Clock
) -> None:
    app = make_app(backchannel_logout_uri="https://app.example.test/logout")
    got = app.tokens(signed_in)
    own = {"client_id": app.client_id, "client_secret": app.secret}
    told = [claims_of(signed_in, got[name])["sub"] for name in ("id_token", "access_token")]
    told.append(app.userinfo(signed_in, got["access_token"]).json()["sub"])
    told += [
        app.ask(signed_in, "/api/oidc/introspect", token=got[name], **own).json()["sub"]
        for name in ("access_token", "refresh_token")
    ]
    signed_in.get("/logout")
    signed_in.post("/logout")
    waiting = logouts.take(db, clock())
    assert waiting is not None
    assert {*told, waiting.subject} == {str(anna.id)}


# Tokens in places that they are not for


def test_s_ui_02_a_token_that_a_client_got_for_itself_tells_of_nobody(
    browser: Browser, make_app: Callable[..., App]
) -> None:
    for is_opaque in (False, True):
        app = make_app(f"own-{is_opaque}", has_opaque_access_tokens=is_opaque)
        own = {"client_id": app.client_id, "client_secret": app.secret}
        got = app.token(browser, grant_type="client_credentials", scope="openid profile", **own)
        check = app.userinfo(browser, got.json()["access_token"])
        assert (check.status, check.json()["error"]) == (401, "invalid_token")
