"""A server on loopback that publishes the keys of an app or another issuer, over TLS with a certificate of its own."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class KeyServer(ThreadingHTTPServer):
    """Answers every GET with `status` and `body`, and remembers the paths."""

    daemon_threads = True

    def __init__(self, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.origin = f"https://localhost:{self.server_port}"
        self.asked: list[str] = []
        self.status, self.body = 200, b'{"keys": []}'

    def publish(self, *keys: dict[str, Any]) -> None:
        """Serve these keys."""
        self.status, self.body = 200, json.dumps({"keys": keys}).encode()

    def handle_error(self, *_arguments: object) -> None:
        """Clients that hang up are none of its business."""


class _Handler(BaseHTTPRequestHandler):
    server: KeyServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


@contextmanager
def serving(certificate: Path) -> Iterator[KeyServer]:
    """The server, while it runs."""
    server = KeyServer(certificate)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)
