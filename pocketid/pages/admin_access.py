"""Who may open what: people down, apps across, each with its reason."""

from pocketid import access, groups, users
from pocketid.errors import NotFound
from pocketid.pages.addresses import row_id
from pocketid.paging import base_url, from_query
from pocketid.request import Request
from pocketid.response import Response, page
from pocketid.text import _

_APPS_ACROSS = 6
_PEOPLE_DOWN, _PEOPLE_ON_PAPER = 20, 500


def show(request: Request) -> Response:
    """The people and apps that were asked for; `whole` is one long page, to be printed."""
    chosen = {name: request.query.text(name) for name in ("search", "group", "app", "apps", "whole")}
    group_id = groups.get(request.db, row_id(chosen["group"])).id if chosen["group"] else None
    total = users.count(request.db, text=chosen["search"], group_id=group_id)
    paging = from_query(request.query, total, _PEOPLE_ON_PAPER if chosen["whole"] else _PEOPLE_DOWN)
    people = users.search(
        request.db, text=chosen["search"], group_id=group_id, size=paging.size, offset=paging.offset
    )
    every = access.rules(request.db)
    apps = [rule for rule in every if rule.client_id == chosen["app"]] if chosen["app"] else every
    if chosen["app"] and not apps:
        raise NotFound(_("There is no such app (any more)."))
    across = from_query({"page": chosen["apps"]}, len(apps), _APPS_ACROSS)
    shown = apps[across.offset : across.offset + across.size]
    rows = zip(people, access.verdicts(request.db, people, shown), strict=True)
    return page(
        "admin/access/show",
        rows=list(rows),
        apps=shown,
        every_app=every,
        groups=groups.names(request.db),
        chosen=chosen,
        paging=paging,
        across=across,
        base_url=base_url(chosen),
        other_apps=base_url({**chosen, "apps": "", "page": request.query.text("page")}),
        on_paper=base_url({**chosen, "whole": "" if chosen["whole"] else "on"}).rstrip("&"),
        fits_on_paper=total <= _PEOPLE_ON_PAPER,
    )
