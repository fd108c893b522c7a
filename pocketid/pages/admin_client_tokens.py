"""Administration of what one app's tokens are like, beyond how long they last."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from pocketid import audit, client_ids, clients
from pocketid.audit import Event
from pocketid.clients import Change, Client
from pocketid.request import Fields, Request
from pocketid.response import Response, page, redirect
from pocketid.text import _


def show(request: Request, client_id: str) -> Response:
    """The form."""
    client = clients.get(request.db, client_id)
    return _show(client, Change.of(client), clients.minutes(client.refresh_absolute_seconds))


def update(request: Request, client_id: str) -> Response:
    """Store the form."""
    client, minutes = clients.get(request.db, client_id), request.form.text("refresh_absolute_minutes")
    change = _typed(request.form, Change.of(client), minutes)
    if errors := clients.check(change):
        return _show(client, change, minutes, errors)
    before, after = clients.update(request.db, client_id, change, request.now)
    audit.record_change(request, Event.CLIENT_UPDATED, before, after, client_id=client_id)
    return redirect(
        f"/settings/admin/oidc-clients/{client_ids.in_path(client_id)}/tokens",
        flash=_("The changes to {app} are saved.").format(app=client.name),
    )


def _typed(form: Fields, before: Change, minutes: str) -> Change:
    return replace(
        before,
        allows_client_credentials=form.checked("allows_client_credentials"),
        has_opaque_access_tokens=form.checked("has_opaque_access_tokens"),
        refresh_absolute_seconds=clients.seconds(minutes) if minutes else None,
        signs_userinfo=form.checked("signs_userinfo"),
    )


def _show(client: Client, change: Change, minutes: str, errors: Mapping[str, str] | None = None) -> Response:
    return page(
        "admin/clients/tokens",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        client=client,
        change=change,
        minutes=minutes,
        errors=dict(errors or {}),
    )
