"""The groups that are ticked in a form: all are offered, and as many may be ticked as a form surely holds."""

from collections.abc import Sequence
from uuid import UUID

from pocketid import groups
from pocketid.groups import Named
from pocketid.request import Request
from pocketid.text import _

MOST = 50  # web.py reads a hundred fields of a form


def offered(request: Request) -> list[Named]:
    """The groups to tick."""
    return groups.names(request.db)


def chosen(request: Request) -> list[UUID]:
    """Those that are ticked; what is no group (any more) is passed over."""
    ticked = set(request.form.all("group"))
    return [group.id for group in offered(request) if str(group.id) in ticked]


def check(group_ids: Sequence[UUID], field: str = "group") -> dict[str, str]:
    """Field -> what is wrong with the choice; empty when all is well."""
    if len(group_ids) <= MOST:
        return {}
    sentence = _("At most {n} groups at once, please. More can be added on each person's page.")
    return {field: sentence.format(n=MOST)}
