"""The device with a passkey: its person types or scans a code, sees who shows it, and approves or denies.

People know `/device` as the one place for codes. What a code is for is asked of the areas that make them: one for
signing in is looked at here, one for the tokens of an app (RFC 8628) in device_app.py.
"""

from http import HTTPStatus

from pocketid import device_login, devices, limits, users, webauthn
from pocketid.device_login import Asking, Decided
from pocketid.pages import device_app
from pocketid.request import Request
from pocketid.response import Response, page
from pocketid.text import _
from pocketid.webauthn import PasskeyRefused


def show(request: Request) -> Response:
    """The form for a code, or who shows the one that was typed or scanned."""
    code = request.query.text("code")
    if not code:
        return page("device/enter", code="", errors={})
    return _page(request, code)


def approve(request: Request) -> Response:
    """Let the device with the code sign in, by the passkey of the form."""
    code = request.form.text("code")
    try:
        asking = device_login.approve(request, code)
    except PasskeyRefused as refusal:
        return _page(request, code, refusal)
    except Decided as decided:
        return _unknown(code, decided.message)
    return _done(asking, approved=True)


def deny(request: Request) -> Response:
    """Keep the device with the code out."""
    code = request.form.text("code")
    try:
        asking = device_login.deny(request, code)
    except Decided as decided:
        return _unknown(code, decided.message)
    return _done(asking, approved=False)


def _page(request: Request, code: str, refusal: PasskeyRefused | None = None) -> Response:
    asking = device_login.find(request, code)
    if asking is None:
        return device_app.show(request, code) or _unknown(
            code,
            _(
                "No device waits with this code. Compare it with the other screen; after some minutes it changes."
            ),
        )
    person = request.person
    has_passkey = bool(webauthn.of_user(request.db, person.user_id))
    return page(
        "device/approve",
        status=refusal.status if refusal else HTTPStatus.OK,
        code=device_login.shown(code),
        name=users.name_of(users.get(request.db, person.user_id)),
        asking=asking,
        device=devices.name(asking.user_agent),
        place=devices.place(request.places.find(asking.address)),
        is_near=limits.network(asking.address) == limits.network(request.address),
        options=webauthn.begin_authentication(request, person.user_id) if has_passkey else "",
        problem=refusal.message if refusal else None,
    )


def _unknown(code: str, problem: str) -> Response:
    return page(
        "device/enter", status=HTTPStatus.UNPROCESSABLE_ENTITY, code=code[:40], errors={"code": problem}
    )


def _done(asking: Asking, *, approved: bool) -> Response:
    return page(
        "device/done", approved=approved, device=devices.name(asking.user_agent), app_name=asking.client_name
    )
