"""The words for devices and places."""

import ipaddress

import pytest

from pocketid import devices
from pocketid.geo import Place, Places

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/"


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (f"{MAC}605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15", "Safari on Mac"),
        (f"{MAC}537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "Chrome on Mac"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/18.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
            " Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 Chrome/140.0 Mobile",
            "Chrome on Android",
        ),
        ("curl/8.14.1", "curl"),
        ("", "Unknown device"),
        (None, "Unknown device"),
        ("<script>alert(1)</script>", "Unknown device"),
    ],
)
def test_a_user_agent_becomes_words(user_agent: str | None, expected: str) -> None:
    assert devices.name(user_agent) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", "This machine"),
        ("::1", "This machine"),
        ("192.168.1.7", "Home network"),
        ("172.31.255.255", "Home network"),
        ("172.32.0.0", "172.32.0.0"),
        ("169.254.1.1", "Home network"),
        ("fd00::7", "Home network"),
        ("100.101.102.103", "VPN (Tailscale)"),
        ("fd7a:115c:a1e0::1", "VPN (Tailscale)"),
        ("2001:db8:1234::7", "Home network"),
        ("2001:db8:1235::7", "2001:db8:1235::7"),
        ("8.8.8.8", "8.8.8.8"),
        (None, "Unknown place"),
    ],
)
def test_an_address_becomes_a_place(address: str | None, expected: str) -> None:
    places = Places(None, (ipaddress.ip_network("2001:db8:1234::/48"),))
    assert devices.place(places.find(address)) == expected


@pytest.mark.parametrize(
    ("country", "city", "expected"),
    [
        ("Germany", "Berlin", "Berlin, Germany"),
        ("Germany", None, "Germany"),
        (None, "Berlin", "192.0.2.7"),
        (None, None, "192.0.2.7"),
    ],
)
def test_a_place_is_told_as_far_as_it_is_known(country: str | None, city: str | None, expected: str) -> None:
    assert devices.place(Place("192.0.2.7", is_internal=False, country=country, city=city)) == expected
