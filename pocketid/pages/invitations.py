"""The pages of somebody who was invited: a greeting with the form, then the passkey, in one visit."""

from http import HTTPStatus

from pocketid import acceptance, callback_urls, invitations, sessions, settings, users
from pocketid.acceptance import InvitationRefused
from pocketid.errors import Invalid
from pocketid.invitations import Invitation
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _
from pocketid.webauthn import PasskeyRefused

_NAMES = ("username", "first_name", "last_name", "email")


def show(request: Request, token: str) -> Response:
    """What the link opens; looking at it spends nothing."""
    try:
        invitation = acceptance.open_by(request, token)
    except InvitationRefused as refusal:
        return _refused(refusal)
    if request.actor is not None:
        return _somebody_is_here(request, invitation)
    if request.method == "GET":
        acceptance.note_opened(request, invitation)
    return _form_page(request, token, invitation, acceptance.proposed(request, invitation), {})


def submit(request: Request, token: str) -> Response:
    """Check what was typed and go on to the passkey; nothing is made before that."""
    try:
        invitation = acceptance.open_by(request, token)
    except InvitationRefused as refusal:
        return _refused(refusal)
    if request.actor is not None:
        return _somebody_is_here(request, invitation)
    return _go_on(request, token, invitation)


def accept(request: Request, token: str) -> Response:
    """Make the account and its passkey, and land where the invitation says."""
    try:
        invitation = acceptance.open_by(request, token)
        if request.actor is not None:
            return _somebody_is_here(request, invitation)
        session, landing = acceptance.accept(request, token, invitation)
    except InvitationRefused as refusal:
        return _refused(refusal)
    except Invalid as invalid:
        account = acceptance.account_of(request, invitation, request.form)
        return _form_page(request, token, invitation, account, invalid.fields)
    except PasskeyRefused as refusal:
        return _go_on(request, token, invitation, refusal)
    welcome = _("Welcome to {app}. Your passkey is ready: use it the next time you sign in.")
    flash = welcome.format(app=settings.load(request).app_name) if landing.startswith("/") else None
    return redirect(landing, flash=flash).with_cookie(*sessions.cookie(session, request))


def _go_on(
    request: Request, token: str, invitation: Invitation, refusal: PasskeyRefused | None = None
) -> Response:
    """The passkey's page, for an account that could be made."""
    account = acceptance.account_of(request, invitation, request.form)
    if errors := acceptance.check_account(request, invitation, account):
        return _form_page(request, token, invitation, account, errors)
    app = acceptance.app_of(request.db, invitation)
    return page(
        "invitations/passkey",
        status=refusal.status if refusal else HTTPStatus.OK,
        form_action=(callback_urls.origin_for_csp(app.launch_url),) if app and app.launch_url else (),
        token=token,
        name=account.first_name or users.name_of(account),
        fields={name: getattr(account, name) or "" for name in _NAMES},
        options=acceptance.begin(request, invitation, account),
        problem=refusal.message if refusal else None,
    )


def _form_page(
    request: Request, token: str, invitation: Invitation, account: users.Change, errors: dict[str, str]
) -> Response:
    """The greeting and the form. What is not the person's to change is no field, so its problem stands above."""
    is_field = {name: acceptance.may_edit(request, invitation, name) for name in _NAMES}
    return page(
        "invitations/show",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        token=token,
        invitation=invitation,
        account=account,
        is_field=is_field,
        needs_email=settings.load(request).require_user_email,
        errors={name: errors[name] for name in _NAMES if name in errors and is_field[name]},
        problems=[message for name, message in errors.items() if not is_field.get(name)],
    )


def _somebody_is_here(request: Request, invitation: Invitation) -> Response:
    """Nobody's session is replaced by the way: an admin who tries the link, or a shared computer."""
    status = HTTPStatus.CONFLICT if request.method == "POST" else HTTPStatus.OK
    return page("invitations/signed_in", status=status, name=invitations.name_of(invitation))


def _refused(refusal: InvitationRefused) -> Response:
    return page("invitations/refused", status=refusal.status, message=refusal.message)
