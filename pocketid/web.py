"""The seam, the only module that sees Bottle's request: bytes into a Request, a Response into bytes.

    Site                       what one process serves with: configuration, keys, database, views
    application(site)          the WSGI application, one Bottle route for each line of routes.py
      _endpoint                the frame of every request:
        host, sizes, encodings     refused before anything is looked up
        session, guard, form token who asks, whether they may, whether the form is ours
        handler                    returns a Response or raises; its view is rendered
        end of the transaction     return commits; Refusal rolls back; Spent commits (errors.py)
        headers, cookies           the same on every answer

It holds no rule of the provider and no SQL.
"""

import base64
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote

import bottle

from pocketid import api_keys, audit, client_ids, cookies, log, outbox, proxies, render, sessions, settings
from pocketid.config import Config
from pocketid.crypto import Keyring, same
from pocketid.db import Database, Source, Statements
from pocketid.errors import Invalid, NotAllowed, NotFound, NotSignedIn, Refusal, TooLarge, Unavailable
from pocketid.geo import Places
from pocketid.oidc import errors as oauth_errors
from pocketid.paths import data_dir
from pocketid.render import Assets, Views
from pocketid.request import Browser, Fields, Guard, Request, Upload
from pocketid.response import Response, json, page, redirect
from pocketid.signals import Signals
from pocketid.text import _, known_locale, known_zone, preferred_locale, speak

Handler = Callable[..., Response]
BODY_LIMIT = 64 * 1024
UPLOAD_LIMIT = 6 * 1024 * 1024
_MAX_FIELDS = 100
_TOKEN_CHARACTERS = 43
_BROWSER_SECONDS = 400 * 86_400
_FLASH_SECONDS = 60
_PAGES_OF_THE_API = {"/api/oidc/end-session"}  # people come here, whatever the address looks like
# Health checks, and what proxies of protected hosts ask: oidc/forward_auth.py looks the host up itself.
_ANY_HOST = {
    *("/healthz", "/health"),
    *("/api/forward-auth", "/api/forward-auth/redirect", "/.pocketid/callback"),
}
_SAME_SITE = {"same-origin", "none"}
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}  # RFC 9110 9.2.1
_HEADERS = {  # on every answer, in the shape that Bottle keeps headers in
    "X-Content-Type-Options": ["nosniff"],
    "X-Frame-Options": ["DENY"],
    "Referrer-Policy": ["no-referrer"],
    "Cross-Origin-Opener-Policy": ["same-origin"],
}
_SECURE_HEADERS = _HEADERS | {"Strict-Transport-Security": ["max-age=31536000"]}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Site:
    """What one process serves with."""

    config: Config
    keyring: Keyring
    source: Source
    statements: Statements
    signals: Signals = field(default_factory=Signals)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    assets: Assets = field(default_factory=lambda: Assets(data_dir("views") / "static"))
    places: Places = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", Places(self.config.geolite_db_path, self.config.local_ipv6_ranges))

    def database(self) -> Database:
        """A fresh view of the database, for one request or one piece of work."""
        return Database(self.source, self.statements)


@dataclass(frozen=True, slots=True)
class Route:
    """One line of routes.py. `upload` allows multipart bodies of up to UPLOAD_LIMIT bytes."""

    method: str
    path: str
    handler: Handler
    guard: Guard
    upload: bool = False


def application(site: Site, routes: Iterable[Route]) -> Callable[..., Iterable[bytes]]:
    """The WSGI application."""
    views = render.compiled(site.assets)
    app = bottle.Bottle()
    app.config["catchall"] = False
    for route in routes:
        app.route(route.path, route.method, partial(_endpoint, site, views, route))
    app.default_error_handler = partial(_no_route, site, views)
    wsgi: Callable[..., Iterable[bytes]] = app
    return wsgi


def path_matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Tells whether a path belongs to one of these routes; a placeholder stands for one segment."""
    escaped = (re.sub(r"<\w+>", "[^/]+", pattern) for pattern in patterns)
    matcher = re.compile("|".join(escaped) or r"(?!)")
    return lambda path: matcher.fullmatch(path) is not None


def _endpoint(site: Site, views: Views, route: Route, **arguments: str) -> Iterable[bytes]:
    """Answer one request; see the head of this module."""
    started = time.perf_counter()
    environ = bottle.request.environ
    with site.database() as db:
        request = _bare_request(site, environ, db)
        try:
            _read(request, route, environ)
            response = _answer(request, route, arguments)
            _render(site, views, request, response)
            db.commit()
        except Exception as error:  # the outermost frame: everything becomes an answer
            response = _explain(site, request, route, error)
        _forget(request, route)
        output = _finish(site, views, request, response)
    _log_request(request, response, started)
    return output


def _answer(request: Request, route: Route, arguments: Mapping[str, str]) -> Response:
    request.actor, request.session_token = _who(request)
    if request.actor is None and route.guard is Guard.API_USER:
        request.actor = api_keys.current(request.db, request.headers.get("x-api-key", ""), request.now)
    speak(_locale(request, route.guard), known_zone(request.cookies.get("zone", "")))
    # The guard first: who was signed out meanwhile reads that, and not of an expired form.
    _check_guard(request, route.guard)
    if request.method not in _SAFE_METHODS and route.guard is not Guard.PROTOCOL and not _is_program(request):
        _check_form(request)
    if "client_id" in arguments:
        arguments = {**arguments, "client_id": client_ids.from_path(arguments["client_id"])}
    return route.handler(request, **arguments)


def _forget(request: Request, route: Route) -> None:
    """What an administrator changed holds here from the answer on, whenever the listener hears of it (signals.py)."""
    if route.guard in {Guard.ADMIN, Guard.API_USER} and request.method not in _SAFE_METHODS:
        request.signals.changed("")


def _no_route(site: Site, views: Views, error: bottle.HTTPError) -> Iterable[bytes]:
    """404 and 405, which Bottle's router finds out; 500 when a handler's frame itself broke."""
    started = time.perf_counter()
    environ = bottle.request.environ
    with site.database() as db:
        request = _bare_request(site, environ, db)
        status = HTTPStatus(error.status_code)
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            refusal = Refusal(_("This address does not take that kind of request."), status=status)
            refusal.headers["Allow"] = error.get_header("Allow", "GET")
        else:
            refusal = NotFound(_("There is no page at this address."))
        try:
            _check_path(environ)
            request.actor, request.session_token = _who(request)
            response = _error_page(request, refusal)
        except Refusal as other:
            response = _error_page(request, other)
        output = _finish(site, views, request, response)
    _log_request(request, response, started)
    return output


# What came in


def _bare_request(site: Site, environ: Mapping[str, Any], db: Database) -> Request:
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    own_cookies = dict(cookies.received(headers.get("cookie", ""), site.config))
    token = own_cookies.get("browser", "")
    speak(preferred_locale(headers.get("accept-language", "")) or "en")  # until we know who reads
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        query=Fields(),
        form=Fields(),
        files={},
        headers=headers,
        cookies=own_cookies,
        body=b"",
        address=proxies.client_address(environ, site.config),
        is_from_proxy=site.config.trusts(environ.get("REMOTE_ADDR") or ""),
        now=site.clock(),
        config=site.config,
        keyring=site.keyring,
        signals=site.signals,
        places=site.places,
        assets=site.assets,
        db=db,
        browser=Browser(token if len(token) == _TOKEN_CHARACTERS else None),
    )


def _read(request: Request, route: Route, environ: Mapping[str, Any]) -> None:
    """Fill in query, form and body. Raises Refusal for the wrong host, sizes and encodings."""
    _check_host(request, environ)
    _check_scheme(request, environ)
    _check_path(environ)
    request.query = _fields(environ.get("QUERY_STRING", ""))
    if request.method in {"POST", "PUT", "PATCH", "DELETE"}:
        media_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        if route.upload and media_type == "multipart/form-data":
            _read_upload(request, environ)
            return
        length = _content_length(environ)
        if length > BODY_LIMIT:
            raise TooLarge(_("That is more than this page accepts."))
        request.body = environ["wsgi.input"].read(length) if length else b""
        if media_type == "application/x-www-form-urlencoded":
            request.form = _fields(request.body.decode("ascii", "replace"))


def _read_upload(request: Request, environ: Mapping[str, Any]) -> None:
    if _content_length(environ) > UPLOAD_LIMIT:
        raise TooLarge(_("The file is too large: at most {n} MB are accepted.").format(n=UPLOAD_LIMIT >> 20))
    try:
        forms, files = bottle.request.forms, bottle.request.files
        pairs = [(name, forms.getunicode(name)) for name in forms]
        uploads = {name: Upload(files[name].raw_filename, files[name].file.read()) for name in files}
    except (bottle.HTTPError, ValueError) as error:
        raise _malformed() from error
    _refuse_nul(pairs)
    request.form, request.files = Fields(pairs), uploads


def _content_length(environ: Mapping[str, Any]) -> int:
    text = environ.get("CONTENT_LENGTH") or "0"
    if not text.isascii() or not text.isdigit():
        raise _malformed()
    return int(text)


def _fields(text: str) -> Fields:
    if text.count("&") >= _MAX_FIELDS:
        raise Refusal(_("Too many things were chosen at once. Please go back and choose fewer."))
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise _malformed() from error
    _refuse_nul(pairs)
    return Fields(pairs)


def _refuse_nul(pairs: Iterable[tuple[str, str]]) -> None:
    """PostgreSQL has no NUL in texts, and no person means one."""
    if any("\0" in part for pair in pairs for part in pair):
        raise _malformed()


def _malformed() -> Refusal:
    return Refusal(_("The request could not be read. Please go back and try again."))


# Who asks, and whether they may


def _who(request: Request) -> tuple[Any, str | None]:
    token = request.cookies.get("session")
    if not token:
        return None, None
    actor = sessions.current(request.db, token, request.now)
    return (actor, token) if actor else (None, None)


def _is_program(request: Request) -> bool:
    """Whether an API key says who asks: no browser sends that by itself, so no other site can forge it."""
    return request.actor is not None and request.session_token is None


def _locale(request: Request, guard: Guard) -> str:
    """The language that the person chose, else the browser's, else that of the settings."""
    by_browser = preferred_locale(request.headers.get("accept-language", ""))
    chosen = known_locale(request.actor.locale) if request.actor else None
    if chosen and by_browser and by_browser.startswith(chosen):  # the browser also knows the country
        return by_browser
    if chosen or by_browser or guard is Guard.PROTOCOL:
        return chosen or by_browser or "en"
    return settings.load(request).default_language


def _check_host(request: Request, environ: Mapping[str, Any]) -> None:
    """Host must be ours: links, cookies and passkeys all belong to APP_URL."""
    host = proxies.forwarded(environ, request.config, "host") or request.headers.get("host", "").lower()
    if request.path in _ANY_HOST or host in request.config.hosts:
        return
    raise Refusal(
        _(
            "This server answers at {url} only. If that is not right, set APP_URL to the address people use."
        ).format(url=request.config.app_url),
        status=HTTPStatus.MISDIRECTED_REQUEST,
    )


def _check_scheme(request: Request, environ: Mapping[str, Any]) -> None:
    """Note in the log when a proxy was reached by another scheme than APP_URL's: cookies get lost that way.

    Nothing is decided by it: a proxy that reports wrongly must not shut everybody out.
    """
    scheme = proxies.forwarded(environ, request.config, "proto")
    if scheme in {"http", "https"} and not request.config.app_url.startswith(f"{scheme}:"):
        request.log_fields["scheme"] = scheme


def _check_path(environ: Mapping[str, Any]) -> None:
    """A path is UTF-8 without control characters; Bottle would leave out what is not."""
    try:
        path = environ["bottle.raw_path"].encode("latin-1").decode()
    except UnicodeError as error:
        raise _malformed() from error
    if _CONTROL.search(path):
        raise _malformed()


def _check_form(request: Request) -> None:
    """A POST of ours carries the form token and comes from our own pages (ASVS 3.5)."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin", "null")
    is_ours = site in _SAME_SITE if site else origin in {"null", request.config.app_url}
    token = request.form.get("form_token") or request.headers.get("x-form-token", "")
    if not is_ours or request.browser.is_new or not same(token, request.form_token):
        raise NotAllowed(_("This form has expired. Please go back, reload the page and try again."))


def _check_guard(request: Request, guard: Guard) -> None:
    if guard in {Guard.PUBLIC, Guard.PROTOCOL}:
        return
    if request.actor is None:
        raise NotSignedIn(_("Please sign in first."))
    if guard is Guard.ADMIN:
        if not request.actor.is_admin:
            raise NotAllowed(_("This page is for administrators."))
        if request.actor.verified_at is None:  # signed in by a link or code, no passkey used yet
            raise NotAllowed(
                _("Please sign in with a passkey to administer. A link or code is not enough for that.")
            )


# What goes out


def _explain(site: Site, request: Request, route: Route, error: Exception) -> Response:
    """The answer to a refusal or a fault; keeps or undoes what was written."""
    if not isinstance(error, Refusal):
        request.db.rollback()
        log.failure("request_failed", error, reference=request.reference, path=request.path)
        error = Refusal(
            _(
                "You did nothing wrong. Whoever runs this site finds the cause in the log, under the number"
                " {reference}."
            ).format(reference=request.reference),
            status=HTTPStatus.INTERNAL_SERVER_ERROR,
        )
        return _error_page(request, error)
    try:
        if error.keeps_writes:
            request.db.commit()
        else:
            request.db.rollback()
        if error.event:
            audit.record(request, audit.Event(error.event), **error.details)
            request.db.commit()
    except Refusal as other:  # the database went away meanwhile
        return _error_page(request, other)
    if (
        isinstance(error, NotSignedIn)
        and request.method in _SAFE_METHODS
        and not request.path.startswith("/api/")
    ):
        target = request.path
        if query := bottle.request.query_string:
            target += f"?{query}"
        return redirect(f"/login?redirect={quote(target, safe='')}")
    if error.response is not None:
        response: Response = error.response
        return response
    return _error_page(request, error)


def _error_page(request: Request, error: Refusal) -> Response:
    if request.path in oauth_errors.ENDPOINTS:
        return oauth_errors.explain(error)
    if request.path.startswith("/api/") and request.path not in _PAGES_OF_THE_API:
        response = _problem(request, error)
    else:
        response = page("error", status=error.status, message=error.message, error_status=error.status)
    response.headers.update(error.headers)
    return response


def _problem(request: Request, error: Refusal) -> Response:
    """A refusal as Pocket ID's API words it, with every field that is wrong."""
    body: dict[str, Any] = {"error": error.message, "code": error.code or error.status.name.lower()}
    status = error.status
    if isinstance(error, Invalid):
        status = HTTPStatus.BAD_REQUEST
        body["details"] = {
            "fields": [
                {"field": name, "code": "invalid_format", "message": message}
                for name, message in error.fields.items()
            ]
        }
    return json(body | {"request_id": request.reference}, status=status)


def _finish(site: Site, views: Views, request: Request, response: Response) -> Iterable[bytes]:
    """Render, and put the same headers on every answer."""
    _render(site, views, request, response)
    if response.flash is not None:
        encoded = base64.urlsafe_b64encode(response.flash.encode()).decode()
        response.with_cookie("flash", encoded, _FLASH_SECONDS)
    bottle.request.environ["pocketid.response"] = response  # for tests: what a page was given, not its HTML
    if request.browser.needs_cookie:
        response.with_cookie("browser", request.browser.token, _BROWSER_SECONDS)
    out = bottle.response
    out.status = int(response.status)
    for name, value in response.headers.items():
        out.set_header(name, value)
    if "Content-Security-Policy" not in response.headers:
        out.headers.dict["Content-Security-Policy"] = [_content_security_policy(response)]
    out.headers.dict.update(_SECURE_HEADERS if site.config.is_https else _HEADERS)
    for cookie in response.cookies:
        out.add_header("Set-Cookie", cookies.header(site.config, cookie.name, cookie.value, cookie.max_age))
    return [response.body] if response.stream is None else response.stream


def _render(site: Site, views: Views, request: Request, response: Response) -> None:
    """Fill in the body of a page that has none yet."""
    if response.view is None or response.body:
        return
    flash = _flash(request)
    if flash:
        response.with_cookie("flash", "", 0)
    common = {
        "request": request,
        "actor": request.actor,
        "now": request.now,
        "flash": flash,
        "site": _appearance(request),
        "mails_given_up": _mails_given_up(request),
    }
    response.body = views.render(response.view, common | response.variables).encode()
    response.headers.setdefault("Content-Type", "text/html; charset=utf-8")
    response.headers.setdefault("Cache-Control", "no-store")


def _appearance(request: Request) -> settings.Appearance:
    """Name and colour; those of a new installation while the database is away, so that the page can say so."""
    try:
        return settings.appearance(request)
    except Unavailable:
        return settings.NEW_INSTALLATION


def _mails_given_up(request: Request) -> int:
    """How many mails admins are told of, on all of their pages but the one that shows them."""
    is_told = request.actor and request.actor.is_admin and request.path.startswith("/settings/admin/")
    if not is_told or request.path == "/settings/admin/outbox":
        return 0
    try:
        return outbox.given_up(request)
    except Unavailable:
        return 0


def _flash(request: Request) -> str | None:
    encoded = request.cookies.get("flash", "")
    try:
        return base64.urlsafe_b64decode(encoded).decode() or None
    except ValueError:
        return None


def _content_security_policy(response: Response) -> str:
    if response.view is None:
        return "default-src 'none'; frame-ancestors 'none'"
    form_action = " ".join(("'self'", *response.form_action))
    frames = f" frame-src {' '.join(response.frame_src)};" if response.frame_src else ""
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self';"
        f"{frames} form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    )


def _log_request(request: Request, response: Response, started: float) -> None:
    log.request(
        request.method,
        request.path,
        int(response.status),
        (time.perf_counter() - started) * 1000,
        address=request.address,
        user=request.actor.username if request.actor else None,
        reference=request.reference if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR else None,
        **request.log_fields,
    )
