"""A device with a passkey and one without, for the tests of signing in with another device."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pocketid.users import User
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser

WAITING = "/login/alternative/device"


class Phone:
    """A person's device with a passkey, and with a session."""

    def __init__(self, browser: Browser, user: User, sign_in: Callable[..., None]) -> None:
        self.browser = browser
        self.device = Authenticator(browser.origin)
        sign_in(browser, user)
        options = options_of(browser.get("/settings/account/passkeys/new").text)
        browser.post("/settings/account/passkeys", {"credential": self.device.create(options)})
        assert browser.status == 303

    def look(self, code: str) -> Browser:
        """The page that shows who waits with a code."""
        return self.browser.get("/device", code=code)

    def answer(self, code: str) -> dict[str, str]:
        """The form of that page, with the passkey's answer."""
        return {"code": code, "credential": self.device.get(options_of(self.look(code).text))}

    def approve(self, code: str) -> Browser:
        """Look, use the passkey, send."""
        return self.browser.post("/device/approve", self.answer(code))

    def deny(self, code: str) -> Browser:
        """Send the other form."""
        return self.browser.post("/device/deny", {"code": code})


class Television:
    """A browser without a passkey, that waits."""

    def __init__(self, browser: Browser, **what_for: Any) -> None:
        self.browser = browser
        self.browser.get(WAITING, **what_for)
        assert browser.status == 303, browser.text
        self.address = browser.location
        self.id = parse_qs(urlsplit(self.address).query)["id"][0]
        self.code: str = browser.get(self.address).variables["code"]

    def state(self) -> str:
        """What the script of the page is told."""
        return str(self.browser.get(f"{WAITING}/state", id=self.id).json()["state"])

    def go_on(self, **fields: str) -> Browser:
        """What the script does once it is approved, or the button."""
        self.browser.get(self.address)
        return self.browser.post(WAITING, {"id": self.id, **fields})
