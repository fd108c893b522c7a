"""A site behind a real Nginx with the shipped files: who gets in, who does not, and what cannot be pretended."""

import http.client
import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser import Browser
from tests.conftest import ENCRYPTION_KEY
from tests.main_job import server_at, set_up
from tests.nginx import HEAD
from tests.processes import ROOT, Server, await_line, free_port, running

MAIN = (
    HEAD
    + """\
    server {{
        listen 127.0.0.1:{port};
        server_name wiki.localhost;
        include {folder}/forward-auth-server.conf;
        location / {{
            include {folder}/forward-auth-location.conf;
            proxy_set_header Host $http_host;
            proxy_pass http://127.0.0.1:{site_port};
        }}
    }}
}}
"""
)
CLAIMED = {
    "Remote-User": "admin",
    "Remote-Email": "admin@example.test",
    "Remote-Name": "Admin",
    "Remote-Groups": "admins",
    "Remote_User": "admin",
    "remote-user": "admin",
}


@dataclass
class Site:
    """The site that is protected: remembers what reached it, and signs nobody in itself."""

    port: int
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            known.seen.append(
                (self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            )
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"inner")

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        known = Site(server.server_port)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield known
        server.shutdown()
        thread.join()


@dataclass
class Visitor:
    """A browser at the protected host, which sends a path as it is written; the last answer's parts are attributes."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    status: int = 0
    location: str = ""
    body: bytes = b""

    def get(
        self, path: str, headers: Mapping[str, str] | None = None, /, body: bytes | None = None
    ) -> "Visitor":
        """GET, or POST with a body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = {"Host": f"wiki.localhost:{self.port}", **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request("POST" if body else "GET", path, body, sent)
        answer = connection.getresponse()
        self.status, self.location, self.body = answer.status, answer.getheader("Location", ""), answer.read()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return self


@dataclass
class Home:
    """Everything that runs, and the owner's browser."""

    owner: Browser
    port: int
    site: Site

    def visitor(self, *, signed_in: bool, path: str = "/") -> Visitor:
        """Somebody new at the protected host; signed in, they have walked the way by way of the owner's session."""
        visitor = Visitor(self.port)
        if signed_in:
            visitor.get(path)
            self.owner.get(visitor.location.removeprefix(self.owner.origin))
            back = urlsplit(self.owner.location)
            assert back.netloc == f"wiki.localhost:{self.port}", self.owner.text
            visitor.get(f"{back.path}?{back.query}")
            assert visitor.status == 303
        self.site.seen.clear()
        return visitor


@pytest.fixture(scope="module")
def home(folder: Path, fresh_database: str, site: Site) -> Iterator[Home]:
    ours, port = free_port(), free_port()
    for path in (ROOT / "contrib" / "nginx").glob("forward-auth-*.conf"):
        text = path.read_text().replace("/etc/nginx/pocketid", str(folder))
        changed = [
            line.replace("127.0.0.1:1411", f"127.0.0.1:{ours}") if "(*)" in line else line
            for line in text.splitlines()
        ]
        (folder / path.name).write_text("\n".join(changed))
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, port=port, site_port=site.port))
    environment = {
        "DB_CONNECTION_STRING": fresh_database,
        "ENCRYPTION_KEY": ENCRYPTION_KEY,
        "TRUST_PROXY": "127.0.0.1",
    }
    nginx, log = ["nginx", "-p", str(folder), "-c", str(main)], folder / "nginx.log"
    with (
        Server(folder, ours, **environment) as server,
        running(nginx, {"PATH": f"{os.environ['PATH']}:/usr/sbin"}, log) as process,
    ):
        await_line(b"start worker process ", process, log)
        owner = Browser(server_at(ours), server.origin)
        set_up(owner)
        owner.get("/settings/admin/protected-hosts/new")
        form = {"host": f"wiki.localhost:{port}", "name": "Wiki", "public_paths": "/public/"}
        owner.post("/settings/admin/protected-hosts/new", form)
        assert owner.status == 303, owner.text
        yield Home(owner, port, site)


def test_the_way_in_and_what_the_site_learns(home: Home) -> None:
    visitor = home.visitor(signed_in=False)
    visitor.get("/page?x=1&y=%2F")
    assert visitor.status == 303
    assert visitor.location.startswith(f"{home.owner.origin}/authorize?")
    visitor = home.visitor(signed_in=True, path="/page?x=1&y=%2F")
    assert visitor.location == f"http://wiki.localhost:{home.port}/page?x=1&y=%2F"
    assert visitor.get("/page?x=1&y=%2F").body == b"inner"
    [(method, path, headers, _body)] = home.site.seen
    assert (method, path) == ("GET", "/page?x=1&y=%2F")
    told = {name: text for name, text in headers.items() if name.startswith("remote")}
    assert told == {"remote-user": "owner", "remote-name": "Olga Owner"}


def test_forms_reach_the_site_whole(home: Home) -> None:
    visitor = home.visitor(signed_in=True)
    assert visitor.get("/edit", body=b"a=b" * 5000).status == 200
    assert home.site.seen[0][0] == "POST"
    assert home.site.seen[0][3] == b"a=b" * 5000


@pytest.mark.parametrize("path", ["/", "/public/x"])
@pytest.mark.parametrize("signed_in", [True, False])
def test_fa_01_nobody_passes_for_somebody_else(home: Home, path: str, *, signed_in: bool) -> None:
    visitor = home.visitor(signed_in=signed_in)
    visitor.get(path, CLAIMED)
    is_let_in = signed_in or path != "/"
    assert visitor.status == (200 if is_let_in else 303)
    assert len(home.site.seen) == is_let_in
    for _method, _path, headers, _body in home.site.seen:
        assert "admin" not in json.dumps(headers)
        assert headers.get("remote-user", "") == ("owner" if signed_in else "")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Uri": "/public/"},
        {"X-Forwarded-Host": "other.test"},
        {"X-Forwarded-Host": "other.test", "X-Forwarded-Uri": "//other.test/"},
        {"X-Original-URI": "/public/", "X-Original-URL": "http://wiki.localhost/public/"},
        {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"},
        {"X-Forwarded-Proto": "https"},
        {"Forwarded": "host=other.test"},
        {"X-HTTP-Method-Override": "OPTIONS"},
    ],
)
def test_fa_02_what_was_asked_for_cannot_be_pretended(home: Home, headers: dict[str, str]) -> None:
    visitor = home.visitor(signed_in=False).get("/private", headers)
    assert visitor.status == 303
    assert home.site.seen == []
    query = urlsplit(visitor.location).query
    assert f"redirect_uri=http%3A%2F%2Fwiki.localhost%3A{home.port}%2F.pocketid%2Fcallback" in query


def test_fa_02_another_host_is_refused(home: Home) -> None:
    visitor = home.visitor(signed_in=False).get("/private", {"Host": "other.test"})
    assert visitor.status == 403
    assert home.site.seen == []


@pytest.mark.parametrize(
    "path", ["//evil.test/", "/\\evil.test/", "/%2f%2fevil.test", "/%5cevil.test", "/.evil.test"]
)
def test_fa_02_the_way_back_leads_to_the_host_itself(home: Home, path: str) -> None:
    visitor = home.visitor(signed_in=True, path=path)
    assert urlsplit(visitor.location).netloc == f"wiki.localhost:{home.port}"


@pytest.mark.parametrize("path", ["/.pocketid/check", "/.pocketid/sign-in", "/api/forward-auth"])
def test_the_questions_are_not_for_clients(home: Home, path: str) -> None:
    visitor = home.visitor(signed_in=False).get(path)
    assert visitor.status in {303, 404}
    assert home.site.seen == []


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/public/../admin",
            "/public/%2e%2e/admin",
            "/public/..%2fadmin",
            "/public//../admin",
            "//public/x",
        ),
        *(
            "/public/..;/admin",
            "/public;/../admin",
            "/public\\..\\admin",
            "/public/%5c..%5cadmin",
            "/publicity",
        ),
        *("/public/%252e%252e/admin", "/admin?/public/", "/public/./admin"),
    ],
)
def test_fa_04_no_disguise_opens_a_path(home: Home, path: str) -> None:
    assert home.visitor(signed_in=False).get(path).status == 303
    assert home.site.seen == []


def test_scripts_get_401_and_no_redirect(home: Home) -> None:
    visitor = home.visitor(signed_in=False)
    assert visitor.get("/data.json", {"Sec-Fetch-Mode": "cors"}).status == 401
    assert (visitor.location, visitor.cookies, home.site.seen) == ("", {}, [])


def test_fa_03_signing_out_ends_it_with_the_next_request(home: Home) -> None:
    """The last test: it ends the owner's session."""
    visitor = home.visitor(signed_in=True)
    assert visitor.get("/").status == 200
    home.owner.post("/logout")
    assert visitor.get("/").status == 303
    assert re.search(r"/authorize\?", visitor.location)
