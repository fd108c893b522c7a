"""The one way out to addresses that somebody typed: to allowed places alone, small and soon.

    fetch("https://cdn.example.org/logo.png", limit=2 * 1024 * 1024)     ->  the bytes of a picture
    get(address, limit=65536, policy=for_admins(config))                 ->  the bytes of a document
    post(address, {"logout_token": token}, policy=for_admins(config))    ->  Answer(status, text)

A name is resolved once, every address that it has must be allowed, and the connection goes to one of these: a name
that changes its mind in between (DNS rebinding) changes nothing. All of it, name, handshake and body, has to be done
within `SECONDS`, however slowly the other side drips. No proxy, no cookie, no credentials (security OUT-01, OUT-02).

Who named an address decides where it may lead: `Policy()`, the usual one, allows the internet alone; `for_admins` the
networks of a home, too. Neither ever allows link-local addresses, those of a cloud's metadata, or tunnels to them.
Only `fetch` follows redirects, and looks at each in the same way.
"""

import enum
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

from pocketid.config import Config
from pocketid.text import _

SECONDS = 5.0
_MOST_REDIRECTS = 3
_REDIRECTS = {301, 302, 303, 307, 308}
_LONGEST_ADDRESS = 2048
_PORTS = {"https": 443, "http": 80}
_OK = 200
_MOST_OF_AN_ANSWER = 1024  # of what an app says to a form: a person may read it
_MAX_SHOWN = 200
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Ways to write an IPv4 address into an IPv6 one that networks translate: RFC 6052 2.1, RFC 8215, RFC 3056, RFC 4380
_TRANSLATED = tuple(
    ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
# RFC 1918, RFC 6598 (also the addresses of overlay networks), RFC 4193
_HOME = tuple(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
# Where clouds tell their machines secrets, beside the link-local 169.254.169.254
_METADATA = {
    ipaddress.ip_address(text)
    for text in (
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fd00:42::42",
    )
}


class Reason(enum.StrEnum):
    """Why nothing came back."""

    ADDRESS = "address"  # it is none that is called
    UNKNOWN_HOST = "unknown_host"
    FORBIDDEN_PLACE = "forbidden_place"
    CERTIFICATE = "certificate"
    SILENT = "silent"
    SLOW = "slow"
    LARGE = "large"
    STATUS = "status"  # not 200; `status` says which


class Failed(Exception):
    """Nothing came back; its text is for the log."""

    def __init__(self, reason: Reason, host: str = "", status: int = 0) -> None:
        super().__init__(" ".join(part for part in (reason.value, host, str(status or "")) if part))
        self.reason, self.host, self.status = reason, host, status


class NotFetched(Exception):
    """No picture was fetched; the text tells the admin why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered to a form; `text` is the start of what it said, where that was no 2xx."""

    status: int
    text: str


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet, and not of this machine, its network or a tunnel."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.is_site_local or any(address in network for network in _TRANSLATED):
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and address not in _METADATA
    )


def is_home_or_public(address: Address, *, allows_loopback: bool = False) -> bool:
    """The same, or of a network as homes have it; of this machine only where that is allowed."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return is_home_or_public(address.ipv4_mapped, allows_loopback=allows_loopback)
    is_home = any(address in network for network in _HOME) and address not in _METADATA
    return is_home or is_public(address) or (allows_loopback and address.is_loopback)


@dataclass(frozen=True, slots=True)
class Policy:
    """How names are resolved, where connections may go, and whose certificates count."""

    allows: Callable[[Address], bool] = is_public
    context: Callable[[], ssl.SSLContext] = ssl.create_default_context
    seconds: float = SECONDS
    resolve: Callable[..., Any] = socket.getaddrinfo
    allows_http: bool = False


def for_admins(config: Config) -> Policy:
    """What holds for addresses that an admin typed."""
    return Policy(
        partial(is_home_or_public, allows_loopback=config.outgoing_allow_loopback),
        partial(_trusting, config.outgoing_ca_file),
        allows_http=config.outgoing_allow_http,
    )


def fetch(address: str, *, limit: int, policy: Policy | None = None) -> bytes:
    """The picture behind an address, at most `limit` bytes. Raises NotFetched."""
    policy = policy or Policy()
    asked = _Asked("GET", {"Accept": "image/*"}, limit=limit)
    ends = time.monotonic() + policy.seconds
    try:
        for _redirect in range(_MOST_REDIRECTS + 1):
            found = _exchange(address, asked, policy, ends)
            if found.status not in _REDIRECTS:
                return found.content_if_ok()
            address = urljoin(address, found.location)
    except Failed as failed:
        raise NotFetched(_words(failed, limit)) from failed
    raise NotFetched(_("The address leads from one place to the next and to no picture."))


def get(address: str, *, limit: int, policy: Policy, accept: str = "application/json") -> bytes:
    """The document at an address itself, at most `limit` bytes. Raises Failed, for a redirect too."""
    asked = _Asked("GET", {"Accept": accept}, limit=limit)
    return _exchange(address, asked, policy, time.monotonic() + policy.seconds).content_if_ok()


def post(address: str, form: Mapping[str, str], *, policy: Policy) -> Answer:
    """Send a form; whatever is answered is an answer, a redirect too. Raises Failed where none came."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    asked = _Asked("POST", headers, urlencode(form).encode("ascii"), limit=_MOST_OF_AN_ANSWER)
    found = _exchange(address, asked, policy, time.monotonic() + policy.seconds)
    text = found.content.decode("utf-8", "replace")
    shown = "".join(char if char.isprintable() else " " for char in text)
    return Answer(found.status, " ".join(shown.split())[:_MAX_SHOWN])


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request. Of a form's answer only the status counts, and what an error says."""

    method: str
    headers: Mapping[str, str]
    body: bytes | None = None
    limit: int = 0

    def reads(self, status: int) -> bool:
        return status == _OK if self.method == "GET" else not _OK <= status < 300


@dataclass(frozen=True, slots=True)
class _Found:
    """One answer; `content` is a byte longer than the limit where there was more."""

    host: str
    status: int
    location: str
    limit: int
    content: bytes = field(repr=False)

    def content_if_ok(self) -> bytes:
        """What was asked for. Raises Failed."""
        if self.status != _OK:
            raise Failed(Reason.STATUS, self.host, self.status)
        if len(self.content) > self.limit:
            raise Failed(Reason.LARGE, self.host)
        return self.content


def _exchange(address: str, asked: _Asked, policy: Policy, ends: float) -> _Found:
    """One request and its answer. Raises Failed."""
    parts = _checked(address, policy)
    connection = _Pinned(parts, _resolved(parts, policy, ends), policy, ends)
    watch = threading.Timer(_left(ends), connection.cut)
    watch.daemon = True
    watch.start()
    try:
        headers = {"User-Agent": "Pocketid", "Connection": "close", **asked.headers}
        connection.request(asked.method, _target(parts), asked.body, headers)
        with connection.getresponse() as response:
            content = response.read(asked.limit + 1) if asked.reads(response.status) else b""
            location = response.headers.get("Location", "")
        if connection.is_cut:
            raise Failed(Reason.SLOW, connection.host)
        return _Found(connection.host, response.status, location, asked.limit, content)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Failed(_reason(error, connection), connection.host) from error
    finally:
        watch.cancel()
        connection.close()


def _checked(address: str, policy: Policy) -> SplitResult:
    """The parts of an address without credentials that may be called. Raises Failed."""
    try:
        parts = urlsplit(address)
        is_fine = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise Failed(Reason.ADDRESS) from error
    is_allowed = parts.scheme == "https" or (parts.scheme == "http" and policy.allows_http)
    if len(address) > _LONGEST_ADDRESS or not is_fine or not is_allowed:
        raise Failed(Reason.ADDRESS)
    if "@" in parts.netloc or not _is_plain(address):
        raise Failed(Reason.ADDRESS)
    return parts


def _is_plain(address: str) -> bool:
    """Without white space and control characters, which could end the request's line."""
    return address.isprintable() and " " not in address and address.isascii()


def _resolved(parts: SplitResult, policy: Policy, ends: float) -> list[Address]:
    """The addresses of a host, all of which are allowed. The resolver of the system knows no time limit."""
    answer: list[Any] = []
    host = str(parts.hostname)

    def ask() -> None:
        try:
            answer.extend(policy.resolve(host, _port(parts), type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            return

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_left(ends))
    texts = dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in list(answer))
    addresses = [ipaddress.ip_address(text) for text in texts]
    if not addresses:
        raise Failed(Reason.UNKNOWN_HOST, host)
    if not all(policy.allows(address) for address in addresses):
        raise Failed(Reason.FORBIDDEN_PLACE, host)
    return addresses


def _reason(error: Exception, connection: "_Pinned") -> Reason:
    if connection.is_cut or isinstance(error, TimeoutError):
        return Reason.SLOW
    return Reason.CERTIFICATE if isinstance(error, ssl.SSLError) else Reason.SILENT


def _words(failed: Failed, limit: int) -> str:
    """Why there is no picture, for the admin who typed its address."""
    sentences = {
        Reason.ADDRESS: _("The address must begin with https:// and hold no user name."),
        Reason.UNKNOWN_HOST: _("There is no server named {host}."),
        Reason.FORBIDDEN_PLACE: _(
            "{host} is in a private network. Download the picture and upload it instead."
        ),
        Reason.CERTIFICATE: _("The certificate of {host} is not valid."),
        Reason.SILENT: _("{host} does not answer."),
        Reason.SLOW: _("The server took too long. Download the picture and upload it instead."),
        Reason.LARGE: _("The picture is too large: {n} MB at most."),
        Reason.STATUS: _("The server answered {status} instead of a picture."),
    }
    return sentences[failed.reason].format(host=failed.host, status=failed.status, n=limit >> 20)


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]


def _left(ends: float) -> float:
    """Seconds until the end, and never none: a time limit of zero would mean that there is no waiting at all."""
    return max(0.01, ends - time.monotonic())


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    """The authorities of the system, and those of the file. Read each time: certificates are renewed."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


class _Pinned(http.client.HTTPConnection):
    """A connection to one of the addresses that were checked, for the host that was asked for."""

    def __init__(self, parts: SplitResult, addresses: Sequence[Address], policy: Policy, ends: float) -> None:
        self.default_port = _PORTS[parts.scheme]  # which the Host header leaves out
        super().__init__(str(parts.hostname), _port(parts))
        self._is_https = parts.scheme == "https"
        self._policy = policy
        self._addresses = addresses
        self._ends = ends
        self._open: list[socket.socket] = []
        self.is_cut = False

    def connect(self) -> None:
        """Connect, and speak TLS in the host's name."""
        context = self._policy.context() if self._is_https else None
        self.sock = self._connected()
        self._open.append(self.sock)
        if context is not None:
            self.sock = context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self._open.append(self.sock)
            self.sock.do_handshake()

    def close(self) -> None:
        """Close what was opened; an answer that is still read keeps its own hold on it."""
        super().close()
        for one in self._open:
            one.close()

    def cut(self) -> None:
        """Time is over: wake whoever waits for the other side. `sock` is gone once an answer has begun."""
        self.is_cut = True
        for one in list(self._open):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:  # closed already
                continue

    def _connected(self) -> socket.socket:
        """To the first address that answers; each has its share of the time, so that a dead one is no dead end."""
        for tried, address in enumerate(self._addresses, start=1):
            share = _left(self._ends) / (len(self._addresses) - tried + 1)
            try:
                connected = socket.create_connection((str(address), self.port), timeout=share)
            except OSError:
                if tried == len(self._addresses):
                    raise
            else:
                connected.settimeout(_left(self._ends))
                return connected
        raise OSError("no address")
