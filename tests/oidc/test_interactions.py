"""A request that waits for its person: one browser's, one request's, finished once, judged anew at each step."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pocketid import clients, groups, interactions, sessions, users, web
from pocketid.db import Connection, Database, connect
from pocketid.routes import ROUTES
from pocketid.web import Site
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import Clock, add_user, sign_in_as
from tests.oidc.flow import CALLBACK, App, answer, consent, interaction_id, press, use_passkey

WAITING = "select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
STEPS = ["sign-in", "choose", "switch", "consent", "cancel"]


@pytest.fixture
def waiting(signed_in: Browser, app: App) -> str:
    """The id of a request that waits for Anna's consent in `signed_in`."""
    signed_in.get(app.authorize(signed_in).location)
    assert signed_in.view == "authorize/consent"
    return interaction_id(signed_in)


def nothing_was_given(rows: Callable[[str], int]) -> bool:
    return (rows("authorizations"), rows("consents")) == (0, 0)


def test_s_az_10_another_browser_does_not_find_it(
    waiting: str,
    open_browser: Callable[[], Browser],
    anna: users.User,
    sign_in: Callable[..., None],
    rows: Callable[[str], int],
) -> None:
    other = open_browser()
    sign_in(other, anna)
    other.get("/login")
    other.get(f"/interaction?id={waiting}")
    assert (other.status, other.view) == (410, "error")
    assert "start again in the app" in other.text
    for step in STEPS:
        assert other.post(f"/interaction/{step}", {"id": waiting}).status == 410, step
    assert nothing_was_given(rows)
    assert rows("interactions") == 1


@pytest.mark.parametrize("altered", ["", "x", "00000000-0000-0000-0000-000000000000", "é", "1" * 500])
def test_s_az_10_an_altered_id_is_nobody_s(
    altered: str, waiting: str, signed_in: Browser, rows: Callable[[str], int]
) -> None:
    assert signed_in.get("/interaction", id=altered).status == 410
    for step in STEPS:
        assert signed_in.post(f"/interaction/{step}", {"id": altered}).status == 410, step
    assert nothing_was_given(rows)


def test_s_az_10_parameters_sent_with_a_step_change_nothing(
    waiting: str, signed_in: Browser, connection: Connection
) -> None:
    sent = {
        "redirect_uri": "https://evil.test/",
        "scope": "openid offline_access",
        "client_id": "other",
        "state": "x",
    }
    got = answer(signed_in.post("/interaction/consent", {"id": waiting, **sent}))
    assert signed_in.location.startswith(f"{CALLBACK}?")
    assert got["state"] == "the-state"
    assert connection.execute("select scopes from authorizations").fetchall() == [
        (["openid", "profile", "email", "groups"],)
    ]


@pytest.mark.parametrize(
    ("form_token", "headers"),
    [
        (None, {}),
        ("0" * 64, {}),
        ("", {"Sec-Fetch-Site": "cross-site"}),
        ("", {"Sec-Fetch-Site": "same-site"}),
        ("", {"Sec-Fetch-Site": "", "Origin": "https://evil.test"}),
    ],
)
@pytest.mark.parametrize("step", STEPS)
def test_s_az_09_a_step_needs_our_own_form(
    step: str,
    form_token: str | None,
    headers: dict[str, str],
    waiting: str,
    signed_in: Browser,
    rows: Callable[[str], int],
) -> None:
    signed_in.post(f"/interaction/{step}", {"id": waiting}, form_token=form_token, headers=headers)
    assert signed_in.status == 403
    assert nothing_was_given(rows)
    assert (rows("interactions"), rows("sessions")) == (1, 1)


def test_s_az_09_the_form_of_another_session_does_not_do(
    waiting: str,
    signed_in: Browser,
    anna: users.User,
    sign_in: Callable[..., None],
    rows: Callable[[str], int],
) -> None:
    token = signed_in.form_token()
    sign_in(signed_in, anna)
    signed_in.post("/interaction/consent", {"id": waiting}, form_token=token)
    assert signed_in.status == 403
    assert nothing_was_given(rows)


@pytest.mark.parametrize("step", STEPS)
def test_s_az_09_no_step_is_done_by_a_link(step: str, waiting: str, signed_in: Browser) -> None:
    assert signed_in.get(f"/interaction/{step}", id=waiting).status == 405


def test_it_is_finished_once(waiting: str, signed_in: Browser, rows: Callable[[str], int]) -> None:
    assert "code" in answer(signed_in.post("/interaction/consent", {"id": waiting}))
    for step in STEPS:
        assert signed_in.post(f"/interaction/{step}", {"id": waiting}).status == 410, step
    assert signed_in.get("/interaction", id=waiting).status == 410
    assert rows("authorizations") == 1


def test_of_two_who_finish_at_once_one_gets_a_code(committed_site: Site, database: str, clock: Clock) -> None:
    with committed_site.database() as db:
        anna = add_user(db, clock(), username="anna", is_admin=True)
        clients.create(
            db, clients.Change(id="immich", name="Immich", redirect_uris=[CALLBACK]), None, clock()
        )
        db.commit()
        application = web.application(committed_site, ROUTES)
        first, second = (Browser(application, committed_site.config.app_url) for _which in range(2))
        sign_in_as(first, db, anna, clock())
    first.get(App("immich", None).authorize(first).location)
    waiting, token = interaction_id(first), first.form_token()
    second.cookies = dict(first.cookies)
    with connect(database) as holder, connect(database) as observer, ThreadPoolExecutor(2) as pool:
        with holder.transaction():
            holder.execute("select id from interactions for update")
            posts = [
                pool.submit(browser.post, "/interaction/cancel", {"id": waiting}, form_token=token)
                for browser in (first, second)
            ]
            while observer.execute(WAITING).fetchone() != (2,):  # both have found the request
                assert not any(post.done() for post in posts)
        statuses = sorted(post.result().status for post in posts)
    assert statuses == [303, 410]


def test_it_waits_for_half_an_hour(waiting: str, signed_in: Browser, clock: Clock, db: Database) -> None:
    clock.advance(minutes=29)
    assert signed_in.get("/interaction", id=waiting).status == 200
    clock.advance(minutes=1)
    signed_in.get("/interaction", id=waiting)
    assert signed_in.status == 410
    assert "has waited too long" in signed_in.text
    assert interactions.expire(db, clock()) == 1


def test_a_reload_shows_the_same_step(waiting: str, signed_in: Browser) -> None:
    for _time in range(3):
        assert signed_in.get("/interaction", id=waiting).view == "authorize/consent"


@pytest.mark.parametrize("step", ["sign-in page", "consent page"])
def test_a_person_who_cancels_goes_back_with_access_denied_and_state(
    step: str,
    open_browser: Callable[[], Browser],
    app: App,
    signed_in: Browser,
    events: Any,
    rows: Callable[[str], int],
) -> None:
    browser = open_browser() if step == "sign-in page" else signed_in
    browser.get(app.authorize(browser).location)
    got = answer(press(browser, "cancel"))
    assert (got["error"], got["state"], got["iss"]) == (
        "access_denied",
        "the-state",
        "https://pocketid.example.test",
    )
    assert "code" not in got
    assert nothing_was_given(rows)
    assert rows("interactions") == 0
    [event] = events("AUTHORIZATION_REFUSED")
    assert (event.client_id, event.details["error"]) == ("immich", "access_denied")


# What has changed meanwhile


def test_s_az_12_who_was_disabled_meanwhile_gets_nothing(
    waiting: str, signed_in: Browser, anna: users.User, db: Database, now: Any, rows: Callable[[str], int]
) -> None:
    token = signed_in.form_token()
    users.set_disabled(db, anna.id, now, disabled=True)
    db.commit()
    signed_in.post("/interaction/consent", {"id": waiting}, form_token=token)
    assert "code" not in signed_in.headers.get("Location", "")
    signed_in.get("/interaction", id=waiting)
    assert signed_in.view == "authorize/sign_in"
    press(signed_in, "consent")
    assert signed_in.view == "authorize/sign_in"
    assert nothing_was_given(rows)


def test_s_az_12_who_was_disabled_meanwhile_does_not_sign_in(
    browser: Browser,
    app: App,
    device: Authenticator,
    anna: users.User,
    db: Database,
    now: Any,
    rows: Callable[[str], int],
) -> None:
    browser.get(app.authorize(browser).location)
    users.set_disabled(db, anna.id, now, disabled=True)
    db.commit()
    use_passkey(browser, device)
    assert (browser.status, browser.view) == (400, "authorize/sign_in")
    assert "Your account is disabled" in browser.text
    assert nothing_was_given(rows)


def test_s_az_12_who_left_the_group_meanwhile_has_no_access(
    signed_in: Browser,
    make_app: Callable[..., App],
    make_group: Callable[..., groups.Group],
    anna: users.User,
    db: Database,
    rows: Callable[[str], int],
) -> None:
    app = make_app(is_group_restricted=True)
    group = make_group("family", anna)
    clients.set_groups(db, "immich", [group.id])
    db.commit()
    signed_in.get(app.authorize(signed_in).location)
    assert signed_in.view == "authorize/consent"
    groups.set_members(db, group.id, [])
    db.commit()
    press(signed_in, "consent")
    assert (signed_in.status, signed_in.view) == (403, "authorize/no_access")
    assert nothing_was_given(rows)


def test_s_az_12_who_leaves_the_group_before_the_exchange_gets_no_tokens(
    signed_in: Browser,
    make_app: Callable[..., App],
    make_group: Callable[..., groups.Group],
    anna: users.User,
    db: Database,
    rows: Callable[[str], int],
) -> None:
    app = make_app(is_group_restricted=True)
    group = make_group("family", anna)
    clients.set_groups(db, "immich", [group.id])
    db.commit()
    code = app.code(signed_in)
    groups.set_members(db, group.id, [])
    db.commit()
    assert app.exchange(signed_in, code).json()["error"] == "invalid_grant"
    assert (rows("access_tokens"), rows("refresh_tokens")) == (0, 0)


def test_s_az_12_a_redirect_uri_that_was_removed_meanwhile_is_not_used(
    waiting: str, signed_in: Browser, db: Database, now: Any, rows: Callable[[str], int]
) -> None:
    change = clients.Change.of(clients.get(db, "immich"))
    clients.update(db, "immich", replace(change, redirect_uris=["https://other.example.test/"]), now)
    db.commit()
    for answered in (press(signed_in, "consent"), signed_in.get("/interaction", id=waiting)):
        assert (answered.status, answered.view) == (400, "authorize/refused")
        assert "Location" not in answered.headers
    assert nothing_was_given(rows)


def test_s_az_12_a_rule_that_was_added_meanwhile_counts(
    signed_in: Browser, make_app: Callable[..., App], db: Database, now: Any, rows: Callable[[str], int]
) -> None:
    app = make_app(requires_pkce=False)
    signed_in.get(app.authorize(signed_in, code_challenge=None, code_challenge_method=None).location)
    change = clients.Change.of(clients.get(db, "immich"))
    clients.update(db, "immich", replace(change, requires_pkce=True), now)
    db.commit()
    got = answer(press(signed_in, "consent"))
    assert (got["error"], got["state"]) == ("invalid_request", "the-state")
    assert nothing_was_given(rows)
    assert rows("interactions") == 0


def test_a_client_that_was_deleted_meanwhile_takes_its_requests_along(
    waiting: str, signed_in: Browser, db: Database
) -> None:
    clients.delete(db, "immich")
    db.commit()
    assert signed_in.get("/interaction", id=waiting).status == 410


def test_a_session_that_ended_meanwhile_leads_to_the_sign_in(
    waiting: str, signed_in: Browser, anna: users.User, db: Database, now: Any, device: Authenticator
) -> None:
    sessions.end_all(db, anna.id, now)
    db.commit()
    signed_in.get("/interaction", id=waiting)
    use_passkey(signed_in, device)
    assert "code" in answer(consent(signed_in))


def test_consent_of_one_person_is_none_of_another_who_signed_in_meanwhile(
    waiting: str,
    signed_in: Browser,
    make_user: Callable[..., users.User],
    sign_in: Callable[..., None],
    connection: Connection,
    anna: users.User,
) -> None:
    connection.execute("update interactions set consented_by = %s", [anna.id])
    sign_in(signed_in, make_user())
    assert signed_in.get("/interaction", id=waiting).view == "authorize/consent"


# Signing in on the way


def test_a_passkey_that_fails_offers_another_try(browser: Browser, app: App, device: Authenticator) -> None:
    browser.get(app.authorize(browser).location)
    use_passkey(browser, device, breaks_signature=True)
    assert (browser.status, browser.view) == (400, "authorize/sign_in")
    assert browser.variables["problem"] in browser.text
    use_passkey(browser, device)
    assert "code" in answer(consent(browser))


def test_a_passkey_that_nobody_has_is_signalled_as_unknown(
    browser: Browser,
    app: App,
    anna: users.User,
    make_user: Callable[..., users.User],
    make_device: Callable[..., Any],
) -> None:
    stranger = make_device(make_user())
    stranger.credentials[0].id = b"0" * 32
    browser.get(app.authorize(browser).location)
    use_passkey(browser, stranger)
    assert (browser.status, browser.view) == (400, "authorize/sign_in")
    assert "signalUnknownCredential" in json.loads(browser.variables["signals"])
    assert "signalUnknownCredential" in browser.text


@pytest.mark.parametrize(("skips_consent", "status"), [(True, 303), (False, 200)])
def test_a_passkey_that_fails_after_signing_in_elsewhere_goes_on_without_it(
    skips_consent: bool,
    status: int,
    browser: Browser,
    make_app: Callable[..., App],
    device: Authenticator,
    anna: users.User,
    sign_in: Callable[..., None],
) -> None:
    browser.get(make_app(skips_consent=skips_consent).authorize(browser).location)
    waiting, credential = interaction_id(browser), device.get(options_of(browser.text), breaks_signature=True)
    sign_in(browser, anna)  # in another tab
    browser.post("/interaction/sign-in", {"id": waiting, "credential": credential})
    assert browser.status == status


def test_a_challenge_that_has_waited_too_long_is_replaced(
    browser: Browser, app: App, device: Authenticator, clock: Clock
) -> None:
    browser.get(app.authorize(browser).location)
    clock.advance(minutes=6)
    use_passkey(browser, device)
    assert (browser.status, browser.view) == (400, "authorize/sign_in")
    use_passkey(browser, device)
    assert browser.view == "authorize/consent"


def test_each_page_lets_its_form_end_at_the_app_and_nowhere_else(
    browser: Browser, make_app: Callable[..., App], device: Authenticator
) -> None:
    app = make_app(redirect_uris=["app.immich:///oauth-callback", CALLBACK])
    for redirect_uri, source in ((app.redirect_uri, "app.immich:"), (CALLBACK, "https://app.example.test")):
        browser.cookies.clear()
        browser.get(app.authorize(browser, redirect_uri=redirect_uri, prompt="consent").location)
        assert f"form-action 'self' {source};" in browser.headers["Content-Security-Policy"]
        use_passkey(browser, device)
        assert browser.view == "authorize/consent"
        assert f"form-action 'self' {source};" in browser.headers["Content-Security-Policy"]


def test_a_new_session_begins_with_the_sign_in(
    browser: Browser, app: App, device: Authenticator, clock: Clock
) -> None:
    browser.get(app.authorize(browser).location)
    use_passkey(browser, device)
    cookie = next(text for text in browser.set_cookies if text.startswith("__Host-session="))
    assert f"Max-Age={int(timedelta(hours=1).total_seconds())}" in cookie
