"""What a person sees between an app's request and the way back: sign in, choose an account, consent.

Which of these it is, oidc/prompts.py decides; each POST does one step and asks it again. Where somebody signed in
for the app only (interactions.enter_for_app), they are the actor here and nowhere else.
"""

import re
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode, urlsplit

from pocketid import apis, callback_urls, clients, consents, interactions, sessions, signup, webauthn
from pocketid.errors import Gone, Refusal
from pocketid.interactions import Interaction
from pocketid.oidc import authorize, prompts, shown
from pocketid.oidc.authorization_request import Authorization, check
from pocketid.oidc.errors import RedirectedError, ShownError
from pocketid.oidc.prompts import Step
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _, known_locale, reader, speak
from pocketid.webauthn import Passkey

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4}")  # RFC 5646 2.1
_MOST_LOCALES = 20


def show(request: Request) -> Response:
    """The page for what is needed next; where nothing is, the way back to the app."""
    return _proceed(request, _waiting(request, request.query.get("id", "")))


def sign_in(request: Request) -> Response:
    """A passkey was used on the page of the interaction."""
    interaction = _found(request, request.form.get("id", ""))
    try:
        token = webauthn.sign_in(request)
    except webauthn.AccountWaiting as waiting:
        signup.watch(request, waiting.user_id, f"/interaction?id={interaction.id}")
        return redirect("/signup/waiting")
    except webauthn.PasskeyRefused as refusal:
        return _proceed(request, interaction, refusal)  # an answer commits: what was spent stays spent
    interactions.enter(request.db, interaction.id, None)
    following = _proceed(request, interactions.get(request, str(interaction.id)))
    return following.with_cookie(*sessions.cookie(token, request))


def choose(request: Request) -> Response:
    """Go on with the account that is signed in."""
    interaction = _waiting(request, request.form.get("id", ""))
    if request.actor is not None:
        interactions.choose_account(request.db, interaction.id)
    return redirect(f"/interaction?id={interaction.id}")


def switch(request: Request) -> Response:
    """Sign out here and let another account sign in."""
    interaction = _waiting(request, request.form.get("id", ""))
    if interaction.session_id and request.actor:
        interactions.leave(request.db, interaction.id)
        sessions.end_for_app(request, interaction.session_id, request.actor.user_id, interaction.client_id)
        return redirect(f"/interaction?id={interaction.id}")
    sessions.sign_out(request)
    return redirect(f"/interaction?id={interaction.id}").with_cookie("session", "", 0)


def consent(request: Request) -> Response:
    """The person lets the app have what it asks for."""
    interaction = _waiting(request, request.form.get("id", ""))
    if request.actor is not None:
        interactions.consent(request.db, interaction.id, request.actor.user_id)
    return _proceed(request, _waiting(request, str(interaction.id)))


def cancel(request: Request) -> Response:
    """The person does not want to; the app is told. RFC 6749 4.1.2.1 access_denied."""
    interaction = _waiting(request, request.form.get("id", ""))
    return _finish(request, interaction, _cancellation(request, interaction))


def _cancellation(request: Request, interaction: Interaction) -> RedirectedError:
    """What the app is told: that nobody wanted to, or that nobody could."""
    try:
        step = authorize.step_of(authorize.restore(request, interaction), interaction)
    except (ShownError, RedirectedError):
        step = Step.SIGN_IN
    if step is Step.OTHER_PASSKEY:  # OpenID Connect Core Error Code unmet_authentication_requirements 1.0 2
        return RedirectedError(
            "unmet_authentication_requirements", "the person has no passkey that reaches the acr needed"
        )
    return RedirectedError("access_denied", "the person cancelled the request")


def of_target(request: Request, target: str) -> Interaction | None:
    """The request of an app that waits at `target`, a path of ours; None where none does."""
    parts = urlsplit(target)
    if parts.path != "/interaction":
        return None
    try:
        return interactions.get(request, dict(parse_qsl(parts.query)).get("id", ""))
    except Gone:
        return None


def app_name(request: Request, target: str) -> str | None:
    """The name of the app that waits at `target`; None where none does."""
    interaction = of_target(request, target)
    return clients.get(request.db, interaction.client_id).name if interaction else None


def form_action(request: Request, target: str) -> tuple[str, ...]:
    """The CSP sources of a form elsewhere that goes on to `target`: those of the app that waits there, if any.

    The way from such a form over /interaction back to the app is one chain of redirects for the browser.
    """
    interaction = of_target(request, target)
    if interaction is None:
        return ()
    try:
        asked = authorize.restore(request, interaction)
    except (ShownError, RedirectedError):
        return ()
    return (callback_urls.origin_for_csp(asked.redirect_uri),)


def _found(request: Request, interaction_id: str) -> Interaction:
    """The waiting request, from now on in its app's language. Raises Gone."""
    interaction = interactions.get(request, interaction_id)
    _speak(request, interaction.parameters.get("ui_locales", ""))
    return interaction


def _waiting(request: Request, interaction_id: str) -> Interaction:
    """The waiting request, with the person of its own session as the actor if it has one. Raises Gone."""
    interaction = _found(request, interaction_id)
    if interaction.session_id is not None:
        request.actor = sessions.for_app(
            request.db, interaction.session_id, interaction.client_id, request.now
        )
        if request.actor is None:
            raise Gone(_("This sign-in is over. Please start again in the app."))
    return interaction


def _proceed(
    request: Request, interaction: Interaction, refusal: webauthn.PasskeyRefused | None = None
) -> Response:
    try:
        asked = authorize.restore(request, interaction)
        step = authorize.step_of(asked, interaction)
    except ShownError as error:
        return shown.refuse(request, None, error)
    except RedirectedError as error:
        return _finish(request, interaction, error)
    if step is Step.ISSUE:
        return _finish(request, interaction)
    if step is Step.SIGN_UP and signup.is_open(request):
        return redirect("/signup?" + urlencode({"redirect": f"/interaction?id={interaction.id}"}))
    return _page(request, interaction, asked, step, refusal)


def _finish(request: Request, interaction: Interaction, error: RedirectedError | None = None) -> Response:
    """Back to the app, once: whoever takes the row away answers."""
    if not interactions.finish(request.db, interaction.id):
        raise Refusal(_("This sign-in was finished in another window."), status=HTTPStatus.GONE)
    try:
        asked = authorize.restore(request, interaction)
        return authorize.refuse(asked, error) if error else authorize.issue(asked)
    except ShownError as problem:
        return shown.refuse(request, None, problem)
    except RedirectedError as problem:
        return authorize.refuse(_as_far_as_known(request, interaction), problem)


def _as_far_as_known(request: Request, interaction: Interaction) -> Authorization:
    """A request of which a check failed after its redirect URI was found good."""
    asked = authorize.again(request, interaction)
    try:
        check(asked)
    except RedirectedError:
        return asked
    return asked


def _page(
    request: Request,
    interaction: Interaction,
    asked: Authorization,
    step: Step,
    refusal: webauthn.PasskeyRefused | None,
) -> Response:
    view = {
        Step.SIGN_IN: "authorize/sign_in",
        Step.SIGN_UP: "authorize/sign_in",
        Step.REAUTHENTICATE: "authorize/sign_in",
        Step.OTHER_PASSKEY: "authorize/other_passkey",
        Step.CHOOSE_ACCOUNT: "authorize/choose",
        Step.CONSENT: "authorize/consent",
        Step.NO_ACCESS: "authorize/no_access",
    }[step]
    status = HTTPStatus.FORBIDDEN if step is Step.NO_ACCESS else HTTPStatus.OK
    needs_passkey = view in {"authorize/sign_in", "authorize/other_passkey"}
    fitting = _fitting(request, asked) if step is Step.OTHER_PASSKEY else None
    granted = (
        consents.scopes_of(request.db, request.actor.user_id, asked.client.id) if request.actor else None
    )
    return page(
        view,
        status=refusal.status if refusal and needs_passkey else status,
        form_action=(callback_urls.origin_for_csp(asked.redirect_uri),),
        interaction=interaction,
        client=asked.client,
        host=callback_urls.host(asked.redirect_uri),
        scopes=asked.told,
        granted=granted or frozenset(),
        api=asked.api,
        permissions=apis.described(request.db, asked.api) if step is Step.CONSENT else [],
        new=asked.api.new(granted or ()) if asked.api else set(),
        is_again=step is Step.REAUTHENTICATE,
        is_device_bound=prompts.PHISHING_RESISTANT not in asked.needed_acrs and bool(asked.needed_acrs),
        fitting=fitting,
        options=webauthn.begin_authentication(request, fitting=fitting) if needs_passkey else "",
        problem=refusal.message if refusal else None,
        signals=webauthn.unknown_signal(request, refusal) if refusal else None,
        can_sign_up=signup.is_open(request),
    )


def _fitting(request: Request, asked: Authorization) -> list[Passkey]:
    """The passkeys of the person who is here that would do."""
    own = webauthn.of_user(request.db, request.person.user_id)
    if prompts.PHISHING_RESISTANT in asked.needed_acrs:
        return own
    return [passkey for passkey in own if not passkey.backup_eligible]


def _speak(request: Request, ui_locales: str) -> None:
    """OpenID Connect Core 3.1.2.1 ui_locales: the app's wish counts for who has not chosen a language here."""
    if request.actor and known_locale(request.actor.locale):
        return
    for tag in ui_locales.split()[:_MOST_LOCALES]:
        if _LANGUAGE_TAG.fullmatch(tag) and (locale := known_locale(tag)):
            speak(locale, reader().zone)
            return
