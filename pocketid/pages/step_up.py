"""Step-up: what a stolen session must not be able to do wants a passkey that was used just now.

    step_up(admin_users.delete)     in routes.py, around a handler of a form
      used within minutes           the handler runs
      longer ago                    a page asks for the passkey, the form's fields riding along
      sent again with its answer    the session is renewed, and the handler runs on the form as it was typed

Nothing is stored in between, so that nothing is lost when the page is left, and nothing happens either.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus

from pocketid import sessions, webauthn
from pocketid.request import Request
from pocketid.response import Response, page
from pocketid.webauthn import PasskeyRefused

Handler = Callable[..., Response]
_RECENTLY = timedelta(minutes=5)
_OURS = {"form_token", "credential"}


def step_up(handler: Handler, *, when: Callable[..., bool] | None = None) -> Handler:
    """The handler, behind the question; `when` tells of a request whether it is one of the dangerous ones."""

    @wraps(handler)
    def asked(request: Request, **arguments: str) -> Response:
        verified_at = request.person.verified_at
        is_recent = verified_at is not None and request.now - verified_at <= _RECENTLY
        if is_recent or (when is not None and not when(request, **arguments)):
            return handler(request, **arguments)
        if "credential" not in request.form:
            return _question(request)
        try:
            token = webauthn.reauthenticate(request)
        except PasskeyRefused as refusal:
            return _question(request, refusal)
        return handler(request, **arguments).with_cookie(*sessions.cookie(token, request))

    return asked


def _question(request: Request, refusal: PasskeyRefused | None = None) -> Response:
    typed = [(name, value) for name in request.form for value in request.form.all(name) if name not in _OURS]
    return page(
        "login/step_up",
        status=refusal.status if refusal else HTTPStatus.FORBIDDEN,
        options=webauthn.begin_authentication(request, request.person.user_id),
        action=request.path,
        typed=typed,
        problem=refusal.message if refusal else None,
    )
