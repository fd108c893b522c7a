"""A browser without screen: keeps cookies, sends forms with their token, follows only when told."""

import hashlib
import io
import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from pocketid.response import Response

Application = Callable[..., Iterable[bytes]]
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


class Browser:
    """One person's browser against the WSGI application; the last answer's parts are its attributes."""

    def __init__(self, application: Application, origin: str, address: str = "127.0.0.1") -> None:
        self.application = application
        self.origin = origin
        self.address = address
        self.user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        self.always: dict[str, str] = {}  # headers that go with every request
        self.cookies: dict[str, str] = {}
        self.set_cookies: list[str] = []
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.answer: Response | None = None

    def get(self, path: str, /, *, headers: Mapping[str, str] | None = None, **query: Any) -> "Browser":
        """GET; `query` is appended to the path."""
        return self.request(
            "GET", path + ("?" + urlencode(query, doseq=True) if query else ""), headers=headers
        )

    def post(
        self,
        path: str,
        form: Mapping[str, Any] | None = None,
        *,
        form_token: str | None = "",
        headers: Mapping[str, str] | None = None,
        follow: bool = False,
    ) -> "Browser":
        """POST a form with this browser's token; None leaves it out, a text sends that instead."""
        fields = dict(form or {})
        if form_token is not None:
            fields["form_token"] = form_token or self.form_token()
        body = urlencode(fields, doseq=True).encode()
        own = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self.origin,
            "Sec-Fetch-Site": "same-origin",
        }
        self.request("POST", path, body, own | dict(headers or {}))
        return self.follow() if follow else self

    def upload(
        self, path: str, files: Mapping[str, tuple[str, bytes]], form: Mapping[str, str] | None = None
    ) -> "Browser":
        """POST a multipart form: `files` maps a field to file name and content."""
        boundary = "boundary-of-the-form"
        parts = b""
        for name, value in {"form_token": self.form_token(), **(form or {})}.items():
            parts += (
                f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            )
        for name, (filename, content) in files.items():
            head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"'
            parts += f"--{boundary}\r\n{head}\r\nContent-Type: application/octet-stream\r\n\r\n".encode()
            parts += content + b"\r\n"
        parts += f"--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Origin": self.origin}
        return self.request("POST", path, parts, headers)

    def form_token(self) -> str:
        """The token in the last page, else one from a page that anybody gets."""
        found = _TOKEN.search(self.text)
        if found is None:
            before = self.status, self.headers, self.body, self.answer, self.set_cookies
            self.get("/logout")
            found = _TOKEN.search(self.text)
            if found is None:
                self.get("/login")
                found = _TOKEN.search(self.text)
            self.status, self.headers, self.body, self.answer, self.set_cookies = before
        assert found, "no page with a form token"
        return found[1]

    def request(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> "Browser":
        """Any request; `target` is a path with query, or an address of this origin."""
        parts = urlsplit(target)
        return self.raw(method, parts.path or "/", parts.query, body, headers)

    def raw(
        self, method: str, path: str, query: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> "Browser":
        """Any request, as a server hands it on: the path decoded, as Latin-1."""
        sent = {
            "Host": urlsplit(self.origin).netloc,
            "User-Agent": self.user_agent,
            **self.always,
            **(headers or {}),
        }
        if self.cookies:
            sent.setdefault("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "1411",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self.address,
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "CONTENT_LENGTH": str(len(body)),
        }
        for name, value in sent.items():
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        started: list[Any] = []
        chunks = self.application(environ, lambda *arguments: started.extend(arguments))
        self.body = b"".join(chunks)
        self.status = int(started[0].split()[0])
        self.headers = {}
        self.set_cookies = []
        for name, value in started[1]:
            if name == "Set-Cookie":
                self.set_cookies.append(value)
                self._keep(value)
            else:
                self.headers[name] = value
        self.answer = environ.get("pocketid.response")
        return self

    def follow(self, hops: int = 5) -> "Browser":
        """Follow redirects within this origin."""
        while self.status in {301, 302, 303, 307, 308} and hops:
            location = self.headers["Location"]
            if urlsplit(location).netloc and not location.startswith(self.origin):
                break
            self.request("GET", location)
            hops -= 1
        return self

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        """Where the last answer redirects to."""
        return self.headers["Location"]

    @property
    def view(self) -> str | None:
        """The view of the last page."""
        return self.answer.view if self.answer else None

    @property
    def variables(self) -> dict[str, Any]:
        """What the last page was given."""
        return self.answer.variables if self.answer else {}

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def checksum(self) -> str:
        """SHA-256 of the body, to compare answers."""
        return hashlib.sha256(self.body).hexdigest()

    def _keep(self, header: str) -> None:
        pair, _semicolon, attributes = header.partition(";")
        name, _equals, value = pair.partition("=")
        if "Max-Age=0" in attributes:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value


def at_once(*posts: tuple[Browser, str, Mapping[str, str]]) -> list[int]:
    """The statuses, in order of size, when all send a form at the same moment."""
    gate = threading.Barrier(len(posts))

    def send(browser: Browser, path: str, form: Mapping[str, str]) -> None:
        gate.wait()
        browser.post(path, form)

    threads = [threading.Thread(target=send, args=post) for post in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return sorted(browser.status for browser, _path, _form in posts)
