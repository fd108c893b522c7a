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
from typing import NamedTuple
from urllib.parse import urlencode

from pocketid.text import _

LONGEST = 2048
_DANGEROUS = {"javascript", "data", "vbscript", "blob", "file", "about", "view-source"}
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029<>\"^`{|}]")
_LOOPBACK = re.compile(r"http://(localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::([0-9]{1,5}))?(?=[/?]|\Z)")
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
_CSP_SOURCE = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?", re.IGNORECASE)
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Difference:
    """A received URI beside the registered one nearest to it: they share start and end, and differ in between.

    `part` is the middle of the received one, `registered_part` of the registered one; either may be empty.
    """

    registered: str | None
    start: str
    part: str
    end: str
    registered_part: str = ""


@dataclass(frozen=True, slots=True)
class _Parts:
    """A URI or pattern, cut where the wildcard rules differ."""

    scheme: str
    authority: str | None
    path: str
    query: str | None


class _Run(NamedTuple):
    """What a wildcard stands for: at least so many characters, each of which fits."""

    character: re.Pattern[str]
    least: int = 0


_IN_SCHEME = {"*": _Run(re.compile("[a-zA-Z0-9+.-]"))}
_IN_HOST = {"*": _Run(re.compile("[a-zA-Z0-9_-]"), least=1)}
_IN_PATH = {"**": _Run(re.compile(".")), "*": _Run(re.compile("[^/]"))}
_IN_QUERY = {"*": _Run(re.compile("."))}


def find(registered: Sequence[str], received: str) -> str | None:
    """The registered value that a received URI matches; None when there is none, or the URI is not acceptable."""
    if not is_acceptable(received):
        return None
    return next((value for value in registered if matches(value, received)), None)


def matches(registered: str, received: str) -> bool:
    """Whether one registered value allows a received URI."""
    if not is_acceptable(received):
        return False
    if registered == received or _matches_pattern(registered, received):
        return True
    one, other = _without_loopback_port(registered), _without_loopback_port(received)
    return one is not None and other is not None and (one == other or _matches_pattern(one, other))


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
    part, registered_part = (uri[len(start) : len(uri) - len(end)] for uri in (received, nearest))
    return Difference(nearest, start, part, end, registered_part)


def host(uri: str) -> str:
    """The host that a URI leads to, for people to read, without its port; empty where there is none."""
    return re.sub(r":[0-9]*\Z", "", _cut(uri).authority or "")


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


def _without_loopback_port(uri: str) -> str | None:
    """RFC 8252 7.3: on a loopback address the port is the app's to choose. None for any other address."""
    found = _LOOPBACK.match(uri)
    if found is None or not 0 < int(found[2] or 80) <= _HIGHEST_PORT:
        return None
    return f"http://{found[1]}{uri[found.end() :]}"


def _matches_pattern(pattern: str, received: str) -> bool:
    """Pocket ID's wildcards: a piece of scheme, host or port; a path segment, `**` for any number; a query value."""
    if "*" not in pattern:
        return False
    if pattern == "*":
        return True
    wanted, given = _cut(pattern), _cut(received)
    return (
        (wanted.authority is None) == (given.authority is None)
        and _fits(wanted.scheme, given.scheme, _IN_SCHEME)
        and _fits(wanted.authority or "", given.authority or "", _IN_HOST)
        and not _is_climbing(given.path)
        and _fits(wanted.path, given.path, _IN_PATH)
        and _matches_query(wanted.query, given.query)
    )


def _is_climbing(path: str) -> bool:
    """Whether a browser would leave out parts of a path: no wildcard stands for that."""
    return re.search(r"(?:^|/)(?:\.|%2e){1,2}(?:/|$)", path, re.IGNORECASE) is not None


def _matches_query(wanted: str | None, given: str | None) -> bool:
    """Each named parameter as often as it is named, its value as a pattern; no other parameter."""
    if wanted is None or given is None:
        return wanted is None and given is None
    left = [pair.partition("=") for pair in given.split("&")]
    named = sorted((pair.partition("=") for pair in wanted.split("&")), key=lambda pair: "*" in pair[2])
    for name, equals, value in named:
        fitting = (p for p in left if p[:2] == (name, equals) and _fits(value, p[2], _IN_QUERY))
        found = next(fitting, None)
        if found is None:
            return False
        left.remove(found)
    return not left


def _fits(pattern: str, text: str, wildcards: Mapping[str, _Run]) -> bool:
    """Whether a text fits a pattern as a whole.

    All readings are followed at once: bit n of `done` says that the first n steps may lie behind us. A regular
    expression with several wildcards takes seconds for a text made for that, and anybody can send one.
    """
    literals: dict[str, int] = {}
    runs = dict.fromkeys(
        wildcards.values(), (0, 0)
    )  # the steps that a run's characters take, and where they stay
    steps = 0
    for piece in re.split(f"({'|'.join(map(re.escape, wildcards))})", pattern):
        if run := wildcards.get(piece):
            take, stay = runs[run]
            take |= ((1 << run.least) - 1) << steps
            steps += run.least
            runs[run] = take, stay | 1 << steps
        else:
            for character in piece:
                literals[character] = literals.get(character, 0) | 1 << steps
                steps += 1
    done = 1
    for character in text:
        take, stay = literals.get(character, 0), 0
        for run, (taken, stayed) in runs.items():
            if run.character.fullmatch(character):
                take, stay = take | taken, stay | stayed
        done = (done & take) << 1 | done & stay
    return bool(done >> steps & 1)


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
