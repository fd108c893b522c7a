"""A request as plain data: what was asked, by whom, from where, and the time it is taken to be.

Knows nothing of Bottle, of users' rules or of pages. `Actor` is who acts, `Guard` says who may.
"""

import enum
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from pocketid.config import Config
from pocketid.crypto import Keyring, random_token
from pocketid.db import Database
from pocketid.geo import Place, Places
from pocketid.render import Assets
from pocketid.signals import Signals


class Guard(enum.Enum):
    """Who may call a route, and how a forged call is told from a real one."""

    PUBLIC = "anyone; a POST carries our form token"
    PROTOCOL = "anyone; other sites may post here, and the handler checks what it is given"
    USER = "a signed-in person"
    API_USER = "a signed-in person, or a program with an API key of theirs"
    ADMIN = "an administrator who signed in with a passkey"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person of the running session. `is_synced` is the kind of passkey that began it, None without one."""

    user_id: UUID
    username: str
    display_name: str
    is_admin: bool
    locale: str | None
    session_id: UUID
    method: str
    authenticated_at: datetime
    verified_at: datetime | None
    last_seen_at: datetime
    expires_at: datetime
    is_synced: bool | None


class Fields(Mapping[str, str]):
    """The fields of a query or form, in order; a name may come more than once."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def __getitem__(self, name: str) -> str:
        return self._values[name][0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def all(self, name: str) -> list[str]:
        """Every value of a name, in order."""
        return list(self._values.get(name, ()))

    def text(self, name: str) -> str:
        """The first value without white space around it, or the empty text."""
        return self.get(name, "").strip()

    def lines(self, name: str) -> list[str]:
        """The non-empty lines of all values of a name, each stripped."""
        return [line.strip() for value in self.all(name) for line in value.splitlines() if line.strip()]

    def checked(self, name: str) -> bool:
        """Whether a check box was ticked."""
        return self.get(name, "") not in {"", "false", "0", "off"}

    def repeated(self) -> list[str]:
        """The names that came more than once."""
        return [name for name, values in self._values.items() if len(values) > 1]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart form, whole in memory; the seam has bounded its size."""

    filename: str
    content: bytes


class Browser:
    """What ties ceremonies, forms and interactions to one browser: the random text in its cookie.

    A browser without one gets it with the first answer for which somebody read `token`.
    """

    def __init__(self, token: str | None) -> None:
        self._token = token
        self.is_new = token is None

    @property
    def needs_cookie(self) -> bool:
        """Whether somebody read a token that the browser does not have yet."""
        return self.is_new and self._token is not None

    @property
    def token(self) -> str:
        """The text; from now on the browser has to keep it."""
        if self._token is None:
            self._token = random_token()
        return self._token


@dataclass
class Request:
    """One request; see the head of this module."""

    method: str
    path: str
    query: Fields
    form: Fields
    files: Mapping[str, Upload]
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: bytes
    address: str | None
    now: datetime
    config: Config
    keyring: Keyring
    signals: Signals
    assets: Assets
    db: Database
    browser: Browser
    actor: Actor | None = None
    session_token: str | None = None
    log_fields: dict[str, Any] = field(default_factory=dict)
    places: Places = field(default_factory=Places)
    is_from_proxy: bool = False

    @cached_property
    def reference(self) -> str:
        """The number by which its line in the log is found."""
        return secrets.token_hex(6)

    @property
    def user_agent(self) -> str:
        """What the browser calls itself, at most 512 characters."""
        return self.headers.get("user-agent", "")[:512]

    @property
    def place(self) -> Place:
        """Where it comes from."""
        return self.places.find(self.address)

    @property
    def person(self) -> Actor:
        """The actor of a route whose guard has made sure that there is one."""
        assert self.actor is not None
        return self.actor

    @cached_property
    def browser_digest(self) -> bytes:
        """What is stored of the browser's cookie."""
        return self.keyring.mac("browser", self.browser.token)

    @property
    def form_token(self) -> str:
        """The token that every form of ours carries: bound to the browser and its session (CSRF).

        Made anew each time: a page that answers a sign-in belongs to the session that has just begun.
        """
        from_whom = f"{self.browser.token}\n{self.session_token or ''}"
        return self.keyring.mac("form", from_whom).hex()
