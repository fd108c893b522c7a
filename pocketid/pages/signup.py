"""Sign-up: who it is for, then the passkey, in one visit; and the page of those who wait to be accepted.

Every page passes `redirect` along, so that somebody who came from an app ends in it, and `token`, the text of a link.
"""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from pocketid import sessions, settings, signup, signup_address, users, webauthn
from pocketid.errors import Invalid, Refusal
from pocketid.pages import addresses
from pocketid.pages import authorize as interaction
from pocketid.request import Request
from pocketid.response import Response, json, page, redirect
from pocketid.signup import Admission, SignUpRefused
from pocketid.text import _
from pocketid.users import Change
from pocketid.webauthn import PasskeyRefused

_UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
_RELOAD_SECONDS = 20  # where no script asks


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-up that is under way; `code` holds it where its address was asked."""

    change: Change
    target: str
    code: str


def open_link(request: Request, text: str) -> Response:
    """The short address of a link, as it is in QR codes."""
    return redirect("/signup?" + urlencode({"token": text}))


def show(request: Request) -> Response:
    """The form, or why there is none."""
    if request.actor is not None:
        return redirect(addresses.target(request))
    try:
        signup.admit(request, request.query.text("token"))
    except SignUpRefused as refusal:
        return _refused(request, refusal)
    return _form(request, Change(), {})


def submit(request: Request) -> Response:
    """Check what was typed and go on; nothing is made before the passkey."""
    try:
        return _go_on(request, signup.admit(request, request.form.text("token")), _begun(request))
    except SignUpRefused as refusal:
        return _refused(request, refusal)


def confirm(request: Request) -> Response:
    """The link of the mail that asked for the address was opened. Looking at the page spends nothing (CO-03)."""
    if request.actor is not None:
        return redirect(addresses.target(request))
    try:
        return _go_on(request, signup.admit(request, ""), _begun(request))
    except SignUpRefused as refusal:
        return _refused(request, refusal)


def complete(request: Request) -> Response:
    """Make the account and its passkey, and sign in, or wait."""
    try:
        return _complete(request)
    except SignUpRefused as refusal:
        return _refused(request, refusal)


def _complete(request: Request) -> Response:
    token, begun = request.form.text("token"), _begun(request)
    try:
        session = signup.complete(request, token, begun.target)
    except Invalid as invalid:
        return _form(request, begun.change, invalid.fields)
    except PasskeyRefused as refusal:
        return _go_on(request, signup.admit(request, token), begun, refusal)
    if session is None:
        return redirect("/signup/waiting")
    welcome = _("Welcome. Your account is ready.")
    return redirect(begun.target, flash=welcome).with_cookie(*sessions.cookie(session, request))


def show_waiting(request: Request) -> Response:
    """What has become of the account that this browser waits for."""
    if request.actor is not None:
        return redirect(addresses.target(request))
    watched = signup.watched(request)
    if watched is None:
        return redirect("/login")
    is_accepted = watched.state == "accepted"
    app = interaction.form_action(request, watched.redirect) if is_accepted else ()
    is_over = watched.redirect.startswith("/interaction") and not app  # an app waits half an hour
    return page(
        "signup/waiting",
        form_action=app,
        state=watched.state,
        reason=watched.reason,
        target="" if is_over else watched.redirect,
        options=webauthn.begin_authentication(request) if is_accepted else "",
        refresh=_RELOAD_SECONDS if watched.state == "waiting" else None,
    )


def waiting_state(request: Request) -> Response:
    """The same in a word, for the page that asks now and then."""
    watched = signup.watched(request)
    return json({"state": watched.state if watched else "over"})


def _begun(request: Request) -> Begun:
    """What was typed here, or before the mail was sent; of an account nothing but this is anybody's to say."""
    code = request.form.text("code") or request.query.text("code")
    if code:
        return Begun(*signup_address.answered(request, code), code)
    typed = Change.from_form({name: request.form.text(name) for name in signup.FIELDS})
    return Begun(typed, addresses.target(request), "")


def _go_on(request: Request, admission: Admission, begun: Begun, refusal: Refusal | None = None) -> Response:
    """The next page for what was typed: the form again, a look into the mail, or the passkey."""
    if problems := signup.check(request, begun.change):
        return _form(request, begun.change, problems)
    if not begun.code and signup_address.is_asked(request, admission, begun.change):
        signup_address.ask(request, begun.change, begun.target)
        return page("signup/asked", email=begun.change.email)
    return _passkey_page(request, admission, begun, refusal)


def _form(request: Request, change: Change, errors: dict[str, str]) -> Response:
    return page(
        "signup/show",
        status=_UNPROCESSABLE if errors else HTTPStatus.OK,
        change=change,
        errors=errors,
        passed=_passed(request),
        query=addresses.query(request),
        needs_email=settings.load(request).require_user_email,
    )


def _passkey_page(
    request: Request, admission: Admission, begun: Begun, refusal: Refusal | None = None
) -> Response:
    typed = {name: getattr(begun.change, name) or "" for name in signup.FIELDS}
    return page(
        "signup/passkey",
        status=refusal.status if refusal else HTTPStatus.OK,
        form_action=interaction.form_action(request, begun.target),
        options=webauthn.begin_new_account(request, begun.change, signup.PURPOSE),
        fields={**typed, **_passed(request), "code": begun.code},
        name=users.name_of(begun.change),
        waits=admission.waits,
        problem=refusal.message if refusal else None,
    )


def _passed(request: Request) -> dict[str, str]:
    """What a page of ours passes to the next one."""
    token = request.form.text("token") or request.query.text("token")
    return {"token": token, "redirect": addresses.target(request)}


def _refused(request: Request, refusal: SignUpRefused) -> Response:
    return page(
        "signup/refused", status=refusal.status, message=refusal.message, query=addresses.query(request)
    )
