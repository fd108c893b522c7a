"""Fetching what an admin names by its address: by https alone, from public addresses alone, small and soon.

    fetch("https://cdn.example.org/logo.png", limit=2 * 1024 * 1024)  ->  bytes

A name is resolved once, every address that it has must be public, and the connection goes to one of these: a name
that changes its mind in between (DNS rebinding) changes nothing. Each redirect is looked at in the same way. All of it,
name, handshake and body, has to be done within `SECONDS`, however slowly the other side drips. No proxy, no cookie,
no credentials, nothing but one GET (security OUT-01, OUT-02).
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from pocketid.text import _

SECONDS = 5.0
_MOST_REDIRECTS = 3
_REDIRECTS = {301, 302, 303, 307, 308}
_LONGEST_ADDRESS = 2048
_HTTPS = 443
_OK = 200
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Ways to write an IPv4 address into an IPv6 one that networks translate: RFC 6052 2.1, RFC 8215, RFC 3056, RFC 4380
_TRANSLATED = tuple(
    ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)


class NotFetched(Exception):
    """Nothing was fetched; the text tells the admin why."""


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet, and not of this machine, its network or a tunnel."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _TRANSLATED):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


@dataclass(frozen=True, slots=True)
class Policy:
    """How names are resolved, where connections may go, and whose certificates count."""

    allows: Callable[[Address], bool] = is_public
    context: Callable[[], ssl.SSLContext] = ssl.create_default_context
    seconds: float = SECONDS
    resolve: Callable[..., Any] = socket.getaddrinfo


def fetch(address: str, *, limit: int, policy: Policy | None = None) -> bytes:
    """The body behind an address, at most `limit` bytes. Raises NotFetched."""
    policy = policy or Policy()
    ends = time.monotonic() + policy.seconds
    for _redirect in range(_MOST_REDIRECTS + 1):
        parts = _checked(address)
        found = _get(parts, _resolved(parts, policy, ends), policy, ends, limit)
        if isinstance(found, bytes):
            return found
        address = urljoin(address, found)
    raise NotFetched(_("The address leads from one place to the next and to no picture."))


def _checked(address: str) -> SplitResult:
    """The parts of an https address without credentials."""
    try:
        parts = urlsplit(address)
        is_fine = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise NotFetched(_("This is no address.")) from error
    if len(address) > _LONGEST_ADDRESS or not is_fine or "@" in parts.netloc or not _is_plain(address):
        raise NotFetched(_("The address must begin with https:// and hold no user name."))
    return parts


def _is_plain(address: str) -> bool:
    """Without white space and control characters, which could end the request's line."""
    return address.isprintable() and " " not in address and address.isascii()


def _resolved(parts: SplitResult, policy: Policy, ends: float) -> Address:
    """One of the addresses of a host, all of which are allowed. The resolver of the system knows no time limit."""
    answer: list[Any] = []

    def ask() -> None:
        try:
            answer.extend(policy.resolve(parts.hostname, parts.port or _HTTPS, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            return

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_left(ends))
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in list(answer)]
    if not addresses:
        raise NotFetched(_("There is no server named {host}.").format(host=parts.hostname))
    if not all(policy.allows(address) for address in addresses):
        raise NotFetched(
            _("{host} is in a private network. Download the picture and upload it instead.").format(
                host=parts.hostname
            )
        )
    return addresses[0]


def _get(parts: SplitResult, address: Address, policy: Policy, ends: float, limit: int) -> bytes | str:
    """The body, or where a redirect leads."""
    connection = _Pinned(parts, address, policy, ends)
    watch = threading.Timer(_left(ends), connection.cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request("GET", _target(parts), headers={"User-Agent": "Pocketid", "Accept": "image/*"})
        response = connection.getresponse()
        if response.status in _REDIRECTS:
            return response.headers.get("Location", "")
        if response.status != _OK:
            raise NotFetched(
                _("The server answered {status} instead of a picture.").format(status=response.status)
            )
        content = response.read(limit + 1)
        if connection.is_cut:
            raise _too_slow()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _failure(error, connection, parts) from error
    finally:
        watch.cancel()
        connection.close()
    if len(content) > limit:
        raise NotFetched(_("The picture is too large: {n} MB at most.").format(n=limit >> 20))
    return content


def _failure(error: Exception, connection: "_Pinned", parts: SplitResult) -> NotFetched:
    if connection.is_cut or isinstance(error, TimeoutError):
        return _too_slow()
    if isinstance(error, ssl.SSLError):
        return NotFetched(_("The certificate of {host} is not valid.").format(host=parts.hostname))
    return NotFetched(_("{host} does not answer.").format(host=parts.hostname))


def _too_slow() -> NotFetched:
    return NotFetched(_("The server took too long. Download the picture and upload it instead."))


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _left(ends: float) -> float:
    """Seconds until the end, and never none: a time limit of zero would mean that there is no waiting at all."""
    return max(0.01, ends - time.monotonic())


class _Pinned(http.client.HTTPSConnection):
    """A connection to the address that was checked, for the host that was asked for."""

    def __init__(self, parts: SplitResult, address: Address, policy: Policy, ends: float) -> None:
        self._policy = policy
        super().__init__(str(parts.hostname), parts.port or _HTTPS, context=policy.context())
        self._address = str(address)
        self._ends = ends
        self._plain: socket.socket | None = None
        self.is_cut = False

    def connect(self) -> None:
        """Connect, and speak TLS in the host's name."""
        self._plain = socket.create_connection((self._address, self.port), timeout=_left(self._ends))
        context: ssl.SSLContext = self._context  # type: ignore[attr-defined]  # where http.client keeps it
        self.sock = context.wrap_socket(self._plain, server_hostname=self.host)

    def cut(self) -> None:
        """Time is over: wake whoever waits for the other side."""
        self.is_cut = True
        for one in (self.sock, self._plain):
            try:
                if one is not None:
                    one.shutdown(socket.SHUT_RDWR)
            except OSError:  # closed already
                continue
