"""Protected hosts: sites without a sign-in of their own, before which a proxy asks here (oidc/forward_auth.py).

Each is a client, so that groups, claims and the list of apps are what they are for other apps; this table adds
its host and the paths that are open to everybody. The cookie of a protected host stands for an authorization
(tokens.py): it ends with the person's session, and when their access is taken away, by the next request.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from urllib.parse import unquote, urlsplit
from uuid import UUID

from pocketid import clients, subjects
from pocketid.config import Config
from pocketid.crypto import digest, random_token
from pocketid.db import Database
from pocketid.errors import NotFound
from pocketid.request import Fields, Request
from pocketid.subjects import Subject
from pocketid.text import _

CALLBACK = "/.pocketid/callback"
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*(?::[1-9][0-9]{0,4})?")
_MAX_PATHS = 50
_LONGEST_NAME = 50  # of a client
_DISGUISES = re.compile(
    r"[\x00-\x1f\x7f%/\\;?#]"
)  # what some servers take for a separator, or decode once more
_CONSTRAINTS = {"protected_hosts_host_key": ("host", "This host is protected already.")}


@dataclass(frozen=True, slots=True)
class ProtectedHost:
    """A host with the name of its client."""

    client_id: str
    name: str
    host: str
    public_paths: list[str]


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks for something on a protected host; `subject` is None for nobody that we know."""

    public_paths: list[str]
    always_includes_groups: bool
    claim_mapping: dict[str, Any]
    scopes: list[str]
    subject: Subject | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a protected host shall be."""

    name: str = ""
    host: str = ""
    public_paths: tuple[str, ...] = ()

    @classmethod
    def from_form(cls, form: Fields, config: Config) -> Self:
        """As it was typed; of a whole address the host is taken, without the usual port."""
        typed = form.text("host").lower().partition("://")[2] or form.text("host").lower()
        host = typed.rstrip("/").removesuffix(":443" if config.is_https else ":80")
        return cls(form.text("name"), host, tuple(form.lines("public_paths")))


def check(change: Change, config: Config) -> dict[str, str]:
    """What is wrong with a change, field by field."""
    problems = {
        "name": _name_problem(change.name),
        "host": _host_problem(change.host, config),
        "public_paths": _paths_problem(change.public_paths),
    }
    return {name: problem for name, problem in problems.items() if problem}


def create(request: Request, change: Change) -> ProtectedHost:
    """Add a host with the client that stands for it. Raises Invalid when it is there already."""
    of_client = clients.Change(
        name=change.name or change.host[:_LONGEST_NAME],
        is_public=True,
        skips_consent=True,
        signing_algorithm="ES256",
        **_addresses(change, request.config),
    )
    with request.db.checked(_CONSTRAINTS):  # both or neither
        client = clients.create(request.db, of_client, request.person.user_id, request.now)
        request.db.run("protected_hosts.insert", client_id=client.id, **_row(change))
    return get(request.db, client.id)


def update(request: Request, client_id: str, change: Change) -> tuple[ProtectedHost, ProtectedHost]:
    """Change a host and its client; returns it before and after. Raises NotFound, Invalid."""
    before, client = get(request.db, client_id), clients.get(request.db, client_id)
    of_client = replace(
        clients.Change.of(client),
        name=change.name or change.host[:_LONGEST_NAME],
        is_public=True,
        **_addresses(change, request.config),
    )
    with request.db.checked(_CONSTRAINTS):
        clients.update(request.db, client_id, of_client, request.now)
        request.db.run("protected_hosts.update", client_id=client_id, **_row(change))
    return before, get(request.db, client_id)


def listed(db: Database) -> list[ProtectedHost]:
    """Every protected host, by name."""
    return db.many(ProtectedHost, "protected_hosts.all")


def find(db: Database, client_id: str) -> ProtectedHost | None:
    """The host that a client stands for, or None."""
    return db.one(ProtectedHost, "protected_hosts.by_client", client_id=client_id)


def get(db: Database, client_id: str) -> ProtectedHost:
    """The host that a client stands for. Raises NotFound."""
    found = find(db, client_id)
    if found is None:
        raise NotFound(_("There is no such protected host. It may have been deleted."))
    return found


def client_of(db: Database, host: str) -> str | None:
    """The client that stands for a host, or None."""
    found: str | None = db.value("protected_hosts.client_of", host=host)
    return found


def origin(config: Config, host: str) -> str:
    """The address of a host: it has the scheme of ours."""
    return f"{urlsplit(config.app_url).scheme}://{host}"


def visit(db: Database, host: str, token: str, now: datetime) -> Visit | None:
    """Who comes to a host with this cookie; None when the host is not protected by us."""
    return db.one(_visit, "protected_hosts.visit", host=host, digest=digest(token), now=now)


def begin(db: Database, authorization_id: UUID, now: datetime) -> str:
    """A new cookie's token, which stands for an authorization as long as that is good."""
    token = random_token()
    db.run("protected_hosts.begin", digest=digest(token), authorization_id=authorization_id, now=now)
    return token


def is_public(paths: Sequence[str], uri: str) -> bool:
    """Whether everybody may fetch an address: its path is one of these, or below one that ends in a slash.

    A path that some server might read in another way than we do is never public: an empty segment, a dot
    segment, or an encoded or bare separator (`/public/../admin`, `%2e%2e`, `//`, `;`).
    """
    path = uri.partition("?")[0]
    return _is_plain(path) and any(
        path == each or (each.endswith("/") and path.startswith(each)) for each in paths
    )


def _is_plain(path: str) -> bool:
    """Whether nobody can read a path in two ways; a slash at its end begins no other segment."""
    if not path.isascii() or not path.startswith("/"):
        return False
    try:
        segments = [unquote(part, errors="strict") for part in path[1:].removesuffix("/").split("/")]
    except UnicodeDecodeError:
        return False
    return path == "/" or not any(part in {"", ".", ".."} or _DISGUISES.search(part) for part in segments)


def _visit(*, scopes: list[str] | None, subject: Mapping[str, Any] | None, **columns: Any) -> Visit:
    person = subjects.from_row(subject) if subject else None
    return Visit(scopes=scopes or [], subject=person, **columns)


def _addresses(change: Change, config: Config) -> dict[str, Any]:
    address = origin(config, change.host)
    return {"redirect_uris": [address + CALLBACK], "launch_url": f"{address}/"}


def _row(change: Change) -> dict[str, Any]:
    return {"host": change.host, "public_paths": list(change.public_paths)}


def _name_problem(name: str) -> str:
    if len(name) > _LONGEST_NAME:
        return _("This is too long: {n} characters at most.").format(n=_LONGEST_NAME)
    return ""


def _host_problem(host: str, config: Config) -> str:
    if not _HOST.fullmatch(host) or len(host) > 253:
        return _("Write the host alone, such as wiki.example.org.")
    if host in config.hosts:
        return _("This is the host of this site itself.")
    return ""


def _paths_problem(paths: Sequence[str]) -> str:
    if len(paths) > _MAX_PATHS:
        return _("These are too many: {n} at most.").format(n=_MAX_PATHS)
    for number, path in enumerate(paths, start=1):
        if path == "/" or not is_public([path], path):  # the root would be all of it
            return _("Line {n} is no path such as /public/ or /robots.txt.").format(n=number)
    return ""
