"""Logout that an app begins. OpenID Connect RP-Initiated Logout 1.0.

a valid hint for the person who is signed in     the session ends without asking
a valid hint for a session for one app only      that session ends, and whoever is signed in here stays so
anything else                                    a page asks; a forged link signs nobody out by itself
back to the app                                  only with a valid hint and an address registered for its client
"""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from pocketid import callback_urls, clients, sessions, signing_keys
from pocketid.clients import Client
from pocketid.oidc import front_channel_logout, id_token, parameters
from pocketid.request import Request
from pocketid.response import Response, page, redirect


@dataclass(frozen=True, slots=True)
class _Hint:
    """What a valid id_token_hint vouches for."""

    client: Client
    subject: str
    session_id: str


def end_session(request: Request) -> Response:
    """End the session, or ask whether to; then return to the app, or say that it is done."""
    try:
        sent = parameters.read(request.form if request.method == "POST" else request.query)
    except parameters.Repeated:
        sent = {}
    actor = request.actor
    if request.method == "POST" and actor is None:
        # A form of another site brings no SameSite cookie: the GET that follows does.
        return redirect(f"/api/oidc/end-session?{urlencode(sent)}")
    hint = _hint(request, sent)
    if hint is not None and _ends_for_app(request, hint):
        return _onwards(request, hint, sent, UUID(hint.session_id))
    if actor is not None and (hint is None or hint.subject != str(actor.user_id)):
        return page("authorize/sign_out", client=hint.client if hint else None, actor_name=actor.display_name)
    sessions.sign_out(request)
    ended = actor.session_id if actor else None
    return _onwards(request, hint, sent, ended).with_cookie("session", "", 0)


def _ends_for_app(request: Request, hint: _Hint) -> bool:
    """Whether the ID token came by a session for its app only, which ends now."""
    try:
        session_id, user_id = UUID(hint.session_id), UUID(hint.subject)
    except ValueError:
        return False
    return sessions.end_for_app(request, session_id, user_id, hint.client.id)


def _onwards(request: Request, hint: _Hint | None, sent: dict[str, str], session_id: UUID | None) -> Response:
    """Back to the app, or the page that says that it is done."""
    target, state = _target(hint, sent), sent.get("state")
    if target is not None and state:
        target = callback_urls.append_query(target, {"state": state})
    return front_channel_logout.signed_out(request, session_id, hint.client if hint else None, target)


def _hint(request: Request, sent: dict[str, str]) -> _Hint | None:
    """RP-Initiated Logout 2: an ID token of ours, an expired one too, whose audience is the client named."""
    try:
        claims = signing_keys.verify(request, sent.get("id_token_hint", ""), typ=id_token.TYPE)
    except signing_keys.NotOurs:
        return None
    audience, subject = claims.get("aud"), claims.get("sub")
    if not isinstance(audience, str) or not isinstance(subject, str):
        return None
    if sent.get("client_id", audience) != audience:
        return None
    client = clients.known(request, audience)
    return _Hint(client, subject, str(claims.get("sid", ""))) if client else None


def _target(hint: _Hint | None, sent: dict[str, str]) -> str | None:
    """RP-Initiated Logout 3: exactly what the client has registered, else nowhere."""
    asked = sent.get("post_logout_redirect_uri")
    if hint is None or asked is None or callback_urls.find(hint.client.logout_uris, asked) is None:
        return None
    return asked
