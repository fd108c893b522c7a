"""Administration of people: the list, by whatever was asked for."""

from collections.abc import Mapping

from pocketid import groups, passkey_health, signup, users
from pocketid.groups import Group
from pocketid.pages.addresses import row_id
from pocketid.paging import base_url, from_query
from pocketid.request import Request
from pocketid.response import Response, page
from pocketid.text import _


def list_users(request: Request) -> Response:
    """People, searched, filtered and sorted; the address holds all of it, and can be kept."""
    names = ("search", "state", "group", "sort", "order")
    chosen = {name: request.query.text(name) for name in names}
    group = groups.get(request.db, row_id(chosen["group"])) if chosen["group"] else None
    text, state, group_id = chosen["search"], chosen["state"], group.id if group else None
    total = users.count(request.db, text=text, state=state, group_id=group_id)
    paging = from_query(request.query, total)
    found = users.search(
        request.db,
        text=text,
        state=state,
        group_id=group_id,
        sort=chosen["sort"],
        descending=chosen["order"] == "desc",
        size=paging.size,
        offset=paging.offset,
    )
    return page(
        "admin/users/list",
        users=found,
        chosen=chosen,
        states=states(),
        groups=groups.names(request.db),
        nobody=_nobody(chosen, group),
        paging=paging,
        base_url=base_url(chosen),
        waiting=signup.count_waiting(request.db),
    )


def states() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """What the list can be limited to, under headings."""
    return (
        (
            _("Account"),
            (
                ("admin", _("Administrators")),
                ("disabled", _("Disabled")),
                ("never_signed_in", _("Never signed in")),
                ("unverified", _("E-mail not verified")),
            ),
        ),
        (
            _("Passkeys"),
            (
                ("no_passkey", _("Without passkey")),
                ("one_passkey", _("With one passkey only")),
                ("one_device", _("With one passkey, on one device")),
                ("one_provider", _("With all passkeys at one provider")),
                ("only_synced", _("With synced passkeys only")),
                ("none_verified", _("Without PIN, finger or face")),
            ),
        ),
    )


def _nobody(chosen: Mapping[str, str], group: Group | None) -> str:
    """Why the list is empty, as a sentence."""
    if chosen["search"]:
        return _("No name or address holds “{text}” among the people shown here.").format(
            text=chosen["search"]
        )
    sentences = {
        "disabled": _("Nobody is disabled."),
        "never_signed_in": _("Everybody has signed in at least once."),
        "unverified": _("Every e-mail address is verified."),
        **passkey_health.nobody(),
    }
    if group is None:
        return sentences.get(chosen["state"], "")
    if chosen["state"] in users.STATES:
        return _("Nobody in the group {group} is in that state.").format(group=group.friendly_name)
    return _("The group {group} has no members yet.").format(group=group.friendly_name)
