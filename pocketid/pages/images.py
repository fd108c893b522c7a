"""Pictures and logos as apps and pages fetch them: public, always an image, telling nobody who exists."""

from http import HTTPStatus
from uuid import UUID

from pocketid import clients, images, users
from pocketid.errors import Invalid, NotFound
from pocketid.images import Image
from pocketid.request import Request
from pocketid.response import Response, empty, file

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_NOBODY = "?"


def picture(request: Request, user_id: str) -> Response:
    """A person's picture, else their initials; a question mark for nobody."""
    try:
        stored = images.get(request.db, "user", str(UUID(user_id)), "picture")
        return _send(request, stored or _drawn(users.name_of(users.get(request.db, UUID(user_id)))))
    except (ValueError, NotFound):
        return _send(request, _drawn(_NOBODY))


def logo(request: Request, client_id: str) -> Response:
    """An app's logo, else its initial; a question mark for no app."""
    client = clients.find(request.db, client_id)
    if client is None:
        return _send(request, images.initials(_NOBODY))
    stored = images.get(request.db, "client", client.id, "logo")
    return _send(
        request, stored or images.initials(client.name.split()[0][:1] if client.name.split() else _NOBODY)
    )


def _drawn(name: str) -> Image:
    """Initials as PNG, or as SVG on a server without Pillow."""
    try:
        return images.initials_as_png(name)
    except Invalid:
        return images.initials(name)


def _send(request: Request, image: Image) -> Response:
    """With a validator, so that a browser asks again without being sent it again (RFC 9110 13)."""
    headers = {
        "ETag": f'"{image.digest[:32]}"',
        "Cache-Control": "public, max-age=300",
        "Content-Disposition": "inline; filename=image",
        "Content-Security-Policy": _POLICY,
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        unchanged = empty(HTTPStatus.NOT_MODIFIED)
        unchanged.headers |= headers
        return unchanged
    return file(image.content, image.media_type, headers=headers)
