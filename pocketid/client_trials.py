"""Trials: an admin walks through a client's sign-in in their own browser, and this site stands in for the app.

    begin      -> state, in the authorization request
    is_open    -> with this state the redirect URI of ours may be used
    take       -> the trial, once, when the browser is back

For that the client may return to an address of this site that is not registered for it. It may only with the state
of a trial that was begun for the same client, by the same admin, in the same browser, within ten minutes, and that
has not come back yet; everybody else's request with that address is refused like any other. What else the trial
needs, nonce and code verifier, is derived from the state under a key of the server, so that nothing secret is kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pocketid import client_ids
from pocketid.crypto import digest, random_token
from pocketid.db import Database
from pocketid.request import Request

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Trial:
    """What was asked for; `secret_matches` is None when no secret was typed."""

    scopes: list[str]
    secret_matches: bool | None


def redirect_uri(request: Request, client_id: str) -> str:
    """Where a trial of a client returns to."""
    return (
        f"{request.config.app_url}/settings/admin/oidc-clients/{client_ids.in_path(client_id)}/try/callback"
    )


def begin(request: Request, client_id: str, scopes: list[str], *, secret_matches: bool | None) -> str:
    """A new trial of the person who asks; returns its state."""
    state = random_token()
    request.db.run(
        "client_trials.insert",
        scopes=scopes,
        secret_matches=secret_matches,
        expires_at=request.now + LIFETIME,
        **_key(request, client_id, state),
    )
    return state


def is_open(request: Request, client_id: str, state: str | None) -> bool:
    """Whether a trial with this state runs in this browser, and its admin is here."""
    actor = request.actor
    if not state or actor is None or not actor.is_admin or actor.verified_at is None:
        return False
    return bool(request.db.value("client_trials.is_open", now=request.now, **_key(request, client_id, state)))


def take(request: Request, client_id: str, state: str) -> Trial | None:
    """End a trial; None when there is none that this browser may end."""
    return request.db.one(Trial, "client_trials.take", now=request.now, **_key(request, client_id, state))


def verifier(request: Request, state: str) -> str:
    """The PKCE code verifier of a trial. RFC 7636 4.1."""
    return request.keyring.mac("trial", f"verifier\n{state}").hex()


def nonce(request: Request, state: str) -> str:
    """The nonce of a trial."""
    return request.keyring.mac("trial", f"nonce\n{state}").hex()[:32]


def expire(db: Database, now: datetime) -> int:
    """Delete the trials that nobody came back from."""
    return db.run("client_trials.expire", now=now)


def _key(request: Request, client_id: str, state: str) -> dict[str, object]:
    return {
        "state_digest": digest(state),
        "client_id": client_id,
        "user_id": request.person.user_id,
        "browser_digest": request.browser_digest,
    }
