"""Administration of groups: the list, one group's page with its members."""

from collections.abc import Mapping
from http import HTTPStatus

from pocketid import audit, groups
from pocketid.audit import Event
from pocketid.errors import Invalid
from pocketid.pages.addresses import row_id
from pocketid.pages.questions import ask
from pocketid.paging import base_url, from_query
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _

_LIST = "/settings/admin/user-groups"
_UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
_OFFERED = 10  # people who could be added; a search finds the others


def list_groups(request: Request) -> Response:
    """All groups."""
    text = request.query.text("search")
    paging = from_query(request.query, groups.count(request.db, text=text))
    found = groups.search(request.db, text=text, size=paging.size, offset=paging.offset)
    kept = base_url({"search": text})
    return page("admin/groups/list", groups=found, search=text, paging=paging, base_url=kept)


def new(request: Request) -> Response:
    """The form for another group."""
    return page("admin/groups/new", change=groups.Change(), errors={})


def create(request: Request) -> Response:
    """Add a group, and go to its page, where its members are chosen."""
    change = groups.Change.from_form(request.form)
    try:
        if errors := groups.check(change):
            raise Invalid(errors)
        group = groups.create(request.db, change, request.now)
    except Invalid as invalid:
        return page("admin/groups/new", status=_UNPROCESSABLE, change=change, errors=invalid.fields)
    audit.record(request, Event.GROUP_CREATED, name=group.name)
    return redirect(
        f"{_LIST}/{group.id}", flash=_("The group {name} is added.").format(name=group.friendly_name)
    )


def show(request: Request, group_id: str) -> Response:
    """One group."""
    group = groups.get(request.db, row_id(group_id))
    return _show(request, group, groups.Change.from_group(group))


def update(request: Request, group_id: str) -> Response:
    """Rename a group."""
    group = groups.get(request.db, row_id(group_id))
    change = groups.Change.from_form(request.form)
    try:
        if errors := groups.check(change):
            raise Invalid(errors)
        before, after = groups.update(request.db, group.id, change, request.now)
    except Invalid as invalid:
        return _show(request, group, change, invalid.fields)
    audit.record_change(request, Event.GROUP_UPDATED, before, after, name=after.name)
    return redirect(
        f"{_LIST}/{group.id}", flash=_("The changes to {name} are saved.").format(name=after.friendly_name)
    )


def update_members(request: Request, group_id: str) -> Response:
    """Put into the group whom a pressed button adds, and take out whom one removes; all others stay."""
    group = groups.get(request.db, row_id(group_id))
    changed = 0
    for name, is_member in (("add", True), ("remove", False)):
        for text in request.form.all(name):
            changed += groups.put(request, group, row_id(text), is_member=is_member)
    where = base_url({name: request.form.text(name) for name in ("search", "page")}).rstrip("?&")
    flash = _("The members of {name} are saved.").format(name=group.friendly_name) if changed else None
    return redirect(f"{_LIST}/{group.id}{where}#members", flash=flash)


def ask_delete(request: Request, group_id: str) -> Response:
    """Ask before a group is deleted, and say what it closes."""
    group = groups.get(request.db, row_id(group_id))
    opened = groups.opens(request.db, group.id)
    sentences = [_("Its members stay, and lose what only this group gave them.")]
    if opened:
        names = ", ".join(app.name for app in opened)
        sentences.append(_("It opens {apps}: members without another group lose them.").format(apps=names))
    return ask(
        request,
        _("Delete the group {name}?").format(name=group.friendly_name),
        sentences,
        button=_("Delete the group"),
        cancel=f"{_LIST}/{group_id}",
    )


def delete(request: Request, group_id: str) -> Response:
    """Delete a group."""
    group = groups.delete(request.db, row_id(group_id))
    audit.record(request, Event.GROUP_DELETED, name=group.name)
    return redirect(_LIST, flash=_("The group {name} is deleted.").format(name=group.friendly_name))


def _show(
    request: Request, group: groups.Group, change: groups.Change, errors: Mapping[str, str] | None = None
) -> Response:
    text = request.query.text("search")
    paging = from_query(request.query, groups.count_members(request.db, group.id, text=text))
    others = groups.others(request.db, group.id, text=text, size=_OFFERED + 1)
    return page(
        "admin/groups/show",
        status=_UNPROCESSABLE if errors else HTTPStatus.OK,
        group=group,
        change=change,
        errors=dict(errors or {}),
        members=groups.members(request.db, group.id, text=text, size=paging.size, offset=paging.offset),
        others=others[:_OFFERED],
        there_are_more=len(others) > _OFFERED,
        opened=groups.opens(request.db, group.id),
        search=text,
        paging=paging,
        base_url=base_url({"search": text}),
    )
