"""What an app would be told of a person, for an admin to look at; nothing is issued."""

from typing import Any

import msgspec

from pocketid import access, clients, groups, recipes, subjects, users
from pocketid.clients import Client
from pocketid.oidc import preview
from pocketid.oidc.authorization_request import SCOPES
from pocketid.request import Request
from pocketid.response import Response, page
from pocketid.subjects import Subject
from pocketid.text import _

_DEFAULT_SCOPES = "openid profile email groups"
_SUGGESTED = 100


def show(request: Request, client_id: str) -> Response:
    """The claims of the tokens and of userinfo for a person and scopes, or why there would be none."""
    client = clients.get(request.db, client_id)
    typed = request.query.text("user")
    scopes = _scopes(request, client)
    user = users.find(request.db, typed) if typed else users.get(request.db, request.person.user_id)
    subject = subjects.find(request.db, user.id) if user else None
    problem = _problem(request, client, subject, typed)
    shown: list[tuple[str, str]] = []
    if subject and not problem:
        shown = _shown(preview.of(request, client, subject, scopes))
    return page(
        "admin/clients/preview",
        client=client,
        user=typed or request.person.username,
        people=users.search(request.db, size=_SUGGESTED, offset=0),
        scopes=scopes,
        all_scopes=SCOPES,
        errors={"user": problem} if problem and user is None else {},
        refusal=problem if user else "",
        shown=shown,
    )


def _scopes(request: Request, client: Client) -> list[str]:
    """Those ticked; at first those that the app's recipe asks for."""
    recipe = recipes.find(client.recipe)
    usual = (recipe.scopes if recipe else _DEFAULT_SCOPES).split()
    wanted = request.query.all("scope") if "user" in request.query else usual
    return [scope for scope in SCOPES if scope in wanted]


def _problem(request: Request, client: Client, subject: Subject | None, typed: str) -> str:
    """Why nothing would be issued; empty when it would."""
    if subject is None:
        return _("Nobody has the user name or e-mail address “{text}”.").format(text=typed)
    if subject.disabled:
        return _("{name} is disabled and gets no tokens. Enable the account on the person's page.").format(
            name=subject.username
        )
    if access.may_use(request.db, subject.id, client):
        return ""
    return _no_access(request, client, subject.username)


def _no_access(request: Request, client: Client, username: str) -> str:
    opening = set(clients.group_ids(request.db, client.id))
    names = [group.friendly_name for group in groups.all_groups(request.db) if group.id in opening]
    if not names:
        return _("{app} is limited to groups, and none is chosen: nobody may sign in to it.").format(
            app=client.name
        )
    return _(
        "{name} may not sign in to {app}: it is limited to {groups}, and {name} is in none of them."
    ).format(name=username, app=client.name, groups=", ".join(names))


def _shown(found: preview.Preview) -> list[tuple[str, str]]:
    """Heading and JSON of each."""
    parts: list[tuple[str, dict[str, Any] | None]] = [
        (_("ID token"), found.id_token),
        (_("Userinfo"), found.userinfo),
        (_("Access token"), found.access_token),
    ]
    return [
        (heading, msgspec.json.format(msgspec.json.encode(told), indent=2).decode())
        for heading, told in parts
        if told is not None
    ]
