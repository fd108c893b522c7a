"""Who may sign in to an app: everybody, or the members of groups that are added and removed one at a time."""

from dataclasses import dataclass, replace

from pocketid import audit, clients, groups
from pocketid.audit import Event
from pocketid.client_ids import in_path
from pocketid.clients import Client
from pocketid.groups import Group, Named
from pocketid.pages.addresses import row_id
from pocketid.paging import base_url
from pocketid.request import Request
from pocketid.response import Response, redirect
from pocketid.text import _

_LIST = "/settings/admin/oidc-clients"
_OFFERED = 10  # groups that could be added; a search finds the others


@dataclass(frozen=True, slots=True)
class Section:
    """What the part of a client's page shows; `search` is what was looked for among `others`."""

    groups: list[Group]
    others: list[Named]
    there_are_more: bool
    search: str


def section(request: Request, client: Client) -> Section:
    """The groups of a client, and the first of those that could be added."""
    text = request.query.text("groups")
    others = groups.others_of_client(request.db, client.id, text=text, size=_OFFERED + 1)
    return Section(
        groups.of_client(request.db, client.id), others[:_OFFERED], len(others) > _OFFERED, search=text
    )


def update(request: Request, client_id: str) -> Response:
    """Open a client to everybody, or limit it to its groups."""
    client = clients.get(request.db, client_id)
    change = replace(clients.Change.of(client), is_group_restricted=request.form.text("who") == "groups")
    after = clients.update(request.db, client_id, change, request.now)[1]
    if after.is_group_restricted != client.is_group_restricted:
        _record(request, client, before=_access(request, client), after=_access(request, after))
    flash = _("Who may use {app} is saved.").format(app=client.name)
    return redirect(f"{_LIST}/{in_path(client_id)}#access", flash=flash)


def update_groups(request: Request, client_id: str) -> Response:
    """Add the group of the button that was pressed, or remove it; all others stay."""
    client = clients.get(request.db, client_id)
    flash = None
    for name, is_opened in (("add", True), ("remove", False)):
        for text in request.form.all(name):
            group = groups.get(request.db, row_id(text))
            if clients.put_group(request.db, client_id, group.id, is_opened=is_opened):
                name_of = (None, group.name) if is_opened else (group.name, None)
                _record(request, client, before=name_of[0], after=name_of[1])
                flash = _("Who may use {app} is saved.").format(app=client.name)
    where = base_url({"groups": request.form.text("groups")}).rstrip("?&")
    return redirect(f"{_LIST}/{in_path(client_id)}{where}#access", flash=flash)


def _access(request: Request, client: Client) -> list[str] | str:
    if not client.is_group_restricted:
        return "everybody"
    return [group.name for group in groups.of_client(request.db, client.id)]


def _record(request: Request, client: Client, **difference: list[str] | str | None) -> None:
    audit.record(request, Event.CLIENT_UPDATED, client_id=client.id, changed={"access": difference})
