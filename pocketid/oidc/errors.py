"""The registered error codes, and the three ways in which an error reaches somebody.

ShownError        at the authorization endpoint while the client or its redirect URI is not known: a page
RedirectedError   at the authorization endpoint after that: back to the client
TokenError ...    at the other endpoints: JSON with a status (RFC 6749 5.2, RFC 6750 3.1)

`description` goes to the client, in ASCII without quotes (RFC 6749 4.1.2.1).
"""

from http import HTTPStatus
from typing import ClassVar

from pocketid import jose
from pocketid.errors import Refusal, Spent
from pocketid.response import NO_STORE, Response, json

CORS = {
    "Access-Control-Allow-Origin": "*"
}  # for applications in browsers; no cookie counts at these endpoints
ENDPOINTS = frozenset(
    f"/api/oidc/{name}" for name in ("token", "userinfo", "par", "device/authorize", "introspect", "revoke")
)
_BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


class ShownError(Exception):
    """A request that must not be redirected anywhere: the person sees why. `code` is for who pushed it."""

    def __init__(self, message: str, detail: str = "", code: str = "invalid_request") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.code = code


class RedirectedError(Exception):
    """A request that is answered to the client's redirect URI. RFC 6749 4.1.2.1, OpenID Connect Core 3.1.2.6."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


class OAuthError(Spent):
    """An error that a client gets as JSON. What was spent before stays spent."""

    code: ClassVar[str]
    default_status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST

    def __init__(self, description: str, *, challenge: str | None = None, code: str = "") -> None:
        super().__init__(description, status=self.default_status)
        self.description = description
        if challenge:
            self.headers["WWW-Authenticate"] = challenge
        self.response = _answer(code or self.code, description, self)


class InvalidRequest(OAuthError):
    """RFC 6749 5.2 invalid_request: a parameter is missing, repeated or malformed."""

    code = "invalid_request"


class InvalidClient(OAuthError):
    """RFC 6749 5.2 invalid_client: the client did not prove who it is. RFC 9110 15.5.2 wants the challenge."""

    code = "invalid_client"
    default_status = HTTPStatus.UNAUTHORIZED

    def __init__(self, description: str) -> None:
        super().__init__(description, challenge='Basic realm="token", charset="UTF-8"')


class InvalidGrant(OAuthError):
    """RFC 6749 5.2 invalid_grant: a code or token that is wrong, spent, expired, revoked or another client's."""

    code = "invalid_grant"


class UnauthorizedClient(OAuthError):
    """RFC 6749 5.2 unauthorized_client: not this kind of grant for this client."""

    code = "unauthorized_client"


class UnsupportedGrantType(OAuthError):
    """RFC 6749 5.2 unsupported_grant_type."""

    code = "unsupported_grant_type"


class InvalidTarget(OAuthError):
    """RFC 8707 2 invalid_target: a resource that is unknown, or not for this client."""

    code = "invalid_target"


class AccessDenied(OAuthError):
    """RFC 8628 3.5 access_denied: the person said no."""

    code = "access_denied"


class AuthorizationPending(OAuthError):
    """RFC 8628 3.5 authorization_pending: nobody has decided yet."""

    code = "authorization_pending"


class SlowDown(OAuthError):
    """RFC 8628 3.5 slow_down: the same, and the device asks too often."""

    code = "slow_down"


class ExpiredToken(OAuthError):
    """RFC 8628 3.5 expired_token: nobody has decided in time."""

    code = "expired_token"


class InvalidScope(OAuthError):
    """RFC 6749 5.2 invalid_scope: more than was granted."""

    code = "invalid_scope"


class RefusedPush(OAuthError):
    """RFC 9126 2.3: a pushed request that fails, with the code that the authorization endpoint would give."""

    code = "invalid_request"

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description, code=code)


class InvalidToken(OAuthError):
    """RFC 6750 3.1 invalid_token, with its challenge."""

    code = "invalid_token"
    default_status = HTTPStatus.UNAUTHORIZED

    def __init__(self, description: str) -> None:
        super().__init__(
            description, challenge=f'Bearer error="{self.code}", error_description="{description}"'
        )


class InvalidDpopProof(OAuthError):
    """RFC 9449 5 invalid_dpop_proof: a proof that is missing, or proves nothing."""

    code = "invalid_dpop_proof"


class UnprovenToken(OAuthError):
    """RFC 9449 7.1: an access token that came without a good proof of its key, with the challenge."""

    code = "invalid_dpop_proof"
    default_status = HTTPStatus.UNAUTHORIZED

    def __init__(self, description: str) -> None:
        algorithms = " ".join(jose.STRONG)
        super().__init__(
            description,
            challenge=f'DPoP error="{self.code}", error_description="{description}", algs="{algorithms}"',
        )


class InsufficientScope(OAuthError):
    """RFC 6750 3.1 insufficient_scope: a live token that was not granted for this."""

    code = "insufficient_scope"
    default_status = HTTPStatus.FORBIDDEN

    def __init__(self, scope: str) -> None:
        super().__init__(
            f"the scope {scope} was not granted", challenge=f'Bearer error="{self.code}", scope="{scope}"'
        )


def explain(refusal: Refusal) -> Response:
    """What the seam refuses at one of ENDPOINTS, in the shape that clients know. RFC 6749 5.2."""
    if refusal.status in _BUSY:
        return _answer("temporarily_unavailable", "too much at once: please try again later", refusal)
    if refusal.status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return _answer("server_error", "something went wrong here", refusal)
    return _answer("invalid_request", f"the request was refused: {refusal.status.phrase}", refusal)


def _answer(code: str, description: str, refusal: Refusal) -> Response:
    body = {"error": code, "error_description": description}
    return json(body, status=refusal.status, headers=NO_STORE | CORS | refusal.headers)
