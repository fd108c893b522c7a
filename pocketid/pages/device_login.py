"""The device without a passkey: it shows a code, waits until its person approves elsewhere, and goes on.

Two queries tell what for: `redirect`, as on every page of signing in, or `app`, an app's request that waits here:
then the sign-in is for that app only, whoever is signed in in this browser.
"""

from http import HTTPStatus
from urllib.parse import urlencode

from pocketid import clients, device_login, interactions, qr, sessions
from pocketid.interactions import Interaction
from pocketid.pages import addresses, authorize
from pocketid.request import Fields, Request
from pocketid.response import Response, json, page, redirect

_PAGE = "/login/alternative/device"
_RELOAD_SECONDS = 5  # where no script asks


def show(request: Request) -> Response:
    """Begin to wait, or show with `id` what has become of it."""
    interaction = _interaction(request, request.query)
    if wait_id := request.query.text("id"):
        return _page(request, wait_id, interaction)
    if request.actor is not None and interaction is None:
        return redirect(addresses.target(request))
    begun = device_login.begin(request, interaction)
    return redirect(f"{_again(request, interaction)}&id={begun}")


def state(request: Request) -> Response:
    """What has become of it, for the script of the page."""
    wait = device_login.find_wait(request, request.query.text("id"))
    return json({"state": device_login.state_of(wait)})


def finish(request: Request) -> Response:
    """Take the approval, and go on."""
    signed_in = device_login.finish(request, request.form.text("id"))
    if signed_in.interaction:
        return redirect(_address(signed_in.interaction))
    assert signed_in.token is not None
    return redirect(addresses.target(request)).with_cookie(*sessions.cookie(signed_in.token, request))


def _page(request: Request, wait_id: str, interaction: Interaction | None) -> Response:
    wait = device_login.find_wait(request, wait_id)
    state = device_login.state_of(wait)
    target = _address(interaction) if interaction else addresses.target(request)
    link = device_login.link(request, wait) if wait else ""
    return page(
        "login/device",
        status=HTTPStatus.OK if wait else HTTPStatus.GONE,
        form_action=authorize.form_action(request, target),
        state=state,
        wait=wait,
        code=device_login.code_of(request, wait) if wait else "",
        address=f"{request.config.app_url}/device",
        qr=qr.data_address(link) if state == "waiting" else "",
        client=clients.get(request.db, interaction.client_id) if interaction else None,
        target=target,
        here=_PAGE,
        again=_again(request, interaction),
        back=f"/login/alternative?{urlencode({'redirect': target})}",
        refresh=_RELOAD_SECONDS if state == "waiting" else None,
    )


def _interaction(request: Request, fields: Fields) -> Interaction | None:
    """The app's request that the sign-in is for alone. Raises Gone."""
    app = fields.text("app")
    return interactions.get(request, app) if app else None


def _address(interaction: Interaction) -> str:
    return f"/interaction?id={interaction.id}"


def _again(request: Request, interaction: Interaction | None) -> str:
    what_for = {"app": str(interaction.id)} if interaction else {"redirect": addresses.target(request)}
    return f"{_PAGE}?{urlencode(what_for)}"
