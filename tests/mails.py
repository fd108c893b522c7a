"""Mails without a mail server: an example of each kind, and what waits in the outbox, opened and rendered.

Who adds a kind of mail adds its row to EXAMPLES; then its views are tried with it, and with hostile texts in it.
Tests of pages use the fixture `outgoing` (tests/conftest.py); tests of the way to a server tests/mail_server.py.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import msgspec

from pocketid import mail, outbox, settings
from pocketid.db import Database
from pocketid.outbox import Kind
from pocketid.web import Site

_SITE = "https://pocketid.example.test"
_WHO = {"name": "Anna Muster"}
_WHERE = {"device": "Firefox on Linux", "place": "203.0.113.7", "when": "3 May 2026, 14:07:00 UTC"}
# Kind -> the values that its views need.
EXAMPLES: dict[Kind, dict[str, Any]] = {
    Kind.INVITATION: {
        "name": "Tim",
        "inviter": "Olga Owner",
        "client": "Immich",
        "note": "The pictures of the summer are there.\nSee you on Sunday!",
        "link": "https://pocketid.example.test/invitation/R5HzKpJ0x-YvNq2T7mWcBs8dLfGa1eUi3oXk4Vr6tZw",
        "days": 7,
    },
    Kind.API_KEY_EXPIRING: {
        "name": "Olga Owner",
        "key_name": "Backup script",
        "days": 6,
        "link": "https://pocketid.example.test/settings/admin/api-keys",
    },
    Kind.SIGN_UP_WAITING: {
        "name": "Anna Muster",
        "username": "anna",
        "link": "https://pocketid.example.test/settings/admin/sign-up#waiting",
    },
    Kind.SIGN_UP_ACCEPTED: {"name": "Anna Muster", "link": "https://pocketid.example.test/login"},
    Kind.SIGN_UP_CONFIRM: {
        "name": "Anna Muster",
        "link": "https://pocketid.example.test/signup/confirm?code=c2VhbGVk",
    },
    Kind.SIGN_UP_KNOWN: {"link": "https://pocketid.example.test/login"},
    Kind.PASSKEY_ADDED: {**_WHO, **_WHERE, "passkey": "Phone", "link": f"{_SITE}/settings/account#passkeys"},
    Kind.PASSKEY_REMOVED: {
        **_WHO,
        **_WHERE,
        "passkey": "Phone",
        "link": f"{_SITE}/settings/account#passkeys",
    },
    Kind.NEW_DEVICE: {**_WHO, **_WHERE, "link": f"{_SITE}/not-me?token=R5HzKpJ0xYvNq2T7mWcBs8dLfGa1eUi3"},
    Kind.EMAIL_VERIFICATION: {**_WHO, "link": f"{_SITE}/verify-email?token=R5HzKpJ0xYvNq2T7mWcBs8dL"},
    Kind.EMAIL_CHANGED: _WHO,
    Kind.ACCOUNT_REPORTED: {
        "name": "Olga Owner",
        "person": "Anna Muster",
        "link": f"{_SITE}/settings/admin/users/1",
    },
    Kind.TEST: {},
    Kind.LOGIN_CODE: {
        "name": "Anna Muster",
        "code": "7F3K9Q",
        "link": "https://pocketid.example.test/lc/7F3K9Q?redirect=%2Fsettings%2Faccount",
        "hours": 0,
    },
}


@dataclass(frozen=True)
class Outgoing:
    """A mail that waits to be sent."""

    kind: str
    address: str
    values: dict[str, Any]
    subject: str
    text: str
    html: str


def outgoing(site: Site, db: Database) -> list[Outgoing]:
    """The mails that wait, the oldest first; raises like the sender when a view lacks a value."""
    rules, found = settings.read(db, site.config), []
    for waiting in outbox.waiting(db):
        values = outbox.values_of(waiting, site.keyring)
        letter = mail.rendered(site.assets, waiting.kind, values, rules, site.config, waiting.locale)
        found.append(
            Outgoing(waiting.kind, waiting.address, values, letter.subject, letter.text, letter.html)
        )
    return found


def set_up(db: Database, site: Site, host: str = "mail.example.test", **other: str) -> None:
    """Name a mail server in the settings; `other` are rows by their names there, such as smtpPort."""
    for name, value in {"smtpHost": host, "smtpFrom": "id@example.test", **other}.items():
        db.run("settings.store", name=name, value=value, now=site.clock())
    db.commit()
    site.signals.changed("settings")


def write(
    site: Site, db: Database, address: str = "anna@example.test", kind: str = Kind.TEST, **values: Any
) -> UUID:
    """A mail in the outbox, whatever the settings say; its id."""
    mail_id = uuid4()
    sealed = site.keyring.seal("outbox", msgspec.json.encode(values), f"{mail_id} {kind} {address}")
    row = {"ids": [mail_id], "addresses": [address], "sealed_values": [sealed]}
    db.run("outbox.insert", **row, kind=kind, user_id=None, now=site.clock())
    db.commit()
    return mail_id
