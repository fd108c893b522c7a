"""What a client asks of every sign-in to it; accounts that are made on the way, and the app's language.

OpenID Connect Core 3.1.2.1, Prompt Create 1.0, Extended Authentication Profile ACR Values 1.0.
"""

import json
from collections.abc import Callable

import pytest

from pocketid import users
from pocketid.db import Connection, Database
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import Clock
from tests.oidc.flow import App, answer, claims_of, consent, press, use_any_passkey, use_passkey

Devices = Callable[..., Authenticator]
Apps = Callable[..., App]


def acr(app: App, browser: Browser) -> str:
    found: str = claims_of(browser, app.exchange(browser, answer(browser)["code"]).json()["id_token"])["acr"]
    return found


# How old a sign-in may be


@pytest.mark.parametrize(
    ("seconds", "max_age", "age", "error"),
    [
        (600, None, 600, None),
        (600, None, 601, "login_required"),
        (600, "60", 61, "login_required"),
        (600, "6000", 601, "login_required"),
        (600, "6000", 599, None),
        (None, None, 3000, None),
    ],
)
def test_the_client_s_age_and_max_age_both_hold(
    seconds: int | None,
    max_age: str | None,
    age: int,
    error: str | None,
    signed_in: Browser,
    make_app: Apps,
    clock: Clock,
) -> None:
    app = make_app(skips_consent=True, longest_sign_in_seconds=seconds)
    clock.advance(seconds=age)
    assert answer(app.authorize(signed_in, prompt="none", max_age=max_age)).get("error") == error


def test_who_signed_in_too_long_ago_uses_the_passkey_again(
    signed_in: Browser, make_app: Apps, device: Authenticator, clock: Clock
) -> None:
    app = make_app(skips_consent=True, longest_sign_in_seconds=600)
    clock.advance(minutes=20)
    signed_in.get(app.authorize(signed_in).location)
    assert (signed_in.view, signed_in.variables["is_again"]) == ("authorize/sign_in", True)
    clock.advance(seconds=1)
    use_passkey(signed_in, device)
    assert "code" in answer(signed_in)
    assert "code" in answer(app.authorize(signed_in, prompt="none"))


# How strong it has to be


@pytest.mark.parametrize("acr_values", [None, "phr", "urn:other"])
def test_an_app_may_take_passkeys_of_one_device_only(
    acr_values: str | None, browser: Browser, make_app: Apps, anna: users.User, make_device: Devices
) -> None:
    app = make_app(skips_consent=True, requires_device_bound_passkey=True)
    synced, key = make_device(anna), make_device(anna, backup_eligible=False, backed_up=False)
    browser.get(app.authorize(browser, acr_values=acr_values).location)
    assert "takes only passkeys that stay on one device" in browser.text
    use_passkey(browser, synced)
    assert (browser.status, browser.view) == (200, "authorize/other_passkey")
    assert "copied between devices" in browser.text
    offered = json.loads(options_of(browser.text))["allowCredentials"]
    assert len(offered) == 1, "the browser offers that one alone"
    use_any_passkey(browser, synced)
    assert browser.view == "authorize/other_passkey"
    use_passkey(browser, key)
    assert acr(app, browser) == ("phr" if acr_values == "phr" else "phrh")
    assert "code" in answer(app.authorize(browser, prompt="none"))


def test_prompt_none_says_that_a_sign_in_is_needed(signed_in: Browser, make_app: Apps) -> None:
    app = make_app(skips_consent=True, requires_device_bound_passkey=True)
    assert answer(app.authorize(signed_in, prompt="none"))["error"] == "login_required"


def test_the_page_tells_who_has_no_such_passkey_where_to_get_one(
    browser: Browser, make_app: Apps, device: Authenticator
) -> None:
    app = make_app(requires_device_bound_passkey=True)
    use_passkey(browser.get(app.authorize(browser).location), device)
    assert "You have none of that kind yet" in browser.text
    assert 'href="/settings/account/passkeys"' in browser.text
    assert answer(press(browser, "cancel"))["error"] == "unmet_authentication_requirements"


def test_a_different_account_may_have_such_a_passkey(
    browser: Browser,
    make_app: Apps,
    anna: users.User,
    make_user: Callable[..., users.User],
    make_device: Devices,
) -> None:
    app, tim = make_app(requires_device_bound_passkey=True), make_user(username="tim")
    synced, key = make_device(anna), make_device(tim, backup_eligible=False, backed_up=False)
    use_passkey(browser.get(app.authorize(browser).location), synced)
    browser.get(press(browser, "switch").location)
    use_passkey(browser, key)
    assert "code" in answer(consent(browser))


def test_the_request_cannot_ask_for_less_than_the_client(
    browser: Browser, make_app: Apps, device: Authenticator
) -> None:
    app = make_app(skips_consent=True, requires_device_bound_passkey=True)
    claims = json.dumps({"id_token": {"acr": {"essential": True, "value": "phr"}}})
    use_passkey(browser.get(app.authorize(browser, claims=claims).location), device)
    assert browser.view == "authorize/other_passkey"


# Accounts that are made on the way


@pytest.fixture
def open_to_all(db: Database, clock: Clock) -> None:
    db.run("settings.store", name="allowUserSignups", value="open", now=clock())
    db.commit()


def sign_up(browser: Browser, name: str) -> Authenticator:
    """On the page of the sign-up, to the end."""
    person = {"username": name, "first_name": name.title(), "last_name": "", "email": f"{name}@example.test"}
    passed = browser.variables["passed"]
    browser.post("/signup", {**person, **passed})
    device = Authenticator(browser.origin)
    fields = browser.variables["fields"]
    browser.post("/signup/passkey", {**fields, "credential": device.create(options_of(browser.text))})
    return device


@pytest.mark.usefixtures("open_to_all")
def test_prompt_create_leads_to_sign_up_and_comes_back(
    browser: Browser, app: App, anna: users.User, clock: Clock
) -> None:
    assert anna
    app.authorize(browser, prompt="create").follow()
    assert browser.view == "signup/show"
    clock.advance(seconds=20)
    sign_up(browser, "clara")
    browser.get(browser.location)
    assert browser.view == "authorize/consent"
    token = app.exchange(browser, answer(consent(browser))["code"]).json()["id_token"]
    assert claims_of(browser, token)["preferred_username"] == "clara"


@pytest.mark.usefixtures("open_to_all")
def test_prompt_create_asks_who_is_here_already_and_may_be_left_for_a_sign_in(
    signed_in: Browser, make_app: Apps, device: Authenticator, clock: Clock
) -> None:
    app = make_app(skips_consent=True)
    app.authorize(signed_in, prompt="create").follow()
    assert signed_in.view == "authorize/choose"
    assert "code" in answer(signed_in.get(press(signed_in, "choose").location))
    app.authorize(signed_in, prompt="create").follow()
    waiting = signed_in.variables["interaction"].id
    press(signed_in, "switch").follow()
    assert signed_in.view == "signup/show"
    clock.advance(seconds=5)
    signed_in.get("/login", redirect=f"/interaction?id={waiting}")
    credential = device.get(options_of(signed_in.text))
    signed_in.post("/login", {"credential": credential, "redirect": f"/interaction?id={waiting}"})
    assert "code" in answer(signed_in.get(signed_in.location))


def test_prompt_create_where_nobody_signs_up_is_a_sign_in(
    browser: Browser, make_app: Apps, device: Authenticator
) -> None:
    app = make_app(skips_consent=True)
    app.authorize(browser, prompt="create").follow()
    assert browser.view == "authorize/sign_in"
    use_passkey(browser, device)
    assert "code" in answer(browser)


@pytest.mark.usefixtures("open_to_all")
@pytest.mark.parametrize(
    ("prompt", "error"), [("create none", "invalid_request"), ("none", "login_required")]
)
def test_prompt_create_stands_not_with_none(prompt: str, error: str, browser: Browser, app: App) -> None:
    assert answer(app.authorize(browser, prompt=prompt))["error"] == error


# The app's language


@pytest.mark.parametrize(
    ("ui_locales", "language"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("xx fr-CA de", "fr"),
        ("nl en", "nl"),
        ("", "en"),
        ("xx", "en"),
        ("../../de de/../de é", "en"),
        ("x" * 5000, "en"),
        ("de-" + "a-" * 500, "en"),
    ],
)
def test_ui_locales_chooses_the_language_of_the_pages(
    ui_locales: str, language: str, browser: Browser, app: App, device: Authenticator
) -> None:
    browser.get(app.authorize(browser, ui_locales=ui_locales, claims_locales="de", display="popup").location)
    assert f'<html lang="{language}' in browser.text
    interaction = browser.variables["interaction"].id
    browser.post("/interaction/sign-in", {"id": str(interaction), "credential": "{}"})
    assert browser.view == "authorize/sign_in"
    assert f'<html lang="{language}' in browser.text
    use_passkey(browser, device)
    assert browser.view == "authorize/consent"


def test_who_has_chosen_a_language_keeps_it(signed_in: Browser, app: App, connection: Connection) -> None:
    connection.execute("update users set locale = 'it' where username = 'anna'")
    signed_in.get(app.authorize(signed_in, ui_locales="de").location)
    assert signed_in.view == "authorize/consent"
    assert '<html lang="it' in signed_in.text
