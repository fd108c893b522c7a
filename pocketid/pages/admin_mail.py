"""Administration of e-mail: its section of the settings, a test, and the mails that were not delivered."""

from http import HTTPStatus
from typing import Any

from pocketid import audit, limits, outbox, postman, settings, users
from pocketid.audit import Event
from pocketid.errors import NotAllowed
from pocketid.mail import Failed
from pocketid.pages import admin_settings, mail_section
from pocketid.pages.addresses import row_id
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _, ngettext

_SECTION = f"{admin_settings.PAGE}#email"
_OUTBOX = "/settings/admin/outbox"
_SHOWN = 50
_HIDDEN = "********"
_MANY_TESTS = 5


def update(request: Request) -> Response:
    """Store the section of the settings page. An empty password leaves the one that is kept."""
    if request.config.ui_config_disabled:
        raise NotAllowed(_("Every setting is taken from the environment (UI_CONFIG_DISABLED)."))
    typed, password = _typed(request), request.form.get("smtp_password", "")
    if errors := mail_section.check(request, typed, password):
        section = mail_section.section(request, typed, errors)
        return admin_settings.settings_page(request, mail=section, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    wanted = {name: settings.parsed(name, str(value)) for name, value in typed.items()}
    current = settings.load(request)
    before, after = settings.update(
        request, {name: value for name, value in wanted.items() if value != getattr(current, name)}
    )
    changed = audit.difference(before, after) | _keep_password(request, password)
    if changed:
        audit.record(request, Event.SETTINGS_UPDATED, changed=changed)
    return redirect(_SECTION, flash=_("The settings for e-mail are saved."))


def send_test(request: Request) -> Response:
    """Send a mail at once, and say how that went."""
    limits.check(request, "test_mail", per_seconds=30.0, burst=_MANY_TESTS, key=str(request.person.user_id))
    address = request.form.text("test_address")
    if problem := users.email_problem(address or None, is_needed=True):
        return _test_page(request, address, errors={"test_address": problem})
    try:
        postman.send_test(request, address)
    except Failed as failure:
        return _test_page(request, address, problem=_explained(failure), words=failure.words)
    flash = _("The server took the test mail to {address}. Now see whether it arrives.")
    return redirect(_SECTION, flash=flash.format(address=address))


def list_mails(request: Request) -> Response:
    """The mails that wait, that were given up, and that were sent lately."""
    db = request.db
    return page(
        "admin/outbox/list",
        is_ready=outbox.is_ready(request),
        counts=outbox.counts(db),
        given_up=outbox.listed(db, "given_up", _SHOWN),
        waiting=outbox.listed(db, "waiting", _SHOWN),
        sent=outbox.listed(db, "sent", _SHOWN),
        label=outbox.label,
    )


def retry(request: Request, mail_id: str) -> Response:
    """Try one mail again."""
    outbox.retry(request, row_id(mail_id))
    audit.record(request, Event.MAIL_RETRIED, number=1)
    return redirect(_OUTBOX, flash=_("The mail is tried again now."))


def retry_given_up(request: Request) -> Response:
    """Try all mails again that were given up."""
    number = outbox.retry_given_up(request)
    if number:
        audit.record(request, Event.MAIL_RETRIED, number=number)
    flash = ngettext("{n} mail is tried again now.", "{n} mails are tried again now.", number)
    return redirect(_OUTBOX, flash=flash.format(n=number))


def discard(request: Request, mail_id: str) -> Response:
    """Delete a mail that was not sent."""
    outbox.discard(request, row_id(mail_id))
    audit.record(request, Event.MAIL_DISCARDED)
    return redirect(_OUTBOX, flash=_("The mail is discarded."))


def _typed(request: Request) -> dict[str, Any]:
    """What the form says; what the environment fixes stays as it is."""
    current = mail_section.stored(settings.load(request))
    typed: dict[str, Any] = {name: request.form.text(name) for name in mail_section.TEXTS}
    typed |= {name: request.form.checked(name) for name in mail_section.FLAGS}
    fixed = settings.overridden(request.config)
    return typed | {name: value for name, value in current.items() if name in fixed}


def _keep_password(request: Request, password: str) -> dict[str, dict[str, str]]:
    """Keep a new password, or none any more; what the audit log is told."""
    is_removed = request.form.checked("smtp_password_removed")
    if "smtp_password" in settings.overridden(request.config) or not (password or is_removed):
        return {}
    before = _HIDDEN if mail_section.has_password(request) else ""
    settings.keep_secret(request, "smtp_password", password)
    return {"smtp_password": {"before": before, "after": _HIDDEN if password else ""}}


def _test_page(
    request: Request, address: str, *, errors: dict[str, str] | None = None, **outcome: str
) -> Response:
    section = mail_section.section(request, None, errors, test_address=address, **outcome)
    return admin_settings.settings_page(request, mail=section, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _explained(failure: Failed) -> str:
    return {
        "connect": _("The server was not reached, or hung up. Check its name and port, and the firewall."),
        "encrypt": _(
            "No encrypted connection came about. Check the encryption and the server's certificate."
        ),
        "sign_in": _("The server did not let us sign in. Check the user name and the password."),
        "sender": _(
            "The server does not send for this address. Check the sender, and whether it wants a password."
        ),
        "recipient": _("The server does not take mails to this address."),
        "message": _("The server did not take the mail."),
    }[failure.step]
