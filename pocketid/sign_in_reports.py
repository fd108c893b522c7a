"""Somebody says that a sign-in was not theirs: it ends with what apps got through it, and the admins are told."""

from http import HTTPStatus

from pocketid import audit, known_devices, limits, logouts, outbox, sessions, tokens, users
from pocketid.audit import Event
from pocketid.errors import NotFound, Spent
from pocketid.outbox import Kind
from pocketid.request import Request
from pocketid.text import _


class ReportRefused(Spent):
    """A link that ends nothing; used, expired and never given look the same."""

    status = HTTPStatus.GONE


def report(request: Request, token: str) -> None:
    """Spend the link of a mail and end its sign-in. Raises ReportRefused, or TooMany."""
    limits.check(request, "not_me", per_seconds=10.0, burst=10)
    found = known_devices.take_report(request.db, token, request.now)
    if found is None:
        raise ReportRefused(_("This link was used already, or has expired."))
    audit.record(request, Event.SIGN_IN_REPORTED, user_id=found.user_id)
    try:
        sessions.end(request, found.session_id, found.user_id)
    except NotFound:  # it is over, but what apps got may not be
        tokens.revoke_session(request.db, found.session_id, request.now)
        logouts.write_for_sessions(request.db, [found.session_id], request.now)
    user = users.get(request.db, found.user_id)
    for admin in users.admins(request.db):
        outbox.post(
            request,
            Kind.ACCOUNT_REPORTED,
            admin.email,
            user_id=admin.id,
            name=users.name_of(admin),
            person=users.name_of(user),
            link=f"{request.config.app_url}/settings/admin/users/{user.id}",
        )
