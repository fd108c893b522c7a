"""An app's back-channel logout endpoint: a real HTTPS server on loopback, with a certificate of its own authority.

with LogoutApp(folder) as app:
    app.address("ok")              200; "refused" 400, "later" 503, "moved" 302, "huge" 200 with 5 MB, "hang" nothing
    app.received                   the logout tokens, in order
    app.configured(site.config)    a configuration that trusts it and may call this machine
"""

import ssl
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

from pocketid.config import Config
from tests.mail_server import make_certificate

_STATUS = {"ok": 200, "no-content": 204, "refused": 400, "later": 503, "moved": 302, "huge": 200}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    received: list[str]
    let_go: threading.Event

    def handle_error(self, *_arguments: object) -> None:
        """Whoever hangs up is none of its business."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        name = self.path.strip("/")
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert list(form) == ["logout_token"]
        self.server.received.append(form["logout_token"][0])
        if name == "hang":
            self.server.let_go.wait(20)
            return
        body = {"huge": b"x" * 5_000_000, "refused": b'{"error": "invalid_request"}'}.get(name, b"")
        self.send_response(_STATUS[name])
        if name == "moved":
            self.send_header("Location", "/ok")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


class LogoutApp:
    """See the head of this module."""

    def __init__(self, folder: Path) -> None:
        self.certificate = make_certificate(folder)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.received, self._server.let_go = [], threading.Event()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.let_go.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    @property
    def received(self) -> list[str]:
        """The logout tokens, in order."""
        return self._server.received

    def address(self, name: str) -> str:
        """Where it answers in one way."""
        return f"https://localhost:{self._server.server_port}/{name}"

    def configured(self, config: Config) -> Config:
        """A configuration that may call it."""
        return replace(config, outgoing_ca_file=self.certificate, outgoing_allow_loopback=True)
