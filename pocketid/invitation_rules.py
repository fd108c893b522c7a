"""What may be asked of an invitation: who it is for, on which terms, and what is in the way.

    Change, Terms      what a form or a file says
    check              field -> what is wrong with it
    problems_of        the same without the database, and `find_taken`, `landing_check` for many at once

User names and addresses are compared as the schema does it: in any case, and names by what they look like.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from pocketid import clients, settings, users
from pocketid.db import Database
from pocketid.request import Fields, Request
from pocketid.settings import Settings
from pocketid.text import _

DAYS = (1, 3, 7, 14, 30)
DEFAULT_DAYS = 7
NOTE_LENGTH = 500
_UNSEEN_BUT_FINE = {"\n", "\u200c", "\u200d"}


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
        "invitation_rules.taken",
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


def landings(db: Database) -> list[App]:
    """The apps that have an address to land at, by name."""
    return db.many(App, "invitation_rules.landings")


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _is_readable(text: str) -> bool:
    """No characters that hide or turn text around; those that join emoji are fine."""
    return all(
        character in _UNSEEN_BUT_FINE or not unicodedata.category(character).startswith("C")
        for character in text
    )
