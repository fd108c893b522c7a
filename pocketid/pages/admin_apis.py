"""Administration of APIs: the list, one API with its permissions, and what each client may ask of it."""

import unicodedata
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from pocketid import apis, client_ids, clients
from pocketid.apis import Api, Permission, Way
from pocketid.errors import Invalid
from pocketid.pages.addresses import row_id
from pocketid.pages.questions import ask
from pocketid.paging import base_url, from_query
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _

_LIST = "/settings/admin/apis"
_UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
_EMPTY_LINES = 3
_MOST_CLIENTS = 1000


def list_apis(request: Request) -> Response:
    """All APIs."""
    text = request.query.text("search")
    paging = from_query(request.query, apis.count(request.db, text=text))
    found = apis.search(request.db, text=text, size=paging.size, offset=paging.offset)
    return page(
        "admin/apis/list", apis=found, search=text, paging=paging, base_url=base_url({"search": text})
    )


def new(request: Request) -> Response:
    """The form for another API."""
    return page("admin/apis/new", name="", resource="", errors={})


def create(request: Request) -> Response:
    """Add an API, and go to its page, where its permissions are named."""
    name, resource = _name(request), request.form.text("resource")
    try:
        api = apis.create(request, name, resource)
    except Invalid as invalid:
        return page(
            "admin/apis/new", status=_UNPROCESSABLE, name=name, resource=resource, errors=invalid.fields
        )
    return redirect(f"{_LIST}/{api.id}", flash=_("The API {name} is added.").format(name=api.name))


def show(request: Request, api_id: str) -> Response:
    """One API."""
    api = apis.get(request.db, row_id(api_id))
    return _show(request, api, api.name, api.client_id or "", apis.permissions(request.db, api.id))


def update(request: Request, api_id: str) -> Response:
    """Store the form of an API."""
    api, name = apis.get(request.db, row_id(api_id)), _name(request)
    client_id, wanted = request.form.text("client_id"), apis.permissions_from_form(request.form)
    try:
        api = apis.update(request, api.id, name, client_id or None, wanted)
    except Invalid as invalid:
        return _show(request, api, name, client_id, wanted, invalid.fields)
    return redirect(f"{_LIST}/{api.id}", flash=_("The changes to {name} are saved.").format(name=api.name))


def choose_client(request: Request, api_id: str) -> Response:
    """On to the page of the client that was chosen; without script a form cannot lead there itself."""
    api, client_id = apis.get(request.db, row_id(api_id)), request.query.text("client")
    if clients.find(request.db, client_id) is None:
        return redirect(f"{_LIST}/{api.id}#clients")
    return redirect(f"{_LIST}/{api.id}/clients/{client_ids.in_path(client_id)}")


def show_access(request: Request, api_id: str, client_id: str) -> Response:
    """What one client may ask of an API."""
    return _show_access(request, apis.get(request.db, row_id(api_id)), client_id)


def update_access(request: Request, api_id: str, client_id: str) -> Response:
    """Store what one client may ask of an API."""
    api = apis.get(request.db, row_id(api_id))
    ways: dict[Way, Sequence[str]] = {
        way: request.form.all(f"{way}_permission") for way in apis.WAYS if request.form.checked(way)
    }
    try:
        apis.set_access(request, api.id, client_id, ways)
    except Invalid as invalid:
        return _show_access(request, api, client_id, invalid.fields)
    return redirect(
        f"{_LIST}/{api.id}#clients", flash=_("The changes to {name} are saved.").format(name=api.name)
    )


def ask_delete(request: Request, api_id: str) -> Response:
    """Ask before an API is deleted."""
    api = apis.get(request.db, row_id(api_id))
    return ask(
        request,
        _("Delete the API {name}?").format(name=api.name),
        [_("Apps get no tokens for it any more, and those that they hold are worth nothing here.")],
        button=_("Delete the API"),
        cancel=f"{_LIST}/{api.id}",
    )


def delete(request: Request, api_id: str) -> Response:
    """Delete an API."""
    api = apis.delete(request, row_id(api_id))
    return redirect(_LIST, flash=_("The API {name} is deleted.").format(name=api.name))


def _name(request: Request) -> str:
    return unicodedata.normalize("NFC", request.form.text("name"))


def _show(
    request: Request,
    api: Api,
    name: str,
    client_id: str,
    permissions: Sequence[Permission],
    errors: Mapping[str, str] | None = None,
) -> Response:
    empty = min(_EMPTY_LINES, max(0, apis.MOST_PERMISSIONS - len(permissions)))
    everybody = _clients(request)
    granted: dict[str, dict[Way, list[str]]] = {}
    for grant in apis.grants(request.db, api.id):
        granted.setdefault(grant.client_id, {})[grant.way] = grant.keys
    return page(
        "admin/apis/show",
        status=_UNPROCESSABLE if errors else HTTPStatus.OK,
        api=api,
        name=name,
        client_id=client_id,
        lines=[*permissions, *[Permission("", "")] * empty],
        granted=granted,
        clients=everybody,
        others={key: words for key, words in everybody.items() if key not in granted},
        errors=dict(errors or {}),
    )


def _show_access(
    request: Request, api: Api, client_id: str, errors: Mapping[str, str] | None = None
) -> Response:
    client = clients.get(request.db, client_id)
    return page(
        "admin/apis/access",
        status=_UNPROCESSABLE if errors else HTTPStatus.OK,
        api=api,
        client=client,
        permissions=apis.permissions(request.db, api.id),
        granted={grant.way: grant.keys for grant in apis.grants(request.db, api.id, client.id)},
        errors=dict(errors or {}),
    )


def _clients(request: Request) -> dict[str, str]:
    found = clients.search(request.db, "", size=_MOST_CLIENTS, offset=0)
    return {client.id: client.name for client in found}
