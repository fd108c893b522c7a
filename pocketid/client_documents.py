"""Clients that bring themselves: their id is the address of a document in which they say who they are.

draft-ietf-oauth-client-id-metadata-document-00. Off until an admin lists patterns of addresses (CIMD_URL_ALLOWLIST).

    is_listed      whether ids like this are let in at all; clients.known asks it each time
    refresh        fetch the document where it is new or an hour old, and keep what it says as a row of clients
    fetch_again    the same at once, for an admin

Such a client is public, has PKCE, and never gets in without consent, whatever its document says. While its server is
away, what it said last counts for a day.
"""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from pocketid import audit, callback_urls, client_ids, clients, fetching, jose, limits, log
from pocketid.audit import Event
from pocketid.clients import Change
from pocketid.db import Database
from pocketid.fetching import Policy
from pocketid.request import Request

MAX_BYTES = 16 * 1024
_FRESH = timedelta(hours=1)
_LASTS = timedelta(days=1)
_PAUSE = timedelta(seconds=10)
_FORGOTTEN = timedelta(days=7)
_MOST_URIS = 50
_LONGEST_NAME = 50
_CODE, _DEVICE = "authorization_code", "urn:ietf:params:oauth:grant-type:device_code"
_AT_ONCE = threading.BoundedSemaphore(10)
_POLICY = Policy()  # the internet alone: anybody may name an address


class Unusable(Exception):
    """The client's document cannot be had, or says what is not let in; the text is for admins and logs."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a document. `problem` is why the last try brought nothing."""

    tried_at: datetime
    fetched_at: datetime | None
    digest: bytes | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Described:
    """What a good document says that we use."""

    name: str
    redirect_uris: list[str]


def find(db: Database, client_id: str) -> Kept | None:
    """What is known of the document of a client."""
    return db.one(Kept, "client_documents.by_client", client_id=client_id)


def refresh(request: Request, client_id: str) -> None:
    """Have the newest of a client that describes itself; of others there is nothing to do. Raises Unusable.

    Commits, and gives the connection back while it fetches: call it before anything else is read or written.
    """
    if not client_ids.is_address(client_id) or not clients.is_listed(request, client_id):
        return
    if not is_possible(client_id):
        raise Unusable("client_id is an address that no client can have")
    kept, is_known = find(request.db, client_id), clients.find(request.db, client_id) is not None
    age = request.now - kept.fetched_at if is_known and kept and kept.fetched_at else None
    if age is not None and age < _FRESH:
        return
    try:
        _fetch_in_turn(request, client_id)
    except fetching.Failed as failed:
        if age is None or age >= _LASTS:
            raise Unusable(f"the client's document could not be fetched: {failed}") from failed


def fetch_again(request: Request, client_id: str) -> None:
    """Fetch the document now. Raises Unusable; commits as `refresh` does."""
    try:
        _fetch(request, client_id)
    except fetching.Failed as failed:
        raise Unusable(f"the client's document could not be fetched: {failed}") from failed


def expire(db: Database, now: datetime) -> int:
    """Forget after a week what nobody let in."""
    removed = db.run("client_documents.expire_clients", before=now - _FORGOTTEN)
    return removed + db.run("client_documents.expire", before=now - _FORGOTTEN)


def is_possible(client_id: str) -> bool:
    """Whether an address may be a client's id: one way to write it, with a path, and without secrets (draft, 3)."""
    try:
        parts = urlsplit(client_id)
        is_plain = bool(parts.hostname) and parts.netloc == parts.netloc.lower() and parts.port != 443
    except ValueError:
        return False
    return (
        is_plain
        and len(client_id) <= client_ids.LONGEST
        and client_id.isascii()
        and client_id.isprintable()
        and not set(client_id) & set('?#@\\ "<>')
        and len(parts.path) > 1
        and not {".", ".."} & set(parts.path.replace("%2e", ".").replace("%2E", ".").split("/"))
    )


def read(client_id: str, content: bytes, *, allow_insecure: bool) -> Described:
    """What a document says. Raises Unusable."""
    try:
        document = jose.json_object(content)
    except ValueError as error:
        raise Unusable("the client's document is no JSON object") from error
    if document.get("client_id") != client_id:
        raise Unusable("the client's document is for another client_id than its address")
    if document.get("token_endpoint_auth_method", "none") != "none":
        raise Unusable("the client's document must have token_endpoint_auth_method none")
    if document.keys() & {"client_secret", "client_secret_expires_at"}:
        raise Unusable("the client's document holds a secret")
    if "code" not in _texts(document, "response_types", ["code"]):
        raise Unusable("the client's document must have the response type code")
    grants = _texts(document, "grant_types", [_CODE])
    if _CODE not in grants and _DEVICE not in grants:
        raise Unusable("the client's document has none of the grant types that are possible")
    uris = _texts(document, "redirect_uris", [])
    _check_redirect_uris(uris, is_needed=_CODE in grants, allow_insecure=allow_insecure)
    return Described(_name(document.get("client_name"), client_id), uris)


def _check_redirect_uris(uris: Sequence[str], *, is_needed: bool, allow_insecure: bool) -> None:
    if len(uris) > _MOST_URIS or (is_needed and not uris):
        raise Unusable(f"the client's document must have 1 to {_MOST_URIS} redirect_uris")
    for uri in uris:
        is_fine = callback_urls.is_acceptable(uri) and not callback_urls.problem(
            uri, allow_insecure=allow_insecure
        )
        if "*" in uri or not is_fine:
            raise Unusable(f"the client's document has a redirect URI that is not let in: {uri[:128]}")


def _texts(document: dict[str, Any], name: str, default: list[str]) -> list[str]:
    found = document.get(name, default)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise Unusable(f"{name} in the client's document is no list of texts")
    return found


def _name(said: object, client_id: str) -> str:
    """As one line without signs that cannot be seen; the host where there is none."""
    shown = "".join(char if char.isprintable() else " " for char in said) if isinstance(said, str) else ""
    return " ".join(shown.split())[:_LONGEST_NAME].strip() or callback_urls.host(client_id)[:_LONGEST_NAME]


def _fetch_in_turn(request: Request, client_id: str) -> None:
    """Fetch, unless somebody did a moment ago, or the address we are asked from asks too often."""
    limits.check(request, "client_documents", per_seconds=6.0, burst=20)
    is_ours = request.db.value(
        "client_documents.claim", client_id=client_id, tried_before=request.now - _PAUSE, now=request.now
    )
    if not is_ours:
        raise fetching.Failed(fetching.Reason.SILENT, callback_urls.host(client_id))
    _fetch(request, client_id)


def _fetch(request: Request, client_id: str) -> None:
    """Fetch the document, and keep what it says or what is wrong with it. Raises Unusable, Failed."""
    db = request.db
    db.commit()
    db.release()  # nobody waits for a connection that waits for somebody else's server
    try:
        content = _content(client_id)
        described = read(client_id, content, allow_insecure=request.config.allow_insecure_callback_urls)
    except (Unusable, fetching.Failed) as problem:
        log.warning("client_document_refused", client_id=client_id, reason=str(problem))
        is_wrong = isinstance(problem, Unusable)
        db.run("client_documents.note", client_id=client_id, problem=str(problem), is_wrong=is_wrong)
        db.commit()
        raise
    _keep(request, client_id, described, hashlib.sha256(content).digest())
    db.commit()


def _content(client_id: str) -> bytes:
    if not _AT_ONCE.acquire(blocking=False):
        raise fetching.Failed(fetching.Reason.SLOW)
    try:
        return fetching.get(client_id, limit=MAX_BYTES, policy=_POLICY)
    finally:
        _AT_ONCE.release()


def _keep(request: Request, client_id: str, described: Described, digest: bytes) -> None:
    """Write the client as its document has it; rules that an admin gave it stay."""
    db, now = request.db, request.now
    before = clients.find(db, client_id)
    base = Change.of(before) if before else Change(client_id, is_public=True)
    change = replace(base, name=described.name, redirect_uris=described.redirect_uris)
    if before is None:
        after = clients.create(db, change, None, now)
        audit.record(request, Event.CLIENT_DESCRIBED, client_id=client_id, name=after.name)
    elif change != base:
        _before, after = clients.update(db, client_id, change, now)
        changed = audit.difference(before, after)
        audit.record(request, Event.CLIENT_DESCRIBED, client_id=client_id, changed=changed)
    db.run("client_documents.store", client_id=client_id, digest=digest, now=now)
