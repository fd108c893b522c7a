"""Invitations: who is awaited, with which groups, and where they go when they have come.

    create, create_all    a secret for each, stored as a digest    link(config, secret) -> APP_URL/invitation/<secret>
    renew                 another secret, for as long as the first; the old link dies
    withdraw, search ...  what an admin does with them; accepting is acceptance.py

There is no row of `users` before somebody accepts: whoever was invited and did not come can do nothing, holds no
user name, and is known to no app. An invitation never makes an administrator, and one whose maker is no enabled
admin any more is held until another admin renews it.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from pocketid import audit, clients, outbox
from pocketid.audit import Event
from pocketid.config import Config
from pocketid.crypto import digest, random_token
from pocketid.db import Database
from pocketid.errors import Invalid, NotFound
from pocketid.invitation_rules import Change, Terms, find_taken, taken_message
from pocketid.request import Request
from pocketid.text import _

OPEN = {"made", "sent", "opened"}
STATES = (*sorted(OPEN), "held", "expired", "withdrawn", "done")
_KEPT = timedelta(days=90)
_CONSTRAINTS = {
    "invitations_username_key": ("username", "Another open invitation has this user name."),
    "invitations_skeleton_key": ("username", "Another open invitation has a user name that looks like it."),
    "invitations_email_key": ("email", "There is an open invitation for this address: make its link anew."),
}


@dataclass(frozen=True, slots=True)
class Invitation:
    """A row with the names of what it refers to. `state` is one of STATES."""

    id: UUID
    first_name: str
    last_name: str
    username: str | None
    email: str | None
    note: str
    client_id: str | None
    client_name: str | None
    days: int
    is_mailed: bool
    created_by: UUID | None
    created_by_name: str | None
    created_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    accepted_at: datetime | None
    withdrawn_at: datetime | None
    user_id: UUID | None
    state: str
    mail_id: UUID | None
    mail_problem: str | None
    is_undeliverable: bool
    group_ids: list[UUID]
    group_names: list[str]


@dataclass(frozen=True, slots=True)
class Listed:
    """An invitation in the admins' list."""

    id: UUID
    first_name: str
    last_name: str
    username: str | None
    email: str | None
    created_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    accepted_at: datetime | None
    user_id: UUID | None
    state: str
    created_by_name: str | None
    is_undeliverable: bool


@dataclass(frozen=True, slots=True)
class Made:
    """An invitation that was just made. Its secret is in the mail, or in `secret` and nowhere else from now on."""

    id: UUID
    change: Change
    secret: str
    is_mailed: bool


def create(request: Request, change: Change, terms: Terms) -> Made:
    """Invite somebody. Raises Invalid for a name or address that an open invitation has."""
    (made,) = _insert(request, [change], terms)
    audit.record(request, Event.INVITATION_CREATED, name=name_of(change), days=terms.days)
    return made


def create_all(request: Request, changes: Sequence[Change], terms: Terms) -> list[Made]:
    """Invite many at once, with as few statements as for one. Raises Invalid."""
    made = _insert(request, changes, terms)
    audit.record(request, Event.INVITATION_CREATED, number=len(made), days=terms.days)
    return made


def link(config: Config, secret: str) -> str:
    """The address that an invitation is accepted at."""
    return f"{config.app_url}/invitation/{secret}"


def get(request: Request, invitation_id: UUID) -> Invitation:
    """An invitation. Raises NotFound."""
    found = _find(request, invitation_id=invitation_id)
    if found is None:
        raise NotFound(_("There is no such invitation (any more)."))
    return found


def find(request: Request, secret_digest: bytes) -> Invitation | None:
    """The invitation of a link, in whatever state; None when there is none."""
    return _find(request, secret_digest=secret_digest)


def of_user(request: Request, user_id: UUID) -> Invitation | None:
    """The invitation that a person came by; None for one who came otherwise."""
    return _find(request, user_id=user_id)


def search(request: Request, *, text: str, state: str, size: int, offset: int) -> list[Listed]:
    """A page of the list; `state` is one of STATES, or open, or empty for all."""
    return request.db.many(
        Listed,
        "invitations.search",
        text=_pattern(text),
        state=state,
        size=size,
        offset=offset,
        now=request.now,
    )


def count(request: Request, *, text: str = "", state: str = "") -> int:
    """How many invitations `search` would find in all."""
    number: int = request.db.value("invitations.count", text=_pattern(text), state=state, now=request.now)
    return number


def renew(request: Request, invitation: Invitation, *, by_mail: bool) -> Made:
    """Replace the link by a new one, which is valid as long as the first was; the old one dies.

    Raises Invalid when somebody has the user name or address by now, NotFound when it has ended.
    """
    change = Change(
        invitation.first_name, invitation.last_name, invitation.username, invitation.email, invitation.note
    )
    if taken := find_taken(request.db, [change], own_id=invitation.id):
        raise Invalid({"link": " ".join(taken_message(one) for one in taken)})
    made = Made(
        invitation.id,
        change,
        random_token(),
        by_mail and change.email is not None and outbox.is_ready(request),
    )
    _forget_mail(request, invitation)
    renewed = request.db.value(
        "invitations.renew",
        id=made.id,
        digest=digest(made.secret),
        mail_id=_mail(request, [made], Terms(invitation.days, invitation.client_id)).get(made.id),
        created_by=request.person.user_id,
        now=request.now,
    )
    if renewed is None:
        raise _ended()
    audit.record(request, Event.INVITATION_RENEWED, name=name_of(invitation), days=invitation.days)
    return made


def withdraw(request: Request, invitation_id: UUID) -> Invitation:
    """End an invitation that nobody has accepted; returns what it was. Raises NotFound."""
    before = get(request, invitation_id)
    if request.db.value("invitations.withdraw", id=invitation_id, now=request.now) is None:
        raise _ended()
    _forget_mail(request, before)
    audit.record(request, Event.INVITATION_WITHDRAWN, name=name_of(before))
    return before


def expire(db: Database, now: datetime) -> int:
    """Forget the people who did not come, three months after; how many there were."""
    return db.run("invitations.expire", before=now - _KEPT)


def name_of(invitation: Invitation | Listed | Change) -> str:
    """What the person is called."""
    return f"{invitation.first_name} {invitation.last_name}".strip()


def _insert(request: Request, changes: Sequence[Change], terms: Terms) -> list[Made]:
    by_mail = terms.by_mail and outbox.is_ready(request)
    made = [Made(uuid4(), change, random_token(), by_mail and change.email is not None) for change in changes]
    with request.db.checked(_CONSTRAINTS):  # with the mails inside, which are not to tell of what was refused
        mail_ids = _mail(request, made, terms)
        request.db.run(
            "invitations.insert",
            ids=[one.id for one in made],
            digests=[digest(one.secret) for one in made],
            mail_ids=[mail_ids.get(one.id) for one in made],
            first_names=[change.first_name for change in changes],
            last_names=[change.last_name for change in changes],
            usernames=[change.username for change in changes],
            emails=[change.email for change in changes],
            notes=[change.note for change in changes],
            client_id=terms.client_id,
            days=terms.days,
            created_by=request.person.user_id,
            expires_at=request.now + timedelta(days=terms.days),
            now=request.now,
        )
    pairs = [(one.id, group_id) for one in made for group_id in one.change.group_ids]
    request.db.run(
        "invitations.add_groups",
        invitation_ids=[invitation_id for invitation_id, _group_id in pairs],
        group_ids=[group_id for _invitation_id, group_id in pairs],
    )
    return made


def _mail(request: Request, made: Sequence[Made], terms: Terms) -> dict[UUID, UUID]:
    """Write the mails for the links that go that way; invitation -> mail."""
    client = clients.find(request.db, terms.client_id) if terms.client_id else None
    common = {
        "inviter": request.person.display_name or request.person.username,
        "client": client.name if client else "",
        "days": terms.days,
    }
    mailed = [one for one in made if one.is_mailed]
    letters = [(one.change.email or "", common | _letter(request, one)) for one in mailed]
    mail_ids = outbox.post_all(request, outbox.Kind.INVITATION, letters) if letters else []
    return {one.id: mail_id for one, mail_id in zip(mailed, mail_ids, strict=True)}


def _letter(request: Request, made: Made) -> dict[str, Any]:
    return {
        "name": made.change.first_name or made.change.last_name,
        "note": made.change.note,
        "link": link(request.config, made.secret),
    }


def _forget_mail(request: Request, invitation: Invitation) -> None:
    """A mail that still waits shall not bring a link that is dead by then."""
    if invitation.mail_id is not None:
        with suppress(NotFound):
            outbox.discard(request, invitation.mail_id)


def _find(
    request: Request,
    *,
    invitation_id: UUID | None = None,
    secret_digest: bytes | None = None,
    user_id: UUID | None = None,
) -> Invitation | None:
    return request.db.one(
        Invitation,
        "invitations.find",
        id=invitation_id,
        digest=secret_digest,
        user_id=user_id,
        now=request.now,
    )


def _ended() -> NotFound:
    return NotFound(_("This invitation was accepted or withdrawn already."))


def _pattern(text: str) -> str | None:
    stripped = text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{stripped}%" if stripped else None
