"""An administrator's API keys: made, shown once, renewed and revoked."""

from datetime import datetime, timedelta
from http import HTTPStatus

from pocketid import api_keys
from pocketid.api_keys import ApiKey
from pocketid.errors import Invalid
from pocketid.pages.addresses import row_id
from pocketid.request import Fields, Request
from pocketid.response import Response, page, redirect
from pocketid.text import _

_LIST = "/settings/admin/api-keys"
_DAYS = ("30", "90", "365")


def list_keys(request: Request) -> Response:
    """The person's keys, and the form for another."""
    return _list(request)


def create(request: Request) -> Response:
    """Make a key, and show it this once."""
    form = request.form
    try:
        row, key = api_keys.create(
            request, form.text("name"), form.text("description") or None, _end(form, request.now)
        )
    except Invalid as invalid:
        return _list(request, typed=form, errors=invalid.fields)
    return _list(request, made=row, key=key)


def ask_renew(request: Request, key_id: str) -> Response:
    """Ask how long a key shall live on, and say that its secret changes."""
    return page("admin/api_keys/renew", row=api_keys.get(request, row_id(key_id)))


def renew(request: Request, key_id: str) -> Response:
    """Give a key another secret, and show it this once."""
    row, key = api_keys.renew(request, row_id(key_id), _end(request.form, request.now))
    return _list(request, made=row, key=key)


def ask_revoke(request: Request, key_id: str) -> Response:
    """Ask before a key is revoked."""
    row = api_keys.get(request, row_id(key_id))
    return page(
        "confirm",
        heading=_("Revoke the key “{name}”?").format(name=row.name),
        sentences=[_("Programs that use it are refused at once.")],
        action=f"{_LIST}/{row.id}/revoke",
        button=_("Revoke the key"),
        cancel=_LIST,
        fields={},
    )


def revoke(request: Request, key_id: str) -> Response:
    """End a key."""
    name = api_keys.revoke(request, row_id(key_id))
    return redirect(_LIST, flash=_("The key “{name}” is revoked.").format(name=name))


def _end(form: Fields, now: datetime) -> datetime:
    days = form.text("days")
    return now + timedelta(days=int(days if days in _DAYS else _DAYS[0]))


def _list(
    request: Request,
    *,
    made: ApiKey | None = None,
    key: str | None = None,
    typed: Fields | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    form = typed or Fields()
    return page(
        "admin/api_keys/list",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        keys=api_keys.of_user(request.db, request.person.user_id),
        made=made,
        key=key,
        name=form.text("name"),
        description=form.text("description"),
        errors=errors or {},
    )
