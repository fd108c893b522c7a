"""Sends the mails of the outbox, one after the other, whoever runs it and however many do.

    postman = Postman(config, keyring, assets, clock)
    postman.deliver_next(db)     one mail; False when none is due, or the server is at fault
    send_test(request, address)  the one mail that somebody waits for

A mail is taken by a committed statement before anything is said to the server, so two instances never send it
twice. One that is killed between the server's word and its own note sends it again, five minutes later, under
the same Message-ID. No connection to the database is kept while a server is slow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from uuid import uuid4

from pocketid import audit, log, mail, outbox, settings
from pocketid.audit import Event
from pocketid.config import Config
from pocketid.crypto import CannotOpen, Keyring
from pocketid.db import Database
from pocketid.errors import NotFound
from pocketid.mail import Failed, Server
from pocketid.outbox import Kind, Waiting
from pocketid.render import Assets
from pocketid.request import Request
from pocketid.settings import Settings
from pocketid.text import _, reader


def send_test(request: Request, address: str) -> None:
    """Send a mail at once, without the outbox. Raises Failed, or NotFound where no server is set."""
    rules = settings.load(request)
    server = mail.server_of(request.db, request.config, request.keyring, rules)
    if server is None:
        raise NotFound(_("There is no mail server yet. Save its name and a sender first."))
    logo = mail.logo_of(request.db, request.assets)
    # PostgreSQL ends a transaction that does nothing for ten seconds, and others need the connection.
    request.db.commit()
    request.db.release()
    letter = mail.rendered(request.assets, Kind.TEST, {}, rules, request.config, reader().locale)
    mail.send(
        server,
        mail.composed(
            letter,
            server,
            address,
            from_name=rules.app_name,
            logo=logo,
            mail_id=str(uuid4()),
            now=request.now,
        ),
    )
    log.event("mail_sent", kind=Kind.TEST.value)


@dataclass(frozen=True, slots=True)
class Postman:
    """What sending needs beside the database."""

    config: Config
    keyring: Keyring
    assets: Assets
    clock: Callable[[], datetime]

    def deliver_next(self, db: Database) -> bool:
        """Send the mail that is due longest; whether to go on with the next one at once."""
        rules = settings.read(db, self.config)
        server = mail.server_of(db, self.config, self.keyring, rules)
        if server is None:
            return False
        waiting = outbox.take(db, self.clock())
        logo = mail.logo_of(db, self.assets)
        db.commit()
        db.release()
        if waiting is None:
            return False
        failure = self._send(server, waiting, rules, logo)
        if failure is None:
            outbox.note_sent(db, waiting, self.clock())
            log.event("mail_sent", kind=waiting.kind, mail=waiting.id)
        else:
            self._note(db, waiting, failure)
        db.commit()
        return failure is None or failure.of_this_mail

    def _send(self, server: Server, waiting: Waiting, rules: Settings, logo: bytes) -> Failed | None:
        try:
            mail.send(server, self._written(server, waiting, rules, logo))
        except Failed as failure:
            return failure
        return None

    def _written(self, server: Server, waiting: Waiting, rules: Settings, logo: bytes) -> EmailMessage:
        """The message. Raises Failed for good when it cannot be written: that keeps no other mail waiting."""
        try:
            values = outbox.values_of(waiting, self.keyring)
            letter = mail.rendered(self.assets, waiting.kind, values, rules, self.config, waiting.locale)
            return mail.composed(
                letter,
                server,
                waiting.address,
                from_name=rules.app_name,
                logo=logo,
                mail_id=str(waiting.id),
                now=self.clock(),
            )
        except CannotOpen as error:
            raise Failed("message", "sealed under another ENCRYPTION_KEY", is_final=True) from error
        except Exception as error:  # a fault of ours, or an address that is none
            log.failure("mail_not_written", error, kind=waiting.kind, mail=waiting.id)
            words = f"could not be written: {type(error).__name__}"
            raise Failed("message", words, is_final=True) from error

    def _note(self, db: Database, waiting: Waiting, failure: Failed) -> None:
        now = self.clock()
        log.warning("mail_not_sent", kind=waiting.kind, mail=waiting.id, reason=failure.words)
        if outbox.note_failure(db, waiting, failure.words, now, is_final=failure.is_final):
            audit.record_by_system(
                db,
                now,
                Event.MAIL_GIVEN_UP,
                user_id=waiting.user_id,
                kind=waiting.kind,
                address=waiting.address,
                reason=failure.words,
            )
