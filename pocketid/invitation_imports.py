"""Invitations from a CSV file: looked at as a whole, written as a whole (docs/invitations.md has the format).

    keep       the uploaded file waits here, for an hour, and only for the admin who sent it
    plan       every row with what is wrong with it, held against what is there now; writes nothing
    confirm    plans again and writes: all rows, or none
    links      a CSV of the links that are to be handed over, sealed, for an hour

Between `plan` and `confirm` nothing comes from the browser but the id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pocketid import csv_table, groups, invitation_rules, invitations, settings
from pocketid.csv_table import Problem, Row
from pocketid.db import Database
from pocketid.errors import Invalid, NotFound
from pocketid.invitation_rules import Change, Terms
from pocketid.invitations import Made
from pocketid.request import Request
from pocketid.text import _

MOST_ROWS = 10_000
COLUMNS = {
    "first_name": ("given name", "Vorname", "prénom"),
    "last_name": ("surname", "family name", "Nachname", "nom"),
    "username": ("user name", "login", "Benutzername"),
    "email": ("mail", "e-mail address", "mail address", "E-Mail-Adresse"),
    "groups": ("group", "Gruppen", "Gruppe"),
    "note": ("message", "Nachricht"),
}
GROUP_SEPARATOR = "|"
_KEPT = timedelta(hours=1)
_PURPOSE = "invitation links"


@dataclass(frozen=True, slots=True)
class Import:
    """An upload. `number` says how many were invited by it, None while it waits; its file is gone then."""

    id: UUID
    content: bytes | None
    days: int
    client_id: str | None
    by_mail: bool
    number: int | None
    mailed: int | None
    sealed_links: bytes | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file asks for. It can be confirmed when there are no problems."""

    changes: list[Change]
    problems: list[Problem]
    ignored: list[str]


def keep(request: Request, content: bytes, terms: Terms) -> UUID:
    """Keep an upload until it is confirmed. Raises Invalid for `file` when it cannot be read at all."""
    _read(content)
    import_id: UUID = request.db.value(
        "invitation_imports.insert",
        created_by=request.person.user_id,
        content=content,
        days=terms.days,
        client_id=terms.client_id,
        by_mail=terms.by_mail,
        expires_at=request.now + _KEPT,
        now=request.now,
    )
    return import_id


def get(request: Request, import_id: UUID) -> Import:
    """An upload of the admin's own. Raises NotFound."""
    found = request.db.one(
        Import, "invitation_imports.by_id", id=import_id, user_id=request.person.user_id, now=request.now
    )
    if found is None:
        raise NotFound(
            _("This upload is not here any more: one is kept for an hour. Please upload the file again.")
        )
    return found


def plan(request: Request, content: bytes, terms: Terms) -> Plan:
    """What a file asks for, and what is in the way, in the order of its lines."""
    table = _read(content)
    rules, by_name = settings.load(request), _groups_by_name(request.db)
    landing_problem = invitation_rules.landing_check(request.db, terms.client_id)
    changes, problems = [], table.problems
    for row in table.rows:
        change = _change(row, by_name, problems)
        changes.append(change)
        messages = invitation_rules.problems_of(change, rules)
        if problem := landing_problem(change.group_ids):
            messages["groups"] = problem
        problems += [Problem(row.line, column, message) for column, message in messages.items()]
    said = {(problem.line, problem.column) for problem in problems}
    problems += [
        Problem(table.rows[taken.number - 1].line, taken.field, invitation_rules.taken_message(taken))
        for taken in invitation_rules.find_taken(request.db, changes)
        if (table.rows[taken.number - 1].line, taken.field) not in said
    ]
    return Plan(changes, sorted(problems, key=lambda problem: problem.line), table.ignored)


def confirm(request: Request, import_id: UUID) -> Import:
    """Invite everybody in the file. Raises Invalid when something is in the way by now, NotFound."""
    waiting = request.db.value("invitation_imports.lock", id=import_id, user_id=request.person.user_id)
    kept = get(request, import_id)
    if waiting is None or kept.content is None:
        return kept
    terms = terms_of(kept)
    planned = plan(request, kept.content, terms)
    if planned.problems:
        raise Invalid({"file": _("Something changed since you looked: nobody was invited.")})
    made = invitations.create_all(request, planned.changes, terms)
    to_hand_over = [one for one in made if not one.is_mailed]
    request.db.run(
        "invitation_imports.complete",
        id=import_id,
        number=len(made),
        mailed=len(made) - len(to_hand_over),
        sealed_links=request.keyring.seal(_PURPOSE, _links(request, to_hand_over), str(import_id)),
        expires_at=request.now + _KEPT,
    )
    return get(request, import_id)


def terms_of(kept: Import) -> Terms:
    """What was chosen beside the file."""
    return Terms(kept.days, kept.client_id, kept.by_mail)


def links(request: Request, import_id: UUID) -> bytes:
    """The links to hand over, as CSV. Raises NotFound before the import was confirmed, and later than an hour after."""
    kept = get(request, import_id)
    if kept.sealed_links is None:
        raise NotFound(_("There are no links yet: nobody has been invited from this file."))
    return request.keyring.open(_PURPOSE, kept.sealed_links, str(kept.id))


def expire(db: Database, now: datetime) -> int:
    """Forget uploads that wait no longer, and links that were to be fetched by now; how many there were."""
    return db.run("invitation_imports.expire", now=now)


def _read(content: bytes) -> csv_table.Table:
    return csv_table.read(content, COLUMNS, MOST_ROWS)


def _links(request: Request, made: Sequence[Made]) -> bytes:
    head = ("first_name", "last_name", "username", "email", "link")
    rows = (
        (
            one.change.first_name,
            one.change.last_name,
            one.change.username or "",
            one.change.email or "",
            invitations.link(request.config, one.secret),
        )
        for one in made
    )
    return csv_table.write([head, *rows])


def _groups_by_name(db: Database) -> dict[str, UUID]:
    """Groups by both of their names; the one for apps wins, because it is theirs alone."""
    found = groups.all_groups(db)
    return {group.friendly_name.casefold(): group.id for group in found} | {
        group.name.casefold(): group.id for group in found
    }


def _change(row: Row, by_name: Mapping[str, UUID], problems: list[Problem]) -> Change:
    group_ids = []
    for name in row.cells.get("groups", "").split(GROUP_SEPARATOR):
        if group_id := by_name.get(name.strip().casefold()):
            group_ids.append(group_id)
        elif name.strip():
            message = _("There is no group “{name}”.").format(name=name.strip())
            problems.append(Problem(row.line, "groups", message))
    return Change(
        first_name=row.cells.get("first_name", ""),
        last_name=row.cells.get("last_name", ""),
        username=row.cells.get("username") or None,
        email=row.cells.get("email") or None,
        note=row.cells.get("note", "").replace("\r\n", "\n"),
        group_ids=group_ids,
    )
