"""Userinfo. OpenID Connect Core 5.3, RFC 6750 2, RFC 9449 7."""

from collections.abc import Mapping
from typing import Any

from pocketid import signing_keys
from pocketid.oidc import access_token, claims, dpop
from pocketid.oidc.errors import CORS, InsufficientScope, InvalidRequest, InvalidToken
from pocketid.request import Request
from pocketid.response import NO_STORE, Response, file, json
from pocketid.tokens import AccessToken

_TYPE = "userinfo+jwt"  # so that none can stand in for an ID token


def userinfo(request: Request) -> Response:
    """The claims of the granted scopes, by GET or POST. Raises an OAuthError."""
    scheme, presented = _presented(request)
    token = access_token.find(request, presented)
    if token is None:
        raise InvalidToken("the access token is unknown, expired or revoked")
    dpop.check_use(request, scheme, presented, token.dpop_jkt)
    if "openid" not in token.scopes:
        raise InsufficientScope("openid")
    wanted = (token.claims or {}).get("userinfo", ())
    told = claims.in_userinfo(
        token.subject, token.scopes, token, app_url=request.config.app_url, wanted=wanted
    )
    if token.signs_userinfo:
        return _signed(request, token, told)
    return json(told, headers=NO_STORE | CORS)


def _signed(request: Request, token: AccessToken, told: Mapping[str, Any]) -> Response:
    """OpenID Connect Core 5.3.2: as a JWT, for whom and by whom."""
    key = signing_keys.keys(request).current(token.signing_algorithm, request.now)
    whole = {**told, "iss": request.config.app_url, "aud": token.client_id}
    signed = signing_keys.sign(key, whole, _TYPE)
    return file(signed.encode("ascii"), "application/jwt", headers=NO_STORE | CORS)


def _presented(request: Request) -> tuple[str, str]:
    """Scheme and token from the header or the form, not from both, never from the address. RFC 6750 2."""
    scheme, _space, in_header = request.headers.get("authorization", "").partition(" ")
    in_form = request.form.all("access_token")
    if "access_token" in request.query:
        raise InvalidRequest("the access token belongs into the Authorization header")
    if (in_header and in_form) or len(in_form) > 1:  # RFC 6750 2: one method
        raise InvalidRequest("the access token came twice")
    if in_form:
        return "bearer", in_form[0]
    if scheme.lower() not in {"bearer", "dpop"} or not in_header.strip():
        raise InvalidToken("an access token is needed")
    return scheme, in_header.strip()
