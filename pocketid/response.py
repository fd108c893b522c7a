"""What a handler answers, as data; web.py turns it into bytes.

page("admin/clients/edit", client=client)     a view with its variables
redirect("/login", flash=_("Saved."))         303, RFC 9110 15.4.4
json({...}), file(content, "image/png")       bodies of other kinds
download(chunks, "text/csv", "a.csv")         a file that is made while it is sent
form_post(uri, {...})                         OAuth 2.0 Form Post Response Mode
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgspec

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@dataclass(slots=True)
class Cookie:
    """A cookie to set; `max_age` in seconds, 0 deletes it. The seam adds prefix and attributes."""

    name: str
    value: str
    max_age: int


@dataclass(slots=True)
class Response:
    """An answer. `view` names a page for `variables`, or `body` is the answer itself, or `stream` yields it.

    A stream is read when the transaction is over, and takes a Database of its own for what it reads.
    """

    status: HTTPStatus = HTTPStatus.OK
    body: bytes = b""
    stream: Iterable[bytes] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    view: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    cookies: list[Cookie] = field(default_factory=list)
    form_action: tuple[str, ...] = ()
    frame_src: tuple[str, ...] = ()
    flash: str | None = None

    def with_cookie(self, name: str, value: str, max_age: int) -> "Response":
        """The same answer, with one cookie more."""
        self.cookies.append(Cookie(name, value, max_age))
        return self


def page(
    view: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    form_action: tuple[str, ...] = (),
    frame_src: tuple[str, ...] = (),
    **variables: Any,
) -> Response:
    """A view of views/, by its path without suffix.

    `form_action` lists CSP sources beyond our own that a form of this page may end up at, by redirect too
    (Chromium applies form-action to every hop), `frame_src` those that it may show in a frame.
    """
    return Response(status, view=view, variables=variables, form_action=form_action, frame_src=frame_src)


def redirect(location: str, *, flash: str | None = None) -> Response:
    """303, so that the browser's next request is a GET (RFC 9700 4.12); `flash` is shown on the next page."""
    return Response(HTTPStatus.SEE_OTHER, headers={"Location": location, **NO_STORE}, flash=flash)


def json(
    content: Any, *, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON body; dataclasses and Structs are encoded as msgspec does."""
    headers = {"Content-Type": "application/json", **(headers or NO_STORE)}
    return Response(status, msgspec.json.encode(content), headers=headers)


def file(content: bytes, media_type: str, *, headers: Mapping[str, str] | None = None) -> Response:
    """Bytes of a media type that we decided on."""
    return Response(HTTPStatus.OK, content, headers={"Content-Type": media_type, **(headers or {})})


def download(stream: Iterable[bytes], media_type: str, filename: str) -> Response:
    """A file that is made while it is sent, under a name that we chose."""
    headers = {
        "Content-Type": media_type,
        "Content-Disposition": f'attachment; filename="{filename}"',
        **NO_STORE,
    }
    return Response(stream=stream, headers=headers)


def empty(status: HTTPStatus = HTTPStatus.NO_CONTENT) -> Response:
    """A status and nothing else."""
    return Response(status)


def form_post(uri: str, parameters: Mapping[str, str], origin: str) -> Response:
    """A page that posts the parameters to the client by itself, and has a button where script is off.

    OAuth 2.0 Form Post Response Mode 2; `origin` is the client's CSP source.
    """
    return page("authorize/form_post", form_action=(origin,), uri=uri, parameters=dict(parameters))
