"""Who signs in again in the same browser: the same person goes on in the same session, another one replaces it."""

from collections.abc import Callable

from pocketid.users import User
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.oidc.flow import App, claims_of


def sign_in_again(browser: Browser, app: App, device: Authenticator) -> Browser:
    """Answer prompt=login with a passkey of this device."""
    app.authorize(browser, prompt="login")
    browser.get(browser.location)
    interaction = str(browser.variables["interaction"].id)
    return browser.post(
        "/interaction/sign-in", {"id": interaction, "credential": device.get(options_of(browser.text))}
    )


def test_the_same_person_goes_on_and_a_sign_out_still_reaches_every_app(
    signed_in: Browser, app: App, device: Authenticator
) -> None:
    before = app.tokens(signed_in)
    cookie = signed_in.cookies["__Host-session"]
    sign_in_again(signed_in, app, device)
    assert signed_in.cookies["__Host-session"] != cookie  # SE-01: a new token at each sign-in
    assert app.userinfo(signed_in, before["access_token"]).status == 200
    after = app.tokens(signed_in)
    sids = [claims_of(signed_in, tokens["id_token"])["sid"] for tokens in (before, after)]
    assert sids[0] == sids[1]
    signed_in.post("/logout")
    assert [app.userinfo(signed_in, tokens["access_token"]).status for tokens in (before, after)] == [
        401,
        401,
    ]


def test_another_person_ends_what_apps_had_of_the_one_before(
    signed_in: Browser,
    app: App,
    make_user: Callable[..., User],
    make_device: Callable[..., Authenticator],
) -> None:
    before = app.tokens(signed_in)
    sign_in_again(signed_in, app, make_device(make_user(username="ben")))
    assert app.userinfo(signed_in, before["access_token"]).status == 401
