"""One-time links by e-mail: what an admin sends from a person's page."""

from pocketid import audit, one_time_access, outbox, settings, users
from pocketid.audit import Event
from pocketid.errors import Conflict, NotAllowed
from pocketid.outbox import Kind
from pocketid.pages.addresses import row_id
from pocketid.request import Request
from pocketid.response import Response, redirect
from pocketid.text import _

_LIFETIMES = {"hour": 3600, "day": 86_400, "week": 7 * 86_400, "month": 30 * 86_400}


def is_open(request: Request) -> bool:
    """Whether admins may mail links: it is switched on, and mails are sent."""
    return settings.load(request).email_one_time_access_as_admin_enabled and outbox.is_ready(request)


def lifetime(request: Request) -> int:
    """For how many seconds a link shall be good, by the form; an hour when it does not say."""
    return _LIFETIMES.get(request.form.text("lifetime"), _LIFETIMES["hour"])


def send(request: Request, user_id: str) -> Response:
    """Make a link, and send it to the person's address."""
    user = users.get(request.db, row_id(user_id))
    if not is_open(request):
        raise NotAllowed(
            _("Links are not sent by e-mail here. Switch it on in the settings, or make a link to hand on.")
        )
    if user.disabled or not user.email:
        raise Conflict(_("{name} has no e-mail address, or is disabled.").format(name=users.name_of(user)))
    seconds = lifetime(request)
    code = one_time_access.create(request.db, user.id, request.person.user_id, seconds, request.now)
    outbox.post(
        request,
        Kind.LOGIN_CODE,
        user.email,
        user_id=user.id,
        name=users.name_of(user),
        code=code,
        link=one_time_access.link(request.config, code),
        hours=seconds // 3600,
    )
    audit.record(request, Event.ONE_TIME_ACCESS_CREATED, user_id=user.id, seconds=seconds, mailed=True)
    return redirect(
        f"/settings/admin/users/{user.id}#link",
        flash=_("The link is on its way to {address}.").format(address=user.email),
    )
