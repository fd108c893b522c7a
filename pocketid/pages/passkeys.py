"""The passkeys of the signed-in person: add, name, delete. The account page lists them."""

from http import HTTPStatus
from urllib.parse import quote
from uuid import UUID

from pocketid import webauthn
from pocketid.errors import Invalid, NotFound
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _
from pocketid.webauthn import PasskeyRefused

_ACCOUNT = "/settings/account"
_NEW = "/settings/account/passkeys/new"


def show(_request: Request) -> Response:
    """The list is on the account page."""
    return redirect(_ACCOUNT)


def new(request: Request) -> Response:
    """The page for one more passkey; a passkey used just now, or a code, leads there (WA-06)."""
    if not webauthn.may_add(request):
        return redirect(f"/login/reauthenticate?redirect={quote(_NEW, safe='')}")
    return _new_page(request)


def create(request: Request) -> Response:
    """Store the passkey, and go on to its name."""
    try:
        passkey = webauthn.finish_registration(request, request.form.get("credential", ""))
    except PasskeyRefused as refusal:
        return _new_page(request, refusal) if webauthn.may_add(request) else new(request)
    return redirect(f"/settings/account/passkeys/{passkey.id}", flash=_("Your passkey is ready."))


def edit(request: Request, passkey_id: str) -> Response:
    """The form for a passkey's name."""
    passkey = webauthn.get(request.db, request.person.user_id, _id(passkey_id))
    return page("passkeys/edit", passkey=passkey, name=passkey.name, errors={})


def update(request: Request, passkey_id: str) -> Response:
    """Rename a passkey."""
    name = request.form.text("name")
    try:
        webauthn.rename(request, _id(passkey_id), name)
    except Invalid as invalid:
        passkey = webauthn.get(request.db, request.person.user_id, _id(passkey_id))
        return page("passkeys/edit", status=invalid.status, passkey=passkey, name=name, errors=invalid.fields)
    return redirect(_ACCOUNT, flash=_("The passkey is called “{name}” now.").format(name=name))


def confirm_delete(request: Request, passkey_id: str) -> Response:
    """The page that says what deleting a passkey means, or why the last one stays."""
    user_id = request.person.user_id
    passkey = webauthn.get(request.db, user_id, _id(passkey_id))
    if not webauthn.has_another_way_in(request.db, user_id, passkey.id, request.now):
        return page("passkeys/only_way_in", passkey=passkey)
    is_last = len(webauthn.of_user(request.db, user_id)) == 1
    return page(
        "confirm",
        heading=_("Delete the passkey “{name}”?").format(name=passkey.name),
        sentences=[
            _("It is your last passkey. After that only a one-time code lets you in.")
            if is_last
            else _("You cannot sign in with it any more. Your other passkeys go on working."),
            _("If it stays in your password manager, delete it there too."),
        ],
        action=f"/settings/account/passkeys/{passkey.id}/delete",
        button=_("Delete passkey"),
        cancel=_ACCOUNT,
        fields={},
    )


def delete(request: Request, passkey_id: str) -> Response:
    """Delete a passkey; the account page then tells the password manager."""
    webauthn.remove(request, _id(passkey_id))
    return redirect(_ACCOUNT, flash=_("The passkey is deleted."))


def _new_page(request: Request, refusal: PasskeyRefused | None = None) -> Response:
    return page(
        "passkeys/new",
        status=refusal.status if refusal else HTTPStatus.OK,
        options=webauthn.begin_registration(request),
        problem=refusal.message if refusal else None,
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(_("You have no such passkey.")) from error
