"""The pictures of the site itself: each shown on light and dark, changed, and put back to the built-in one."""

from http import HTTPStatus

from pocketid import audit, images
from pocketid.audit import Event
from pocketid.errors import Invalid, NotFound
from pocketid.pages import look_preview
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _

_PAGE = "/settings/admin/application-configuration/images"
_ADDRESSES = {
    "favicon": "/api/application-images/favicon?",
    "logo-light": "/api/application-images/logo?light=true&",
    "logo-dark": "/api/application-images/logo?light=false&",
    "email": "/api/application-images/email?",
    "default-profile-picture": "/api/application-images/default-profile-picture?",
    "background": "/api/application-images/background?",
}


def show(request: Request) -> Response:
    """The pictures."""
    return _page(request)


def update(request: Request, image: str) -> Response:
    """Store an uploaded picture."""
    _check(image)
    upload = request.files.get("file")
    try:
        images.put_own(request.db, image, upload.content if upload else b"", request.now)
    except Invalid as invalid:
        return _page(request, invalid.fields)
    _changed(request, image)
    return redirect(f"{_PAGE}#{image}", flash=_("The picture is saved."))


def reset(request: Request, image: str) -> Response:
    """Go back to the built-in picture."""
    _check(image)
    if images.remove_own(request.db, image):
        _changed(request, image, removed=True)
    return redirect(f"{_PAGE}#{image}", flash=_("The built-in picture is shown again."))


def _check(name: str) -> None:
    if name not in images.OWN:
        raise NotFound(_("The site has no such picture."))


def _changed(request: Request, name: str, *, removed: bool = False) -> None:
    request.signals.changed("images")
    audit.record(request, Event.APPLICATION_IMAGE_CHANGED, image=name, removed=removed)


def _page(request: Request, errors: dict[str, str] | None = None) -> Response:
    there = images.own_versions(request.db)
    pictures = [
        {
            "name": name,
            "label": label,
            "hint": hint,
            "is_own": name in there,
            "address": f"{_ADDRESSES[name]}v={there.get(name, '')}"
            if name != "background" or name in there
            else "",
            "accept": "image/png,image/jpeg,image/webp,image/gif"
            + (",image/svg+xml" if images.OWN[name].may_be_svg else ""),
        }
        for name, (label, hint) in _words().items()
    ]
    return page(
        "admin/settings/images",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        pictures=pictures,
        preview=look_preview.of(request),
        errors=errors or {},
    )


def _words() -> dict[str, tuple[str, str]]:
    return {
        "logo-light": (
            _("Logo on light pages"),
            _("In the menu and on the sign-in card. PNG or SVG, square looks best."),
        ),
        "logo-dark": (
            _("Logo on dark pages"),
            _("Without one, the logo for light pages is shown on dark ones, too."),
        ),
        "favicon": (_("Icon in the browser's tab"), _("Small and square, PNG or SVG.")),
        "email": (_("Logo in mails"), _("PNG, because many mail programs show no SVG.")),
        "default-profile-picture": (
            _("Picture of people who have none"),
            _("Instead of their initials; it is cut to a square."),
        ),
        "background": (
            _("Background"),
            _("Beside the sign-in card, on wide screens. A photograph of up to 5 MB."),
        ),
    }
