"""The authorization endpoint. RFC 6749 4.1.1, OpenID Connect Core 3.1.2.

    authorize(request)
      parameters                 once each; a POST comes back to us first, because it brought no cookies
      check                      authorization_request.py: what is wrong is shown or redirected
      prompts.next_step          what the person still has to do
        nothing                  issue: a code, back to the client
        something                a row in `interactions`, and the browser goes to /interaction (pages/authorize.py)
    restore(request, interaction)   the same request later, checked again from its stored parameters
    proceed(...)                 issue, refuse, or the step that a page has to show

It renders nothing: what a person sees is pages/authorize.py's.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pocketid import (
    access,
    audit,
    callback_urls,
    client_documents,
    consents,
    interactions,
    pushed_requests,
    tokens,
)
from pocketid.audit import Event
from pocketid.interactions import Interaction
from pocketid.oidc import parameters, prompts, responses, shown
from pocketid.oidc.authorization_request import Authorization, check, used_up
from pocketid.oidc.errors import RedirectedError, ShownError
from pocketid.oidc.prompts import Progress, Step
from pocketid.request import Request
from pocketid.response import Response, form_post, redirect
from pocketid.text import _

_LONGEST_LOCATION = 1024  # with it the head of an answer stays below 2 KiB


def authorize(request: Request) -> Response:
    """Answer an authorization request: back to the client, on to the person, or a page that says why not."""
    sent, repeated = parameters.of_authorization(request.form if request.method == "POST" else request.query)
    is_ours = "again" in request.query and request.headers.get("sec-fetch-site") != "cross-site"
    brings_no_cookies = request.method == "POST" and not is_ours
    if (
        brings_no_cookies
        and not repeated
        and len(address := f"/authorize?{urlencode(sent)}") <= _LONGEST_LOCATION
    ):
        return redirect(address)
    asked = Authorization(request, dict(sent), repeated)
    try:
        _have_described(asked)
        check(asked)
        if brings_no_cookies:
            return _post_again(asked, sent)
        wish = asked.wish
        after = prompts.sign_in_needed_after(wish, request.actor, request.now)
        step = prompts.next_step(wish, _progress(asked, None, after), request.actor)
        if step is Step.ISSUE:
            return issue(asked)
        if "none" in asked.prompts:
            raise prompts.silent_error(step)
    except ShownError as error:
        return shown.refuse(request, getattr(asked, "client", None), error)
    except RedirectedError as error:
        return refuse(asked, error)
    interaction_id = interactions.begin(
        request, asked.client.id, asked.parameters, after, pushed=asked.pushed, is_signed=asked.is_signed
    )
    return redirect(f"/interaction?id={interaction_id}")


def _have_described(asked: Authorization) -> None:
    """Before anything else is looked at: an app that describes itself is fetched where that is due."""
    try:
        client_documents.refresh(asked.request, asked.parameters.get("client_id", ""))
    except client_documents.Unusable as problem:
        message = _(
            "The app that sent you here describes itself, but its description could not be fetched or is wrong."
        )
        raise ShownError(message, str(problem)) from problem


def _post_again(asked: Authorization, sent: Mapping[str, str]) -> Response:
    """A form of another site brings no SameSite cookie; the same form from a page of ours does.

    OpenID Connect Core 3.1.2.1 wants POST for what is too long for an address, so a redirect cannot carry it.
    """
    source = callback_urls.origin_for_csp(asked.redirect_uri)
    return form_post("/authorize?again", sent, source)


def restore(request: Request, interaction: Interaction) -> Authorization:
    """A waiting request, checked again: its client may have changed meanwhile. Raises as `check` does."""
    asked = again(request, interaction)
    check(asked)
    return asked


def again(request: Request, interaction: Interaction) -> Authorization:
    """A waiting request, not checked yet."""
    return Authorization(
        request, dict(interaction.parameters), pushed=interaction.pushed, is_signed=interaction.is_signed
    )


def step_of(asked: Authorization, interaction: Interaction) -> Step:
    """What a waiting request needs next. Raises RedirectedError."""
    progress = _progress(asked, interaction, interaction.needs_sign_in_after)
    return prompts.next_step(asked.wish, progress, asked.request.actor)


def issue(asked: Authorization) -> Response:
    """Store the authorization and send its code back. RFC 6749 4.1.2.

    Raises ShownError for a pushed request that has had its code: the deletion waits for whoever is at it.
    """
    if asked.pushed is not None and not pushed_requests.spend(asked.request.db, asked.pushed):
        raise used_up()
    request, actor, client = asked.request, asked.request.person, asked.client
    granted = tokens.Granted(
        client_id=client.id,
        user_id=actor.user_id,
        session_id=actor.session_id,
        scopes=asked.scopes,
        told=asked.told,
        claims=asked.claims,
        nonce=asked.parameters.get("nonce"),
        acr=_acr(asked),
        amr=prompts.amr_of(actor),
        auth_time=actor.authenticated_at,
        redirect_uri=asked.redirect_uri,
        code_challenge=asked.challenge[0] if asked.challenge else None,
        code_challenge_method=asked.challenge[1] if asked.challenge else None,
        resource=asked.api.resource if asked.api else None,
        dpop_jkt=asked.parameters.get("dpop_jkt"),
    )
    code = tokens.grant(request, granted, client.name)
    return responses.success(request, asked.redirect_uri, asked.mode, code, asked.state)


def refuse(asked: Authorization, error: RedirectedError) -> Response:
    """Send an error back to the client, and record it."""
    audit.record(
        asked.request,
        Event.AUTHORIZATION_REFUSED,
        client_id=asked.client.id,
        error=error.code,
        reason=error.description,
    )
    return responses.error(asked.request, asked.redirect_uri, asked.mode, error, asked.state)


def _progress(asked: Authorization, interaction: Interaction | None, after: Any) -> Progress:
    request, actor = asked.request, asked.request.actor
    if actor is None:
        return Progress(needs_sign_in_after=after)
    return Progress(
        needs_sign_in_after=after,
        begun_at=interaction.created_at if interaction else None,
        account_chosen=interaction.account_chosen if interaction else False,
        consented_by=interaction.consented_by if interaction else None,
        may_use=access.may_use(request.db, actor.user_id, asked.client),
        granted=consents.scopes_of(request.db, actor.user_id, asked.client.id),
    )


def _acr(asked: Authorization) -> str | None:
    """The session's acr; the weaker word when only that was asked for, since it is true as well."""
    acr = prompts.acr_of(asked.request.person)
    if (
        acr == prompts.HARDWARE_BOUND
        and acr not in asked.acr_values
        and prompts.PHISHING_RESISTANT in asked.acr_values
    ):
        return prompts.PHISHING_RESISTANT
    return acr
