"""Userinfo. OpenID Connect Core 5.3, RFC 6750 2."""

from pocketid import clients, subjects
from pocketid.oidc import access_token, claims
from pocketid.oidc.errors import InvalidRequest, InvalidToken
from pocketid.oidc.issuing import CORS, shown_scopes
from pocketid.request import Request
from pocketid.response import NO_STORE, Response, json


def userinfo(request: Request) -> Response:
    """The claims of the granted scopes, by GET or POST. Raises InvalidToken, InvalidRequest."""
    token = access_token.find(request, _presented(request))
    if token is None or "openid" not in token.scopes:
        raise InvalidToken("the access token is unknown, expired or revoked")
    subject = subjects.find(request.db, token.user_id)
    if subject is None:
        raise InvalidToken("the person is gone")
    client = clients.get(request.db, token.client_id)
    told = claims.build(
        subject,
        shown_scopes(client, token.scopes),
        app_url=request.config.app_url,
        wanted=(token.claims or {}).get("userinfo", ()),
    )
    return json({"sub": str(subject.id), **told}, headers=NO_STORE | CORS)


def _presented(request: Request) -> str:
    """The token from the header or the form, not from both, never from the address. RFC 6750 2."""
    scheme, _space, in_header = request.headers.get("authorization", "").partition(" ")
    in_form = request.form.all("access_token")
    if "access_token" in request.query:
        raise InvalidRequest("the access token belongs into the Authorization header")
    if (in_header and in_form) or len(in_form) > 1:  # RFC 6750 2: one method
        raise InvalidRequest("the access token came twice")
    if in_form:
        return in_form[0]
    if scheme.lower() != "bearer" or not in_header.strip():
        raise InvalidToken("an access token is needed")
    return in_header.strip()
