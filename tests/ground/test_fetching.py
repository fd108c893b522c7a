"""Fetching by address: where connections may go, how long they may take, and how much may come."""

import ipaddress
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pocketid import fetching
from pocketid.config import load
from pocketid.fetching import Failed, NotFetched, Policy, Reason
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
        *("fec0::1", "::7f00:1", "168.63.129.16"),
        *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1"),
    ],
)
def test_s_out_02_private_addresses_are_not_public(text: str) -> None:
    assert not fetching.is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_addresses_of_the_internet_are(text: str) -> None:
    assert fetching.is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        *("10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fc00::1", "fd12::1"),
        *("::ffff:10.0.0.1", "1.1.1.1", "2606:4700::1111"),
    ],
)
def test_admins_may_name_addresses_of_their_home(text: str) -> None:
    assert fetching.is_home_or_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("allows_loopback", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        *("169.254.169.254", "169.254.0.1", "fe80::1", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe"),
        *("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254", "fd00:42::42"),
        *(
            "0.0.0.0",  # noqa: S104  # refused
            "0.0.0.1",
            "::",
            "::ffff:0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "ff02::1",
        ),
        *(
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::a9fe:a9fe",
            "2002:a9fe:a9fe::",
            "2001:0:1::1",
            "::7f00:1",
            "fec0::1",
        ),
        *("198.18.0.1", "192.0.2.1", "2001:db8::1"),
    ],
)
def test_s_out_02_link_local_and_metadata_addresses_are_never_allowed(
    text: str, *, allows_loopback: bool
) -> None:
    assert not fetching.is_home_or_public(ipaddress.ip_address(text), allows_loopback=allows_loopback)


@pytest.mark.parametrize("text", ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_allowed_only_on_purpose(text: str) -> None:
    assert not fetching.is_home_or_public(ipaddress.ip_address(text))
    assert fetching.is_home_or_public(ipaddress.ip_address(text), allows_loopback=True)


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


HOSTS = [
    *("localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0"),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[fe80::1]", "169.254.169.254", "10.0.0.1", "192.168.0.1"),
]


@pytest.mark.parametrize("host", [host for host in HOSTS if host not in {"10.0.0.1", "192.168.0.1"}])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_s_out_02_neither_this_machine_nor_metadata_are_called_however_they_are_written(
    host: str, scheme: str
) -> None:
    policy = fetching.for_admins(load({"OUTGOING_ALLOW_HTTP": "true"}, Path("/nonexistent")))
    with pytest.raises(Failed, match=r"forbidden_place|unknown_host"):
        fetching.post(f"{scheme}://{host}/", {}, policy=policy)


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "[::]", "0"]
)
def test_s_out_02_metadata_is_not_called_where_this_machine_is(host: str) -> None:
    policy = fetching.for_admins(load({"OUTGOING_ALLOW_LOOPBACK": "true"}, Path("/nonexistent")))
    with pytest.raises(Failed, match=r"forbidden_place|unknown_host"):
        fetching.get(f"https://{host}/", limit=LIMIT, policy=policy)


@pytest.mark.parametrize("host", HOSTS)
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
        elif name == "dripping-last-body":
            self._drip(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        elif name == "missing":
            self._answer(404, b"")
        elif name == "silent":
            time.sleep(3)  # longer than the test waits
        else:
            self._answer(200, b"|".join((self.path.encode(), self.headers["Host"].encode())))

    def do_POST(self) -> None:
        name = self.path.strip("/")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if name == "form":
            RECEIVED.append((dict(self.headers), body))
            self._answer(204, b"")
        elif name == "refused":
            self._answer(400, b'{"error": "invalid\x00_request"}\n' + b"x" * 100_000)
        elif name == "huge":
            self._answer(200, b"x" * 5_000_000)
        elif name == "to-form":
            self._answer(307, b"", Location="/form")
        elif name == "long-line":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n")
        elif name == "no-http":
            self.wfile.write(b"SSH-2.0-OpenSSH\r\n")
        else:
            self.do_GET()

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


RECEIVED: list[tuple[dict[str, str], bytes]] = []
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
def serving(certificate: Path | None) -> Iterator[int]:
    server = QuietServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
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


@pytest.mark.parametrize("path", ["/dripping-head", "/dripping-body", "/dripping-last-body"])
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


def test_an_address_that_does_not_answer_is_no_dead_end_where_there_is_another(
    port: int, certificate: Path
) -> None:
    def resolve(_host: str, number: int, **_options: object) -> list[object]:
        return [(None, None, None, "", (address, number)) for address in ("127.0.0.9", "127.0.0.1")]

    trusted = partial(ssl.create_default_context, cafile=str(certificate))
    policy = Policy(lambda address: address.is_loopback, trusted, resolve=resolve)
    assert fetching.get(f"https://cdn.example:{port}/ok", limit=LIMIT, policy=policy).startswith(b"/ok|")


# Documents and forms, under the rule for what admins type


@pytest.fixture
def policy(certificate: Path) -> Policy:
    variables = {"OUTGOING_CA_FILE": str(certificate), "OUTGOING_ALLOW_LOOPBACK": "true"}
    return replace(fetching.for_admins(load(variables, Path("/nonexistent"))), seconds=1.0)


def test_a_document_is_read_of_a_server_whose_authority_is_in_the_file(port: int, policy: Policy) -> None:
    assert fetching.get(f"https://127.0.0.1:{port}/full", limit=LIMIT, policy=policy) == b"x" * LIMIT


@pytest.mark.parametrize(
    ("path", "reason", "status"),
    [
        ("to-ok", Reason.STATUS, 302),
        ("missing", Reason.STATUS, 404),
        ("large", Reason.LARGE, 0),
        ("dripping-head", Reason.SLOW, 0),
        ("dripping-body", Reason.SLOW, 0),
        ("silent", Reason.SLOW, 0),
    ],
)
def test_s_out_01_a_document_is_at_its_address_small_and_soon(
    path: str, reason: Reason, status: int, port: int, policy: Policy
) -> None:
    with pytest.raises(Failed) as failed:
        fetching.get(f"https://localhost:{port}/{path}", limit=LIMIT, policy=policy)
    assert (failed.value.reason, failed.value.status) == (reason, status)


def test_a_form_is_sent_as_one_without_proxy_or_credentials(
    port: int, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    RECEIVED.clear()
    answer = fetching.post(f"https://localhost:{port}/form", {"logout_token": "a.b&c"}, policy=policy)
    assert (answer.status, answer.text) == (204, "")
    ((headers, body),) = RECEIVED
    assert body == b"logout_token=a.b%26c"
    assert headers == {
        "Host": f"localhost:{port}",
        "Accept-Encoding": "identity",
        "User-Agent": "Pocketid",
        "Connection": "close",
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "Content-Length": str(len(body)),
    }


def test_the_answer_to_a_form_is_a_status_and_a_few_readable_words(port: int, policy: Policy) -> None:
    refused = fetching.post(f"https://localhost:{port}/refused", {}, policy=policy)
    assert refused.status == 400
    assert refused.text.startswith('{"error": "invalid _request"} xxx')
    assert len(refused.text) == 200
    assert fetching.post(f"https://localhost:{port}/huge", {}, policy=policy) == fetching.Answer(200, "")


def test_s_out_01_a_form_follows_no_redirect(port: int, policy: Policy) -> None:
    RECEIVED.clear()
    assert fetching.post(f"https://localhost:{port}/to-form", {}, policy=policy).status == 307
    assert RECEIVED == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        *(("silent", Reason.SLOW), ("dripping-head", Reason.SLOW)),
        *(("long-line", Reason.SILENT), ("no-http", Reason.SILENT)),
    ],
)
def test_s_out_04_a_form_waits_for_nobody(path: str, reason: Reason, port: int, policy: Policy) -> None:
    began = time.monotonic()
    with pytest.raises(Failed) as failed:
        fetching.post(f"https://localhost:{port}/{path}", {}, policy=policy)
    assert failed.value.reason == reason
    assert time.monotonic() - began < 2.5


def test_plain_http_is_called_only_where_it_is_allowed() -> None:
    variables = {"OUTGOING_ALLOW_LOOPBACK": "true"}
    with serving(None) as plain:
        address = f"http://127.0.0.1:{plain}/ok"
        with pytest.raises(Failed) as failed:
            fetching.get(
                address, limit=LIMIT, policy=fetching.for_admins(load(variables, Path("/nonexistent")))
            )
        assert failed.value.reason == Reason.ADDRESS
        allowing = load({**variables, "OUTGOING_ALLOW_HTTP": "true"}, Path("/nonexistent"))
        assert (
            fetching.get(address, limit=LIMIT, policy=fetching.for_admins(allowing))
            == f"/ok|127.0.0.1:{plain}".encode()
        )


def test_a_certificate_that_nobody_vouches_for_is_refused(port: int) -> None:
    variables = {"OUTGOING_ALLOW_LOOPBACK": "true"}
    with pytest.raises(Failed) as failed:
        fetching.post(
            f"https://localhost:{port}/form",
            {},
            policy=fetching.for_admins(load(variables, Path("/nonexistent"))),
        )
    assert failed.value.reason == Reason.CERTIFICATE
