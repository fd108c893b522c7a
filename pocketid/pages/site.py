"""What belongs to no area: the start page, old addresses, health, static files and the accent colour."""

import re
from http import HTTPStatus

from pocketid import health, settings, setup
from pocketid.errors import NotFound
from pocketid.request import Request
from pocketid.response import Response, empty, file, json, redirect
from pocketid.text import _

_TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")  # RFC 9110 12.5.3: q=0 is a no
_FOREVER = "public, max-age=31536000, immutable"


def start(request: Request) -> Response:
    """Where a person who types the bare address belongs."""
    if request.actor is not None:
        return redirect(settings.load(request).home_page_url)
    return redirect("/setup" if setup.is_open(request.db, request.now) else "/login")


def moved(request: Request) -> Response:
    """Addresses that people and guides know, and where the page is here."""
    return redirect(_MOVED[request.path])


_MOVED = {
    "/settings": "/settings/account",
    "/settings/admin": "/settings/admin/users",
    "/settings/users": "/settings/admin/users",
    "/settings/audit": "/settings/admin/audit-log",
    "/settings/audit-log/global": "/settings/admin/audit-log",
    "/signup/setup": "/setup",
    "/signup/add-passkey": "/login/add-passkey",
}


def healthz(request: Request) -> Response:
    """204 while the process and its database answer, as Pocket ID's `healthcheck` expects; else 503."""
    is_ok = health.report(request.db).status == "ok"
    return empty() if is_ok else empty(HTTPStatus.SERVICE_UNAVAILABLE)


def show_health(request: Request) -> Response:
    """200 with what is well, or 503 with what is not."""
    report = health.report(request.db)
    return json(report, status=HTTPStatus.OK if report.status == "ok" else HTTPStatus.SERVICE_UNAVAILABLE)


def static(request: Request, name: str) -> Response:
    """A file of views/static under its name with checksum."""
    asset = request.assets.serve(name)
    if asset is None:
        raise NotFound(_("There is no such file."))
    headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
    if _TAKES_GZIP.search(request.headers.get("accept-encoding", "")):
        return file(asset.compressed, asset.media_type, headers=headers | {"Content-Encoding": "gzip"})
    return file(asset.content, asset.media_type, headers=headers)


def theme(request: Request) -> Response:
    """What the admin chose of the look, as a style sheet; its address holds the sheet's digest."""
    sheet = settings.style_sheet(settings.load(request))
    return file(sheet.encode(), "text/css; charset=utf-8", headers={"Cache-Control": _FOREVER})
