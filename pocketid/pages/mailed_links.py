"""What links of mails open: a page with a button, because mail scanners open links too; the button does it."""

from pocketid import email_verification, sign_in_reports, users
from pocketid.email_verification import LinkRefused
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.sign_in_reports import ReportRefused
from pocketid.text import _


def send_verification(request: Request) -> Response:
    """Mail the signed-in person a link to prove their address."""
    user = users.get(request.db, request.person.user_id)
    email_verification.send(request, user)
    flash = _("A link is on its way to {address}. It is good for a day.").format(address=user.email)
    return redirect("/settings/account", flash=flash)


def open_verification(request: Request) -> Response:
    """The page of the link."""
    return page(
        "mailed/link",
        heading=_("Is this your address?"),
        sentence=_("Press the button to prove that the address that this link was mailed to is yours."),
        action="/verify-email",
        button=_("Yes, it is mine"),
        token=request.query.text("token"),
    )


def verify(request: Request) -> Response:
    """Spend the link."""
    try:
        email = email_verification.verify(request, request.form.text("token"))
    except LinkRefused as refusal:
        return page(
            "mailed/done",
            status=refusal.status,
            heading=_("This link proves nothing any more"),
            sentences=[refusal.message, _("You can have another one sent from your account.")],
        )
    sentence = _("Apps are told from now on that {address} is yours.").format(address=email)
    return page("mailed/done", heading=_("Your address is verified"), sentences=[sentence])


def open_report(request: Request) -> Response:
    """The page of the link."""
    return page(
        "mailed/link",
        heading=_("Was it somebody else?"),
        sentence=_(
            "The button ends that sign-in and what apps got through it, and tells the administrators."
        ),
        action="/not-me",
        button=_("It was not me: end it"),
        token=request.query.text("token"),
    )


def report(request: Request) -> Response:
    """End the sign-in of the link."""
    try:
        sign_in_reports.report(request, request.form.text("token"))
    except ReportRefused as refusal:
        more = _("If you are in doubt, sign in, and look at your passkeys and sessions.")
        return page(
            "mailed/done",
            status=refusal.status,
            heading=_("This link ends nothing any more"),
            sentences=[refusal.message, more],
        )
    return page(
        "mailed/done",
        heading=_("That sign-in is ended"),
        sentences=[
            _("The administrators are told, too."),
            _(
                "Now look at your passkeys: whoever signed in had one of them, or a one-time code. Remove those that"
                " you do not know, and those of devices that you have lost."
            ),
        ],
    )
