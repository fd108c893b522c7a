"""The words for devices and places."""

import pytest

from pocketid import devices

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
        ("127.0.0.1", "this machine"),
        ("::1", "this machine"),
        ("192.168.1.7", "home network"),
        ("fd00::7", "home network"),
        ("100.101.102.103", "Tailscale network"),
        ("8.8.8.8", "8.8.8.8"),
        (None, "unknown place"),
    ],
)
def test_an_address_becomes_a_place(address: str | None, expected: str) -> None:
    assert devices.place(address) == expected
