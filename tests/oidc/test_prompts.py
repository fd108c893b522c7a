"""What a request asks of its person: prompt, max_age, id_token_hint, login_hint. Core 3.1.2.1, 3.1.2.3, 3.1.2.6."""

from collections.abc import Callable
from typing import Any

import pytest

from pocketid import clients, groups, users
from pocketid.db import Database
from tests.authenticator import Authenticator
from tests.browser import Browser
from tests.conftest import Clock
from tests.oidc.flow import App, answer, claims_of, consent, press, use_passkey


def auth_time(app: App, browser: Browser) -> int:
    """auth_time in the ID token for the code in the last answer."""
    tokens = app.exchange(browser, answer(browser)["code"]).json()
    found: int = claims_of(browser, tokens["id_token"])["auth_time"]
    return found


# Without any page


@pytest.mark.parametrize(
    ("client", "changes", "error"),
    [
        ({}, {}, "consent_required"),
        ({"skips_consent": True}, {}, None),
        ({"skips_consent": True}, {"max_age": "61"}, None),
        ({"skips_consent": True}, {"max_age": "59"}, "login_required"),
        ({"skips_consent": True}, {"max_age": "0"}, "login_required"),
        ({"skips_consent": True, "requires_reauthentication": True}, {}, "login_required"),
        ({"is_group_restricted": True}, {}, "access_denied"),
        ({"is_group_restricted": True, "skips_consent": True}, {}, "access_denied"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_s_az_11_prompt_none_answers_by_a_redirect_and_shows_no_page(
    method: str,
    client: dict[str, bool],
    changes: dict[str, str],
    error: str | None,
    signed_in: Browser,
    make_app: Callable[..., App],
    clock: Clock,
    rows: Callable[[str], int],
) -> None:
    app = make_app(**client)
    clock.advance(seconds=60)
    if method == "GET":
        app.authorize(signed_in, prompt="none", **changes)
    else:
        signed_in.post("/authorize", app.request(prompt="none", **changes), form_token=None)
        signed_in.get(signed_in.location)
    got = answer(signed_in)
    assert (got.get("error"), got["state"]) == (error, "the-state")
    assert ("code" in got) is (error is None)
    assert rows("interactions") == 0
    assert rows("authorizations") == (error is None)


def test_s_az_11_prompt_none_says_the_same_whoever_is_hinted_at(
    browser: Browser, app: App, anna: users.User, signed_in: Browser
) -> None:
    hint = app.tokens(signed_in)["id_token"]
    signed_in.cookies.clear()
    asked: list[dict[str, str]] = [
        {},
        {"login_hint": "anna"},
        {"login_hint": "nobody"},
        {"id_token_hint": hint},
    ]
    answers = [answer(app.authorize(signed_in, prompt="none", **changes)) for changes in asked]
    assert answers == [answers[0]] * 4
    assert answers[0]["error"] == "login_required"


@pytest.mark.parametrize("prompt", ["none login", "login none", "none consent", "none select_account"])
def test_prompt_none_stands_alone(prompt: str, signed_in: Browser, app: App) -> None:
    assert answer(app.authorize(signed_in, prompt=prompt))["error"] == "invalid_request"


def test_after_signing_out_prompt_none_finds_nobody(signed_in: Browser, make_app: Callable[..., App]) -> None:
    app = make_app(skips_consent=True)
    assert "code" in answer(app.authorize(signed_in, prompt="none"))
    signed_in.get("/logout")
    signed_in.post("/logout")
    assert answer(app.authorize(signed_in, prompt="none"))["error"] == "login_required"


# Signing in again


@pytest.mark.parametrize(
    ("client", "changes"),
    [
        ({}, {"prompt": "login"}),
        ({}, {"prompt": "login consent"}),
        ({}, {"prompt": "login select_account"}),
        ({}, {"max_age": "0"}),
        ({}, {"max_age": "59"}),
        ({"requires_reauthentication": True}, {}),
    ],
)
def test_a_passkey_is_asked_for_again_and_auth_time_is_later(
    client: dict[str, bool],
    changes: dict[str, str],
    signed_in: Browser,
    make_app: Callable[..., App],
    device: Authenticator,
    clock: Clock,
) -> None:
    app = make_app(**client)
    first = int(clock().timestamp())
    clock.advance(seconds=60)
    for _reload in range(2):
        signed_in.get(app.authorize(signed_in, **changes).location)
        assert (signed_in.view, signed_in.variables["is_again"]) == ("authorize/sign_in", True)
    clock.advance(seconds=1)
    use_passkey(signed_in, device)
    consent(signed_in)
    assert auth_time(app, signed_in) == first + 61


def test_the_session_that_was_there_does_not_count_however_often_one_asks(
    signed_in: Browser, app: App, clock: Clock
) -> None:
    clock.advance(seconds=60)
    waiting = app.authorize(signed_in, prompt="login").location
    for _time in range(3):
        assert signed_in.get(waiting).view == "authorize/sign_in"
        press(signed_in, "consent")
        assert signed_in.view == "authorize/sign_in"
        press(signed_in, "choose")
        clock.advance(seconds=5)


def test_max_age_0_asks_even_a_person_who_signed_in_this_moment(
    signed_in: Browser, make_app: Callable[..., App]
) -> None:
    app = make_app(skips_consent=True)
    assert answer(app.authorize(signed_in, max_age="0", prompt="none"))["error"] == "login_required"
    assert "code" in answer(app.authorize(signed_in, max_age="1", prompt="none"))


def test_a_sign_in_that_would_have_the_same_auth_time_is_asked_for_once_more(
    signed_in: Browser, make_app: Callable[..., App], device: Authenticator, clock: Clock
) -> None:
    app = make_app(skips_consent=True)
    first = int(clock().timestamp())
    signed_in.get(app.authorize(signed_in, prompt="login").location)
    use_passkey(signed_in, device)  # within the same second
    assert signed_in.view == "authorize/sign_in"
    clock.advance(seconds=1)
    use_passkey(signed_in, device)
    assert auth_time(app, signed_in) == first + 1


@pytest.mark.parametrize("max_age", ["60", "61", "10000"])
def test_a_session_young_enough_is_used(
    max_age: str, signed_in: Browser, make_app: Callable[..., App], clock: Clock
) -> None:
    first = int(clock().timestamp())
    clock.advance(seconds=60)
    app = make_app(skips_consent=True)
    app.authorize(signed_in, max_age=max_age)
    assert auth_time(app, signed_in) == first


def test_within_a_session_auth_time_and_sub_stay(signed_in: Browser, app: App, clock: Clock) -> None:
    seen = set()
    for _time in range(3):
        claims = claims_of(signed_in, app.tokens(signed_in)["id_token"])
        seen.add((claims["auth_time"], claims["sub"], claims["sid"]))
        clock.advance(minutes=5)
    assert len(seen) == 1


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "0"}, {}])
def test_with_nobody_signed_in_one_sign_in_is_enough(
    changes: dict[str, str], browser: Browser, app: App, device: Authenticator
) -> None:
    browser.get(app.authorize(browser, **changes).location)
    use_passkey(browser, device)  # within the same second
    assert browser.view == "authorize/consent"


# Consent


def test_prompt_consent_asks_although_it_was_granted(signed_in: Browser, app: App) -> None:
    app.code(signed_in)
    assert "code" in answer(app.authorize(signed_in))
    signed_in.get(app.authorize(signed_in, prompt="consent", scope="openid offline_access").location)
    assert "code" in answer(consent(signed_in))


def test_prompt_consent_asks_although_the_client_skips_it(
    signed_in: Browser, make_app: Callable[..., App]
) -> None:
    app = make_app(skips_consent=True)
    signed_in.get(app.authorize(signed_in, prompt="consent").location)
    assert signed_in.view == "authorize/consent"


def test_consent_is_asked_for_what_is_new(signed_in: Browser, app: App) -> None:
    app.code(signed_in, scope="openid profile")
    assert "code" in answer(app.authorize(signed_in, scope="openid profile"))
    assert "code" in answer(app.authorize(signed_in, scope="profile"))
    signed_in.get(app.authorize(signed_in, scope="openid profile email").location)
    assert signed_in.view == "authorize/consent"
    assert signed_in.variables["granted"] == {"openid", "profile"}
    consent(signed_in)
    assert "code" in answer(app.authorize(signed_in, scope="openid email", prompt="none"))


def test_one_person_s_consent_is_not_another_s(
    signed_in: Browser, app: App, make_user: Callable[..., users.User], sign_in: Callable[..., None]
) -> None:
    app.code(signed_in)
    sign_in(signed_in, make_user())
    assert answer(app.authorize(signed_in, prompt="none"))["error"] == "consent_required"


# Choosing an account


def test_prompt_select_account_asks_and_goes_on(signed_in: Browser, make_app: Callable[..., App]) -> None:
    app = make_app(skips_consent=True)
    signed_in.get(app.authorize(signed_in, prompt="select_account").location)
    assert signed_in.view == "authorize/choose"
    press(signed_in, "choose")
    assert "code" in answer(signed_in.get(signed_in.location))


def test_somebody_else_may_sign_in_instead(
    signed_in: Browser,
    make_app: Callable[..., App],
    make_user: Callable[..., users.User],
    make_device: Callable[..., Authenticator],
) -> None:
    ben = make_user()
    app = make_app(skips_consent=True)
    signed_in.get(app.authorize(signed_in, prompt="select_account").location)
    press(signed_in, "switch")
    signed_in.get(signed_in.location)
    use_passkey(signed_in, make_device(ben))
    tokens = app.exchange(signed_in, answer(signed_in)["code"]).json()
    assert claims_of(signed_in, tokens["id_token"])["sub"] == str(ben.id)


def test_whoever_signs_in_has_chosen(
    browser: Browser, make_app: Callable[..., App], device: Authenticator
) -> None:
    browser.get(make_app(skips_consent=True).authorize(browser, prompt="select_account").location)
    assert "code" in answer(use_passkey(browser, device))


# id_token_hint


def test_a_hint_for_the_person_who_is_here_succeeds_even_expired(
    signed_in: Browser, app: App, anna: users.User, sign_in: Callable[..., None], clock: Clock
) -> None:
    hint = app.tokens(signed_in)["id_token"]
    clock.advance(days=30)
    sign_in(signed_in, anna)
    assert "code" in answer(app.authorize(signed_in, prompt="none", id_token_hint=hint))


def test_a_hint_for_somebody_else_never_becomes_a_silent_switch(
    signed_in: Browser,
    app: App,
    anna: users.User,
    device: Authenticator,
    make_user: Callable[..., users.User],
    make_device: Callable[..., Authenticator],
    sign_in: Callable[..., None],
) -> None:
    hint = app.tokens(signed_in)["id_token"]
    ben = make_user()
    sign_in(signed_in, ben)
    app.code(signed_in)
    assert answer(app.authorize(signed_in, prompt="none", id_token_hint=hint))["error"] == "login_required"
    # Ben goes on as Ben
    signed_in.get(app.authorize(signed_in, id_token_hint=hint).location)
    assert signed_in.view == "authorize/choose"
    press(signed_in, "choose")
    assert answer(signed_in.get(signed_in.location))["error"] == "login_required"
    # Ben signs in again
    signed_in.get(app.authorize(signed_in, id_token_hint=hint).location)
    press(signed_in, "switch")
    signed_in.get(signed_in.location)
    assert answer(use_passkey(signed_in, make_device(ben)))["error"] == "login_required"
    # Anna signs in
    signed_in.get(app.authorize(signed_in, id_token_hint=hint).location)
    press(signed_in, "switch")
    signed_in.get(signed_in.location)
    assert "code" in answer(use_passkey(signed_in, device))


@pytest.mark.parametrize("which", ["access_token", "nonsense", "unsigned", "nested", "long"])
def test_a_hint_that_is_no_id_token_of_ours_is_an_invalid_request(
    which: str, signed_in: Browser, app: App
) -> None:
    tokens = app.tokens(signed_in)
    head, payload, _signature = tokens["id_token"].split(".")
    hints = {
        "access_token": tokens["access_token"],
        "nonsense": "x",
        "unsigned": f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}.",
        "nested": "W1tb" * 3000 + f".{payload}.x",
        "long": f"{head}.{payload}." + "a" * 20_000,
    }
    got = answer(app.authorize(signed_in, id_token_hint=hints[which], prompt="none"))
    assert got["error"] == "invalid_request"


# Who may use the app


def test_who_is_in_no_allowed_group_is_told_on_a_page_and_the_app_gets_access_denied(
    signed_in: Browser, make_app: Callable[..., App], events: Any, rows: Callable[[str], int]
) -> None:
    app = make_app(is_group_restricted=True)
    signed_in.get(app.authorize(signed_in).location)
    assert (signed_in.status, signed_in.view) == (403, "authorize/no_access")
    assert "Ask the person who runs" in signed_in.text
    press(signed_in, "consent")
    assert signed_in.view == "authorize/no_access"
    got = answer(press(signed_in, "cancel"))
    assert (got["error"], got["state"]) == ("access_denied", "the-state")
    assert (rows("authorizations"), rows("consents"), rows("interactions")) == (0, 0, 0)
    assert events("AUTHORIZATION_REFUSED")[0].details["error"] == "access_denied"


def test_a_member_of_an_allowed_group_gets_in(
    signed_in: Browser,
    make_app: Callable[..., App],
    make_group: Callable[..., groups.Group],
    anna: users.User,
    db: Database,
) -> None:
    app = make_app(is_group_restricted=True)
    clients.set_groups(db, "immich", [make_group("family", anna).id])
    db.commit()
    app.code(signed_in)
