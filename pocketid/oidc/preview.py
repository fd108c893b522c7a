"""What an app would be told of a person: the claims of the same builders, unsigned and stored nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pocketid.clients import Client
from pocketid.oidc import access_token, claims, id_token, prompts
from pocketid.request import Request
from pocketid.subjects import Subject
from pocketid.tokens import CODE_LIFETIME, Authorization

MADE_ANEW = "…"  # stands for what differs each time: ids, hashes, what the app sends


@dataclass(frozen=True, slots=True)
class Preview:
    """The claims of each; `id_token` and `userinfo` are None without the scope openid."""

    id_token: dict[str, Any] | None
    access_token: dict[str, Any]
    userinfo: dict[str, Any] | None


def of(request: Request, client: Client, subject: Subject, scopes: Sequence[str]) -> Preview:
    """The tokens that a sign-in with a passkey would bring the app now."""
    issuer, now = request.config.app_url, request.now
    authorization = _authorization(request, client, subject, scopes)
    access = access_token.claims_of(
        client, str(subject.id), scopes, MADE_ANEW, issuer=issuer, now=now, authorization=authorization
    )
    if "openid" not in scopes:
        return Preview(None, access, None)
    identity = id_token.claims_of(
        client,
        authorization,
        claims.in_id_token(subject, scopes, client, app_url=issuer),
        issuer=issuer,
        now=now,
        with_nonce=True,
    )
    return Preview(
        identity | {"at_hash": MADE_ANEW, "sid": MADE_ANEW},
        access,
        claims.in_userinfo(subject, scopes, client, app_url=issuer),
    )


def _authorization(
    request: Request, client: Client, subject: Subject, scopes: Sequence[str]
) -> Authorization:
    """A sign-in of this moment with a synced passkey."""
    return Authorization(
        id=subject.id,
        client_id=client.id,
        user_id=subject.id,
        session_id=None,
        scopes=list(scopes),
        claims=None,
        nonce=MADE_ANEW,
        acr=prompts.PHISHING_RESISTANT,
        amr=["swk", "user", "mfa"],
        auth_time=request.now,
        redirect_uri=None,
        code_challenge=None,
        code_challenge_method=None,
        code_digest=b"",
        code_expires_at=request.now + CODE_LIFETIME,
        code_used_at=None,
        revoked_at=None,
        resource=None,
        created_at=request.now,
    )
