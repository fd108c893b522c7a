"""Administration of what one app is told in another way than the rest: its groups, names, constants and roles."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from pocketid import audit, claim_mapping, client_ids, clients, custom_claims, groups
from pocketid.audit import Event
from pocketid.claim_mapping import ClaimMapping, Kind, Rule
from pocketid.clients import Client
from pocketid.oidc import claims
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _

_EMPTY_LINES = 3
_STANDARD = (
    "preferred_username",
    "email",
    "name",
    "groups",
    "given_name",
    "family_name",
    "picture",
    "locale",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the form."""

    number: int
    rule: Rule


def show(request: Request, client_id: str) -> Response:
    """The mapping of a client."""
    client = clients.get(request.db, client_id)
    return _show(request, client, claim_mapping.of(client.claim_mapping))


def update(request: Request, client_id: str) -> Response:
    """Store the mapping of a client."""
    client, typed = clients.get(request.db, client_id), claim_mapping.from_form(request.form)
    if errors := claim_mapping.check(typed):
        return _show(request, client, typed, errors)
    change = replace(clients.Change.of(client), claim_mapping=claim_mapping.to_row(typed))
    before, after = clients.update(request.db, client_id, change, request.now)
    audit.record_change(request, Event.CLIENT_UPDATED, before, after, client_id=client_id)
    return redirect(
        f"/settings/admin/oidc-clients/{client_ids.in_path(client_id)}/claims",
        flash=_("What {app} is told is saved.").format(app=client.name),
    )


def _show(
    request: Request, client: Client, mapping: ClaimMapping, errors: Mapping[str, str] | None = None
) -> Response:
    empty = min(_EMPTY_LINES, max(0, claim_mapping.MOST_RULES - len(mapping.rules)))
    rules = [*mapping.rules, *[Rule("rename", "")] * empty]
    names = [group.name for group in groups.all_groups(request.db)]
    return page(
        "admin/clients/claims",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        client=client,
        patterns="\n".join(mapping.groups),
        lines=[Line(number, rule) for number, rule in enumerate(rules, start=1)],
        kinds=_kinds(),
        sources=list(dict.fromkeys((*_STANDARD, *custom_claims.suggestions(request.db), *names))),
        known=sorted({*claims.SUPPORTED} - custom_claims.PROTOCOL),
        gone=claim_mapping.unknown_groups(mapping, names),
        errors=dict(errors or {}),
    )


def _kinds() -> dict[Kind, str]:
    return {
        "rename": _("New name for a claim"),
        "copy": _("Copy of a claim"),
        "constant": _("The same for everybody"),
        "role": _("Role from a group"),
    }
