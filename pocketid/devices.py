"""What people call the device and the place that a request came from: "Firefox on Linux", "Home network".

A user agent is a claim, never a proof; the words only help a person to recognise their own devices.
"""

import ipaddress
import re
from typing import Protocol

from pocketid.text import _

_BROWSERS = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"\bOPR/|\bOpera/")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Vivaldi", re.compile(r"\bVivaldi/")),
    ("Firefox", re.compile(r"\bFirefox/|\bFxiOS/")),
    ("Chrome", re.compile(r"\bCriOS/|\bHeadlessChrome/|\bChrome/|\bChromium/")),
    ("Safari", re.compile(r"\bVersion/[\d.]+.*\bSafari/")),
    ("curl", re.compile(r"^curl/")),
)
_SYSTEMS = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("Windows", re.compile(r"\bWindows NT\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Mac", re.compile(r"\bMacintosh\b")),
    ("Linux", re.compile(r"\bLinux\b|\bX11\b")),
)
_TAILSCALE = (ipaddress.ip_network("100.64.0.0/10"), ipaddress.ip_network("fd7a:115c:a1e0::/48"))


class Located(Protocol):
    """What has come from an address: a place (geo.py), or an event with what was known of it then."""

    @property
    def address(self) -> str | None:
        """The address."""

    @property
    def is_internal(self) -> bool | None:
        """Whether it is one of ours."""

    @property
    def country(self) -> str | None:
        """Its country's name."""

    @property
    def city(self) -> str | None:
        """Its city's name."""


def name(user_agent: str | None) -> str:
    """The browser and the system that a user agent names, as far as it names any."""
    browser = _first(_BROWSERS, user_agent or "")
    system = _first(_SYSTEMS, user_agent or "")
    if browser and system:
        return _("{browser} on {system}").format(browser=browser, system=system)
    return browser or system or _("Unknown device")


def place(located: Located) -> str:
    """Where something came from, in words; the address itself where nobody knows more."""
    if located.address is None:
        return _("Unknown place")
    parsed = ipaddress.ip_address(located.address)
    if parsed.is_loopback:
        return _("This machine")
    if any(parsed.version == network.version and parsed in network for network in _TAILSCALE):
        return _("VPN (Tailscale)")
    if located.is_internal:
        return _("Home network")
    if located.city and located.country:
        return _("{city}, {country}").format(city=located.city, country=located.country)
    return located.country or located.address


def _first(patterns: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> str | None:
    return next((word for word, pattern in patterns if pattern.search(text)), None)
