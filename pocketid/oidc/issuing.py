"""The tokens of one answer: the person checked again, everything signed, nothing stored yet.

prepared = issuing.prepare(request, client, found, scopes)
tokens.redeem_code(..., prepared.issue)       the grant's one last statement stores the digests
prepared.answer(refresh_token)                RFC 6749 5.1
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pocketid import audit, crypto, limits, signing_keys, tokens
from pocketid.audit import Event
from pocketid.clients import Client
from pocketid.oidc import access_token, claims, dpop, id_token, resources
from pocketid.oidc.errors import CORS, InvalidGrant
from pocketid.request import Request
from pocketid.response import NO_STORE, Response, json
from pocketid.tokens import Authorization, Found, Issue


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
        return answer(
            self.access_token,
            self.expires_in,
            self.scopes,
            self.issue.dpop_jkt,
            refresh_token=refresh_token,
            id_token=self.id_token,
        )


def answer(
    access_token: str,
    expires_in: int,
    scopes: Sequence[str],
    dpop_jkt: str | None,
    **others: str | None,
) -> Response:
    """The token response, RFC 6749 5.1; of the `others` tokens those that there are."""
    body: dict[str, object] = {
        "access_token": access_token,
        "token_type": "DPoP" if dpop_jkt else "Bearer",
        "expires_in": expires_in,
    }
    if scopes:  # RFC 6749 3.3: one word at least
        body["scope"] = " ".join(scopes)
    return json(body | {name: text for name, text in others.items() if text}, headers=NO_STORE | CORS)


def prepare(
    request: Request, client: Client, found: Found, scopes: Sequence[str], *, with_nonce: bool
) -> Prepared:
    """Sign an access token, and an ID token for the scope openid. Raises InvalidGrant, InvalidDpopProof.

    The person is looked at anew: disabled or without access since, they get nothing (RFC 9700 4.14.2).
    """
    if found.subject.disabled:
        raise InvalidGrant("the person's account is disabled")
    if not found.may_use:
        raise InvalidGrant("the person may not use this app any more")
    issuer, now, authorization = request.config.app_url, request.now, found.authorization
    jkt = dpop.for_tokens(request, client, authorization)
    scopes = resources.still_allowed(request, authorization, scopes)
    key = signing_keys.keys(request).current(client.signing_algorithm, now)
    refresh_token = tokens.new_refresh_token(authorization)
    access = access_token.make(
        key,
        client,
        str(authorization.user_id),
        scopes,
        issuer=issuer,
        now=now,
        resource=authorization.resource,
        authorization=authorization,
        jkt=jkt,
    )
    identity = None
    if "openid" in scopes:
        wanted = (authorization.claims or {}).get("id_token", ())
        told = claims.in_id_token(found.subject, scopes, client, app_url=issuer, wanted=wanted)
        identity = id_token.sign(
            key, client, authorization, told, access.text, issuer=issuer, now=now, with_nonce=with_nonce
        )
    issue = Issue(
        scopes=scopes,
        access=crypto.digest(access.handle),
        access_expires_at=now + timedelta(seconds=client.access_token_seconds),
        refresh=crypto.digest(refresh_token),
        refresh_expires_at=_refresh_end(client, authorization, now),
        dpop_jkt=jkt,
    )
    return Prepared(issue, access.text, refresh_token, identity, client.access_token_seconds, scopes)


def refreshing_ends(client: Client, authorization: Authorization) -> datetime | None:
    """When refreshing ends for good, as the client's settings say now: some time after the sign-in; None for never."""
    if client.refresh_absolute_seconds is None:
        return None
    return authorization.created_at + timedelta(seconds=client.refresh_absolute_seconds)


def _refresh_end(client: Client, authorization: Authorization, now: datetime) -> datetime:
    """When the refresh token ends: some time after its last use, and at the end of all refreshing."""
    idle, end = now + timedelta(seconds=client.refresh_token_seconds), refreshing_ends(client, authorization)
    return idle if end is None else min(idle, end)


def refused(request: Request, authorization: Authorization, reason: str) -> InvalidGrant:
    """The refusal of a code or token of the client's own, on record."""
    audit.record(
        request,
        Event.TOKEN_REFUSED,
        user_id=authorization.user_id,
        client_id=authorization.client_id,
        reason=reason,
    )
    return InvalidGrant(reason)


def unknown(request: Request, client: Client, reason: str) -> InvalidGrant:
    """The refusal of a code or token that is not there, or is another client's.

    Recorded while there are not too many: anybody may ask in the name of a public client.
    """
    if limits.take(request, "grant", limits.of_client(request, client.id)) >= 0:
        audit.record(request, Event.TOKEN_REFUSED, client_id=client.id, reason=reason)
    return InvalidGrant(reason)
