"""Forward authentication: a proxy asks here, before each request to a protected host, who it comes from.

    check                200 with the person in headers, else 401: for auth_request of Nginx
    check_or_redirect    the same, but a person's browser is sent to sign in: for Traefik and Caddy
    callback             on the protected host itself: brings back a code, and begins that host's own session

To the rest of the program a protected host is an app that uses the code flow, as a public client with PKCE. So
no cookie spans hosts. Nothing is stored of somebody who has not signed in: where they wanted to go is sealed in
`state`, which only the browser that was sent away can bring back.
"""

from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import quote, urlencode

import msgspec

from pocketid import clients, crypto, protected_hosts, tokens
from pocketid.crypto import CannotOpen, base64url, from_base64url
from pocketid.oidc import claims, grant_authorization_code
from pocketid.oidc.errors import OAuthError
from pocketid.protected_hosts import CALLBACK, Visit
from pocketid.request import Request
from pocketid.response import NO_STORE, Response, redirect

SESSION_COOKIE, START_COOKIE = "forward", "forward-start"
_SCOPES = "profile email groups"
_HEADERS = {  # each header with its claim
    "Remote-User": "preferred_username",
    "Remote-Email": "email",
    "Remote-Name": "name",
    "Remote-Groups": "groups",
}
_PURPOSE = "forward-auth"
_TOKEN_CHARACTERS = 43
_START_SECONDS = 3600
_SESSION_SECONDS = 30 * 86_400  # of the cookie; what it stands for ends with the person's session
_LONGEST_ADDRESS = 1024
_UNRESERVED = "/?#[]@!$&'()*+,;=:-._~%"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the proxy was asked for."""

    host: str
    uri: str
    is_navigation: bool


class _Start(msgspec.Struct):
    """What `state` holds: where the person wanted to go, and since when, in seconds of Unix time."""

    uri: str
    at: int


def check(request: Request) -> Response:
    """Whether a request may pass, in the status alone."""
    asked = _asked(request)
    visit = asked and _visit(request, asked)
    if not asked or not visit:
        return _refused()
    if visit.subject or protected_hosts.is_public(visit.public_paths, asked.uri):
        return _passed(request, visit)
    return _answer(HTTPStatus.UNAUTHORIZED, "sign in first")


def check_or_redirect(request: Request) -> Response:
    """The same, but who may sign in is sent there; what a script or a picture asked for is not."""
    answer, asked = check(request), _asked(request)
    if answer.status != HTTPStatus.UNAUTHORIZED or not asked or not asked.is_navigation:
        return answer
    client_id = protected_hosts.client_of(request.db, asked.host)
    return _sign_in(request, asked, client_id) if client_id else _refused()


def callback(request: Request) -> Response:
    """Exchange the code that came back to the protected host, and go on to where the person wanted to."""
    asked = _asked(request)
    client_id = asked and protected_hosts.client_of(request.db, asked.host)
    if not asked or not client_id:
        return _refused()
    start, state = request.cookies.get(START_COOKIE, ""), request.query.get("state", "")
    uri = _opened(request, asked.host, start, state)
    token = _exchanged(request, client_id, asked.host, start, state) if uri is not None else None
    if uri is None or token is None:
        return redirect(f"{request.config.app_url}/protected-host?{urlencode({'host': asked.host})}")
    answer = redirect(_address(request, asked.host, uri))
    return answer.with_cookie(SESSION_COOKIE, token, _SESSION_SECONDS)


def _asked(request: Request) -> _Asked | None:
    """What X-Forwarded-Host, -Uri and -Method say; None when no trusted proxy says it."""
    host = request.headers.get("x-forwarded-host", "").rpartition(",")[2].strip().lower()
    if not request.is_from_proxy or not host:
        return None
    usual = ":443" if request.config.is_https else ":80"
    method = request.headers.get("x-forwarded-method", "GET")
    mode = request.headers.get("sec-fetch-mode", "navigate" if method in {"GET", "HEAD"} else "")
    uri = request.headers.get("x-forwarded-uri", "/")
    return _Asked(host.removesuffix(usual), uri if uri.startswith("/") else "/", mode == "navigate")


def _visit(request: Request, asked: _Asked) -> Visit | None:
    token = request.cookies.get(SESSION_COOKIE, "")
    return protected_hosts.visit(request.db, asked.host, token, request.now)


def _passed(request: Request, visit: Visit) -> Response:
    """Every header on every answer, empty for nobody, so that a proxy never leaves the client's own in place."""
    told = {}
    if visit.subject:
        told = claims.build(visit.subject, visit.scopes, visit, app_url=request.config.app_url)
    answer = _answer(HTTPStatus.OK, "")
    answer.headers.update({name: _text(told.get(claim)) for name, claim in _HEADERS.items()})
    return answer


def _text(value: object) -> str:
    """A claim as a header's value; a list's members are parted by commas, and hold none."""
    if isinstance(value, list):
        return ",".join(_text(member).replace(",", " ") for member in value)
    return "".join(char if char.isprintable() else " " for char in str(value)) if value is not None else ""


def _refused() -> Response:
    return _answer(
        HTTPStatus.FORBIDDEN, "not a protected host, or not asked by a proxy that TRUST_PROXY names"
    )


def _answer(status: HTTPStatus, text: str) -> Response:
    headers = {"Content-Type": "text/plain; charset=utf-8", **NO_STORE}
    return Response(status, text.encode(), headers=headers)


def _sign_in(request: Request, asked: _Asked, client_id: str) -> Response:
    """To the authorization endpoint, with a cookie that binds the answer to this browser. RFC 6749 10.12."""
    known = request.cookies.get(START_COOKIE, "")
    start = known if len(known) == _TOKEN_CHARACTERS else crypto.random_token()
    uri = asked.uri if len(asked.uri) <= _LONGEST_ADDRESS else "/"
    content = msgspec.json.encode(_Start(uri, int(request.now.timestamp())))
    state = base64url(request.keyring.seal(_PURPOSE, content, f"{asked.host}\n{start}"))
    parameters = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": _address(request, asked.host, CALLBACK),
        "scope": _SCOPES,
        "state": state,
        "code_challenge": base64url(sha256(_verifier(request, start, state).encode()).digest()),
        "code_challenge_method": "S256",
    }
    answer = redirect(f"{request.config.app_url}/authorize?{urlencode(parameters)}")
    return answer.with_cookie(START_COOKIE, start, _START_SECONDS)


def _opened(request: Request, host: str, start: str, state: str) -> str | None:
    """The address in a state that this browser was sent away with, not long ago; None for any other."""
    try:
        sealed = from_base64url(state)
        content = request.keyring.open(_PURPOSE, sealed, f"{host}\n{start}")
    except (CannotOpen, ValueError):
        return None
    found = msgspec.json.decode(content, type=_Start)
    return found.uri if request.now.timestamp() - found.at <= _START_SECONDS else None


def _exchanged(request: Request, client_id: str, host: str, start: str, state: str) -> str | None:
    """The token of the host's new session; None when there was no code, or it was not good."""
    client, code = clients.known(request, client_id), request.query.get("code", "")
    sent = {
        "code": code,
        "redirect_uri": _address(request, host, CALLBACK),
        "code_verifier": _verifier(request, start, state),
    }
    found = tokens.find_code(request.db, code)
    if client is None or found is None or request.query.get("iss") != request.config.app_url:  # RFC 9207 2.4
        return None
    try:
        grant_authorization_code.redeem(request, client, sent)
    except OAuthError:  # what it spent stays spent, as nothing is raised
        return None
    return protected_hosts.begin(request.db, found.authorization.id, request.now)


def _verifier(request: Request, start: str, state: str) -> str:
    """RFC 7636 4.1, made again when the code comes back."""
    return request.keyring.mac(_PURPOSE, f"{start}\n{state}").hex()


def _address(request: Request, host: str, uri: str) -> str:
    """An address on a protected host and nowhere else, whatever the path looks like."""
    return protected_hosts.origin(request.config, host) + quote(uri, safe=_UNRESERVED, encoding="latin-1")
