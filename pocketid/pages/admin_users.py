"""Administration of people: one person's page, and what is done there. The list is admin_users_list.py."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from uuid import UUID

from pocketid import (
    access,
    audit,
    consents,
    devices,
    email_verification,
    geo,
    groups,
    images,
    invitations,
    logouts,
    one_time_access,
    qr,
    sessions,
    settings,
    users,
    webauthn,
)
from pocketid.audit import Event, Filter
from pocketid.errors import Invalid
from pocketid.pages import admin_login_codes, group_choice
from pocketid.pages.addresses import row_id
from pocketid.pages.questions import ask
from pocketid.paging import base_url
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _, ngettext

_LIST = "/settings/admin/users"
_UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
_RECENT_EVENTS = 15
_OFFERED = 10  # groups that a person could join; a search finds the others


def new(request: Request) -> Response:
    """The form for another person."""
    rules = settings.load(request)
    change = users.Change(email_verified=rules.emails_verified)
    chosen = [UUID(text) for text in rules.signup_default_user_group_ids]
    return _new(request, change, chosen=chosen, errors={})


def create(request: Request) -> Response:
    """Add a person, and go to their page, where their one-time link is made."""
    change = users.Change.from_form(request.form)
    chosen = group_choice.chosen(request)
    try:
        if errors := users.check(change, settings.load(request)) | group_choice.check(chosen):
            raise Invalid(errors)
        user = users.create(request.db, change, request.now)
    except Invalid as invalid:
        return _new(request, change, chosen=chosen, errors=invalid.fields)
    groups.set_of_user(request.db, user.id, chosen)
    audit.record(request, Event.USER_CREATED, user_id=user.id, username=user.username)
    flash = _("{name} is added. Make a one-time link now, so that they can add their passkey.")
    return redirect(f"{_LIST}/{user.id}#link", flash=flash.format(name=users.name_of(user)))


def show(request: Request, user_id: str) -> Response:
    """One person."""
    user = users.get(request.db, row_id(user_id))
    return _show(request, user, users.Change.from_user(user))


def update(request: Request, user_id: str) -> Response:
    """Store the person's form."""
    user = users.get(request.db, row_id(user_id))
    rules = settings.load(request)
    typed = replace(users.Change.from_form(request.form), disabled=user.disabled)
    change = users.doubting_new_address(user, typed, rules)
    try:
        if errors := users.check(change, rules, user) | _own_lock_out(request, user, change):
            raise Invalid(errors)
        before, after = users.update(request.db, user.id, change, request.now)
    except Invalid as invalid:
        return _show(request, user, typed, invalid.fields)
    audit.record_change(request, Event.USER_UPDATED, before, after, user_id=user.id)
    email_verification.tell_old_address(request, before, after)
    flash = _("The changes to {name} are saved.").format(name=users.name_of(after))
    if change != typed:
        flash += " " + _("The new address is not verified yet: tick it once you know that it is theirs.")
    return redirect(f"{_LIST}/{user.id}", flash=flash)


def grants_rights(request: Request, user_id: str | None = None) -> bool:
    """Whether a form makes somebody an administrator who is none yet."""
    wants = users.Change.from_form(request.form).is_admin
    return wants and (user_id is None or not users.get(request.db, row_id(user_id)).is_admin)


def update_groups(request: Request, user_id: str) -> Response:
    """Put the person into the group of the button that was pressed, or take them out of it."""
    user = users.get(request.db, row_id(user_id))
    flash = None
    for name, is_member, sentence in (
        ("add", True, _("{name} is in {group} now.")),
        ("remove", False, _("{name} is no longer in {group}.")),
    ):
        for text in request.form.all(name):
            group = groups.get(request.db, row_id(text))
            if groups.put(request, group, user.id, is_member=is_member):
                flash = sentence.format(name=users.name_of(user), group=group.friendly_name)
    where = base_url({"groups": request.form.text("groups")}).rstrip("?&")
    return redirect(f"{_LIST}/{user.id}{where}#groups", flash=flash)


def create_link(request: Request, user_id: str) -> Response:
    """Make a one-time link, and show it this once."""
    user = users.get(request.db, row_id(user_id))
    seconds = admin_login_codes.lifetime(request)
    code = one_time_access.create(request.db, user.id, request.person.user_id, seconds, request.now)
    audit.record(request, Event.ONE_TIME_ACCESS_CREATED, user_id=user.id, seconds=seconds)
    link = one_time_access.link(request.config, code)
    return _show(request, user, users.Change.from_user(user), link=link)


def revoke_link(request: Request, user_id: str, token_id: str) -> Response:
    """Withdraw a one-time link."""
    one_time_access.revoke(request.db, row_id(token_id), row_id(user_id))
    audit.record(request, Event.ONE_TIME_ACCESS_REVOKED, user_id=row_id(user_id))
    return redirect(f"{_LIST}/{user_id}#link", flash=_("The link is withdrawn."))


def end_session(request: Request, user_id: str, session_id: str) -> Response:
    """Sign a person out of one session."""
    sessions.end(request, row_id(session_id), row_id(user_id))
    return redirect(f"{_LIST}/{user_id}#sessions", flash=_("That session is signed out."))


def ask_remove_passkey(request: Request, user_id: str, passkey_id: str) -> Response:
    """Ask before a passkey is removed."""
    user = users.get(request.db, row_id(user_id))
    passkey = webauthn.get(request.db, user.id, row_id(passkey_id))
    sentences = [_("{name} can no longer sign in with it.").format(name=users.name_of(user))]
    if len(webauthn.of_user(request.db, user.id)) == 1:
        sentences.append(_("It is their only one: they need a one-time link from you to get in again."))
    return ask(
        request,
        _("Remove the passkey “{passkey}”?").format(passkey=passkey.name),
        sentences,
        button=_("Remove the passkey"),
        cancel=f"{_LIST}/{user_id}#passkeys",
    )


def remove_passkey(request: Request, user_id: str, passkey_id: str) -> Response:
    """Remove a passkey of a person."""
    webauthn.remove_by_admin(request, row_id(user_id), row_id(passkey_id))
    return redirect(f"{_LIST}/{user_id}#passkeys", flash=_("The passkey is removed."))


def ask_disable(request: Request, user_id: str) -> Response:
    """Ask before a person is kept out, and say what ends with that."""
    user = users.get(request.db, row_id(user_id))
    name = users.name_of(user)
    return ask(
        request,
        _("Disable {name}?").format(name=name),
        [
            _("{name} is signed out everywhere at once, and no passkey or link lets them in.").format(
                name=name
            ),
            *_what_ends(request, user),
            _("Nothing is deleted. You can enable them again at any time."),
        ],
        button=_("Disable {name}").format(name=name),
        cancel=f"{_LIST}/{user_id}",
    )


def disable(request: Request, user_id: str) -> Response:
    """Keep a person out: sessions and tokens end at once."""
    user = users.get(request.db, row_id(user_id))
    try:
        if user.id == request.person.user_id:
            raise Invalid({"is_admin": _("You cannot disable yourself. Let another administrator do it.")})
        users.set_disabled(request.db, user.id, request.now, disabled=True)
    except Invalid as invalid:
        return _show(request, user, users.Change.from_user(user), invalid.fields)
    if not user.disabled:
        audit.record(request, Event.USER_DISABLED, user_id=user.id)
    return redirect(f"{_LIST}/{user_id}", flash=_("{name} is disabled.").format(name=users.name_of(user)))


def enable(request: Request, user_id: str) -> Response:
    """Let a person in again."""
    user = users.get(request.db, row_id(user_id))
    users.set_disabled(request.db, user.id, request.now, disabled=False)
    if user.disabled:
        audit.record(request, Event.USER_ENABLED, user_id=user.id)
    flash = _("{name} may sign in again.").format(name=users.name_of(user))
    return redirect(f"{_LIST}/{user_id}", flash=flash)


def ask_delete(request: Request, user_id: str) -> Response:
    """Ask before a person is deleted, and say what goes with them."""
    user = users.get(request.db, row_id(user_id))
    name = users.name_of(user)
    number = len(webauthn.of_user(request.db, user.id))
    lost = ngettext("{n} passkey is deleted.", "{n} passkeys are deleted.", number).format(n=number)
    return ask(
        request,
        _("Delete {name}?").format(name=name),
        [
            _("{name} is signed out everywhere and cannot come back.").format(name=name),
            *([lost] if number else []),
            *_what_ends(request, user),
            _(
                "What they have stored in apps stays there; a new account of the same name is another person to apps."
            ),
            _("To keep somebody out for a while, disable them instead."),
        ],
        button=_("Delete {name}").format(name=name),
        cancel=f"{_LIST}/{user_id}",
    )


def delete(request: Request, user_id: str) -> Response:
    """Delete a person."""
    user = users.get(request.db, row_id(user_id))
    try:
        if user.id == request.person.user_id:
            raise Invalid({"is_admin": _("You cannot delete yourself. Let another administrator do it.")})
        users.delete(request.db, user.id, request.now)
    except Invalid as invalid:
        return _show(request, user, users.Change.from_user(user), invalid.fields)
    audit.record(request, Event.USER_DELETED, user_id=user.id, username=user.username)
    return redirect(_LIST, flash=_("{name} is deleted.").format(name=users.name_of(user)))


def _what_ends(request: Request, user: users.User) -> list[str]:
    """What a person has at the moment and loses when they are kept out, counted; nothing of what there is not."""
    number = len(sessions.of_user(request.db, user.id, request.now))
    known = [consent.client_name for consent in consents.of_user(request.db, user.id)]
    ended = [ngettext("{n} session ends.", "{n} sessions end.", number).format(n=number)] if number else []
    if known:
        sentence = ngettext(
            "{n} app may no longer learn of them: {apps}.",
            "{n} apps may no longer learn of them: {apps}.",
            len(known),
        )
        ended.append(sentence.format(n=len(known), apps=", ".join(known)))
    return ended


def _new(
    request: Request, change: users.Change, *, chosen: list[UUID], errors: Mapping[str, str]
) -> Response:
    return page(
        "admin/users/new",
        status=_UNPROCESSABLE if errors else HTTPStatus.OK,
        change=change,
        errors=dict(errors),
        groups=group_choice.offered(request),
        chosen=chosen,
    )


def _own_lock_out(request: Request, user: users.User, change: users.Change) -> dict[str, str]:
    """Nobody takes their own rights by a slip of the hand."""
    if user.id != request.person.user_id:
        return {}
    if change.is_admin:
        return {}
    return {"is_admin": _("You cannot take this right from yourself. Let another administrator do it.")}


def _show(
    request: Request,
    user: users.User,
    change: users.Change,
    errors: Mapping[str, str] | None = None,
    *,
    link: str | None = None,
) -> Response:
    """The person's page. A link that was just made is on it, this once."""
    text = request.query.text("groups")
    apps = access.rules(request.db)
    others = groups.others_of_user(request.db, user.id, text=text, size=_OFFERED + 1)
    return page(
        "admin/users/show",
        status=_UNPROCESSABLE if errors else HTTPStatus.OK,
        user=user,
        name=users.name_of(user),
        picture_version=images.version(request.db, "user", str(user.id), "picture")
        or user.updated_at.timestamp(),
        change=change,
        errors=dict(errors or {}),
        link=link,
        qr=qr.data_address(link) if link else "",
        can_mail=bool(user.email) and not user.disabled and admin_login_codes.is_open(request),
        invitation=invitations.of_user(request, user.id),
        links=one_time_access.of_user(request.db, user.id, request.now),
        apps=[*zip(apps, access.verdicts(request.db, [user], apps)[0], strict=True)],
        consents={consent.client_id: consent for consent in consents.of_user(request.db, user.id)},
        groups=groups.of_user(request.db, user.id),
        other_groups=others[:_OFFERED],
        there_are_more=len(others) > _OFFERED,
        group_search=text,
        passkeys=webauthn.of_user(request.db, user.id),
        sessions=sessions.of_user(request.db, user.id, request.now),
        logouts=logouts.of_user(request.db, user.id),
        events=audit.search(request.db, Filter(user_id=user.id), _RECENT_EVENTS),
        event_label=audit.label,
        notice=geo.NOTICE if request.places.is_known else "",
        device=devices.name,
        place=devices.place,
        place_of=lambda address: devices.place(request.places.find(address)),
    )
