"""What people call the device and the place that a request came from: "Firefox on Linux", "Home network".

A user agent is a claim, never a proof; the words only help a person to recognise their own devices.
"""

import ipaddress
import re

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


def name(user_agent: str | None) -> str:
    """The browser and the system that a user agent names, as far as it names any."""
    browser = _first(_BROWSERS, user_agent or "")
    system = _first(_SYSTEMS, user_agent or "")
    if browser and system:
        return _("{browser} on {system}").format(browser=browser, system=system)
    return browser or system or _("Unknown device")


def place(address: str | None) -> str:
    """Where an address is, in words for those that are near, else the address itself."""
    if address is None:
        return _("unknown place")
    parsed = ipaddress.ip_address(address)
    if parsed.is_loopback:
        return _("this machine")
    if any(parsed.version == network.version and parsed in network for network in _TAILSCALE):
        return _("Tailscale network")
    if parsed.is_private or parsed.is_link_local:
        return _("home network")
    return address


def _first(patterns: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> str | None:
    return next((word for word, pattern in patterns if pattern.search(text)), None)
