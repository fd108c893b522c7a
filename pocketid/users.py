"""People: their rows, and the rules of what may be written into them.

The database itself keeps the last enabled admin (users_last_admin); this module says so in words. Passkeys
are webauthn.py, sessions sessions.py, groups groups.py.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from pocketid import images, logouts, sessions, tokens
from pocketid.db import Database
from pocketid.errors import NotFound
from pocketid.settings import Settings
from pocketid.text import _

USERNAME_LENGTH, NAME_LENGTH, DISPLAY_NAME_LENGTH, EMAIL_LENGTH = 50, 50, 100, 255
SORTS = ("username", "display_name", "email", "created_at", "last_sign_in_at")
STATES = (  # those of the view user_states
    *("admin", "disabled", "never_signed_in", "unverified"),
    *("no_passkey", "one_passkey", "one_device", "one_provider", "only_synced", "none_verified"),
)
_USERNAME = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9_.@-]*[a-zA-Z0-9])?")
_EMAIL = re.compile(r"[^@\s<>\"(),:;\\\[\]]+@[^@\s<>\"(),:;\\\[\]]+\.[^@\s<>\"(),:;\\\[\].]{2,}")
_RESERVED = {"me", "new", "root", "system", "anonymous", "pocketid", "pocket-id"}
# Names that speak for the site, which only its administrators give: roles, and the mailboxes of RFC 2142.
_RESERVED_FOR_ADMINS = {
    *("admin", "administrator", "owner", "operator", "moderator", "staff", "superuser", "sysadmin"),
    *("security", "support", "help", "helpdesk", "info", "service", "noreply", "no-reply"),
    *("abuse", "noc", "postmaster", "hostmaster", "usenet", "news", "webmaster", "www", "uucp", "ftp"),
}
_CONSTRAINTS = {
    "users_pkey": ("username", "This account exists already."),
    "users_username_key": ("username", "Somebody else has this user name."),
    "users_skeleton_key": ("username", "This looks too much like the user name of somebody else."),
    "users_email_key": ("email", "Somebody else has this e-mail address."),
    "users_waiting_check": ("is_admin", "This account waits to be accepted: do that first."),
    "users_last_admin": ("is_admin", "This is the last administrator: make somebody else one first."),
}


@dataclass(frozen=True, slots=True)
class User:
    """A person's row. `id` is the subject of tokens and never changes.

    Whoever waits to be accepted (signup.py) is `disabled` too, so that one column keeps people out.
    """

    id: UUID
    username: str
    first_name: str
    last_name: str
    display_name: str
    email: str | None
    email_verified: bool
    is_admin: bool
    disabled: bool
    waiting_since: datetime | None
    locale: str | None
    last_sign_in_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """A person in the admins' list."""

    id: UUID
    username: str
    display_name: str
    email: str | None
    email_verified: bool
    is_admin: bool
    disabled: bool
    waiting_since: datetime | None
    last_sign_in_at: datetime | None
    created_at: datetime
    updated_at: datetime
    passkeys: int


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many people are in a state."""

    state: str
    people: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a person's row shall say."""

    username: str = ""
    first_name: str = ""
    last_name: str = ""
    display_name: str = ""
    email: str | None = None
    email_verified: bool = False
    is_admin: bool = False
    disabled: bool = False

    @classmethod
    def from_user(cls, user: User) -> Self:
        """What the row says now."""
        return cls(**{name: getattr(user, name) for name in cls.__slots__})

    @classmethod
    def from_form(cls, form: Mapping[str, str]) -> Self:
        """What an admin's form says. Nobody is disabled by a form: see `set_disabled`."""
        return cls(
            username=form.get("username", "").strip(),
            first_name=form.get("first_name", "").strip(),
            last_name=form.get("last_name", "").strip(),
            display_name=form.get("display_name", "").strip(),
            email=form.get("email", "").strip() or None,
            email_verified=bool(form.get("email_verified")),
            is_admin=bool(form.get("is_admin")),
        )


def check(change: Change, settings: Settings, before: User | None = None) -> dict[str, str]:
    """Field -> what is wrong with it, as the row would hold it; empty when all is well.

    A user name that a person has already is good, whatever the rules say by now.
    """
    change = composed(change)
    problems = {}
    is_kept = before is not None and before.username == change.username
    if not is_kept and (problem := _username_problem(change.username)):
        problems["username"] = problem
    for name, limit in (
        ("first_name", NAME_LENGTH),
        ("last_name", NAME_LENGTH),
        ("display_name", DISPLAY_NAME_LENGTH),
    ):
        text = getattr(change, name)
        if len(text) > limit:
            problems[name] = _("At most {n} characters, please.").format(n=limit)
        elif not _is_printable(text):
            problems[name] = _("Please leave out characters that cannot be seen.")
    if problem := email_problem(change.email, is_needed=settings.require_user_email):
        problems["email"] = problem
    return problems


def check_chosen_name(db: Database, username: str, user_id: UUID | None = None) -> dict[str, str]:
    """The same for a user name that a person, or somebody new, chooses without an admin; `check` found it good.

    The schema decides when the row is written; this says it before anything is made.
    """
    standing = db.value(
        "users.standing_of_username",
        username=_nfc(username),
        user_id=user_id,
        reserved=sorted(_RESERVED | _RESERVED_FOR_ADMINS),
    )
    sentences = {
        "taken": _("Somebody else has this user name."),
        "lookalike": _("This looks too much like the user name of somebody else."),
        "reserved": _("This name is reserved: please choose another one."),
    }
    return {"username": sentences[standing]} if standing else {}


def doubting_new_address(before: User, change: Change, settings: Settings) -> Change:
    """The change, with an address that takes the place of a verified one not verified itself (CO-06).

    The form's box was ticked for the old one; where addresses count as verified anyhow it stays.
    """
    is_replaced = before.email_verified and before.email != composed(change).email
    return replace(change, email_verified=False) if is_replaced and not settings.emails_verified else change


def composed(change: Change) -> Change:
    """Its texts in NFC, without white space around them."""
    return replace(
        change,
        username=_nfc(change.username),
        first_name=_nfc(change.first_name),
        last_name=_nfc(change.last_name),
        display_name=_nfc(change.display_name),
        email=_nfc(change.email or "") or None,
    )


def get(db: Database, user_id: UUID) -> User:
    """A person. Raises NotFound."""
    user = db.one(User, "users.by_id", id=user_id)
    if user is None:
        raise NotFound(_("There is no such person (any more)."))
    return user


def find(db: Database, username_or_email: str) -> User | None:
    """The person with this user name or e-mail address, in any case; None when there is none."""
    return db.one(User, "users.by_username_or_email", text=_nfc(username_or_email))


def with_address(db: Database, email: str) -> User | None:
    """The person with this e-mail address, in any case; None when there is none."""
    found = find(db, email)
    return found if found is not None and (found.email or "").lower() == email.lower() else None


def search(
    db: Database,
    *,
    text: str = "",
    state: str = "",
    group_id: UUID | None = None,
    sort: str = "username",
    descending: bool = False,
    size: int,
    offset: int,
) -> list[Listed]:
    """A page of the list.

    The text is looked for in names and addresses; `state` is one of STATES, anything else is everybody; `sort`
    is one of SORTS, anything else is the user name.
    """
    return db.many(
        Listed,
        "users.search",
        text=_nfc(text) or None,
        state=state if state in STATES else None,
        group_id=group_id,
        sort=sort if sort in SORTS else "username",
        descending=descending,
        size=size,
        offset=offset,
    )


def count(db: Database, *, text: str = "", state: str = "", group_id: UUID | None = None) -> int:
    """How many people `search` would find in all."""
    known = state if state in STATES else None
    number: int = db.value("users.count", text=_nfc(text) or None, state=known, group_id=group_id)
    return number


def count_states(db: Database) -> dict[str, int]:
    """How many people are in each of STATES."""
    counts = {row.state: row.people for row in db.many(StateCount, "users.count_states")}
    return {state: counts.get(state, 0) for state in STATES}


def states_of(db: Database, user_id: UUID) -> set[str]:
    """Which of STATES a person is in."""
    return set(db.values("users.states_of", id=user_id))


def create(db: Database, change: Change, now: datetime, user_id: UUID | None = None) -> User:
    """A new person, with the given id if there is one. Raises Invalid for a name or address in use."""
    with db.checked(_CONSTRAINTS):
        user = db.one(User, "users.insert", id=user_id, now=now, **asdict(_normalised(change)))
    assert user is not None
    return user


def update(db: Database, user_id: UUID, change: Change, now: datetime) -> tuple[User, User]:
    """Change a person and return the row before and after. Raises Invalid, NotFound.

    Disabling ends every session and token at once.
    """
    before = get(db, user_id)
    with db.checked(_CONSTRAINTS):
        after = db.one(User, "users.update", id=user_id, now=now, **asdict(_normalised(change)))
    assert after is not None
    if after.disabled and not before.disabled:
        logouts.write_for_person(db, user_id, now)
        sessions.end_all(db, user_id, now)
        tokens.revoke_user(db, user_id, now)
    return before, after


def set_locale(db: Database, user_id: UUID, locale: str | None, now: datetime) -> None:
    """Store the language of a person's pages and mails; None is whatever their browser asks for."""
    db.run("users.set_locale", id=user_id, locale=locale, now=now)


def set_disabled(db: Database, user_id: UUID, now: datetime, *, disabled: bool) -> tuple[User, User]:
    """Keep a person out, or let them in again, and change nothing else. Raises Invalid, NotFound."""
    change = replace(Change.from_user(get(db, user_id)), disabled=disabled)
    return update(db, user_id, change, now)


def delete(db: Database, user_id: UUID, now: datetime) -> User:
    """Delete a person with all that hangs on the row, and the picture; returns who it was.

    Raises Invalid, NotFound.
    """
    before = get(db, user_id)
    logouts.write_for_person(db, user_id, now)
    with db.checked(_CONSTRAINTS):
        db.run("users.delete", id=user_id)
    images.remove_picture(db, user_id)
    return before


def verify_email(db: Database, user_id: UUID, email: str, now: datetime) -> bool:
    """Note that an address is its person's; False when they have another one by now."""
    return bool(db.run("users.verify_email", id=user_id, email=email, now=now))


def admins(db: Database) -> list[User]:
    """Those who administer."""
    return db.many(User, "users.admins")


def note_sign_in(db: Database, user_id: UUID, now: datetime) -> None:
    """Remember when a person last signed in."""
    db.run("users.note_sign_in", id=user_id, now=now)


def why_kept_out(user: User) -> str:
    """What a disabled person is told."""
    if user.waiting_since is not None:
        return _("Your account waits until an administrator accepts it.")
    return _("Your account is disabled. Please ask the person who runs this site.")


def name_of(user: User | Change) -> str:
    """What a person is called: display name, else first and last name, else user name."""
    return user.display_name or " ".join((user.first_name, user.last_name)).strip() or user.username


def _normalised(change: Change) -> Change:
    """As rows hold it: composed, a display name from the others, and no verified address without one."""
    change = composed(change)
    both_names = f"{change.first_name} {change.last_name}".strip()[:DISPLAY_NAME_LENGTH]
    return replace(
        change,
        display_name=change.display_name or both_names,
        email_verified=change.email_verified and bool(change.email),
    )


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _username_problem(username: str) -> str | None:
    if not username:
        return _("Please choose a user name.")
    if len(username) > USERNAME_LENGTH:
        return _("At most {n} characters, please.").format(n=USERNAME_LENGTH)
    if not _USERNAME.fullmatch(username):
        return _("Letters a to z, digits, and . _ - @ between them, please.")
    if username.lower() in _RESERVED:
        return _("This name is reserved: please choose another one.")
    return None


def email_problem(email: str | None, *, is_needed: bool) -> str | None:
    """What is wrong with an address, if anything."""
    if email is None:
        return _("Please give an e-mail address.") if is_needed else None
    if len(email) > EMAIL_LENGTH or not _EMAIL.fullmatch(email) or not _is_printable(email):
        return _("This does not look like an e-mail address: it is like name@example.org.")
    return None


def _is_printable(text: str) -> bool:
    """No control, format or private characters: nobody can hide in a name, or turn it around."""
    return not any(
        unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"} for character in text
    )
