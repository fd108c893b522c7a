"""The tokens of one answer: the person checked again, everything signed, nothing stored yet.

prepared = issuing.prepare(request, client, authorization, scopes)
tokens.redeem_code(..., prepared.issue, ...)      the grant's one last statement stores the digests
prepared.answer(refresh_token)                    RFC 6749 5.1
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pocketid import access, crypto, signing_keys, subjects
from pocketid.clients import Client
from pocketid.oidc import access_token, claims, id_token
from pocketid.oidc.errors import InvalidGrant
from pocketid.request import Request
from pocketid.response import NO_STORE, Response, json
from pocketid.tokens import Authorization, Issue

CORS = {"Access-Control-Allow-Origin": "*"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """Signed tokens and the digests to store for them; `id_token` is None without the scope openid."""

    issue: Issue
    access_token: str
    refresh_token: str
    id_token: str | None
    expires_in: int
    scopes: Sequence[str]

    def answer(self, refresh_token: str) -> Response:
        """The token response; the refresh token may be an earlier one than this preparation's."""
        body: dict[str, object] = {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "scope": " ".join(self.scopes),
            "refresh_token": refresh_token,
        }
        if self.id_token is not None:
            body["id_token"] = self.id_token
        return json(body, headers=NO_STORE | CORS)


def prepare(
    request: Request, client: Client, authorization: Authorization, scopes: Sequence[str], *, with_nonce: bool
) -> Prepared:
    """Sign an access token, and an ID token for the scope openid. Raises InvalidGrant.

    The person is looked at anew: disabled, deleted or without access since, they get nothing (RFC 9700 4.14.2).
    """
    subject = subjects.find(request.db, authorization.user_id)
    if subject is None or subject.disabled:
        raise InvalidGrant("the person's account is gone or disabled")
    if not access.may_use(request.db, authorization.user_id, client):
        raise InvalidGrant("the person may not use this app any more")
    issuer, now = request.config.app_url, request.now
    key = signing_keys.keys(request).current[client.signing_algorithm]
    jti, refresh_token = crypto.random_token(), crypto.random_token()
    signed = access_token.sign(key, client, authorization.user_id, scopes, jti, issuer=issuer, now=now)
    identity = None
    if "openid" in scopes:
        wanted = (authorization.claims or {}).get("id_token", ())
        told = claims.build(
            subject,
            shown_scopes(client, scopes) if client.claims_in_id_token else (),
            app_url=issuer,
            wanted=wanted,
        )
        identity = id_token.sign(
            key, client, authorization, told, signed, issuer=issuer, now=now, with_nonce=with_nonce
        )
    issue = Issue(
        scopes=scopes,
        access=crypto.digest(jti),
        access_expires_at=now + timedelta(seconds=client.access_token_seconds),
        refresh=crypto.digest(refresh_token),
        refresh_expires_at=now + timedelta(seconds=client.refresh_token_seconds),
    )
    return Prepared(issue, signed, refresh_token, identity, client.access_token_seconds, scopes)


def shown_scopes(client: Client, scopes: Sequence[str]) -> Sequence[str]:
    """The granted scopes, and groups where the admin lets an app have them without asking."""
    return (*scopes, "groups") if client.always_includes_groups else scopes
