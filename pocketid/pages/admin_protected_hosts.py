"""Protected hosts: the sites before which a proxy asks here."""

from collections.abc import Mapping
from http import HTTPStatus

from pocketid import audit, protected_hosts
from pocketid.audit import Event
from pocketid.errors import Invalid
from pocketid.protected_hosts import Change, ProtectedHost
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _

_LIST = "/settings/admin/protected-hosts"


def list_hosts(request: Request) -> Response:
    """All of them."""
    return page("admin/protected_hosts/list", hosts=protected_hosts.listed(request.db))


def new(request: Request) -> Response:
    """The form for another host."""
    return _form(request, None, Change())


def create(request: Request) -> Response:
    """Protect a host, and go on to who may use it."""
    change = Change.from_form(request.form, request.config)
    try:
        if errors := protected_hosts.check(change, request.config):
            raise Invalid(errors)
        host = protected_hosts.create(request, change)
    except Invalid as invalid:
        return _form(request, None, change, invalid.fields)
    audit.record(request, Event.CLIENT_CREATED, client_id=host.client_id, name=host.name, host=host.host)
    return redirect(
        f"{_LIST}/{host.client_id}", flash=_("{host} is known. Now set up the proxy.").format(host=host.host)
    )


def show(request: Request, client_id: str) -> Response:
    """One host."""
    host = protected_hosts.get(request.db, client_id)
    return _form(request, host, Change(host.name, host.host, tuple(host.public_paths)))


def update(request: Request, client_id: str) -> Response:
    """Change name, host or what is open to everybody."""
    host = protected_hosts.get(request.db, client_id)
    change = Change.from_form(request.form, request.config)
    try:
        if errors := protected_hosts.check(change, request.config):
            raise Invalid(errors)
        before, after = protected_hosts.update(request, client_id, change)
    except Invalid as invalid:
        return _form(request, host, change, invalid.fields)
    audit.record_change(request, Event.CLIENT_UPDATED, before, after, client_id=client_id, name=after.name)
    return redirect(
        f"{_LIST}/{client_id}", flash=_("The changes to {name} are saved.").format(name=after.name)
    )


def _form(
    request: Request, host: ProtectedHost | None, change: Change, errors: Mapping[str, str] | None = None
) -> Response:
    return page(
        "admin/protected_hosts/edit",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        host=host,
        change=change,
        asked_at=f"{request.config.internal_app_url}/api/forward-auth",
        is_believed=bool(request.config.trust_proxy),
        errors=errors or {},
    )
