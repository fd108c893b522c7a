"""Administration of custom claims: those of a person with what comes of them, and those of a group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby
from typing import Any

import msgspec

from pocketid import audit, custom_claims, groups, subjects, users
from pocketid.audit import Event
from pocketid.custom_claims import Claim, Meant
from pocketid.errors import NotFound
from pocketid.oidc import claims
from pocketid.pages.addresses import row_id
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _

_USERS, _GROUPS = "/settings/admin/users", "/settings/admin/user-groups"
_UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
_EMPTY_LINES = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the form."""

    number: int
    name: str
    value: str
    kind: str


@dataclass(frozen=True, slots=True)
class Told:
    """A claim as apps get it: its JSON, empty when it is left out; who gives it, and whose value it hides."""

    name: str
    value: str
    kind: str
    sources: list[str]
    hidden: list[str]


def show_of_user(request: Request, user_id: str) -> Response:
    """A person's own claims, and what apps learn with those of their groups."""
    user = users.get(request.db, row_id(user_id))
    return _show_of_user(request, user, custom_claims.of_user(request.db, user.id))


def update_of_user(request: Request, user_id: str) -> Response:
    """Store a person's own claims."""
    user, typed = users.get(request.db, row_id(user_id)), custom_claims.from_form(request.form)
    if errors := custom_claims.check(typed):
        return _show_of_user(request, user, typed, errors)
    before, after = custom_claims.set_of_user(request.db, user.id, typed)
    if before != after:
        audit.record(
            request, Event.CUSTOM_CLAIMS_UPDATED, user_id=user.id, changed=_difference(before, after)
        )
    flash = _("The custom claims of {name} are saved.").format(name=users.name_of(user))
    return redirect(f"{_USERS}/{user.id}/custom-claims", flash=flash)


def show_of_group(request: Request, group_id: str) -> Response:
    """The claims that a group gives its members."""
    group = groups.get(request.db, row_id(group_id))
    return _show_of_group(request, group, custom_claims.of_group(request.db, group.id))


def update_of_group(request: Request, group_id: str) -> Response:
    """Store a group's claims."""
    group, typed = groups.get(request.db, row_id(group_id)), custom_claims.from_form(request.form)
    if errors := custom_claims.check(typed):
        return _show_of_group(request, group, typed, errors)
    before, after = custom_claims.set_of_group(request.db, group.id, typed)
    if before != after:
        audit.record(
            request, Event.CUSTOM_CLAIMS_UPDATED, group=group.name, changed=_difference(before, after)
        )
    flash = _("The custom claims of {name} are saved.").format(name=group.friendly_name)
    return redirect(f"{_GROUPS}/{group.id}/custom-claims", flash=flash)


def _show_of_user(
    request: Request, user: users.User, typed: Sequence[Claim], errors: Mapping[str, str] | None = None
) -> Response:
    subject = subjects.find(request.db, user.id)
    if subject is None:
        raise NotFound(_("There is nothing at this address (any more)."))
    meant = custom_claims.meant_for(request.db, user.id)
    built = claims.build(subject, ["profile"], app_url=request.config.app_url)
    return page(
        "admin/custom_claims/user",
        status=_UNPROCESSABLE if errors else HTTPStatus.OK,
        user=user,
        name=users.name_of(user),
        told=[
            _told(name, list(values), built, users.name_of(user))
            for name, values in groupby(meant, lambda claim: claim.name)
        ],
        **_form(request, typed, errors),
    )


def _show_of_group(
    request: Request, group: groups.Group, typed: Sequence[Claim], errors: Mapping[str, str] | None = None
) -> Response:
    return page(
        "admin/custom_claims/group",
        status=_UNPROCESSABLE if errors else HTTPStatus.OK,
        group=group,
        **_form(request, typed, errors),
    )


def _form(request: Request, typed: Sequence[Claim], errors: Mapping[str, str] | None) -> dict[str, Any]:
    empty = min(_EMPTY_LINES, max(0, custom_claims.MOST - len(typed)))
    lines = [
        *((claim.name, claim.value, _kind(claim)) for claim in typed),
        *[("", "", "")] * empty,
    ]
    return {
        "lines": [Line(number, *line) for number, line in enumerate(lines, start=1)],
        "errors": dict(errors or {}),
        "suggestions": custom_claims.suggestions(request.db),
        "most": custom_claims.MOST,
    }


def _kind(claim: Claim) -> str:
    return custom_claims.kind(custom_claims.typed(claim.name, claim.value)) if claim.value else ""


def _told(name: str, values: Sequence[Meant], built: Mapping[str, Any], person: str) -> Told:
    """Whose values go into what is told, and whose stay unseen below it."""
    typed = [custom_claims.typed(name, meant.value) for meant in values]
    joined = isinstance(typed[0], list)
    sources: list[str] = []
    hidden: list[str] = []
    for number, (meant, value) in enumerate(zip(values, typed, strict=True)):
        counts = number == 0 or (joined and isinstance(value, list))
        (sources if counts else hidden).append(meant.friendly_name or person)
    value = built.get(name)
    text = "" if value is None else value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return Told(name, text, custom_claims.kind(value), sources, hidden)


def _difference(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, dict[str, str | None]]:
    """Claim -> {before, after}, for those that differ."""
    return {
        name: {"before": before.get(name), "after": after.get(name)}
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    }
