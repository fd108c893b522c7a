"""The keys that sign tokens: which there are, the next ones, and other ones at once in an emergency."""

from functools import partial

from pocketid import audit, signing_keys
from pocketid.pages import questions
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _, ago

_HERE = "/settings/admin/signing-keys"


def show(request: Request) -> Response:
    """Every key, what it does now, and until when."""
    return page(
        "admin/signing_keys/show",
        keys=signing_keys.listed(request.db),
        days=request.config.signing_key_rotation_days,
    )


def rotate(request: Request) -> Response:
    """Publish the next keys."""
    begins = signing_keys.rotate(request.db, request.keyring, request.now, partial(audit.record, request))
    when = ago(begins, request.now)
    return redirect(_HERE, flash=_("The next keys are published, and sign {when}.").format(when=when))


def ask_replace(request: Request) -> Response:
    """Ask before everything that was signed is void, and say what that breaks."""
    return questions.ask(
        request,
        _("Replace all keys at once?"),
        [
            _(
                "Only do this when somebody else may have the keys. Otherwise make the next keys: that breaks nothing."
            ),
            _("What was signed so far counts no more: people have to sign in to their apps again."),
            _(
                "An app that has kept the old keys lets nobody in until it reads the new ones. Restart it if need be."
            ),
            _("Passkeys and sign-ins here stay as they are."),
        ],
        button=_("Replace all keys"),
        cancel=_HERE,
    )


def replace(request: Request) -> Response:
    """Put other keys in the place of all."""
    signing_keys.replace(request.db, request.keyring, request.now, partial(audit.record, request))
    return redirect(_HERE, flash=_("All keys are replaced."))
