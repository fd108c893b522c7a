"""Debian's Chromium with a virtual authenticator: one person, one device, one profile.

    with chromium() as browser:
        anna = Person(browser, "https://pocketid.example.test")
        anna.page.goto(...)

The authenticator belongs to a page's DevTools session, so each Person keeps to one page.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
    "defaultBackupEligibility": True,
    "defaultBackupState": True,
}


_SECONDS = 30  # that a page may take on a busy machine
# The virtual authenticator takes every suggestion at once, before anybody could click
NO_SUGGESTIONS = """
  if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false;
"""


@contextmanager
def chromium(
    *arguments: str, environment: dict[str, str] | None = None, executable: Path | None = None
) -> Iterator[Browser]:
    """A headless Chromium that calls nowhere by itself."""
    program = executable or shutil.which("chromium")
    assert program, "Chromium is missing: make tools"
    expect.set_options(timeout=_SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            headless=True,
            args=[*ARGUMENTS, *arguments],
            env=environment or None,  # type: ignore[arg-type]
        )
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """A person with one device: a browser profile and a passkey authenticator.

    With `suggestions` the browser offers passkeys in text fields, and the authenticator takes the first.
    """

    def __init__(self, browser: Browser, origin: str, *, suggestions: bool = False, **context: Any) -> None:
        self.origin = origin
        self.context: BrowserContext = browser.new_context(**context)
        if not suggestions:
            self.context.add_init_script(NO_SUGGESTIONS)
        self.problems: list[str] = []
        self._open()

    def _open(self) -> None:
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(_SECONDS * 1000)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._hear)
        self._devtools = self.context.new_cdp_session(self.page)
        self._devtools.send("WebAuthn.enable", {"enableUI": False})
        added = self._devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        self.authenticator: str = added["authenticatorId"]

    def new_tab(self) -> None:
        """Close the page and go on in another one, with the same cookies and passkeys."""
        kept = self.passkeys()
        self.page.close()
        self._open()
        self._add(kept)

    def take_passkeys_of(self, other: "Person") -> None:
        """The passkeys of another device of theirs arrive here, as a password manager does it."""
        self._add(other.passkeys())

    def _add(self, credentials: list[dict[str, Any]]) -> None:
        for credential in credentials:
            self._devtools.send(
                "WebAuthn.addCredential", {"authenticatorId": self.authenticator, "credential": credential}
            )

    def goto(self, path: str) -> Page:
        """Open a path of the origin."""
        self.page.goto(self.origin + path)
        return self.page

    def passkeys(self) -> list[dict[str, Any]]:
        """What the authenticator holds."""
        found = self._devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})
        credentials: list[dict[str, Any]] = found["credentials"]
        return credentials

    def lose_passkeys(self) -> None:
        """The device is lost or was wiped."""
        self._devtools.send("WebAuthn.clearCredentials", {"authenticatorId": self.authenticator})

    def refuse_verification(self, *, refuse: bool = True) -> None:
        """The person does not give finger, face or PIN."""
        self._devtools.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.authenticator, "isUserVerified": not refuse}
        )

    def screenshot(self, path: Path) -> None:
        """The whole page as a picture."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, full_page=True)

    def close(self) -> None:
        """Close the profile."""
        self.context.close()

    def _hear(self, message: Any) -> None:
        if message.type == "error":
            self.problems.append(f"{message.text} ({message.location.get('url', '')})")
