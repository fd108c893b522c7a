"""Redirect URIs: what may be registered, and whether a received one is registered.

    problem(value)                 why an admin may not register it, as a sentence
    find(registered, received)     the registered value that a request's URI matches
    difference(received, ...)      the nearest registered one, and where the received one departs from it

A received URI is compared as text and never normalised (RFC 6749 3.1.2.3, RFC 9700 4.1.3). Three things widen
that: a `*` that the admin wrote, by Pocket ID's rules; the port of a loopback address (RFC 8252 7.3); and
nothing else. This module builds no URI but by appending a query.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from urllib.parse import parse_qsl, urlencode

from pocketid.text import _

LONGEST = 2048
_DANGEROUS = {"javascript", "data", "vbscript", "blob", "file", "about", "view-source"}
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029<>\"^`{|}]")
_LOOPBACK = re.compile(r"http://(localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?(?=[/?]|$)")
_TYPING_ERRORS = {
    "htps",
    "htpps",
    "htttps",
    "httsp",
    "hhtps",
    "https.",
    "httpss",
    "ttps",
    "htp",
    "hhtp",
    "htttp",
}
_CSP_SOURCE = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,5})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Difference:
    """A received URI beside the registered one nearest to it; `part` is what differs in the received one."""

    registered: str | None
    start: str
    part: str
    end: str


@dataclass(frozen=True, slots=True)
class _Parts:
    """A URI or pattern, cut where the wildcard rules differ."""

    scheme: str
    authority: str | None
    path: str
    query: str | None


def find(registered: Sequence[str], received: str) -> str | None:
    """The registered value that a received URI matches; None when there is none, or the URI is not acceptable."""
    if not is_acceptable(received):
        return None
    return next((value for value in registered if matches(value, received)), None)


def matches(registered: str, received: str) -> bool:
    """Whether one registered value allows a received URI."""
    if not is_acceptable(received):
        return False
    if registered == received:
        return True
    if "*" in registered and _matches_pattern(registered, received):
        return True
    return _matches_loopback(registered, received)


def is_acceptable(received: str) -> bool:
    """Whether a received URI could ever be redirected to: no fragment, nothing dangerous, nothing hidden."""
    scheme = received.partition(":")[0]
    return (
        len(received) <= LONGEST
        and ":" in received
        and _SCHEME.fullmatch(scheme) is not None
        and scheme.lower() not in _DANGEROUS
        and "#" not in received  # RFC 6749 3.1.2
        and not _UNSAFE.search(received)
        and "@" not in (_cut(received).authority or "")
    )


def problem(value: str, *, allow_insecure: bool = True) -> str | None:
    """Why a value may not be registered, as a sentence for the form; None when it may."""
    if value == "*":
        return None
    scheme, colon, rest = value.partition(":")
    if not colon or (not _SCHEME.fullmatch(scheme) and "*" not in scheme):
        return _("This needs a scheme at the beginning, as in https://app.example.org/callback.")
    if scheme.lower() in _TYPING_ERRORS:
        return _("“{scheme}” looks like a typing error for “https”.").format(scheme=scheme)
    if scheme.lower() in _DANGEROUS:
        return _("“{scheme}:” addresses are not allowed.").format(scheme=scheme)
    if "#" in value:
        return _("Leave out the part from # on: a redirect URI has no fragment.")
    if len(value) > LONGEST or _UNSAFE.search(value):
        return _("It has a space, a backslash or another character that no address has.")
    if scheme.lower() in {"http", "https"} and not re.match(r"//[^/?]", rest):
        return _("The host is missing, as in {scheme}://app.example.org/callback.").format(scheme=scheme)
    if "@" in (_cut(value).authority or ""):
        return _("Leave out the user name before the @.")
    if scheme.lower() == "http" and not allow_insecure and not _LOOPBACK.match(value):
        return _("Only https:// addresses are allowed here (ALLOW_INSECURE_CALLBACK_URLS is false).")
    return None


def warning(value: str) -> str | None:
    """What an admin should know about a value that may be registered."""
    if value == "*":
        return _("Any address at all is accepted: whoever makes a link can get people's sign-ins.")
    parts = _cut(value)
    if "*" in parts.scheme or "*" in (parts.authority or ""):
        return _(
            "The * in the host lets every host that fits receive sign-ins. Write the hosts out if you can."
        )
    if parts.scheme.lower() == "http" and not _LOOPBACK.match(value):
        return _("Sign-ins travel unencrypted to http:// addresses. Use https:// if the app can.")
    return None


def difference(received: str, registered: Sequence[str]) -> Difference:
    """The nearest registered value, and the part of the received URI that departs from it."""
    if not registered:
        return Difference(None, "", received, "")
    nearest = max(registered, key=lambda value: _likeness(value, received))
    start = _common_start(nearest, received)
    end = _common_start(nearest[len(start) :][::-1], received[len(start) :][::-1])[::-1]
    part = received[len(start) : len(received) - len(end)]
    return Difference(nearest, start, part, end)


def origin_for_csp(uri: str) -> str:
    """The `form-action` source that lets a form's redirect reach a URI; never more than one word.

    Chromium applies form-action to every hop. A custom scheme is named by itself; so is the scheme of a host
    that CSP cannot spell, such as an IPv6 address (CSP Level 3 2.3.1).
    """
    found = _CSP_SOURCE.match(uri)
    following = uri[found.end() : found.end() + 1] if found else ""
    if found and following in {"", "/", "?"}:
        return found[0]
    scheme = uri.partition(":")[0]
    return f"{scheme}:" if _SCHEME.fullmatch(scheme) else "'self'"


def append_query(uri: str, parameters: Mapping[str, str]) -> str:
    """The URI with parameters appended to the query it has; the rest stays byte for byte (RFC 6749 4.1.2)."""
    if not parameters:
        return uri
    separator = "?" if "?" not in uri else "" if uri.endswith(("?", "&")) else "&"
    return f"{uri}{separator}{urlencode(parameters)}"


def is_safe_local_path(value: str) -> bool:
    """Whether a text is a path of ours to go on to: one slash first, and nothing that a browser reads otherwise."""
    return (
        value.startswith("/")
        and not value.startswith(("//", "/\\"))
        and len(value) <= LONGEST
        and not _UNSAFE.search(value)
        and not re.match(r"/(?:%09|%0a|%0d|%2f|%5c|\.{1,2}/)", value, re.IGNORECASE)
    )


def _cut(uri: str) -> _Parts:
    scheme, _colon, rest = uri.partition(":")
    rest, question, query = rest.partition("?")
    if not rest.startswith("//"):
        return _Parts(scheme, None, rest, query if question else None)
    authority, slash, path = rest[2:].partition("/")
    return _Parts(scheme, authority, slash + path, query if question else None)


def _matches_loopback(registered: str, received: str) -> bool:
    """RFC 8252 7.3: on a loopback address the port is the app's to choose; all else is compared as text."""
    one, other = _LOOPBACK.match(registered), _LOOPBACK.match(received)
    if one is None or other is None or one[1] != other[1]:
        return False
    return _is_port(other[0]) and registered[one.end() :] == received[other.end() :]


def _is_port(origin: str) -> bool:
    port = origin.rpartition(":")[2]
    return not port.isdigit() or 0 < int(port) <= 65535


def _matches_pattern(pattern: str, received: str) -> bool:
    """Pocket ID's wildcards: a piece of scheme, host or port; a path segment, `**` for any number; a query value."""
    if pattern == "*":
        return True
    wanted, given = _cut(pattern), _cut(received)
    if (wanted.authority is None) != (given.authority is None):
        return False
    if not _glob(wanted.scheme, given.scheme, r"[a-zA-Z0-9+.-]*"):
        return False
    if not _matches_authority(wanted.authority or "", given.authority or ""):
        return False
    return _matches_path(wanted.path, given.path) and _matches_query(wanted.query, given.query)


def _matches_authority(wanted: str, given: str) -> bool:
    """In host and port a `*` is one piece: it crosses neither a dot nor a colon."""
    return _glob(wanted, given, r"[a-zA-Z0-9_-]+")


def _matches_path(wanted: str, given: str) -> bool:
    expression = ""
    for piece in re.split(r"(\*\*|\*)", wanted):
        expression += {"**": ".*", "*": "[^/]*"}.get(piece, re.escape(piece))
    is_climbing = re.search(r"(?:^|/)(?:\.|%2e){1,2}(?:/|$)", given, re.IGNORECASE)
    return is_climbing is None and re.fullmatch(expression, given) is not None


def _matches_query(wanted: str | None, given: str | None) -> bool:
    """Each named parameter as often as it is named, its value as a glob; no other parameter."""
    if wanted is None or given is None:
        return wanted is None and given is None
    left = parse_qsl(given, keep_blank_values=True)
    for name, value in parse_qsl(wanted, keep_blank_values=True):
        fitting = [pair for pair in left if pair[0] == name and _glob(value, pair[1], ".*")]
        if not fitting:
            return False
        left.remove(fitting[0])
    return not left


def _glob(pattern: str, text: str, piece: str) -> bool:
    expression = piece.join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(expression, text) is not None


def _likeness(registered: str, received: str) -> tuple[bool, int]:
    same_origin = _origin(registered) == _origin(received)
    start = len(_common_start(registered, received))
    return same_origin, start


def _common_start(one: str, other: str) -> str:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(pair[0] for pair in pairs)


def _origin(uri: str) -> tuple[str, str | None]:
    parts = _cut(uri)
    return parts.scheme, parts.authority
