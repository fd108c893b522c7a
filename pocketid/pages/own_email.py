"""A person's change of their own e-mail address: asked for, and confirmed by the link that its mailbox got."""

from dataclasses import replace
from http import HTTPStatus

from pocketid import outbox, own_email, settings, users, webauthn
from pocketid.email_verification import LinkRefused
from pocketid.errors import Invalid, NotAllowed
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _

_ACCOUNT = "/settings/account"


def show(request: Request) -> Response:
    """The form; who has no passkey yet adds one first, because it is asked for."""
    _check_allowed(request)
    if not webauthn.of_user(request.db, request.person.user_id):
        return redirect(f"/login/reauthenticate?redirect={_ACCOUNT}/email")
    return _form(request, "")


def update(request: Request) -> Response:
    """Ask the mailbox of the address that was typed."""
    _check_allowed(request)
    user = users.get(request.db, request.person.user_id)
    change = users.composed(replace(users.Change.from_user(user), email=request.form.text("email")))
    try:
        if problem := users.email_problem(change.email, is_needed=True):
            raise Invalid({"email": problem})
        if change.email is None or change.email == user.email:
            return redirect(_ACCOUNT)
        is_asked = own_email.ask(request, user, change.email)
    except Invalid as invalid:
        return _form(request, request.form.text("email"), invalid.fields)
    flash = (
        _("A mail is on its way to {address}. Once you press the button in it, that is your address.")
        if is_asked
        else _("Your address is {address} now.")
    )
    return redirect(_ACCOUNT, flash=flash.format(address=change.email))


def open_link(request: Request) -> Response:
    """What the mailed link opens: a button."""
    return page(
        "mailed/link",
        heading=_("Is this your address?"),
        sentence=_("Press the button, and the address that this link was mailed to is that of your account."),
        action=f"{_ACCOUNT}/email/confirm",
        button=_("Yes, it is mine"),
        token=request.query.text("code"),
    )


def confirm(request: Request) -> Response:
    """Take the address of the link."""
    _check_allowed(request)
    try:
        email = own_email.confirm(request, request.form.text("token"))
    except LinkRefused as refusal:
        return page(
            "mailed/done",
            status=refusal.status,
            heading=_("This link proves nothing any more"),
            sentences=[refusal.message, _("You can have another one sent from your account.")],
        )
    return redirect(_ACCOUNT, flash=_("Your address is {address} now.").format(address=email))


def _check_allowed(request: Request) -> None:
    if not settings.load(request).allow_own_account_edit:
        raise NotAllowed(_("Only an administrator can change these details."))


def _form(request: Request, typed: str, errors: dict[str, str] | None = None) -> Response:
    return page(
        "account/email",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        user=users.get(request.db, request.person.user_id),
        typed=typed,
        errors=errors or {},
        has_mail=outbox.is_ready(request),
    )
