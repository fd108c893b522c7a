"""A person's own pages: account, sessions, apps, activity. Passkeys have a file of their own (passkeys.py)."""

from dataclasses import replace
from http import HTTPStatus
from uuid import UUID

from pocketid import (
    access,
    audit,
    client_ids,
    consents,
    devices,
    email_verification,
    geo,
    images,
    logouts,
    sessions,
    settings,
    users,
    webauthn,
)
from pocketid.audit import Event, Filter
from pocketid.errors import Invalid, NotAllowed, NotFound, Refusal
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import LANGUAGES, _, preferred_locale, reader, speak

_EVENTS_A_PAGE = 30
_OWN_EVENTS = (  # what a person may want to look for; the list shows more
    *(Event.SIGN_IN, Event.TOKEN_SIGN_IN, Event.SIGN_IN_REFUSED, Event.REAUTHENTICATED, Event.SIGN_OUT),
    *(Event.SESSION_ENDED, Event.NEW_CLIENT_AUTHORIZATION, Event.CLIENT_AUTHORIZATION),
    *(Event.CLIENT_AUTHORIZATION_REVOKED, Event.PASSKEY_ADDED, Event.PASSKEY_REMOVED, Event.PASSKEY_RENAMED),
    *(Event.ONE_TIME_ACCESS_CREATED, Event.PROFILE_UPDATED, Event.PICTURE_CHANGED, Event.USER_UPDATED),
)


def show(request: Request) -> Response:
    """The account page."""
    user = users.get(request.db, request.person.user_id)
    return _account(request, user, users.Change.from_user(user))


def update(request: Request) -> Response:
    """Store names and user name; the e-mail address has a way of its own (own_email.py)."""
    rules = settings.load(request)
    if not rules.allow_own_account_edit:
        raise NotAllowed(_("Only an administrator can change these details."))
    user = users.get(request.db, request.person.user_id)
    form = request.form
    change = replace(
        users.Change.from_user(user),
        username=form.text("username"),
        first_name=form.text("first_name"),
        last_name=form.text("last_name"),
        display_name=form.text("display_name"),
    )
    try:
        # Whoever has no address cannot give themselves one here, and is not kept from the rest for that.
        problems = users.check(change, replace(rules, require_user_email=False), user)
        if not (problems or user.is_admin or change.username == user.username):
            problems = users.check_chosen_name(request.db, change.username, user.id)
        if problems:
            raise Invalid(problems)
        before, after = users.update(request.db, user.id, change, request.now)
    except Invalid as invalid:
        return _account(request, user, change, invalid.fields, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    audit.record_change(request, Event.PROFILE_UPDATED, before, after)
    return redirect("/settings/account", flash=_("Your details are saved."))


def change_language(request: Request) -> Response:
    """Store the language that the pages and mails are written in; none means what the browser says."""
    language = request.form.text("language") or None
    if language is not None and language not in LANGUAGES:
        raise Refusal(_("Please choose one of the languages."), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    user = users.get(request.db, request.person.user_id)
    if language != user.locale:
        users.set_locale(request.db, user.id, language, request.now)
        audit.record(
            request,
            Event.PROFILE_UPDATED,
            changed={"locale": {"before": user.locale, "after": language}},
        )
    speak(language or preferred_locale(request.headers.get("accept-language", "")) or "en", reader().zone)
    return redirect("/settings/account", flash=_("The language is changed."))


def end_session(request: Request, session_id: str) -> Response:
    """Sign one of one's own sessions out."""
    sessions.end(request, _uuid(session_id), request.person.user_id)
    return redirect("/settings/account#sessions", flash=_("That session is signed out."))


def end_other_sessions(request: Request) -> Response:
    """Sign out everywhere but here."""
    ended = sessions.end_others(request)
    if ended:
        audit.record(request, Event.SESSION_ENDED, number=ended)
    return redirect("/settings/account#sessions", flash=_("You are signed out everywhere else."))


def change_picture(request: Request) -> Response:
    """Store an uploaded picture, cut to a square."""
    upload = request.files.get("picture")
    try:
        if upload is None or not upload.content:
            raise Invalid({"picture": _("Please choose a picture first.")})
        images.put_picture(request.db, request.person.user_id, upload.content, request.now)
    except Invalid as invalid:
        user = users.get(request.db, request.person.user_id)
        change = users.Change.from_user(user)
        return _account(request, user, change, invalid.fields, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    audit.record(request, Event.PICTURE_CHANGED)
    return redirect("/settings/account", flash=_("Your picture is saved."))


def reset_picture(request: Request) -> Response:
    """Go back to the initials."""
    if images.remove_picture(request.db, request.person.user_id):
        audit.record(request, Event.PICTURE_CHANGED)
    return redirect("/settings/account", flash=_("Your initials are shown again."))


def list_apps(request: Request) -> Response:
    """The apps that the person may open, and those that they have signed in to; `search` looks in the former."""
    person, text = request.person, request.query.text("search")
    granted = {consent.client_id: consent for consent in consents.of_user(request.db, person.user_id)}
    apps = access.clients_of(request.db, person.user_id)
    closed = [consent for client_id, consent in granted.items() if client_id not in {app.id for app in apps}]
    found = [app for app in apps if text.casefold() in f"{app.name} {app.description or ''}".casefold()]
    return page(
        "account/apps",
        apps=found,
        in_all=len(apps),
        search=text,
        granted=granted,
        closed=closed,
        logouts=logouts.of_user(request.db, person.user_id),
    )


def ask_revoke_app(request: Request, client_id: str) -> Response:
    """Ask before an app's access is taken back."""
    app = _granted(request, client_id)
    return page(
        "confirm",
        heading=_("Take back {app}'s access?").format(app=app.client_name),
        sentences=[
            _("{app} loses its tokens and has to ask again before you can sign in to it.").format(
                app=app.client_name
            ),
            _("What you have stored in {app} stays there.").format(app=app.client_name),
        ],
        action=f"/settings/apps/{client_ids.in_path(client_id)}/revoke",
        button=_("Take back access"),
        cancel="/settings/apps",
        fields={},
    )


def revoke_app(request: Request, client_id: str) -> Response:
    """Take an app's consent and tokens back."""
    app = _granted(request, client_id)
    consents.revoke(request.db, request.person.user_id, client_id, request.now)
    audit.record(request, Event.CLIENT_AUTHORIZATION_REVOKED, client_id=client_id)
    return redirect("/settings/apps", flash=_("{app} has no access any more.").format(app=app.client_name))


def list_activity(request: Request) -> Response:
    """The person's own audit events, all or of one kind."""
    kind = request.query.text("event")
    wanted = Filter(event=kind if kind in _OWN_EVENTS else None, user_id=request.person.user_id)
    before, after = (audit.position(request.query.text(name)) for name in ("before", "after"))
    found = audit.page(request.db, wanted, _EVENTS_A_PAGE, before, after)
    same_kind = f"event={wanted.event}&" if wanted.event else ""
    return page(
        "account/activity",
        events=found.rows,
        kind=wanted.event or "",
        kinds=[(event.value, audit.label(event)) for event in _OWN_EVENTS],
        newer=f"?{same_kind}after={found.newer}" if found.newer else "",
        older=f"?{same_kind}before={found.older}" if found.older else "",
        days=settings.load(request).audit_log_retention_days,
        notice=geo.NOTICE if any(event.country for event in found.rows) else "",
        event_label=audit.label,
        device=devices.name,
        place=devices.place,
    )


def _account(
    request: Request,
    user: users.User,
    change: users.Change,
    errors: dict[str, str] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    return page(
        "account/show",
        status=status,
        user=user,
        change=change,
        errors=errors or {},
        picture_version=images.version(request.db, "user", str(user.id), "picture")
        or user.updated_at.timestamp(),
        languages=LANGUAGES,
        can_verify=email_verification.is_offered(request, user),
        may_edit=settings.load(request).allow_own_account_edit,
        passkeys=webauthn.of_user(request.db, user.id),
        signals=webauthn.signals(request, user.id),
        sessions=sessions.of_user(request.db, user.id, request.now),
        notice=geo.NOTICE if request.places.is_known else "",
        device=devices.name,
        place=lambda address: devices.place(request.places.find(address)),
    )


def _granted(request: Request, client_id: str) -> consents.Consent:
    for consent in consents.of_user(request.db, request.person.user_id):
        if consent.client_id == client_id:
            return consent
    raise NotFound(_("You have not signed in to that app."))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(_("That session is over already.")) from error
