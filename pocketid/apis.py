"""APIs (resource servers, RFC 8707): who accepts our access tokens, what they permit, and who may ask for it.

    Api            a name and a resource: the absolute URI that apps ask for, and the audience of the tokens
    Permission     a scope of one API; its key is what apps ask for, its name what people read
    Grant          what one client may ask for in one way: for a person who signs in to it, or for itself
    allow          the question that is asked before anything is issued

An API may name a client of its own, by which it asks about the tokens that it gets (RFC 7662).
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from pocketid import audit, callback_urls, clients
from pocketid.audit import Event
from pocketid.db import Database
from pocketid.errors import Invalid, NotFound
from pocketid.request import Fields, Request
from pocketid.text import _

Way = Literal["person", "client"]
WAYS: tuple[Way, ...] = get_args(Way)
Problem = Literal["unknown", "denied", "scope"]
IDENTITY_SCOPES = ("openid", "profile", "email", "groups", "offline_access")
MOST_PERMISSIONS = 30  # a form has 100 fields at most
MARK = "\x1f"  # between resource and key in consents, as in Pocket ID; neither can hold it
_NAME, _RESOURCE, _KEY, _DESCRIPTION = 50, 350, 128, 200
_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 3.3
_CONSTRAINTS = {"apis_resource": ("resource", "Another API has this resource.")}


@dataclass(frozen=True, slots=True)
class Api:
    """A row. `client_id` is the API's own client."""

    id: UUID
    name: str
    resource: str
    client_id: str | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """An API as the list shows it, with how many permissions and clients it has."""

    id: UUID
    name: str
    resource: str
    permissions: int
    clients: int


@dataclass(frozen=True, slots=True)
class Permission:
    """A scope of an API."""

    key: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a client may ask for in one way."""

    client_id: str
    client_name: str
    way: Way
    keys: list[str]


@dataclass(frozen=True, slots=True)
class Allowed:
    """An API that may be asked for, and the keys that are."""

    resource: str
    name: str
    keys: list[str]

    @property
    def marks(self) -> list[str]:
        """What is kept of it in a consent: the API, and each permission."""
        return [self._mark(key) for key in ("", *self.keys)]

    def new(self, granted: Collection[str]) -> set[str]:
        """The keys that a person has not consented to yet; none for who consented to nothing at all."""
        return {key for key in self.keys if granted and self._mark(key) not in granted}

    def _mark(self, key: str) -> str:
        return f"{self.resource}{MARK}{key}"


class NotAllowed(Exception):
    """What was asked for is not to be had; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class _Found:
    resource: str
    name: str
    keys: list[str] | None


# What is asked before anything is issued


def allow(db: Database, client_id: str, resource: str, words: Iterable[str], way: Way) -> Allowed:
    """The API of a resource with the permissions in `words`. Raises NotAllowed.

    Slashes at the end of a resource make no difference. A client that asks for itself and names no permission
    gets all that it may have.
    """
    wanted = set(words) - set(IDENTITY_SCOPES)
    found = None
    if "\0" not in resource:
        found = db.one(_Found, "apis.allowed", resource=resource, client_id=client_id, way=way)
    if found is None:
        raise NotAllowed("unknown")
    if found.keys is None:
        raise NotAllowed("denied")
    if not wanted <= set(found.keys):
        raise NotAllowed("scope")
    everything = way == "client" and not wanted
    return Allowed(found.resource, found.name, [key for key in found.keys if everything or key in wanted])


def still_allowed(db: Database, client_id: str, resource: str, scopes: Sequence[str], way: Way) -> list[str]:
    """The scopes that were granted before without those that have been taken back since. Raises NotAllowed."""
    found = db.one(_Found, "apis.allowed", resource=resource, client_id=client_id, way=way)
    if found is None or found.keys is None:
        raise NotAllowed("denied")
    return [scope for scope in scopes if scope in IDENTITY_SCOPES or scope in found.keys]


def described(db: Database, allowed: Allowed | None) -> list[Permission]:
    """What the person who consents reads; nothing without an API."""
    if allowed is None:
        return []
    return db.many(Permission, "apis.described", resource=allowed.resource, keys=allowed.keys)


# What administrators do


def count(db: Database, *, text: str = "") -> int:
    """How many APIs `search` would find in all."""
    found: int = db.value("apis.count", text=text or None)
    return found


def search(db: Database, *, text: str = "", size: int, offset: int) -> list[Listed]:
    """A page of the APIs whose name or resource holds a text."""
    return db.many(Listed, "apis.search", text=text or None, size=size, offset=offset)


def get(db: Database, api_id: UUID) -> Api:
    """An API. Raises NotFound."""
    api = db.one(Api, "apis.by_id", id=api_id)
    if api is None:
        raise NotFound(_("There is no such API. It may have been deleted."))
    return api


def permissions(db: Database, api_id: UUID) -> list[Permission]:
    """What an API permits, by key."""
    return db.many(Permission, "apis.permissions", id=api_id)


def grants(db: Database, api_id: UUID, client_id: str | None = None) -> list[Grant]:
    """Who may ask for an API: by the client's name, or of one client alone."""
    return db.many(Grant, "apis.grants", id=api_id, client_id=client_id)


def create(request: Request, name: str, resource: str) -> Api:
    """Add an API. Raises Invalid."""
    errors = _name_problem(name) | _resource_problem(resource, request.config.app_url)
    if errors:
        raise Invalid(errors)
    with request.db.checked(_CONSTRAINTS):
        api = request.db.one(Api, "apis.insert", name=name, resource=resource, now=request.now)
    assert api is not None
    audit.record(request, Event.API_CREATED, name=name, resource=resource)
    return api


def permissions_from_form(form: Fields) -> list[Permission]:
    """The lines of a form; a line that is empty is none."""
    columns = [
        [unicodedata.normalize("NFC", text).strip() for text in form.all(name)]
        for name in ("permission_key", "permission_name", "permission_description")
    ]
    lines = [Permission(*line) for line in zip(*columns, strict=False)]
    return [line for line in lines if line.key or line.name or line.description]


def update(
    request: Request, api_id: UUID, name: str, client_id: str | None, wanted: Sequence[Permission]
) -> Api:
    """Change what an API is called and what it permits. Raises Invalid, NotFound."""
    before, old = get(request.db, api_id), permissions(request.db, api_id)
    if errors := _name_problem(name) | _permission_problems(wanted):
        raise Invalid(errors)
    db = request.db
    db.run("apis.update", id=api_id, name=name, client_id=client_id, now=request.now)
    db.run("apis.remove_permissions", id=api_id, keys=[permission.key for permission in wanted])
    for permission in wanted:
        db.run(
            "apis.put_permission",
            id=api_id,
            key=permission.key,
            name=permission.name,
            description=permission.description,
        )
    after = get(db, api_id)
    changed = audit.difference(before, after)
    new = permissions(db, api_id)
    if old != new:
        changed["permissions"] = {"before": [row.key for row in old], "after": [row.key for row in new]}
    if changed:
        audit.record(request, Event.API_UPDATED, name=after.name, changed=changed)
    return after


def set_access(request: Request, api_id: UUID, client_id: str, ways: Mapping[Way, Sequence[str]]) -> None:
    """Let a client ask for an API in exactly these ways, each with its permissions. Raises NotFound, Invalid.

    A public client cannot ask for itself: it has no secret (RFC 6749 4.4).
    """
    api, client = get(request.db, api_id), clients.get(request.db, client_id)
    if "client" in ways and client.is_public:
        raise Invalid({"client": _("A public client has no secret, so it cannot act for itself.")})
    before = _keys_by_way(request.db, api_id, client_id)
    for way in WAYS:
        request.db.run("apis.withdraw", id=api_id, client_id=client_id, way=way)
        if way in ways:
            request.db.run("apis.grant", id=api_id, client_id=client_id, way=way, keys=list(ways[way]))
    after = _keys_by_way(request.db, api_id, client_id)
    if before != after:
        audit.record(
            request,
            Event.API_ACCESS_CHANGED,
            client_id=client_id,
            name=api.name,
            changed={"access": {"before": before, "after": after}},
        )


def delete(request: Request, api_id: UUID) -> Api:
    """Remove an API: nobody gets tokens for it any more. Raises NotFound."""
    api = get(request.db, api_id)
    request.db.run("apis.delete", id=api_id)
    audit.record(request, Event.API_DELETED, name=api.name, resource=api.resource)
    return api


def _keys_by_way(db: Database, api_id: UUID, client_id: str) -> dict[str, list[str]]:
    return {grant.way: grant.keys for grant in grants(db, api_id, client_id)}


def _name_problem(name: str) -> dict[str, str]:
    if not name:
        return {"name": _("Please fill this in.")}
    if len(name) > _NAME:
        return {"name": _("This is too long: {n} characters at most.").format(n=_NAME)}
    return {}


def _resource_problem(resource: str, app_url: str) -> dict[str, str]:
    """An absolute URI without fragment (RFC 8707 2), and not ours: that is the audience of userinfo."""
    if len(resource) > _RESOURCE:
        return {"resource": _("This is too long: {n} characters at most.").format(n=_RESOURCE)}
    if "*" in resource or not resource.isascii() or callback_urls.problem(resource):
        return {"resource": _("Write a whole address without # and spaces, such as https://photos.example.")}
    if resource.rstrip("/") == app_url:
        return {"resource": _("This is the address of this site. An API needs one of its own.")}
    return {}


def _permission_problems(wanted: Sequence[Permission]) -> dict[str, str]:
    if len(wanted) > MOST_PERMISSIONS:
        return {"permissions": _("These are too many: {n} at most.").format(n=MOST_PERMISSIONS)}
    problems, keys = {}, [permission.key for permission in wanted]
    for number, permission in enumerate(wanted, start=1):
        if not _TOKEN.fullmatch(permission.key) or len(permission.key) > _KEY:
            problems[f"permission_key-{number}"] = _("Use letters, digits and signs, such as photos:read.")
        elif permission.key in IDENTITY_SCOPES:
            problems[f"permission_key-{number}"] = _("This scope tells apps about people already.")
        elif permission.key in keys[: number - 1]:
            problems[f"permission_key-{number}"] = _("This is there already.")
        if not 1 <= len(permission.name) <= _NAME:
            problems[f"permission_name-{number}"] = _(
                "Between {least} and {most} characters, please."
            ).format(least=1, most=_NAME)
        if len(permission.description) > _DESCRIPTION:
            problems[f"permission_description-{number}"] = _(
                "This is too long: {n} characters at most."
            ).format(n=_DESCRIPTION)
    return problems
