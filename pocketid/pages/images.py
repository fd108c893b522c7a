"""People's pictures, apps' logos and the site's own as files: public, always an image, telling nobody who exists."""

import hashlib
from http import HTTPStatus
from uuid import UUID

from pocketid import clients, images, initials, users
from pocketid.errors import NotFound
from pocketid.initials import NOBODY, Initials
from pocketid.request import Request
from pocketid.response import Response, empty, file
from pocketid.text import _

_SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_SHORTLY = "public, max-age=300"
_FOREVER = "public, max-age=31536000, immutable"  # for an address that holds the content's digest
_SUFFIXES = {"image/png": "png", "image/svg+xml": "svg", "image/webp": "webp"}


def picture(request: Request, user_id: str) -> Response:
    """A person's picture, else the one for people without, else their initials; a figure for nobody."""
    try:
        user = users.get(request.db, UUID(user_id))
    except (ValueError, NotFound):
        return _send_drawn(request, NOBODY)
    stored = images.get(request.db, "user", str(user.id), "picture")
    stored = stored or images.get_own(request.db, "default-profile-picture")
    if stored is None:
        return _send_drawn(request, initials.of(users.name_of(user)))
    return _send(request, stored.media_type, stored.content, stored.digest)


def logo(request: Request, client_id: str) -> Response:
    """An app's logo, with light=false the one for dark pages if it has one, else its initial; a figure for no app."""
    client = clients.find(request.db, client_id)
    if client is None:
        return _send_drawn(request, NOBODY)
    stored = images.get(request.db, "client", client.id, "logo")
    if request.query.get("light") == "false":  # as in Pocket ID
        stored = images.get(request.db, "client", client.id, "logo_dark") or stored
    if stored is None:
        return _send_drawn(request, initials.of(client.name, 1))
    return _send(request, stored.media_type, stored.content, stored.digest)


def favicon(request: Request) -> Response:
    """The icon of the site."""
    return _send_own(request, "favicon")


def own_logo(request: Request) -> Response:
    """The logo of the site; `light=false` asks for the one on dark."""
    return _send_own(request, "logo-dark" if request.query.get("light") == "false" else "logo-light")


def email_logo(request: Request) -> Response:
    """The logo that mails carry."""
    return _send_own(request, "email")


def background(request: Request) -> Response:
    """The picture beside the sign-in card."""
    return _send_own(request, "background")


def default_picture(request: Request) -> Response:
    """The picture of people who have none."""
    stored = images.get_own(request.db, "default-profile-picture")
    if stored is None:
        return _send_drawn(request, NOBODY)
    return _send(request, stored.media_type, stored.content, stored.digest)


def _send_own(request: Request, name: str) -> Response:
    """A picture of the site, else the built-in one; there is no built-in background."""
    stored = images.get_own(request.db, name)
    if stored is not None:
        return _send(request, stored.media_type, stored.content, stored.digest)
    if name == "background":
        raise NotFound(_("This site has no background picture."))
    built_in = request.assets.read("mail-logo.png" if name == "email" else "favicon.svg")
    digest = hashlib.sha256(built_in.content).hexdigest()[:16]
    return _send(request, built_in.media_type, built_in.content, digest)


def _send_drawn(request: Request, drawn: Initials) -> Response:
    if _is_known(request, drawn.digest):  # before drawing, which is most of the work
        return _send(request, "image/png", b"", drawn.digest)
    return _send(request, *initials.draw(drawn), drawn.digest)


def _send(request: Request, media_type: str, content: bytes, digest: str) -> Response:
    """The image under a fixed name (security FI-03), or 304 for a browser that has it (RFC 9110 15.4.5)."""
    is_lasting = request.query.get("v") == digest
    headers = {"ETag": f'"{digest}"', "Cache-Control": _FOREVER if is_lasting else _SHORTLY}
    if _is_known(request, digest):
        unchanged = empty(HTTPStatus.NOT_MODIFIED)
        unchanged.headers.update(headers)
        return unchanged
    headers["Content-Disposition"] = f'inline; filename="image.{_SUFFIXES[media_type]}"'
    if media_type == "image/svg+xml":
        headers["Content-Security-Policy"] = _SVG_POLICY
    return file(content, media_type, headers=headers)


def _is_known(request: Request, digest: str) -> bool:
    return f'"{digest}"' in request.headers.get("if-none-match", "")
