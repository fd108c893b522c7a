"""What others find at addresses that everybody knows, beside discovery: served from the configuration alone.

    /.well-known/webfinger           RFC 7033: who signs in the people of this host
    /.well-known/webauthn            WebAuthn 5.11: other origins that may use the passkeys of this one
    /.well-known/passkey-endpoints   where password managers send people for their passkeys

There is nothing at /.well-known/change-password, because nobody has a password.
"""

import re
from http import HTTPStatus
from urllib.parse import urlsplit

from pocketid.oidc.errors import CORS
from pocketid.request import Request
from pocketid.response import NO_STORE, Response, json

ISSUER = "http://openid.net/specs/connect/1.0/issuer"
_ACCOUNT = re.compile(r"acct:[^@\s]+@([A-Za-z0-9.-]+)")
_CACHING = {"Cache-Control": "public, max-age=300"}


def webfinger(request: Request) -> Response:
    """The issuer for any account of our host, whether there is such a person or not. RFC 7033 4, Discovery 1.0 2.

    Also for the domains that our host is part of, which may pass the question on to us.
    """
    resources = request.query.all("resource")
    if len(resources) != 1 or not (host := _host(resources[0])):  # RFC 7033 4.2
        return _nothing(HTTPStatus.BAD_REQUEST, "resource is one of acct:name@host or https://host/path")
    [resource] = resources
    if not f".{request.config.rp_id}".endswith(f".{host}"):
        return _nothing(HTTPStatus.NOT_FOUND, "another host speaks for that resource")
    wanted = request.query.all("rel")
    links = [{"rel": ISSUER, "href": request.config.app_url}] if not wanted or ISSUER in wanted else []
    headers = {"Content-Type": "application/jrd+json", **_CACHING, **CORS}
    return json({"subject": resource, "links": links}, headers=headers)


def webauthn(request: Request) -> Response:
    """The origins of WEBAUTHN_RELATED_ORIGINS, as browsers ask for them. WebAuthn 5.11.1."""
    if not request.config.webauthn_related_origins:
        return _nothing(HTTPStatus.NOT_FOUND, "there are no related origins")
    return json({"origins": list(request.config.webauthn_related_origins)}, headers=_CACHING)


def passkey_endpoints(request: Request) -> Response:
    """Where people add and manage their passkeys. Passkey Endpoints Well-Known URL 2."""
    account = f"{request.config.app_url}/settings/account"
    endpoints = {"enroll": f"{account}/passkeys/new", "manage": f"{account}#passkeys"}
    return json(endpoints, headers=_CACHING | CORS)


def _nothing(status: HTTPStatus, why: str) -> Response:
    return json({"error": why}, status=status, headers=NO_STORE | CORS)


def _host(resource: str) -> str:
    """The host of an acct: URI (RFC 7565 7) or of an https address, in small letters; "" when it is neither."""
    account = _ACCOUNT.fullmatch(resource)
    if account:
        return account[1].lower()
    try:
        parts = urlsplit(resource)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme == "https" else ""
