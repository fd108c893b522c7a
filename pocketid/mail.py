"""Mails: made of the two views of a kind, and handed to the server that the settings name.

    rendered(...)     subject, text and HTML; the text view says the subject in its `rebase(..., subject=...)`
    composed(...)     a message of text, HTML and the logo
    send(...)         connect, encrypt, sign in, hand over; raises Failed with the server's own words

STARTTLS and TLS never fall back to plain text, so a password goes over an open line only where the settings say
`none`. Who waits for what, and what is tried again, is jobs.py and outbox.py.
"""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from pocketid import accent, images, settings
from pocketid.config import Config
from pocketid.crypto import Keyring
from pocketid.db import Database
from pocketid.render import Assets, compiled
from pocketid.settings import Settings
from pocketid.text import speaking

ANSWER_SECONDS, LONGEST_SECONDS = 15.0, 60.0
_PORTS = {"none": 25, "starttls": 587, "tls": 465}
_LONGEST_WORDS = 300
_ADDRESS = re.compile(r"[^@\s<>\"(),:;\\\[\]]+@[^@\s<>\"(),:;\\\[\]]+")

Step = Literal["connect", "encrypt", "sign_in", "sender", "recipient", "message"]


class Failed(Exception):
    """A mail that was not taken; `words` are the server's own, without secrets.

    `is_final` says that the server will never take this mail. After a failure that is not `of_this_mail` others
    need not be tried.
    """

    def __init__(self, step: Step, words: str, *, is_final: bool = False) -> None:
        super().__init__(words)
        self.step = step
        self.words = words
        self.is_final = is_final
        self.of_this_mail = step in {"recipient", "message"}


@dataclass(frozen=True, slots=True)
class Server:
    """The server that takes our mails, and as whom we send; `name` is what we call ourselves to it."""

    host: str
    port: int
    tls: str
    trusts_any_certificate: bool
    user: str
    password: str = field(repr=False)
    sender: str
    name: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What a person reads of a mail; the HTML shows the picture `cid:logo`."""

    subject: str
    text: str
    html: str


def server_of(db: Database, config: Config, keyring: Keyring, rules: Settings) -> Server | None:
    """The server of the settings; None where none is named, or nobody to send as."""
    if not rules.smtp_host or not rules.smtp_from:
        return None
    return Server(
        rules.smtp_host,
        rules.smtp_port or _PORTS[rules.smtp_tls],
        rules.smtp_tls,
        rules.smtp_skip_cert_verify,
        rules.smtp_user,
        settings.secret(db, config, keyring, "smtp_password"),
        _in_ascii_if_possible(rules.smtp_from),
        urlsplit(config.app_url).hostname or "localhost",
    )


def rendered(
    assets: Assets,
    kind: str,
    values: Mapping[str, Any],
    rules: Settings,
    config: Config,
    locale: str | None,
) -> Letter:
    """A mail of a kind in somebody's language. Raises NameError when its views need a value that is not there."""
    common = {
        "site": settings.appearance_of(rules),
        "app_url": config.app_url,
        "button_colours": accent.button(rules.accent_color),
    }
    views = compiled(assets)
    with speaking(locale or rules.default_language):
        subject, _newline, text = views.render(f"mail/{kind}.txt", {**common, **values}).partition("\n")
        html = views.render(f"mail/{kind}.html", {**common, **values, "subject": subject})
    return Letter(subject, text.strip() + "\n", html)


def composed(
    letter: Letter, server: Server, address: str, *, from_name: str, logo: bytes, mail_id: str, now: datetime
) -> EmailMessage:
    """The message. Its id is the mail's own, so that one that was sent twice is known by its reader's program.

    Raises ValueError for an address that is none, and for line breaks where none may be.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(server.sender, _header_text(from_name))
    message["To"] = _address(_in_ascii_if_possible(address))
    message["Subject"] = _header_text(letter.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail_id}@{server.name}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 5: no out-of-office notes, please
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    html = message.get_payload(1)
    assert isinstance(html, EmailMessage)
    html.add_related(logo, "image", "png", cid="<logo>", disposition="inline", filename="logo.png")
    return message


def logo_of(db: Database, assets: Assets) -> bytes:
    """The PNG that mails show: the site's own, else the built-in one."""
    own = images.get_own(db, "email")
    return own.content if own else logo(assets)


def logo(assets: Assets) -> bytes:
    """The PNG that mails show: programs for mail show no SVG."""
    return assets.read("mail-logo.png").content


def send(server: Server, message: EmailMessage) -> None:
    """Hand a message over. Raises Failed; takes a minute at most."""
    with _words_of_failure(server, "connect"):
        client = _connected(server)
    try:
        with _words_of_failure(server, "encrypt"):
            client.ehlo_or_helo_if_needed()
            if server.tls == "starttls":
                client.starttls(context=_context(server))
        if server.user:
            with _words_of_failure(server, "sign_in"):
                client.login(server.user, server.password)
        with _words_of_failure(server, "message"):
            client.send_message(message, server.sender)
    finally:
        client.leave()


class _Client(smtplib.SMTP):
    """A client that bounds the whole conversation, not one answer alone."""

    _ends: threading.Timer

    def connect(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        self._ends = threading.Timer(LONGEST_SECONDS, self._hang_up)
        self._ends.daemon = True
        self._ends.start()
        return super().connect(*arguments, **options)

    def close(self) -> None:
        self._ends.cancel()
        super().close()

    def leave(self) -> None:
        """Say goodbye, if anybody listens. What was taken stays taken, however that ends."""
        try:
            self.quit()
        except (OSError, smtplib.SMTPException):
            self.close()

    def _hang_up(self) -> None:
        if self.sock is not None:
            self.sock.shutdown(socket.SHUT_RDWR)


class _EncryptedClient(_Client, smtplib.SMTP_SSL):
    """The same over TLS from the first byte, RFC 8314 3.3."""


def _connected(server: Server) -> _Client:
    where = {"host": server.host, "port": server.port}
    options: dict[str, Any] = {**where, "local_hostname": server.name, "timeout": ANSWER_SECONDS}
    if server.tls == "tls":
        return _EncryptedClient(**options, context=_context(server))
    return _Client(**options)


def _context(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.trusts_any_certificate:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@contextmanager
def _words_of_failure(server: Server, step: Step) -> Iterator[None]:
    """Turns what smtplib raises into Failed."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        (code, words), *_others = error.recipients.values()
        raise _failed(server, "recipient", code, words) from error
    except smtplib.SMTPSenderRefused as error:
        raise _failed(server, "sender", error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPResponseException as error:
        raise _failed(server, step, error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPNotSupportedError as error:  # as an address beyond ASCII may be, RFC 6531
        raise Failed(step, _plain(str(error), server), is_final=step == "message") from error
    except ssl.SSLCertVerificationError as error:
        raise Failed("encrypt", _plain(f"certificate: {error.verify_message}", server)) from error
    except ssl.SSLError as error:
        raise Failed("encrypt", _plain(error.reason or str(error), server)) from error
    except smtplib.SMTPException as error:  # such as a line that was cut
        raise Failed(_blamed(step), _plain(str(error), server)) from error
    except OSError as error:
        raise Failed(_blamed(step), _plain(error.strerror or str(error), server)) from error


def _blamed(step: Step) -> Step:
    """A connection that was lost halfway says nothing about the mail."""
    return "connect" if step == "message" else step


def _failed(server: Server, step: Step, code: int, words: bytes | str) -> Failed:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    is_final = step in {"recipient", "message"} and code // 100 == 5  # RFC 5321 4.2.1
    return Failed(step, _plain(f"{code} {text}", server), is_final=is_final)


def _plain(words: str, server: Server) -> str:
    """One line that can be shown: cut, printable, and without the password, should a server repeat it."""
    if server.password:
        words = words.replace(server.password, "********")
    line = " ".join("".join(char if char.isprintable() else " " for char in words).split())
    return line if len(line) <= _LONGEST_WORDS else line[:_LONGEST_WORDS] + "…"


def _header_text(text: str) -> str:
    """One line, and no encoded words of its own: what somebody typed is never read as RFC 2047."""
    return " ".join(text.split()).replace("=?", "= ?")


def _address(address: str, display_name: str = "") -> Address:
    """Raises ValueError for what is not one address; the library would decode an encoded word in it."""
    if "=?" in address or not (_ADDRESS.fullmatch(address) and address.isprintable()):
        raise ValueError("not an address")
    local, _at, domain = address.rpartition("@")
    return Address(display_name, local, domain)


def _in_ascii_if_possible(address: str) -> str:
    """The domain in its ASCII form, RFC 5890 2.3.2.1, so that only a name before the @ needs SMTPUTF8."""
    local, _at, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address
