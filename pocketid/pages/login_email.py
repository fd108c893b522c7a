"""Login codes by e-mail: the address, then the code, which pages/login.py takes as it takes all codes."""

from http import HTTPStatus

from pocketid import login_codes
from pocketid.errors import Invalid
from pocketid.pages import addresses, authorize
from pocketid.request import Request
from pocketid.response import Response, page, redirect

_PAGE = "/login/alternative/email"


def show(request: Request) -> Response:
    """The form for the address; after it was sent, the one for the code."""
    if not login_codes.is_open(request):
        return redirect("/login/alternative" + addresses.query(request))
    if "sent" in request.query:
        return ask_for_code(request)
    return _page(request)


def ask(request: Request) -> Response:
    """Send a code. The answer is the same for every address."""
    try:
        login_codes.ask(request, request.form.text("email"), addresses.target(request))
    except Invalid as invalid:
        return _page(request, invalid)
    query = addresses.query(request)
    return redirect(f"{_PAGE}{query}&sent" if query else f"{_PAGE}?sent")


def ask_for_code(request: Request, problem: str | None = None) -> Response:
    """The form for the code of the mail."""
    target = addresses.target(request)
    return page(
        "login/email_code",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        target=target,
        query=addresses.query(request),
        app_name=authorize.app_name(request, target),
        errors={"code": problem} if problem else {},
    )


def _page(request: Request, invalid: Invalid | None = None) -> Response:
    return page(
        "login/email",
        status=invalid.status if invalid else HTTPStatus.OK,
        target=addresses.target(request),
        query=addresses.query(request),
        typed=request.form.get("email", ""),
        errors=invalid.fields if invalid else {},
    )
