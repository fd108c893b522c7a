"""The first account: open until there is an admin, and for a while after sql/maintenance/reset_setup.sql."""

from datetime import datetime

from pocketid import audit, limits, sessions, users, webauthn
from pocketid.audit import Event
from pocketid.db import Database
from pocketid.errors import NotFound
from pocketid.request import Request
from pocketid.text import _


def is_open(db: Database, now: datetime) -> bool:
    """Whether anyone may make an administrator."""
    return bool(db.value("setup.is_open", now=now))


def has_admin(db: Database) -> bool:
    """Whether somebody administers this site; setup may be reopened all the same."""
    return bool(db.value("setup.has_admin"))


def was_done(request: Request) -> bool:
    """The same, remembered once it is so: the database never lets the last admin go (keep_an_admin)."""
    if request.signals.get("first_admin", lambda: has_admin(request.db)):
        return True
    request.signals.changed("first_admin")
    return False


def complete(request: Request) -> str:
    """Make the account that setup began, as administrator, and sign in; returns the session's token.

    Raises NotFound when setup is closed by now, PasskeyRefused, or Invalid.
    """
    limits.check(request, "setup", per_seconds=3.0, burst=20)
    claim(request.db, request.now)
    passkey = webauthn.finish_new_account(request, request.form.get("credential", ""), is_admin=True)
    request.db.run("setup.close")
    token = sessions.start(request, passkey.user_id, "passkey", passkey.id)
    users.note_sign_in(request.db, passkey.user_id, request.now)
    audit.record(request, Event.SETUP_COMPLETED)
    return token


def claim(db: Database, now: datetime) -> None:
    """Hold the one right to complete setup until the transaction ends. Raises NotFound when it is gone.

    Whoever comes second waits at the lock and then sees the first one's admin (AD-04): the check is a
    statement of its own, because one that waited would go on with what it saw before.
    """
    db.value("setup.lock")
    if not is_open(db, now):
        raise NotFound(_("The first account has been made. Setup is closed."))
