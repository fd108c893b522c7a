"""Administration of clients that describe themselves: whose addresses are let in, and what one of them says."""

import json
from http import HTTPStatus

from pocketid import audit, client_documents, clients, settings
from pocketid.audit import Event
from pocketid.client_ids import in_path
from pocketid.clients import Client
from pocketid.errors import NotFound
from pocketid.pages import admin_client_access
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _

_HERE = "/settings/admin/self-described-clients"
_NAME = "cimd_url_allowlist"


def show_list(request: Request) -> Response:
    """The addresses that may describe themselves."""
    return _list_page(request, list(settings.load(request).cimd_url_allowlist), {})


def update_list(request: Request) -> Response:
    """Store them."""
    typed = request.form.lines("addresses")
    if not settings.is_taken(_NAME, json.dumps(typed)):
        problem = _("Each line begins with https:// and a host, and goes on with a path.")
        return _list_page(request, typed, {"addresses": problem})
    before, after = settings.update(request, {_NAME: tuple(typed)})
    audit.record_change(request, Event.SETTINGS_UPDATED, before, after)
    return redirect(_HERE, flash=_("The settings are saved."))


def show(request: Request, client: Client) -> Response:
    """One client: what its document says, and who may use it."""
    return page(
        "admin/clients/document",
        client=client,
        document=client_documents.find(request.db, client.id),
        is_listed=clients.is_listed(request, client.id),
        access=admin_client_access.section(request, client),
        people=clients.people(request.db, client),
    )


def fetch_again(request: Request, client_id: str) -> Response:
    """Fetch its document now, instead of within the hour."""
    client = clients.get(request.db, client_id)
    if not client.describes_itself:
        raise NotFound(_("There is no such client. It may have been deleted."))
    flash = _("What {app} says of itself is up to date.").format(app=client.name)
    try:
        client_documents.fetch_again(request, client_id)
    except client_documents.Unusable:
        flash = _("That did not work: what is wrong is said below.")
    return redirect(f"/settings/admin/oidc-clients/{in_path(client_id)}", flash=flash)


def _list_page(request: Request, typed: list[str], errors: dict[str, str]) -> Response:
    return page(
        "admin/clients/self_described",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        typed=typed,
        errors=errors,
        is_fixed=_NAME in settings.overridden(request.config),
    )
