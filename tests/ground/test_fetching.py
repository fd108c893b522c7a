"""Fetching by address: where connections may go, how long they may take, and how much may come."""

import ipaddress
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pocketid import fetching
from pocketid.fetching import NotFetched, Policy
from tests.mail_server import make_certificate

LIMIT = 1000
LOOPBACK = ipaddress.ip_address("127.0.0.1")


@pytest.mark.parametrize(
    "text",
    [
        *("0.0.0.1", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.1.2.3", "169.254.169.254", "172.16.0.1"),
        *(
            "192.168.1.1",
            "192.0.0.1",
            "198.18.0.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
        ),
        *("::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1"),
        *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1"),
    ],
)
def test_s_out_02_private_addresses_are_not_public(text: str) -> None:
    assert not fetching.is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_addresses_of_the_internet_are(text: str) -> None:
    assert fetching.is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "address",
    [
        *("", "logo.png", "http://example.org/x", "ftp://example.org/x", "file:///etc/passwd", "data:,x"),
        *("https://", "https:///x", "https://a@example.org/", "https://example.org:x/", "https://[::1"),
        *("https://example.org/\r\nX: y", "https://example.org/a b", "https://example.org/" + "x" * 2100),
        *("https://münchen.example/", "https://example.org:0/"),
    ],
)
def test_s_out_01_only_https_addresses_are_fetched(address: str) -> None:
    with pytest.raises(NotFetched):
        fetching.fetch(address, limit=LIMIT)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0"),
        *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[fe80::1]", "169.254.169.254", "10.0.0.1", "192.168.0.1"),
    ],
)
def test_s_out_02_nothing_of_our_own_network_is_reached_however_it_is_written(host: str) -> None:
    with pytest.raises(NotFetched, match=r"private network|no server"):
        fetching.fetch(f"https://{host}/", limit=LIMIT)


def test_a_name_that_does_not_exist_is_said() -> None:
    with pytest.raises(NotFetched, match=r"no server named nobody\.invalid"):
        fetching.fetch("https://nobody.invalid/", limit=LIMIT, policy=Policy(seconds=0.5))


# A server on loopback, which only the policy of these tests allows


class Handler(BaseHTTPRequestHandler):
    """Answers by path."""

    def do_GET(self) -> None:
        name = self.path.split("?")[0].strip("/")
        if name.startswith("to-"):
            self._answer(302, b"", Location=TARGETS[name])
        elif name == "large":
            self._answer(200, b"x" * (LIMIT + 1))
        elif name == "full":
            self._answer(200, b"x" * LIMIT)
        elif name == "dripping-head":
            self._drip(b"HTTP/1.1 200 OK\r\nX: ")
        elif name == "dripping-body":
            self._drip(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
        elif name == "missing":
            self._answer(404, b"")
        else:
            self._answer(200, b"|".join((self.path.encode(), self.headers["Host"].encode())))

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self, start: bytes) -> None:
        self.wfile.write(start)
        try:
            for _byte in range(200):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)  # so slowly does the other side answer
        except OSError:
            return


TARGETS = {
    "to-ok": "/ok",
    "to-http": "http://127.0.0.1/",
    "to-private": "https://127.0.0.2/",
    "to-localhost-name": "https://[::1]/",
    "to-itself": "/to-itself",
    "to-file": "file:///etc/passwd",
    "to-nowhere": "",
}


class QuietServer(ThreadingHTTPServer):
    """Clients that refuse its certificate are none of its business."""

    daemon_threads = True

    def handle_error(self, *_arguments: object) -> None:
        """Nothing."""


@contextmanager
def serving(certificate: Path) -> Iterator[int]:
    server = QuietServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(
        tmp_path_factory.mktemp("certificate"), "DNS:localhost,IP:127.0.0.1,DNS:cdn.example"
    )


@pytest.fixture(scope="module")
def port(certificate: Path) -> Iterator[int]:
    with serving(certificate) as port:
        yield port


@pytest.fixture
def get(port: int, certificate: Path) -> Callable[..., bytes]:
    """`get(path)`: fetched with the tests' policy."""
    trusted = partial(ssl.create_default_context, cafile=str(certificate))
    policy = Policy(lambda address: address == LOOPBACK, trusted, seconds=1.0)

    def fetch(path: str, host: str = "127.0.0.1") -> bytes:
        return fetching.fetch(f"https://{host}:{port}{path}", limit=LIMIT, policy=policy)

    return fetch


def test_a_body_is_fetched_in_the_name_of_its_host(get: Callable[..., bytes], port: int) -> None:
    assert get("/ok?a=b") == f"/ok?a=b|127.0.0.1:{port}".encode()
    assert get("") == f"/|127.0.0.1:{port}".encode()
    assert get("/to-ok") == f"/ok|127.0.0.1:{port}".encode()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/to-http", "https://"),
        ("/to-file", "https://"),
        ("/to-private", "private network"),
        ("/to-localhost-name", "private network"),
        ("/to-itself", "from one place to the next"),
        ("/to-nowhere", "from one place to the next"),
        ("/missing", "answered 404"),
        ("/large", "too large"),
    ],
)
def test_what_leads_astray_is_refused(path: str, words: str, get: Callable[..., bytes]) -> None:
    with pytest.raises(NotFetched, match=words):
        get(path)


def test_the_limit_itself_is_taken(get: Callable[..., bytes]) -> None:
    assert len(get("/full")) == LIMIT


@pytest.mark.parametrize("path", ["/dripping-head", "/dripping-body"])
def test_a_server_that_drips_is_left(path: str, get: Callable[..., bytes]) -> None:
    began = time.monotonic()
    with pytest.raises(NotFetched, match="too long"):
        get(path)
    assert time.monotonic() - began < 8  # it would drip for ten seconds


def test_an_unknown_certificate_is_refused(port: int) -> None:
    policy = Policy(lambda address: address == LOOPBACK)
    with pytest.raises(NotFetched, match="certificate"):
        fetching.fetch(f"https://127.0.0.1:{port}/ok", limit=LIMIT, policy=policy)


def test_a_certificate_of_another_host_is_refused(get: Callable[..., bytes]) -> None:
    with pytest.raises(NotFetched, match="certificate"):
        get("/ok", host="127.1")


def test_s_out_02_a_name_is_resolved_once_and_every_address_of_it_must_be_allowed(
    port: int, certificate: Path
) -> None:
    answers = [["127.0.0.1"], ["127.0.0.1", "10.0.0.1"]]

    def resolve(_host: str, number: int, **_options: object) -> list[object]:
        return [(None, None, None, "", (address, number)) for address in answers.pop(0)]

    trusted = partial(ssl.create_default_context, cafile=str(certificate))
    policy = Policy(lambda address: address == LOOPBACK, trusted, resolve=resolve)
    address = f"https://cdn.example:{port}/ok"  # nobody else knows this name: whoever asks again gets nowhere
    assert fetching.fetch(address, limit=LIMIT, policy=policy) == f"/ok|cdn.example:{port}".encode()
    with pytest.raises(NotFetched, match="private network"):
        fetching.fetch(address, limit=LIMIT, policy=policy)


def test_a_port_where_nobody_listens_is_said(certificate: Path) -> None:
    policy = Policy(lambda address: address == LOOPBACK)
    with pytest.raises(NotFetched, match="does not answer"):
        fetching.fetch("https://127.0.0.1:1/", limit=LIMIT, policy=policy)
