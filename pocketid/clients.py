"""Clients, the apps that let people sign in here: their rows and the rules of what may be registered.

Secrets are client_secrets.py, who may use a client access.py, logos images.py.
"""

import re
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Literal, Self, get_args
from uuid import UUID

from pocketid import callback_urls, client_ids, images, settings
from pocketid.db import Database
from pocketid.errors import NotFound
from pocketid.request import Fields, Request
from pocketid.text import _

SigningAlgorithm = Literal["RS256", "PS256", "ES256", "EdDSA"]
SIGNING_ALGORITHMS: tuple[str, ...] = get_args(SigningAlgorithm)
TOKEN_SECONDS = range(60, 365 * 86_400 + 1)
ABSOLUTE_SECONDS = range(60, 5 * 365 * 86_400 + 1)
AUTH_METHODS = ("any", "private_key_jwt", "client_secret_jwt")
LONGEST_ID = client_ids.LONGEST
_ID = re.compile(r"[a-zA-Z0-9._-]{2,128}")
_RESERVED_IDS = {"new"}  # an address of the pages
_MAX_URIS = 50
_FAPI = {  # FAPI 2.0 Security Profile 5.3.2
    "is_public": False,
    "auth_method": "private_key_jwt",
    "requires_dpop": True,
    "requires_pushed_request": True,
    "requires_pkce": True,
    "allows_plain_pkce": False,
}
_CONSTRAINTS = {"clients_pkey": ("id", "Another client has this ID.")}


@dataclass(frozen=True, slots=True)
class Client:
    """A row: what an app may ask for, and how it is answered."""

    id: str
    name: str
    description: str
    launch_url: str | None
    redirect_uris: list[str]
    logout_uris: list[str]
    backchannel_logout_uri: str | None
    backchannel_logout_session_required: bool
    frontchannel_logout_uri: str | None
    frontchannel_logout_session_required: bool
    is_public: bool
    requires_pkce: bool
    allows_plain_pkce: bool
    requires_reauthentication: bool
    requires_pushed_request: bool
    requires_signed_request: bool
    requires_device_bound_passkey: bool
    longest_sign_in_seconds: int | None
    skips_consent: bool
    is_group_restricted: bool
    claims_in_id_token: bool
    always_includes_groups: bool
    claim_mapping: dict[str, Any]
    signing_algorithm: str
    auth_method: str
    requires_dpop: bool
    is_fapi: bool
    access_token_seconds: int
    refresh_token_seconds: int
    allows_client_credentials: bool
    has_opaque_access_tokens: bool
    refresh_absolute_seconds: int | None
    signs_userinfo: bool
    recipe: str | None
    recipe_answers: dict[str, Any]
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime

    @property
    def describes_itself(self) -> bool:
        """Whether its id is the address of a document, from which its row is made."""
        return client_ids.is_address(self.id)


@dataclass(frozen=True, slots=True)
class Change:
    """What a client shall be. `id` is only looked at when it is created; empty means a random one."""

    id: str = ""
    name: str = ""
    description: str = ""
    launch_url: str | None = None
    redirect_uris: list[str] = field(default_factory=list)
    logout_uris: list[str] = field(default_factory=list)
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    is_public: bool = False
    requires_pkce: bool = True
    allows_plain_pkce: bool = False
    requires_reauthentication: bool = False
    requires_pushed_request: bool = False
    requires_signed_request: bool = False
    requires_device_bound_passkey: bool = False
    longest_sign_in_seconds: int | None = None
    skips_consent: bool = False
    is_group_restricted: bool = False
    claims_in_id_token: bool = True
    always_includes_groups: bool = False
    claim_mapping: dict[str, Any] = field(default_factory=dict)
    signing_algorithm: str = "RS256"
    auth_method: str = "any"
    requires_dpop: bool = False
    is_fapi: bool = False
    access_token_seconds: int = 3600
    refresh_token_seconds: int = 30 * 86_400
    allows_client_credentials: bool = True
    has_opaque_access_tokens: bool = False
    refresh_absolute_seconds: int | None = None
    signs_userinfo: bool = False
    recipe: str | None = None
    recipe_answers: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, client: Client) -> Self:
        """The change that leaves a client as it is."""
        return cls(**{part.name: getattr(client, part.name) for part in fields(cls)})

    @classmethod
    def from_form(cls, form: Fields, before: "Change | None" = None) -> Self:
        """The client's form; what it does not hold (id of an existing one, groups, rules, recipe) stays as before."""
        base = before or cls(id=form.text("id"))
        is_public = form.checked("is_public")
        typed = {
            "name": form.text("name"),
            "description": form.text("description"),
            "launch_url": form.text("launch_url") or None,
            "redirect_uris": form.lines("redirect_uris"),
            "logout_uris": form.lines("logout_uris"),
            "backchannel_logout_uri": form.text("backchannel_logout_uri") or None,
            "backchannel_logout_session_required": form.checked("backchannel_logout_session_required"),
            "frontchannel_logout_uri": form.text("frontchannel_logout_uri") or None,
            "frontchannel_logout_session_required": form.checked("frontchannel_logout_session_required"),
            "is_public": is_public,
            "requires_pkce": is_public or form.checked("requires_pkce"),
            "allows_plain_pkce": form.checked("allows_plain_pkce"),
            "skips_consent": form.checked("skips_consent"),
            "claims_in_id_token": form.checked("claims_in_id_token"),
            "always_includes_groups": form.checked("always_includes_groups"),
            "signing_algorithm": form.text("signing_algorithm"),
            "access_token_seconds": seconds(form.text("access_token_minutes")),
            "refresh_token_seconds": seconds(form.text("refresh_token_minutes")),
        }
        return cls(**(asdict(base) | typed))


@dataclass(frozen=True, slots=True)
class Listed:
    """A client as the list shows it; `refused` counts the requests waiting in its inbox."""

    id: str
    name: str
    description: str
    is_group_restricted: bool
    logo_version: str | None
    group_names: list[str]
    last_used_at: datetime | None
    refused: int

    @property
    def describes_itself(self) -> bool:
        """As of Client."""
        return client_ids.is_address(self.id)


def find(db: Database, client_id: str) -> Client | None:
    """The client of an id, or None."""
    return db.one(Client, "clients.by_id", id=client_id)


def known(request: Request, client_id: str) -> Client | None:
    """The same, read once until some client changes: for the protocol, which asks all the time.

    One that describes itself is known as long as its address is on the list.
    """
    if client_ids.is_address(client_id) and not is_listed(request, client_id):
        return None
    return request.signals.get_row("clients", client_id, lambda: find(request.db, client_id))


def is_listed(request: Request, address: str) -> bool:
    """Whether the client of an address may describe itself here."""
    patterns = settings.load(request).cimd_url_allowlist
    return callback_urls.find(patterns, address) is not None


def get(db: Database, client_id: str) -> Client:
    """The client of an id. Raises NotFound."""
    client = find(db, client_id)
    if client is None:
        raise NotFound(_("There is no such client. It may have been deleted."))
    return client


def count(db: Database, q: str = "") -> int:
    """How many clients have a text in their name or id."""
    found: int = db.value("clients.count", q=q or None)
    return found


def search(db: Database, q: str, *, size: int, offset: int) -> list[Listed]:
    """The clients that have a text in their name or id, by name."""
    return db.many(Listed, "clients.search", q=q or None, size=size, offset=offset)


def check(change: Change, *, allow_insecure: bool = True, calls_http: bool = False) -> dict[str, str]:
    """What is wrong with a change, field by field; empty when nothing is.

    `allow_insecure` lets redirect URIs be http outside of the loopback addresses; `calls_http` the addresses that
    we call ourselves.
    """
    problems = {
        "id": _id_problem(change.id),
        "name": _length_problem(change.name, 1, 50),
        "description": _length_problem(change.description, 0, 150),
        "launch_url": _launch_url_problem(change.launch_url),
        "redirect_uris": _uris_problem(change.redirect_uris, allow_insecure=allow_insecure),
        "logout_uris": _uris_problem(change.logout_uris, allow_insecure=allow_insecure),
        "backchannel_logout_uri": _called_problem(change.backchannel_logout_uri, calls_http=calls_http),
        "frontchannel_logout_uri": _frame_problem(change.frontchannel_logout_uri, change.redirect_uris),
        "signing_algorithm": _algorithm_problem(change.signing_algorithm),
        "auth_method": "" if change.auth_method in AUTH_METHODS else _("Please choose one of the list."),
        "access_token_minutes": _lifetime_problem(change.access_token_seconds),
        "refresh_token_minutes": _lifetime_problem(change.refresh_token_seconds),
        "refresh_absolute_minutes": _absolute_problem(change),
        "longest_sign_in_minutes": _age_problem(change.longest_sign_in_seconds),
    }
    return {name: problem for name, problem in problems.items() if problem}


def create(db: Database, change: Change, created_by: UUID | None, now: datetime) -> Client:
    """Add a client. Raises Invalid when its id is taken."""
    client_id = change.id or str(uuid.uuid4())
    with db.checked(_CONSTRAINTS):
        db.run("clients.insert", **(_as_row(change) | {"id": client_id}), created_by=created_by, now=now)
    return get(db, client_id)


def update(db: Database, client_id: str, change: Change, now: datetime) -> tuple[Client, Client]:
    """Change a client; returns it before and after. Raises NotFound."""
    before = get(db, client_id)
    db.run("clients.update", **(_as_row(change) | {"id": client_id}), now=now)
    return before, get(db, client_id)


def delete(db: Database, client_id: str) -> Client:
    """Remove a client with its logo, secrets, consents and tokens; returns what it was. Raises NotFound."""
    client = get(db, client_id)
    images.delete(db, "client", client_id)
    db.run("clients.delete", id=client_id)
    return client


def group_ids(db: Database, client_id: str) -> list[UUID]:
    """The groups whose members may use a client that is restricted."""
    return db.values("clients.group_ids", id=client_id)


def set_groups(db: Database, client_id: str, ids: Iterable[UUID]) -> None:
    """Let exactly these groups use a client that is restricted; unknown ones are left out."""
    wanted = list(ids)
    db.run("clients.remove_groups", id=client_id, group_ids=wanted)
    db.run("clients.add_groups", id=client_id, group_ids=wanted)


def put_group(db: Database, client_id: str, group_id: UUID, *, is_opened: bool) -> bool:
    """Let one group use a client that is restricted, or no longer; False when that changes nothing."""
    if is_opened:
        return db.run("clients.add_groups", id=client_id, group_ids=[group_id]) > 0
    return db.run("clients.remove_group", id=client_id, group_id=group_id) > 0


def people(db: Database, client: Client) -> int:
    """How many enabled people may use a client."""
    found: int = db.value("clients.people", id=client.id, is_group_restricted=client.is_group_restricted)
    return found


def people_with_device_bound_passkey(db: Database, client: Client) -> int:
    """How many of them have a passkey that stays on one device."""
    found: int = db.value(
        "clients.people_with_device_bound_passkey",
        id=client.id,
        is_group_restricted=client.is_group_restricted,
    )
    return found


def _as_row(change: Change) -> dict[str, Any]:
    """The columns. A public client has PKCE (RFC 9700 2.1.1) and proves nothing; a FAPI client keeps every rule."""
    row = asdict(change)
    if change.is_fapi:
        algorithm = change.signing_algorithm if change.signing_algorithm != "RS256" else "ES256"
        return row | _FAPI | {"signing_algorithm": algorithm}
    if change.is_public:
        return row | {"requires_pkce": True, "auth_method": "any"}
    return row


def seconds(minutes: str) -> int:
    """Seconds of a typed number of minutes; 0, which no lifetime is, when it is no number."""
    return int(minutes) * 60 if minutes.isascii() and minutes.isdigit() and len(minutes) < 10 else 0


def minutes(seconds: int | None) -> str:
    """The same the other way round; empty for no limit."""
    return "" if seconds is None else str(seconds // 60)


def _id_problem(client_id: str) -> str:
    if client_id and (not _ID.fullmatch(client_id) or client_id in _RESERVED_IDS):
        return _("Use 2 to 128 letters, digits, dots, hyphens and underscores, or leave it empty.")
    return ""


def _length_problem(text: str, shortest: int, longest: int) -> str:
    if len(text) < shortest:
        return _("Please fill this in.")
    if len(text) > longest:
        return _("This is too long: {n} characters at most.").format(n=longest)
    return ""


def _launch_url_problem(url: str | None) -> str:
    if not url:
        return ""
    if not url.lower().startswith(("http://", "https://")):
        return _("Write the whole address, beginning with https://.")
    if "*" in url:
        return _("This is an address to open, so it cannot hold a “*”.")
    return callback_urls.problem(url) or ""


def _called_problem(url: str | None, *, calls_http: bool) -> str:
    """Back-Channel Logout 2.2: an absolute address without a fragment, which is called by us."""
    if not url:
        return ""
    if not url.lower().startswith(("https://", "http://") if calls_http else "https://"):
        return _("Write the whole address, beginning with https://.")
    if "*" in url or not url.isascii():
        return _("This is an address to call, so it holds no “*”, and letters from a to z.")
    return callback_urls.problem(url) or ""


def _frame_problem(url: str | None, redirect_uris: Iterable[str]) -> str:
    """Front-Channel Logout 2: of the same scheme, host and port as one of the redirect URIs."""
    if not url:
        return ""
    if not url.lower().startswith(("http://", "https://")):
        return _("Write the whole address, beginning with https://.")
    if problem := callback_urls.problem(url):
        return problem
    origin = callback_urls.origin_for_csp(url)
    if "*" in url or origin.endswith(":") or origin not in map(callback_urls.origin_for_csp, redirect_uris):
        return _("It must be on the same host and port as one of the redirect URIs.")
    return ""


def _uris_problem(uris: list[str], *, allow_insecure: bool) -> str:
    if len(uris) > _MAX_URIS:
        return _("These are too many: {n} at most.").format(n=_MAX_URIS)
    for number, uri in enumerate(uris, start=1):
        if problem := callback_urls.problem(uri, allow_insecure=allow_insecure):
            return _("Line {n}: {problem}").format(n=number, problem=problem)
    return ""


def _algorithm_problem(algorithm: str) -> str:
    return "" if algorithm in SIGNING_ALGORITHMS else _("Please choose one of the list.")


def _age_problem(seconds: int | None) -> str:
    return "" if seconds is None else _lifetime_problem(seconds)


def _absolute_problem(change: Change) -> str:
    end = change.refresh_absolute_seconds
    if end is None or end in ABSOLUTE_SECONDS:
        return ""
    return _("Choose between 1 minute and 5 years (2628000 minutes), or leave it empty.")


def _lifetime_problem(seconds: int) -> str:
    return "" if seconds in TOKEN_SECONDS else _("Choose between 1 minute and 365 days (525600 minutes).")
