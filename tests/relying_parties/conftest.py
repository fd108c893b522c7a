"""A provider with its owner, and a visitor who goes to and fro between it and apps that others wrote."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from tests import main_job
from tests.authenticator import Authenticator
from tests.browser import Browser
from tests.journeys.conftest import folder, fresh_database, server
from tests.oidc.flow import App
from tests.processes import Server, free_port

__all__ = ["folder", "fresh_database", "server"]
_INTERACTION = re.compile(r'name="id" value="([^"]+)"')


@dataclass
class Visitor:
    """Somebody's browser without a screen: it follows redirects wherever they lead, and consents."""

    provider: Browser
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20))
    address: str = ""
    text: str = ""

    def open(self, address: str) -> "Visitor":
        """Go there and on until a page is shown."""
        for _hop in range(20):
            self.address = address
            location = self._at_provider() if self._is_at_provider() else self._at_app(address)
            if not location:
                return self
            address = urljoin(address, location)
        raise AssertionError(f"redirected for ever, at last to {address}")

    def json(self) -> Any:
        """What the app's page says."""
        try:
            return json.loads(self.text)
        except ValueError as error:
            raise AssertionError(f"{self.address} says:\n{self.text}") from error

    def _is_at_provider(self) -> bool:
        return self.address.startswith(f"{self.provider.origin}/")

    def _at_provider(self) -> str:
        self.provider.get(self.address.removeprefix(self.provider.origin))
        waiting = _INTERACTION.search(self.provider.text)
        if self.provider.status == 200 and "/interaction" in self.address and waiting:
            self.provider.post("/interaction/consent", {"id": waiting[1]})
        self.text = self.provider.text
        return self.provider.location

    def _at_app(self, address: str) -> str:
        answer = self.client.get(address)
        self.text = answer.text
        return str(answer.headers.get("location", ""))


@dataclass
class Owner:
    """The first account: a browser and the device with its passkey."""

    browser: Browser
    device: Authenticator


@pytest.fixture(scope="module")
def owner(server: Server) -> Owner:
    """The owner of a new installation."""
    browser = Browser(main_job.server_at(int(server.environment["PORT"])), server.origin)
    return Owner(browser, main_job.set_up(browser, "olga@example.test"))


@pytest.fixture
def visitor(owner: Owner) -> Iterator[Visitor]:
    """The owner, newly signed in, who comes to an app for the first time."""
    owner.browser.cookies.pop("session", None)
    main_job.sign_in(owner.browser, owner.device)
    visitor = Visitor(owner.browser)
    yield visitor
    visitor.client.close()


@dataclass
class Place:
    """Where an app is: its origin, and the client that it is registered as."""

    port: int
    origin: str
    app: App

    def environment(self, server: Server) -> dict[str, str]:
        """What the programs of this folder read."""
        assert self.app.secret
        return {
            "PORT": str(self.port),
            "ORIGIN": self.origin,
            "ISSUER": server.origin,
            "CLIENT_ID": self.app.client_id,
            "CLIENT_SECRET": self.app.secret,
        }


def place_for(visitor: Visitor, client_id: str, callback: str, goodbye: str = "/goodbye") -> Place:
    """Register an app on a port of its own; `callback` and `goodbye` are paths of it."""
    port = free_port()
    origin = f"http://localhost:{port}"
    app = main_job.add_app(
        visitor.provider, id=client_id, redirect_uris=origin + callback, logout_uris=origin + goodbye
    )
    return Place(port, origin, app)
