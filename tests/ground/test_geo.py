"""Places: told from a file of this machine, which may be missing, damaged or replaced at any moment."""

import builtins
import ipaddress
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pocketid.geo import Place, Places
from tests import geolite


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return geolite.write(tmp_path / "GeoLite2-City.mmdb")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.9", (False, "Germany", "Berlin")),
        ("198.51.100.9", (False, "New Zealand", None)),
        ("192.0.2.9", (False, None, None)),  # a country without a name that could be shown
        ("8.8.8.8", (False, None, None)),
        ("2001:db8:1::7", (False, "Iceland", "Reykjavík")),
        ("10.0.0.7", (True, None, None)),
        ("::1", (True, None, None)),
    ],
)
def test_an_address_is_found_as_far_as_it_is_known(
    address: str, expected: tuple[bool, str | None, str | None], path: Path, places_at: Callable[..., Places]
) -> None:
    found = places_at(path).find(address)
    assert (found.address, (found.is_internal, found.country, found.city)) == (address, expected)


def test_nothing_is_found_of_no_address(path: Path, places_at: Callable[..., Places]) -> None:
    assert places_at(path).find(None) == places_at(path).find("") == Place()


def test_networks_of_ones_own_are_internal_whatever_the_file_says(
    path: Path, places_at: Callable[..., Places]
) -> None:
    places = places_at(path, (ipaddress.ip_network("2001:db8:1::/64"),))
    assert places.find("2001:db8:1::7") == Place("2001:db8:1::7", is_internal=True)
    assert places.find("2001:db8:1:1::7").country == "Iceland"


DAMAGES: dict[str, Any] = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "no database": lambda path: path.write_bytes(b"<html>Please sign in</html>" * 100),
    "half of it": lambda path: os.truncate(path, path.stat().st_size // 2),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "of countries": lambda path: geolite.write(path, {}, "GeoLite2-Country"),
    "its records torn": lambda path: path.write_bytes(
        path.read_bytes().replace(b"names", b"\xff\xff\xff\xff\xff").replace(b"country", b"\xe0" * 7)
    ),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_file_that_cannot_be_read_costs_the_country_and_nothing_else(
    damage: Any, path: Path, places_at: Callable[..., Places]
) -> None:
    places = places_at(path)
    assert places.find("203.0.113.9").country == "Germany"
    damage(path)
    assert places.find("203.0.113.9") == Place("203.0.113.9", is_internal=False)
    assert places.find("10.0.0.1").is_internal
    if path.is_dir():
        path.rmdir()
    geolite.write(path)
    assert places.find("203.0.113.9").country == "Germany"


def test_a_new_file_is_read_at_the_next_question(path: Path, places_at: Callable[..., Places]) -> None:
    places = places_at(path)
    assert places.find("203.0.113.9").city == "Berlin"
    geolite.write(path, {"203.0.113.0/24": {"country": {"names": {"en": "Peru"}}}})
    assert places.find("203.0.113.9") == Place("203.0.113.9", is_internal=False, country="Peru")


def test_a_file_replaced_and_overwritten_under_load_fails_nobody(
    path: Path, places_at: Callable[..., Places]
) -> None:
    places, content, ends = places_at(path), path.read_bytes(), threading.Event()
    problems: list[BaseException] = []

    def ask() -> None:
        number = 0
        while not ends.is_set():
            number += 1
            try:
                assert places.find(f"203.0.113.{number % 250}").country in {"Germany", None}
            except BaseException as error:  # what any thread raises shall be seen
                problems.append(error)
                return

    threads = [threading.Thread(target=ask) for _number in range(3)]
    for thread in threads:
        thread.start()
    for number in range(60):
        if number % 2:
            path.write_bytes(content)  # in place: a mapped file would end the process
            os.truncate(path, 100)
        else:
            geolite.write(path)
    ends.set()
    for thread in threads:
        thread.join()
    assert problems == []


def test_what_is_in_the_way_is_said(
    path: Path,
    places_at: Callable[..., Places],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert (places_at(path).problem, places_at(path).is_known) == (None, True)
    assert (places_at(path.with_name("none")).problem, places_at(path.with_name("none")).is_known) == (
        None,
        False,
    )
    path.write_bytes(b"x")
    places = places_at(path)
    assert f"{path} is no GeoLite2 City database" in str(places.problem)
    assert "places_unreadable" in caplog.text
    real_import = builtins.__import__

    def without_maxminddb(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "maxminddb":
            raise ImportError(name)
        return real_import(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without_maxminddb)
    assert "pip install 'pocketid[geoip]'" in str(places_at(path).problem)
    assert places_at(path).find("203.0.113.9") == Place("203.0.113.9", is_internal=False)
