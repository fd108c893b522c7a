"""The pages between an app's request and the way back."""

from collections.abc import Callable

from pocketid.clients import Client
from pocketid.users import User
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import APP_URL
from tests.oidc.flow import App, answer, consent


def test_signing_in_on_the_way_leads_to_a_consent_page_whose_button_works(
    open_browser: Callable[[], Browser],
    make_user: Callable[..., User],
    make_client: Callable[..., Client],
    sign_in: Callable[..., None],
) -> None:
    make_client(is_public=True)
    user, device, enrolling, browser = make_user(), Authenticator(APP_URL), open_browser(), open_browser()
    sign_in(enrolling, user)
    options = options_of(enrolling.get("/settings/account/passkeys/new").text)
    enrolling.post("/settings/account/passkeys", {"credential": device.create(options)})
    App("immich", None).authorize(browser)
    browser.follow()
    form = {
        "id": str(browser.variables["interaction"].id),
        "credential": device.get(options_of(browser.text)),
    }
    browser.post("/interaction/sign-in", form)
    consent(browser)
    assert answer(browser)["state"] == "the-state"
