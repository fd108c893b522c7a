"""A device without a browser asks for an app's tokens: its person sees what asks, and approves or denies (RFC 8628).

Reached through device.py, which asks for the code.
"""

from http import HTTPStatus

from pocketid import apis, device_codes, devices, limits, sessions, users, webauthn
from pocketid.device_codes import Asking
from pocketid.device_login import limit_tries, shown
from pocketid.errors import Gone, NotAllowed
from pocketid.oidc import device_authorization
from pocketid.oidc.authorization_request import Authorization
from pocketid.oidc.errors import RedirectedError
from pocketid.oidc.prompts import Step
from pocketid.request import Request
from pocketid.response import Response, page
from pocketid.text import _
from pocketid.webauthn import PasskeyRefused


def show(request: Request, code: str) -> Response | None:
    """What asks with a code; None when nothing does. The caller has limited the tries."""
    asking = device_codes.find(request, code)
    if asking is None:
        return None
    found = _asked(request, asking)
    return _page(found, asking, code, _step(found, asking))


def approve(request: Request) -> Response:
    """Let the device have what it asks for, by the passkey of the form where one is needed."""
    asking, code = _asking(request)
    cookie = None
    if request.form.get("credential"):
        try:
            token = webauthn.reauthenticate(request)
        except PasskeyRefused as refusal:
            found = _asked(request, asking)
            return _page(found, asking, code, Step.REAUTHENTICATE, refusal)
        cookie = sessions.cookie(token, request)
    found = _asked(request, asking)
    step = _step(found, asking)
    if step is not Step.CONSENT:
        response = _page(found, asking, code, step)
    elif device_authorization.approve(found, asking):
        response = _done(asking, approved=True)
    else:
        raise _decided()
    return response.with_cookie(*cookie) if cookie else response


def deny(request: Request) -> Response:
    """Refuse the device for good."""
    asking, _code = _asking(request)
    if not device_authorization.deny(request, asking):
        raise _decided()
    return _done(asking, approved=False)


def _asking(request: Request) -> tuple[Asking, str]:
    limit_tries(request)
    code = request.form.text("code")
    asking = device_codes.find(request, code)
    if asking is None:
        raise _decided()
    return asking, code


def _asked(request: Request, asking: Asking) -> Authorization:
    """What the device asks for. Raises Gone when its app may not ask for the API any more."""
    try:
        return device_authorization.asked(request, asking)
    except RedirectedError as error:
        raise _decided() from error


def _step(found: Authorization, asking: Asking) -> Step:
    """What the person has to do. Raises NotAllowed where nothing would help."""
    app = found.client.name
    step = device_authorization.step_of(found, asking)
    if step is Step.OTHER_PASSKEY:
        raise NotAllowed(_("{app} asks for a stronger passkey than yours.").format(app=app))
    if step is Step.NO_ACCESS:
        raise NotAllowed(
            _("You have no access to {app}. Ask the person who runs this site to add you.").format(app=app)
        )
    return step


def _page(
    found: Authorization, asking: Asking, code: str, step: Step, refusal: PasskeyRefused | None = None
) -> Response:
    request, person = found.request, found.request.person
    has_passkey = bool(webauthn.of_user(request.db, person.user_id))
    needs_passkey = step is not Step.CONSENT
    options = webauthn.begin_authentication(request, person.user_id) if needs_passkey and has_passkey else ""
    return page(
        "device/app",
        status=refusal.status if refusal else HTTPStatus.OK,
        code=shown(device_codes.plain(code)),
        name=users.name_of(users.get(request.db, person.user_id)),
        client=found.client,
        scopes=found.told,
        api=found.api,
        permissions=apis.described(request.db, found.api),
        needs_passkey=needs_passkey,
        options=options,
        problem=refusal.message if refusal else None,
        asking=asking,
        device=devices.name(asking.user_agent),
        place=devices.place(request.places.find(asking.address)),
        is_near=limits.network(asking.address) == limits.network(request.address),
    )


def _done(asking: Asking, *, approved: bool) -> Response:
    return page("device/app_done", approved=approved, app_name=asking.client_name)


def _decided() -> Gone:
    return Gone(_("No device waits with this code any more: it was decided already, or it has expired."))
