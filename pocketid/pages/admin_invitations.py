"""Administration of invitations: the list, the form, and one invitation's page."""

from collections.abc import Mapping
from http import HTTPStatus

from pocketid import invitation_rules, invitations, outbox, qr
from pocketid.errors import Invalid
from pocketid.invitation_rules import Change, Terms
from pocketid.invitations import Invitation, Made
from pocketid.pages import group_choice
from pocketid.pages.addresses import row_id
from pocketid.paging import base_url, from_query
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _

LIST = "/settings/admin/invitations"
_FIELDS = (
    "first_name",
    "last_name",
    "email",
    "username",
    "group",
    "days",
    "client",
    "note",
)  # as they are on the page
_UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY


def list_invitations(request: Request) -> Response:
    """Everybody who was invited, searched and filtered; the address holds all of it."""
    chosen = {name: request.query.text(name) for name in ("search", "state")}
    if chosen["state"] not in {"open", *invitations.STATES}:
        chosen["state"] = ""
    text, state = chosen["search"], chosen["state"]
    paging = from_query(request.query, invitations.count(request, text=text, state=state))
    found = invitations.search(request, text=text, state=state, size=paging.size, offset=paging.offset)
    return page(
        "admin/invitations/list",
        invitations=found,
        chosen=chosen,
        state_label=state_label,
        paging=paging,
        base_url=base_url(chosen),
    )


def new(request: Request) -> Response:
    """The form for an invitation."""
    return _form(request, Change(), Terms(by_mail=outbox.is_ready(request)))


def create(request: Request) -> Response:
    """Invite somebody: by mail, or by a link that is shown this once."""
    change = Change.from_form(request.form, group_choice.chosen(request))
    terms = Terms.from_form(request.form)
    try:
        if errors := invitation_rules.check(request, change, terms) | group_choice.check(change.group_ids):
            raise Invalid(errors)
        made = invitations.create(request, change, terms)
    except Invalid as invalid:
        return _form(request, change, terms, invalid.fields)
    return _made(request, made)


def show(request: Request, invitation_id: str) -> Response:
    """One invitation."""
    return _show(request, invitations.get(request, row_id(invitation_id)))


def renew(request: Request, invitation_id: str) -> Response:
    """Another link in the place of the old one, by mail or shown this once."""
    invitation = invitations.get(request, row_id(invitation_id))
    try:
        made = invitations.renew(request, invitation, by_mail=request.form.text("delivery") == "mail")
    except Invalid as invalid:
        return _show(request, invitation, problem=invalid.message)
    return _made(request, made)


def ask_withdraw(request: Request, invitation_id: str) -> Response:
    """Ask before an invitation is withdrawn."""
    invitation = invitations.get(request, row_id(invitation_id))
    name = invitations.name_of(invitation)
    return page(
        "confirm",
        heading=_("Withdraw the invitation of {name}?").format(name=name),
        sentences=[
            _("The link of {name} opens nothing any more. You can invite them again.").format(name=name)
        ],
        action=f"{LIST}/{invitation.id}/withdraw",
        button=_("Withdraw the invitation"),
        cancel=f"{LIST}/{invitation.id}",
        fields={},
    )


def withdraw(request: Request, invitation_id: str) -> Response:
    """Withdraw an invitation."""
    before = invitations.withdraw(request, row_id(invitation_id))
    name = invitations.name_of(before)
    return redirect(LIST, flash=_("The invitation of {name} is withdrawn.").format(name=name))


def state_label(state: str) -> str:
    """A state in words."""
    return {
        "made": _("Link made"),
        "sent": _("Mail sent"),
        "opened": _("Opened"),
        "done": _("Accepted"),
        "expired": _("Expired"),
        "withdrawn": _("Withdrawn"),
        "held": _("On hold"),
    }[state]


def _made(request: Request, made: Made) -> Response:
    """What comes after a link was made: it is mailed, or shown this once."""
    name = invitations.name_of(made.change)
    if made.is_mailed:
        flash = _("The invitation of {name} is on its way to {address}.")
        return redirect(f"{LIST}/{made.id}", flash=flash.format(name=name, address=made.change.email))
    link = invitations.link(request.config, made.secret)
    return _show(request, invitations.get(request, made.id), link=link)


def _form(
    request: Request, change: Change, terms: Terms, errors: Mapping[str, str] | None = None
) -> Response:
    return page(
        "admin/invitations/new",
        status=_UNPROCESSABLE if errors else HTTPStatus.OK,
        change=change,
        terms=terms,
        errors={name: errors[name] for name in _FIELDS if errors and name in errors},
        groups=group_choice.offered(request),
        clients=invitation_rules.landings(request.db),
        days=invitation_rules.DAYS,
        has_mail=outbox.is_ready(request),
    )


def _show(
    request: Request, invitation: Invitation, *, link: str | None = None, problem: str | None = None
) -> Response:
    """The invitation's page. A link that was just made is on it, this once."""
    return page(
        "admin/invitations/show",
        status=HTTPStatus.CONFLICT if problem else HTTPStatus.OK,
        invitation=invitation,
        name=invitations.name_of(invitation),
        state=state_label(invitation.state),
        link=link,
        qr=qr.data_address(link) if link else "",
        problem=problem,
        has_mail=outbox.is_ready(request),
    )
