"""Accepting an invitation: the account, its first passkey and its groups are made in one visit, or not at all.

    open_by       the invitation that a link opens; looking at it spends nothing (CO-03)
    account_of    what its form asks for, as far as it is the person's to choose
    begin         options for the passkey of an account that is not there yet
    accept        account, passkey, groups, session; of two at once, one wins (CO-04)

A right link is never counted against an address, and tries are counted for each invitation and address: nobody
keeps its owner out by trying others.
"""

import unicodedata
from http import HTTPStatus
from uuid import UUID

from pocketid import (
    access,
    audit,
    clients,
    groups,
    invitation_rules,
    invitations,
    limits,
    sessions,
    settings,
    users,
    webauthn,
)
from pocketid.audit import Event
from pocketid.clients import Client
from pocketid.crypto import digest
from pocketid.db import Database
from pocketid.errors import Refusal
from pocketid.invitations import Invitation
from pocketid.request import Fields, Request
from pocketid.settings import Settings
from pocketid.text import _

APPS_PAGE = "/settings/apps"


class InvitationRefused(Refusal):
    """A link that opens nothing; used, expired, withdrawn, held and never given look the same."""

    status = HTTPStatus.NOT_FOUND


def open_by(request: Request, secret: str) -> Invitation:
    """The invitation that a link opens. Raises InvitationRefused, or TooMany for many wrong ones."""
    found = invitations.find(request, digest(secret))
    if found is None or found.state not in invitations.OPEN:
        limits.check(request, "invitation", per_seconds=3.0, burst=20)
        raise _refused()
    return found


def note_opened(request: Request, invitation: Invitation) -> None:
    """Remember when the link was opened first; a mail scanner does that, too."""
    if invitation.opened_at is None:
        request.db.run("acceptance.note_opened", id=invitation.id, now=request.now)


def may_edit(request: Request, invitation: Invitation, name: str) -> bool:
    """Whether the person chooses a field themselves: one that is empty, or a name where people edit their own."""
    if not getattr(invitation, name):
        return True
    return name != "email" and settings.load(request).allow_own_account_edit


def proposed(request: Request, invitation: Invitation) -> users.Change:
    """What the form is filled in with at first."""
    return users.Change(
        username=invitation.username or _suggestion(request.db, invitation),
        first_name=invitation.first_name,
        last_name=invitation.last_name,
        email=invitation.email,
    )


def account_of(request: Request, invitation: Invitation, form: Fields) -> users.Change:
    """The account that a form asks for; what is not the person's to choose is as it was given.

    The address counts as verified when the link reached it and nobody else (or where all addresses do).
    """
    texts = {
        name: form.text(name) if may_edit(request, invitation, name) else getattr(invitation, name)
        for name in ("username", "first_name", "last_name", "email")
    }
    proves_address = invitation.is_mailed and invitation.email is not None
    return users.Change(
        username=texts["username"],
        first_name=texts["first_name"],
        last_name=texts["last_name"],
        email=texts["email"] or None,
        email_verified=proves_address or settings.load(request).emails_verified,
    )


def check_account(request: Request, invitation: Invitation, account: users.Change) -> dict[str, str]:
    """Field -> what is wrong with it, also what somebody has taken meanwhile; empty when all is well."""
    problems = users.check(account, settings.load(request))
    change = invitation_rules.Change(username=account.username, email=account.email)
    for taken in invitation_rules.find_taken(request.db, [change], own_id=invitation.id):
        if taken.kind == "person":
            problems.setdefault(taken.field, invitation_rules.taken_message(taken))
    if "username" not in problems and account.username != invitation.username:
        problems |= users.check_chosen_name(request.db, account.username)
    return problems


def begin(request: Request, invitation: Invitation, account: users.Change) -> str:
    """Options for the passkey that the account is made with. Raises TooMany."""
    _limit(request, invitation)
    return webauthn.begin_new_account(request, account, purpose=_purpose(invitation))


def accept(request: Request, secret: str, invitation: Invitation) -> tuple[str, str]:
    """Make the account that `begin` prepared, put it into its groups, and sign in.

    Returns the session's token, and the address to land at. Raises InvitationRefused, PasskeyRefused, or Invalid
    when somebody took the name or address meanwhile.
    """
    _limit(request, invitation)
    held = {"id": invitation.id, "digest": digest(secret), "now": request.now}
    if request.db.value("acceptance.lock", **held) is None:
        raise _refused()
    credential = request.form.get("credential", "")
    passkey = webauthn.finish_new_account(request, credential, is_admin=False, purpose=_purpose(invitation))
    request.db.run("acceptance.accept", id=invitation.id, user_id=passkey.user_id, now=request.now)
    groups.set_of_user(request.db, passkey.user_id, invitation.group_ids)
    token = sessions.start(request, passkey.user_id, "passkey", passkey.id)
    users.note_sign_in(request.db, passkey.user_id, request.now)
    audit.record(request, Event.INVITATION_ACCEPTED, groups=invitation.group_names)
    return token, _landing(request.db, invitation, passkey.user_id)


def app_of(db: Database, invitation: Invitation) -> Client | None:
    """The app to land at, if it still has an address to open."""
    client = clients.find(db, invitation.client_id) if invitation.client_id else None
    return client if client and client.launch_url else None


def _landing(db: Database, invitation: Invitation, user_id: UUID) -> str:
    """The app if they may use it, else the page of their apps."""
    app = app_of(db, invitation)
    return app.launch_url or APPS_PAGE if app and access.may_use(db, user_id, app) else APPS_PAGE


def _limit(request: Request, invitation: Invitation) -> None:
    key = f"{invitation.id}:{limits.network(request.address)}"
    limits.check(request, "invitation", per_seconds=3.0, burst=20, key=key)


def _purpose(invitation: Invitation) -> str:
    return f"invitation {invitation.id}"


def _suggestion(db: Database, invitation: Invitation) -> str:
    """A user name from their names that is free, or nothing."""
    first, last = (_plain(text) for text in (invitation.first_name, invitation.last_name))
    for name in (first, f"{first}.{last}", f"{last}.{first}"):
        is_good = "username" not in users.check(users.Change(username=name), Settings())
        if is_good and not users.check_chosen_name(db, name):
            return name
    return ""


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "".join(character for character in folded if character.isalnum())


def _refused() -> InvitationRefused:
    return InvitationRefused(
        _("This invitation was used already, has expired or was withdrawn, or a part of the link is missing.")
    )
