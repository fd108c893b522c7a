"""A relying party made with Authlib: raw Basic at the token endpoint, PKCE, a nonce, at_hash checked.

python -m tests.authlib_app        settings: ORIGIN, PORT, ISSUER, CLIENT_ID, CLIENT_SECRET
  GET /login       to the provider
  GET /callback    what was learnt, in #result; and what a renewed token says
  GET /logout      to the provider and back to /goodbye
"""

import html
import json
import os
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.integrations.base_client import BaseApp, FrameworkIntegration, OAuth2Mixin, OpenIDMixin
from authlib.integrations.httpx_client import OAuth2Client

SETTINGS = {name: os.environ[name] for name in ("ORIGIN", "PORT", "ISSUER", "CLIENT_ID", "CLIENT_SECRET")}
Answer = Callable[[dict[str, str]], None]
SENT: list[str] = []  # the Authorization headers that went to the token endpoint


class NoFramework(FrameworkIntegration):  # type: ignore[misc]
    """What Authlib wants of Flask or Django."""

    def update_token(self, *_arguments: Any, **_tokens: Any) -> None:
        """Renewed tokens are kept nowhere."""


class App(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc]
    """Authlib's own client of web frameworks, without a framework."""

    client_cls = OAuth2Client


class Handler(BaseHTTPRequestHandler):
    """One browser at a time; what waits is kept by its state."""

    waiting: dict[str, dict[str, Any]] = {}  # noqa: RUF012
    token: dict[str, Any] = {}  # noqa: RUF012

    def do_GET(self) -> None:
        """Answer, with an error as a result like any other."""
        parts = urlsplit(self.path)
        answers: dict[str, Answer] = {
            "/login": self.login,
            "/callback": self.callback,
            "/logout": self.logout,
        }
        answer = answers.get(parts.path, self.other)
        try:
            answer(dict(parse_qsl(parts.query)))
        except Exception as error:  # a page for each
            self.page({"error": type(error).__name__, "message": str(error)})

    def login(self, _query: dict[str, str]) -> None:
        begun = app().create_authorization_url(f"{SETTINGS['ORIGIN']}/callback")
        self.waiting[begun["state"]] = begun
        self.redirect(begun["url"])

    def callback(self, query: dict[str, str]) -> None:
        begun = self.waiting.pop(query["state"])
        client = app()
        token = client.fetch_access_token(
            f"{SETTINGS['ORIGIN']}/callback", code=query["code"], code_verifier=begun["code_verifier"]
        )
        claims = client.parse_id_token(token, nonce=begun["nonce"])
        with client._get_oauth_client(**client.load_server_metadata()) as session:
            renewed = session.refresh_token(
                client.server_metadata["token_endpoint"], refresh_token=token["refresh_token"]
            )
        Handler.token = token
        self.page(
            {
                "claims": claims,
                "nonce": begun["nonce"],
                "userinfo": client.userinfo(token=renewed),
                "authorization": SENT,
            }
        )

    def logout(self, _query: dict[str, str]) -> None:
        goodbye = f"{SETTINGS['ORIGIN']}/goodbye"
        hint = self.token["id_token"]
        self.redirect(app().create_logout_url(goodbye, id_token_hint=hint, state="bye")["url"])

    def other(self, _query: dict[str, str]) -> None:
        self.page({"path": self.path})

    def redirect(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.end_headers()

    def page(self, result: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        text = html.escape(json.dumps(result))
        self.wfile.write(f"<!doctype html><title>App</title><h1>App</h1><pre id=result>{text}</pre>".encode())


def app() -> App:
    """The registered client."""
    return App(
        NoFramework("pocketid"),
        client_id=SETTINGS["CLIENT_ID"],
        client_secret=SETTINGS["CLIENT_SECRET"],
        server_metadata_url=f"{SETTINGS['ISSUER']}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email groups offline_access",
            "code_challenge_method": "S256",
            "event_hooks": {"request": [note]},
        },
    )


def note(request: Any) -> None:
    """Remember how the client authenticated."""
    if request.url.path == "/api/oidc/token":
        SENT.append(request.headers["authorization"])


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(SETTINGS["PORT"])), Handler)
    print("listening", flush=True)
    server.serve_forever()
