"""Administration of what one app asks of a sign-in, beyond what it says in its requests."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from pocketid import audit, client_ids, client_keys, clients
from pocketid.audit import Event
from pocketid.clients import Change, Client
from pocketid.request import Fields, Request
from pocketid.response import Response, page, redirect
from pocketid.text import _


def show(request: Request, client_id: str) -> Response:
    """The rules of a client."""
    client = clients.get(request.db, client_id)
    return _show(request, client, Change.of(client), clients.minutes(client.longest_sign_in_seconds))


def update(request: Request, client_id: str) -> Response:
    """Store the rules of a client."""
    client, minutes = clients.get(request.db, client_id), request.form.text("longest_sign_in_minutes")
    change = _typed(request.form, Change.of(client), minutes)
    if errors := clients.check(change) | _keys_missing(request, change, client_id):
        return _show(request, client, change, minutes, errors)
    before, after = clients.update(request.db, client_id, change, request.now)
    audit.record_change(request, Event.CLIENT_UPDATED, before, after, client_id=client_id)
    return redirect(
        f"/settings/admin/oidc-clients/{client_ids.in_path(client_id)}/rules",
        flash=_("The rules of {app} are saved.").format(app=client.name),
    )


def _typed(form: Fields, before: Change, minutes: str) -> Change:
    return replace(
        before,
        requires_reauthentication=form.checked("requires_reauthentication"),
        requires_device_bound_passkey=form.checked("requires_device_bound_passkey"),
        requires_pushed_request=form.checked("requires_pushed_request"),
        requires_signed_request=form.checked("requires_signed_request"),
        longest_sign_in_seconds=clients.seconds(minutes) if minutes else None,
    )


def _keys_missing(request: Request, change: Change, client_id: str) -> dict[str, str]:
    if not change.requires_signed_request or client_keys.find(request.db, client_id):
        return {}
    return {
        "requires_signed_request": _("This app has no keys here to check its signature with. Add them first.")
    }


def _show(
    request: Request, client: Client, change: Change, minutes: str, errors: Mapping[str, str] | None = None
) -> Response:
    return page(
        "admin/clients/rules",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        client=client,
        change=change,
        minutes=minutes,
        people=clients.people(request.db, client),
        with_device_bound=clients.people_with_device_bound_passkey(request.db, client),
        errors=dict(errors or {}),
    )
