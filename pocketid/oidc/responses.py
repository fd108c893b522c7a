"""Authorization responses: to the client's redirect URI, with `iss` in each of them. RFC 6749 4.1.2, RFC 9207."""

from collections.abc import Mapping

from pocketid import callback_urls
from pocketid.oidc.errors import RedirectedError
from pocketid.request import Request
from pocketid.response import Response, form_post, redirect

MODES = ("query", "form_post")


def success(request: Request, redirect_uri: str, mode: str, code: str, state: str | None) -> Response:
    """The code, and the state byte for byte."""
    return _respond(request, redirect_uri, mode, {"code": code}, state)


def error(
    request: Request, redirect_uri: str, mode: str, problem: RedirectedError, state: str | None
) -> Response:
    """The registered code and its description. RFC 6749 4.1.2.1."""
    parameters = {"error": problem.code, "error_description": problem.description}
    return _respond(request, redirect_uri, mode, parameters, state)


def _respond(
    request: Request, redirect_uri: str, mode: str, parameters: Mapping[str, str], state: str | None
) -> Response:
    answer = dict(parameters)
    if state is not None:
        answer["state"] = state
    answer["iss"] = request.config.app_url
    if mode == "form_post":
        return form_post(redirect_uri, answer, callback_urls.origin_for_csp(redirect_uri))
    return redirect(callback_urls.append_query(redirect_uri, answer))
