"""Invitations: who is awaited, with which groups, and where they go when they have come.

    create, create_all    a secret for each, stored as a digest    link(config, secret) -> APP_URL/invitation/<secret>
    renew                 another secret, for as long as the first; the old link dies
    withdraw, search ...  what an admin does with them; accepting is acceptance.py

There is no row of `users` before somebody accepts: whoever was invited and did not come can do nothing, holds no
user name, and is known to no app. An invitation never makes an administrator, and one whose maker is no enabled
admin any more is held until another admin renews it.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from pocketid import audit, clients, outbox, settings, users
from pocketid.audit import Event
from pocketid.config import Config
from pocketid.crypto import digest, random_token
from pocketid.db import Database
from pocketid.errors import Invalid, NotFound
from pocketid.request import Fields, Request
from pocketid.settings import Settings
from pocketid.text import _

DAYS = (1, 3, 7, 14, 30)
DEFAULT_DAYS = 7
NOTE_LENGTH = 500
OPEN = {"made", "sent", "opened"}
STATES = (*sorted(OPEN), "held", "expired", "withdrawn", "done")
_UNSEEN_BUT_FINE = {"\n", "\u200c", "\u200d"}
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
class App:
    """An app that somebody can land at."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A user name or address that cannot be given: `kind` is person, invitation or earlier."""

    number: int
    field: str
    kind: str


@dataclass(frozen=True, slots=True)
class Change:
    """What an invitation shall say of a person."""

    first_name: str = ""
    last_name: str = ""
    username: str | None = None
    email: str | None = None
    note: str = ""
    group_ids: Sequence[UUID] = ()

    @classmethod
    def from_form(cls, form: Fields, group_ids: Sequence[UUID]) -> Self:
        """What an admin's form says."""
        return cls(
            first_name=_nfc(form.text("first_name")),
            last_name=_nfc(form.text("last_name")),
            username=_nfc(form.text("username")) or None,
            email=_nfc(form.text("email")) or None,
            note=_nfc(form.text("note").replace("\r\n", "\n")),
            group_ids=group_ids,
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all invitations that are made together. `by_mail` is for those who have an address."""

    days: int = DEFAULT_DAYS
    client_id: str | None = None
    by_mail: bool = False

    @classmethod
    def from_form(cls, form: Fields) -> Self:
        """What an admin's form says; anything that cannot be chosen counts as not chosen."""
        days = form.text("days")
        return cls(
            days=int(days) if days in {str(number) for number in DAYS} else DEFAULT_DAYS,
            client_id=form.text("client") or None,
            by_mail=form.text("delivery") == "mail",
        )


@dataclass(frozen=True, slots=True)
class Made:
    """An invitation that was just made. Its secret is in the mail, or in `secret` and nowhere else from now on."""

    id: UUID
    change: Change
    secret: str
    is_mailed: bool


def check(request: Request, change: Change, terms: Terms) -> dict[str, str]:
    """Field -> what is wrong with it; empty when all is well."""
    problems = problems_of(change, settings.load(request))
    for taken in find_taken(request.db, [change]):
        problems.setdefault(taken.field, taken_message(taken))
    if terms.by_mail and not change.email:
        problems.setdefault("email", _("Please give the address that the link shall be mailed to."))
    if problem := landing_check(request.db, terms.client_id)(change.group_ids):
        problems["client"] = problem
    return problems


def landing_check(db: Database, client_id: str | None) -> Callable[[Iterable[UUID]], str | None]:
    """Tells of groups why somebody in them cannot land at an app; None when they can."""
    client = clients.find(db, client_id) if client_id else None
    if client_id is None or (client and client.launch_url and not client.is_group_restricted):
        return lambda _group_ids: None
    if client is None or not client.launch_url:
        return lambda _group_ids: _("This app has no address to open. Please choose another one.")
    opening = set(clients.group_ids(db, client.id))
    problem = _("{app} is limited to groups, and none of them is chosen here.").format(app=client.name)
    return lambda group_ids: None if opening & set(group_ids) else problem


def problems_of(change: Change, rules: Settings) -> dict[str, str]:
    """The same, as far as it can be told without the database."""
    account = users.Change(
        change.username or "chosen.later", change.first_name, change.last_name, email=change.email
    )
    problems = users.check(account, replace(rules, require_user_email=False))
    if not change.first_name and not change.last_name:
        problems["first_name"] = _("Please give a name, so that both of you know who is meant.")
    if len(change.note) > NOTE_LENGTH:
        problems["note"] = _("At most {n} characters, please.").format(n=NOTE_LENGTH)
    elif not _is_readable(change.note):
        problems["note"] = _("Please leave out characters that cannot be seen.")
    return problems


def find_taken(db: Database, changes: Sequence[Change], own_id: UUID | None = None) -> list[Taken]:
    """The user names and addresses that cannot be given, by place from 1; `own_id` may keep what it has."""
    return db.many(
        Taken,
        "invitations.taken",
        usernames=[change.username for change in changes],
        emails=[change.email for change in changes],
        own_id=own_id,
    )


def taken_message(taken: Taken) -> str:
    """The sentence for a field that cannot be given."""
    messages = {
        ("username", "person"): _("Somebody else has this user name, or one that looks like it."),
        ("email", "person"): _("Somebody with this address is here already."),
        ("username", "invitation"): _(
            "Another open invitation has this user name, or one that looks like it."
        ),
        ("email", "invitation"): _("There is an open invitation for this address: make its link anew."),
        ("username", "earlier"): _("The same user name, or one that looks like it, stands further up."),
        ("email", "earlier"): _("The same address stands further up."),
    }
    return messages[taken.field, taken.kind]


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


def landings(db: Database) -> list[App]:
    """The apps that have an address to land at, by name."""
    return db.many(App, "invitations.landings")


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
    made = Made(invitation.id, change, random_token(), by_mail and _can_be_mailed(request, change))
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
    made = [
        Made(uuid4(), change, random_token(), terms.by_mail and _can_be_mailed(request, change))
        for change in changes
    ]
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


def _can_be_mailed(request: Request, change: Change) -> bool:
    return change.email is not None and outbox.is_ready(request)


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


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _is_readable(text: str) -> bool:
    """No characters that hide or turn text around; those that join emoji are fine."""
    return all(
        character in _UNSEEN_BUT_FINE or not unicodedata.category(character).startswith("C")
        for character in text
    )


def _pattern(text: str) -> str | None:
    stripped = text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{stripped}%" if stripped else None
