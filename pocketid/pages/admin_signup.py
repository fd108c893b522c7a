"""Who may sign up, the links that let people do it, and the accounts that wait."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from pocketid import audit, custom_claims, qr, settings, signup, users
from pocketid.audit import Event
from pocketid.custom_claims import Claim
from pocketid.errors import Invalid, NotAllowed
from pocketid.pages import group_choice
from pocketid.pages.addresses import row_id
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.settings import NAMES
from pocketid.text import _

_PAGE = "/settings/admin/sign-up"
_FIELDS = (
    "allow_user_signups",
    "signup_requires_approval",
    "signup_default_user_group_ids",
    "signup_default_custom_claims",
)
_LIFETIMES = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
_LONGEST = timedelta(days=30)


def show(request: Request) -> Response:
    """The page."""
    return _show(request)


def update(request: Request) -> Response:
    """Store who may sign up, and what new people get."""
    if request.config.ui_config_disabled:
        raise NotAllowed(_("Every setting is taken from the environment (UI_CONFIG_DISABLED)."))
    fixed = settings.overridden(request.config)
    claims, chosen = _claims(request.form.lines("claims")), group_choice.chosen(request)
    problems = group_choice.check(chosen)
    if problem := next(iter(custom_claims.check(claims).values()), None):
        problems["claims"] = problem
    if problems:
        return _show(request, problems, typed_claims=request.form.get("claims", ""), chosen=chosen)
    wanted = {
        "allow_user_signups": request.form.text("allow_user_signups"),
        "signup_requires_approval": settings.as_text(request.form.checked("signup_requires_approval")),
        "signup_default_user_group_ids": settings.as_text(tuple(map(str, chosen))),
        "signup_default_custom_claims": signup.claims_as_setting(claims),
    }
    try:
        values = {name: settings.parsed(name, text) for name, text in wanted.items() if name not in fixed}
    except ValueError:
        return _show(request, {"allow_user_signups": _("Please choose one of the three.")})
    current = settings.load(request)
    changes = {name: value for name, value in values.items() if value != getattr(current, name)}
    if changes:
        before, after = settings.update(request, changes)
        audit.record(request, Event.SETTINGS_UPDATED, changed=audit.difference(before, after))
    return redirect(_PAGE, flash=_("The settings are saved."))


def create_link(request: Request) -> Response:
    """Make a link, and show it this once."""
    chosen = group_choice.chosen(request)
    try:
        uses = _uses(request.form.text("uses"))
        if errors := group_choice.check(chosen, "link_group"):
            raise Invalid(errors)
    except Invalid as invalid:
        return _show(request, invalid.fields, chosen_for_link=chosen)
    duration = _LIFETIMES.get(request.form.text("lifetime"), _LONGEST)
    _link_id, text = signup.create_link(request, chosen, most_uses=uses, duration=duration)
    return _show(request, link=signup.address(request.config, text))


def withdraw(request: Request, link_id: str) -> Response:
    """Take a link back."""
    signup.withdraw(request, row_id(link_id))
    return redirect(f"{_PAGE}#links", flash=_("The link is withdrawn."))


def accept(request: Request, waiting_id: str) -> Response:
    """Let somebody in who waits."""
    user = signup.accept(request, row_id(waiting_id))
    return redirect(_PAGE, flash=_("{name} is accepted.").format(name=users.name_of(user)))


def ask_refuse(request: Request, waiting_id: str) -> Response:
    """Ask before somebody is refused, and for the reason."""
    return _refuse_page(request, users.get(request.db, row_id(waiting_id)), "", {})


def refuse(request: Request, waiting_id: str) -> Response:
    """Refuse somebody who waits."""
    reason = request.form.text("reason")
    if len(reason) > signup.REASON_LENGTH:
        problem = _("At most {n} characters, please.").format(n=signup.REASON_LENGTH)
        return _refuse_page(request, users.get(request.db, row_id(waiting_id)), reason, {"reason": problem})
    user = signup.refuse(request, row_id(waiting_id), reason)
    return redirect(_PAGE, flash=_("{name} is refused.").format(name=users.name_of(user)))


def _refuse_page(request: Request, user: users.User, reason: str, errors: dict[str, str]) -> Response:
    signup.check_waits(user)
    return page(
        "admin/signup/refuse",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        user=user,
        name=users.name_of(user),
        reason=reason,
        errors=errors,
    )


def _show(
    request: Request,
    errors: Mapping[str, str] | None = None,
    *,
    link: str = "",
    typed_claims: str | None = None,
    chosen: Sequence[UUID] | None = None,
    chosen_for_link: Sequence[UUID] = (),
) -> Response:
    rules = settings.load(request)
    fixed = settings.overridden(request.config)
    claims = "\n".join(f"{claim.name}={claim.value}" for claim in signup.default_claims(rules))
    return page(
        "admin/signup/show",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        errors=dict(errors or {}),
        mode=rules.allow_user_signups,
        requires_approval=rules.signup_requires_approval,
        claims=claims if typed_claims is None else typed_claims,
        group_ids=[UUID(text) for text in rules.signup_default_user_group_ids] if chosen is None else chosen,
        chosen_for_link=chosen_for_link,
        fixed={name: NAMES[name][1] for name in _FIELDS if name in fixed},
        groups=group_choice.offered(request),
        waiting=signup.waiting(request.db),
        links=signup.links(request.db, request.now),
        link=link,
        qr=qr.data_address(link) if link else "",
    )


def _uses(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= signup.MOST_USES):
        raise Invalid({"uses": _("A number from 1 to {most}, please.").format(most=signup.MOST_USES)})
    return int(text)


def _claims(lines: list[str]) -> list[Claim]:
    """The claims of lines like name=value."""
    pairs = (line.partition("=") for line in lines)
    return [Claim(name.strip(), value.strip()) for name, _equals, value in pairs]
