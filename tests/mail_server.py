"""A real mail server on the loopback interface (aiosmtpd), for every flow that sends.

with MailServer() as server:                       plain; `tls` is "starttls" or "tls", `certificate` its files
    set_up(db, site, **server.settings())          tests/mails.py: names it in the settings
    ...
    (mail,) = server.wait()                        what was taken, at most 15 seconds later

server.refuse("tim@example.test", "550 5.1.1 Nobody here")   from now on; `times=1` for once
with silent_server() as port: ...                  takes connections and never says a word
make_certificate(folder)                           for localhost and 127.0.0.1, trusted by SSL_CERT_FILE=it
"""

import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from tests.processes import free_port

USER, PASSWORD = "id@example.test", "correct horse"  # of a server that is made for the test


@dataclass(frozen=True)
class Received:
    """A mail that was taken."""

    sender: str
    recipients: list[str]
    message: EmailMessage
    is_encrypted: bool

    @property
    def subject(self) -> str:
        """The subject as a person reads it."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The text that is there beside the HTML."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML."""
        return self._part("html")

    def link(self, path: str) -> str:
        """The first address in the text that holds `path`."""
        found = re.search(rf"https?://\S*{re.escape(path)}\S*", self.text)
        assert found, self.text
        return found[0]

    def _part(self, subtype: str) -> str:
        body = self.message.get_body((subtype,))
        assert isinstance(body, EmailMessage)
        return str(body.get_content()).replace("\r\n", "\n")


class MailServer:
    """Takes mails and keeps them; see the head of this module."""

    def __init__(
        self,
        *,
        tls: str = "none",
        certificate: Path | None = None,
        asks_password: bool = False,
        port: int = 0,
    ) -> None:
        self.received: list[Received] = []
        self.tls = tls
        self.port = port or free_port()
        self._asks_password = asks_password
        self._refusals: dict[str, list[str]] = {}
        self._changed = threading.Condition()
        self._controller = Controller(
            self, "127.0.0.1", self.port, ready_timeout=30, **self._options(certificate)
        )

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    def settings(self, **other: str) -> dict[str, str]:
        """Rows of the settings that name this server."""
        rows = {"host": "127.0.0.1", "smtpPort": str(self.port), "smtpTls": self.tls}
        return {**rows, **({"smtpUser": USER} if self._asks_password else {}), **other}

    def refuse(self, recipient: str, answer: str, times: int = 1_000) -> None:
        """Answer that to RCPT TO for a recipient."""
        self._refusals[recipient] = [answer] * times

    def wait(self, number: int = 1, seconds: float = 15) -> list[Received]:
        """The mails, once there are so many."""
        ends = time.monotonic() + seconds
        with self._changed:
            while len(self.received) < number:
                left = ends - time.monotonic()
                assert left > 0, f"{len(self.received)} of {number} mails came"
                self._changed.wait(left)
            return list(self.received)

    # What aiosmtpd calls

    async def handle_MAIL(  # noqa: N802
        self, _server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a sender who has signed in, if that is asked for."""
        if self._asks_password and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from, envelope.mail_options = address, options
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, or refuse it as told."""
        if self._refusals.get(address):
            return self._refusals[address].pop()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail."""
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        is_encrypted = session.ssl is not None or self.tls == "tls"
        with self._changed:
            self.received.append(
                Received(envelope.mail_from or "", list(envelope.rcpt_tos), message, is_encrypted)
            )
            self._changed.notify_all()
        return "250 OK"

    def _options(self, certificate: Path | None) -> dict[str, Any]:
        options: dict[str, Any] = {"enable_SMTPUTF8": True}
        if certificate is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
            options |= (
                {"ssl_context": context}
                if self.tls == "tls"
                else {"tls_context": context, "require_starttls": True}
            )
        if self._asks_password:
            options |= {"authenticator": _authenticate, "auth_require_tls": False}
        return options


def _authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    is_right = isinstance(given, LoginPassword) and (given.login, given.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    if is_right:
        return AuthResult(success=True)
    return AuthResult(success=False, handled=False, message="535 5.7.8 This is not the <b>password</b>")


@contextmanager
def silent_server() -> Iterator[int]:
    """The port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def make_certificate(folder: Path, names: str = "DNS:localhost,IP:127.0.0.1") -> Path:
    """A key and a certificate that it signed itself, in one file."""
    path = folder / "mail.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=mail", "-addext", f"subjectAltName={names}"]
    subprocess.run(
        [*command, "-keyout", str(path), "-out", str(folder / "certificate.pem")],
        check=True,
        capture_output=True,
    )
    path.write_text(path.read_text() + (folder / "certificate.pem").read_text())
    return path
