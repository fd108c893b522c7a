"""Who may use which app, and why: everybody, or the members of the groups that the app is limited to.

may_use         the question that is asked before anything is issued
verdicts        the same for several people and apps at once, each with its reason, for administrators
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from pocketid.clients import Client
from pocketid.db import Database
from pocketid.text import _, ngettext


@dataclass(frozen=True, slots=True)
class App:
    """An app as a person sees it."""

    id: str
    name: str
    description: str
    launch_url: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom an app is open to: the members of `groups` if it is restricted, else everybody."""

    client_id: str
    name: str
    is_group_restricted: bool
    groups: list[str]


@dataclass(frozen=True, slots=True)
class Membership:
    """The groups through which a person comes to a restricted app."""

    user_id: UUID
    client_id: str
    groups: list[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a person may open an app, and why: in a word or two, and as a sentence."""

    may: bool
    word: str
    sentence: str


class Person(Protocol):
    """Whoever asks to be let in."""

    @property
    def id(self) -> UUID:
        """Who it is."""

    @property
    def disabled(self) -> bool:
        """Whether they are kept out of everything."""


def may_use(db: Database, user_id: UUID, client: Client) -> bool:
    """Whether a person may sign in to an app; asked again at every token that is issued."""
    if not client.is_group_restricted:
        return True
    return bool(db.value("access.may_use", user_id=user_id, client_id=client.id))


def clients_of(db: Database, user_id: UUID) -> list[App]:
    """The apps that a person may sign in to, by name."""
    return db.many(App, "access.apps", user_id=user_id)


def rules(db: Database, *, client_id: str | None = None) -> list[Rule]:
    """Whom each app is open to, by its name; or one app alone."""
    return db.many(Rule, "access.rules", client_id=client_id)


def verdicts(db: Database, people: Sequence[Person], apps: Iterable[Rule]) -> list[list[Verdict]]:
    """For each person, in their order, what is true of each app, in theirs."""
    limited = [rule.client_id for rule in apps if rule.is_group_restricted]
    found = db.many(
        Membership,
        "access.memberships",
        user_ids=[person.id for person in people],
        client_ids=limited,
    )
    groups = {(row.user_id, row.client_id): row.groups for row in found}
    return [
        [_verdict(person, rule, groups.get((person.id, rule.client_id), [])) for rule in apps]
        for person in people
    ]


def _verdict(person: Person, rule: Rule, through: list[str]) -> Verdict:
    """What `may_use` says, with its reason; whoever is disabled does not come as far as that."""
    if person.disabled:
        return Verdict(may=False, word=_("disabled"), sentence=_("No: the account is disabled."))
    if not rule.is_group_restricted:
        return Verdict(may=True, word=_("everybody"), sentence=_("Yes: everybody may."))
    if through:
        names = ", ".join(through)
        sentence = ngettext(
            "Yes: as a member of {groups}.", "Yes: as a member of each of {groups}.", len(through)
        )
        return Verdict(may=True, word=names, sentence=sentence.format(groups=names))
    if not rule.groups:
        sentence = _("No: it is limited to groups, and none is chosen.")
        return Verdict(may=False, word=_("no group"), sentence=sentence)
    sentence = ngettext(
        "No: only members of {groups} may.", "No: only members of one of {groups} may.", len(rule.groups)
    )
    return Verdict(may=False, word=_("not a member"), sentence=sentence.format(groups=", ".join(rule.groups)))
