"""Sign-in, sign-in again, sign-out, and one-time codes.

Every page here takes `redirect`, a path of ours to go on to, and passes it along.
"""

from http import HTTPStatus
from urllib.parse import quote

from pocketid import clients, login_codes, logouts, one_time_access, sessions, setup, signup, users, webauthn
from pocketid.oidc import front_channel_logout
from pocketid.one_time_access import CodeRefused
from pocketid.pages import addresses, login_email
from pocketid.pages import authorize as interaction
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _
from pocketid.webauthn import AccountWaiting, PasskeyRefused


def show(request: Request) -> Response:
    """The sign-in page; whoever is signed in is led on, and on a new site to setup."""
    if request.actor is not None:
        return redirect(addresses.target(request))
    if not setup.was_done(request):
        return redirect("/setup")
    return _sign_in_page(request)


def submit(request: Request) -> Response:
    """Sign in with the passkey of the form."""
    try:
        token = webauthn.sign_in(request)
    except AccountWaiting as waiting:
        signup.watch(request, waiting.user_id, addresses.target(request))
        return redirect("/signup/waiting")
    except PasskeyRefused as refusal:
        return _sign_in_page(request, refusal)
    return redirect(addresses.target(request)).with_cookie(*sessions.cookie(token, request))


def ask_again(request: Request) -> Response:
    """The page on which the signed-in person uses a passkey once more."""
    if not webauthn.of_user(request.db, request.person.user_id):
        return redirect(
            ("/login/add-passkey" if webauthn.may_add(request) else "/lc") + addresses.query(request)
        )
    return _reauthentication_page(request)


def reauthenticate(request: Request) -> Response:
    """Renew the session with the passkey of the form."""
    try:
        token = webauthn.reauthenticate(request)
    except PasskeyRefused as refusal:
        return _reauthentication_page(request, refusal)
    return redirect(addresses.target(request)).with_cookie(*sessions.cookie(token, request))


def alternatives(request: Request) -> Response:
    """The other ways to sign in; on the way to an app also one for that app only."""
    waiting = interaction.of_target(request, addresses.target(request))
    return page(
        "login/alternatives",
        query=addresses.query(request),
        interaction=waiting,
        client=clients.get(request.db, waiting.client_id) if waiting else None,
        sends_codes=login_codes.is_open(request),
    )


def enter_code(request: Request) -> Response:
    """The form for a one-time code; `code` fills it in."""
    return page(
        "login/code",
        target=addresses.target(request),
        query=addresses.query(request),
        code=request.query.text("code"),
        app_name=interaction.app_name(request, addresses.target(request)),
    )


def open_link(request: Request, code: str) -> Response:
    """What a one-time link opens: a button. Looking at it spends nothing (CO-03)."""
    if login_codes.is_short(code) and not login_codes.is_awaited(request):
        return page("login/elsewhere", code=code)
    return page(
        "login/link",
        target=addresses.target(request),
        code=code,
        app_name=interaction.app_name(request, addresses.target(request)),
    )


def redeem(request: Request) -> Response:
    """Spend a one-time code, and lead its person to a passkey of their own; with `only` straight to the app."""
    code = request.form.text("code")
    only_for = interaction.of_target(request, addresses.target(request)) if "only" in request.form else None
    try:
        if login_codes.is_short(code):
            token = login_codes.sign_in(request, code, only_for)
        else:
            token = one_time_access.sign_in(request, code, only_for)
    except CodeRefused as refusal:
        if login_codes.is_short(code):
            return login_email.ask_for_code(request, refusal.message)
        return page("login/code_refused", status=refusal.status, message=refusal.message)
    if token is None:
        return redirect(addresses.target(request))
    return redirect("/login/add-passkey" + addresses.query(request)).with_cookie(
        *sessions.cookie(token, request)
    )


def offer_passkey(request: Request) -> Response:
    """The page that leads from a one-time code to a passkey; whoever has no other is told what skipping means."""
    if not webauthn.may_add(request):
        return redirect(_again(request, "/login/add-passkey"))
    return _passkey_page(request)


def add_passkey(request: Request) -> Response:
    """Store the first passkey; an administrator is asked to use it, because a code is not enough for that."""
    try:
        webauthn.finish_registration(request, request.form.get("credential", ""))
    except PasskeyRefused as refusal:
        return _passkey_page(request, refusal)
    target = addresses.target(request)
    if request.person.is_admin and request.person.verified_at is None:
        target = f"/login/reauthenticate?redirect={quote(target, safe='')}"
    return redirect(target, flash=_("Your passkey is ready. Use it the next time you sign in."))


def ask_sign_out(request: Request) -> Response:
    """The page that asks before signing out."""
    return page(
        "login/sign_out", user=users.get(request.db, request.actor.user_id) if request.actor else None
    )


def sign_out(request: Request) -> Response:
    """End the session of this browser, and say which apps hear of it."""
    session_id = request.actor.session_id if request.actor else None
    sessions.sign_out(request)
    if session_id and logouts.of_session(request.db, session_id):
        return front_channel_logout.signed_out(request, session_id, None).with_cookie("session", "", 0)
    return redirect("/login", flash=_("You are signed out.")).with_cookie("session", "", 0)


def _sign_in_page(request: Request, refusal: PasskeyRefused | None = None) -> Response:
    return page(
        "login/show",
        status=refusal.status if refusal else HTTPStatus.OK,
        form_action=interaction.form_action(request, addresses.target(request)),
        options=webauthn.begin_authentication(request),
        target=addresses.target(request),
        query=addresses.query(request),
        problem=refusal.message if refusal else None,
        signals=webauthn.unknown_signal(request, refusal) if refusal else None,
        can_sign_up=signup.is_open(request),
    )


def _reauthentication_page(request: Request, refusal: PasskeyRefused | None = None) -> Response:
    return page(
        "login/reauthenticate",
        status=refusal.status if refusal else HTTPStatus.OK,
        form_action=interaction.form_action(request, addresses.target(request)),
        options=webauthn.begin_authentication(request, request.person.user_id),
        target=addresses.target(request),
        problem=refusal.message if refusal else None,
    )


def _passkey_page(request: Request, refusal: PasskeyRefused | None = None) -> Response:
    user_id = request.person.user_id
    return page(
        "login/add_passkey",
        status=refusal.status if refusal else HTTPStatus.OK,
        form_action=interaction.form_action(request, addresses.target(request)),
        options=webauthn.begin_registration(request),
        target=addresses.target(request),
        has_another_way_in=webauthn.has_another_way_in(request.db, user_id, None, request.now),
        problem=refusal.message if refusal else None,
    )


def _again(request: Request, path: str) -> str:
    return f"/login/reauthenticate?redirect={quote(path + addresses.query(request), safe='')}"
