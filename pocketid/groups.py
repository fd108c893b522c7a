"""Groups of people: rows, membership, and which apps they open.

`name` is what apps read in the groups claim; `friendly_name` is what people read.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from pocketid import audit
from pocketid.audit import Event
from pocketid.db import Database
from pocketid.errors import NotFound
from pocketid.request import Request
from pocketid.text import _

NAME_LENGTH, FRIENDLY_NAME_LENGTH, SHORTEST = 255, 50, 2
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_CONSTRAINTS = {"groups_name_key": ("name", "Another group has this name.")}


@dataclass(frozen=True, slots=True)
class Group:
    """A group's row, with the number of its members."""

    id: UUID
    name: str
    friendly_name: str
    created_at: datetime
    updated_at: datetime
    members: int


@dataclass(frozen=True, slots=True)
class Named:
    """A group to choose from."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """A person as a group's page lists them, in the group or not."""

    id: UUID
    username: str
    display_name: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Opened:
    """An app that a group opens."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a group's row shall say."""

    name: str = ""
    friendly_name: str = ""

    @classmethod
    def from_group(cls, group: Group) -> Self:
        """What the row says now."""
        return cls(group.name, group.friendly_name)

    @classmethod
    def from_form(cls, form: Mapping[str, str]) -> Self:
        """What a form says; an empty name is derived from the friendly one."""
        friendly_name = unicodedata.normalize("NFC", form.get("friendly_name", "")).strip()
        name = unicodedata.normalize("NFC", form.get("name", "")).strip()
        return cls(name or derived_name(friendly_name), friendly_name)


def derived_name(friendly_name: str) -> str:
    """A name for apps from one for people: "Book club" -> "book_club"."""
    plain = unicodedata.normalize("NFKD", friendly_name).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_NAMES.sub("_", plain).strip("_")


def check(change: Change) -> dict[str, str]:
    """Field -> what is wrong with it; empty when all is well."""
    problems = {}
    for field, limit in (("friendly_name", FRIENDLY_NAME_LENGTH), ("name", NAME_LENGTH)):
        text = getattr(change, field)
        if field == "name" and len(text) < SHORTEST and "friendly_name" not in problems:
            problems[field] = _("Please give a name for apps too, such as book_club.")
        elif not SHORTEST <= len(text) <= limit:
            problems[field] = _("Between {least} and {most} characters, please.").format(
                least=SHORTEST, most=limit
            )
        elif any(unicodedata.category(character).startswith("C") for character in text):
            problems[field] = _("Please leave out characters that cannot be seen.")
    return problems


def get(db: Database, group_id: UUID) -> Group:
    """A group. Raises NotFound."""
    group = db.one(Group, "groups.by_id", id=group_id)
    if group is None:
        raise NotFound(_("There is no such group (any more)."))
    return group


def all_groups(db: Database) -> list[Group]:
    """Every group, by friendly name."""
    return search(db)


def names(db: Database) -> list[Named]:
    """Every group to choose from, by the name that people read."""
    return db.many(Named, "groups.names")


def search(db: Database, *, text: str = "", size: int = 10_000, offset: int = 0) -> list[Group]:
    """A page of groups whose name or friendly name holds a text."""
    return db.many(Group, "groups.search", text=_sought(text), size=size, offset=offset)


def count(db: Database, *, text: str = "") -> int:
    """How many groups `search` would find in all."""
    number: int = db.value("groups.count", text=_sought(text))
    return number


def create(db: Database, change: Change, now: datetime) -> Group:
    """A new group. Raises Invalid for a name in use."""
    with db.checked(_CONSTRAINTS):
        group = db.one(Group, "groups.insert", now=now, **asdict(change))
    assert group is not None
    return group


def update(db: Database, group_id: UUID, change: Change, now: datetime) -> tuple[Group, Group]:
    """Change a group; returns the row before and after. Raises Invalid, NotFound."""
    before = get(db, group_id)
    with db.checked(_CONSTRAINTS):
        db.run("groups.update", id=group_id, now=now, **asdict(change))
    return before, get(db, group_id)


def delete(db: Database, group_id: UUID) -> Group:
    """Delete a group; its members stay, the apps that it opened close to them. Raises NotFound."""
    before = get(db, group_id)
    db.run("groups.delete", id=group_id)
    return before


def members(db: Database, group_id: UUID, *, text: str = "", size: int, offset: int = 0) -> list[Member]:
    """A page of members; a text finds whom it finds in `users.search`."""
    return db.many(Member, "groups.members", group_id=group_id, text=_sought(text), size=size, offset=offset)


def count_members(db: Database, group_id: UUID, *, text: str = "") -> int:
    """How many `members` would find in all."""
    number: int = db.value("groups.count_members", group_id=group_id, text=_sought(text))
    return number


def others(db: Database, group_id: UUID, *, text: str = "", size: int) -> list[Member]:
    """The first people whom a text finds and who are not in the group."""
    return db.many(Member, "groups.others", group_id=group_id, text=_sought(text), size=size)


def put(request: Request, group: Group, user_id: UUID, *, is_member: bool) -> bool:
    """Put a person into a group or take them out; False when that changes nothing."""
    added, removed = ([user_id], []) if is_member else ([], [user_id])
    come, gone = change_members(request.db, group.id, added=added, removed=removed)
    if come or gone:
        audit.record(
            request,
            Event.GROUP_MEMBERS_CHANGED,
            user_id=user_id,
            name=group.name,
            added=come,
            removed=gone,
        )
    return bool(come or gone)


def set_members(db: Database, group_id: UUID, user_ids: Iterable[UUID]) -> None:
    """Make exactly these people the members; those who do not exist are passed over."""
    ids = list(user_ids)
    db.run("groups.remove_members_but", group_id=group_id, user_ids=ids)
    db.run("groups.add_members", group_id=group_id, user_ids=ids)


def change_members(
    db: Database, group_id: UUID, *, added: Iterable[UUID], removed: Iterable[UUID]
) -> tuple[list[str], list[str]]:
    """Add and remove some people, leave the others as they are; the user names of who came and who went."""
    gone = db.values("groups.remove_members", group_id=group_id, user_ids=list(removed))
    come = db.values("groups.add_members", group_id=group_id, user_ids=list(added))
    return sorted(come), sorted(gone)


def of_user(db: Database, user_id: UUID) -> list[Group]:
    """The groups of a person, by friendly name."""
    return db.many(Group, "groups.of_user", user_id=user_id)


def others_of_user(db: Database, user_id: UUID, *, text: str = "", size: int) -> list[Named]:
    """The first groups whose names hold a text and that a person is not in."""
    return db.many(Named, "groups.others_of_user", user_id=user_id, text=_sought(text), size=size)


def set_of_user(db: Database, user_id: UUID, group_ids: Iterable[UUID]) -> None:
    """Put a person into exactly these groups; those that do not exist are passed over."""
    ids = list(group_ids)
    db.run("groups.leave_but", user_id=user_id, group_ids=ids)
    db.run("groups.join", user_id=user_id, group_ids=ids)


def of_client(db: Database, client_id: str) -> list[Group]:
    """The groups that an app is limited to once it is restricted, by friendly name."""
    return db.many(Group, "groups.of_client", client_id=client_id)


def others_of_client(db: Database, client_id: str, *, text: str = "", size: int) -> list[Named]:
    """The first groups whose names hold a text and that are not among those of an app."""
    return db.many(Named, "groups.others_of_client", client_id=client_id, text=_sought(text), size=size)


def opens(db: Database, group_id: UUID) -> list[Opened]:
    """The apps that only some groups may use, and this one among them."""
    return db.many(Opened, "groups.opens", group_id=group_id)


def _sought(text: str) -> str | None:
    return unicodedata.normalize("NFC", text).strip() or None
