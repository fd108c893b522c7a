"""The first account: who it is for, then its passkey, in one visit."""

from dataclasses import asdict, replace
from http import HTTPStatus

from pocketid import sessions, settings, setup, users, webauthn
from pocketid.errors import Invalid, NotFound, Refusal
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _
from pocketid.webauthn import PasskeyRefused

_TYPED = ("username", "first_name", "last_name", "email")


def show(request: Request) -> Response:
    """The form for the first account, or what happened if it was made."""
    if not setup.is_open(request.db, request.now):
        return _closed()
    return page("setup/show", change=users.Change(), errors={})


def submit(request: Request) -> Response:
    """Check what was typed and go on to the passkey; nothing is made before that."""
    if not setup.is_open(request.db, request.now):
        return _closed()
    change = _change(request)
    optional_email = replace(settings.load(request), require_user_email=False)
    if errors := users.check(change, optional_email):
        return page("setup/show", status=HTTPStatus.UNPROCESSABLE_ENTITY, change=change, errors=errors)
    return _passkey_page(request, change)


def complete(request: Request) -> Response:
    """Make the account and its passkey, and sign in."""
    try:
        token = setup.complete(request)
    except NotFound:
        return _closed()
    except Invalid as invalid:
        return page("setup/show", status=invalid.status, change=_change(request), errors=invalid.fields)
    except PasskeyRefused as refusal:
        return _passkey_page(request, _change(request), refusal)
    welcome = _(
        "Welcome. You administer this site now. Add a second passkey soon, so that you always get in."
    )
    return redirect("/settings/account", flash=welcome).with_cookie(*sessions.cookie(token, request))


def _change(request: Request) -> users.Change:
    """What was typed; whether an address counts as verified is a setting, and nobody's to tick here."""
    verified = settings.load(request).emails_verified
    return replace(
        users.Change.from_form(request.form), email_verified=verified, is_admin=True, disabled=False
    )


def _passkey_page(request: Request, change: users.Change, refusal: Refusal | None = None) -> Response:
    typed = asdict(change)
    return page(
        "setup/passkey",
        status=refusal.status if refusal else HTTPStatus.OK,
        options=webauthn.begin_new_account(request, change),
        fields={name: typed[name] or "" for name in _TYPED},
        name=change.first_name or change.username,
        problem=refusal.message if refusal else None,
    )


def _closed() -> Response:
    return page("setup/closed", status=HTTPStatus.NOT_FOUND)
