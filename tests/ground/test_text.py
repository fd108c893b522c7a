"""In whose words: the language and zone of whoever reads, and times and numbers as they write them."""

from datetime import UTC, datetime, timedelta

import pytest

from pocketid.text import (
    CATALOGUES,
    LANGUAGES,
    _,
    ago,
    day,
    exact,
    iso,
    known_locale,
    known_zone,
    number,
    preferred_locale,
    reader,
    speaking,
)

NOW = datetime(2026, 5, 3, 14, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", None),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de_AT"),
        ("en;q=0.2, fr-CH;q=0.9", "fr_CH"),
        ("ja, nl;q=0.1", "nl"),
        ("ja,zh-TW", None),
        ("de;q=0, en", "en"),
        ("DE-de", "de_DE"),
        ("de-CH-1901", "de_CH"),
        ("zh-Hant-TW, es-419;q=0.5", "es_419"),
        ("de_DE", None),
        ("*", None),
        ("de;q=zwei,it", "it"),
        (", ".join(["xx"] * 30 + ["de"]), None),
        ("../../etc/passwd", None),
        ("de-" + "x" * 5000, None),
    ],
)
def test_rfc_9110_12_5_4_the_best_language_that_there_is(accepted: str, expected: str | None) -> None:
    assert preferred_locale(accepted) == expected


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (None, None),
        ("", None),
        ("de", "de"),
        ("pt-BR", None),
        ("en-GB", "en_GB"),
        ("en-XX", "en"),
        ("de_ch", "de_CH"),
    ],
)
def test_a_tag_is_known_as_far_as_there_is_a_catalogue(tag: str | None, expected: str | None) -> None:
    assert known_locale(tag) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Europe/Berlin", "CEST"),
        ("America/Argentina/Buenos_Aires", "-03"),
        ("UTC", "UTC"),
        ("", "UTC"),
        ("Europe", "UTC"),
        ("Mars/Olympus", "UTC"),
        ("../../etc/passwd", "UTC"),
        ("/etc/localtime", "UTC"),
        ("Europe/Berlin\0", "UTC"),
        ("x" * 5000, "UTC"),
    ],
)
def test_a_zone_that_is_none_is_utc(name: str, expected: str) -> None:
    assert NOW.astimezone(known_zone(name)).tzname() == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (3599, "59 minutes ago"),
        (7200, "2 hours ago"),
        (86_400, "yesterday"),
        (2 * 86_400 - 1, "yesterday"),
        (3 * 86_400, "3 days ago"),
        (14 * 86_400, "2 weeks ago"),
        (60 * 86_400, "2 months ago"),
        (800 * 86_400, "2 years ago"),
        (-30, "in a moment"),
        (-86_400, "tomorrow"),
        (-7200, "in 2 hours"),
    ],
)
def test_a_time_is_told_as_people_say_it(seconds: int, expected: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == expected


def test_no_time_is_never() -> None:
    assert (ago(None, NOW), exact(None), day(None), iso(None)) == ("never", "", "", "")


@pytest.mark.parametrize(
    ("locale", "zone", "expected"),
    [
        ("en", "UTC", ("May 3, 2026, 2:07:00\u202fPM UTC", "May 3, 2026", "12,345", "2 hours ago")),
        ("en_GB", "Europe/London", ("3 May 2026, 15:07:00 BST", "3 May 2026", "12,345", "2 hours ago")),
        ("de", "Europe/Berlin", ("03.05.2026, 16:07:00 CEST", "03.05.2026", "12.345", "vor 2 Stunden")),
        ("fr", "Asia/Tokyo", ("3 mai 2026, 23:07:00 JST", "3 mai 2026", "12\u202f345", "il y a 2 heures")),
        ("de", "Pacific/Auckland", ("04.05.2026, 02:07:00 NZST", "04.05.2026", "12.345", "vor 2 Stunden")),
    ],
)
def test_times_and_numbers_are_written_as_the_reader_writes_them(
    locale: str, zone: str, expected: tuple[str, ...]
) -> None:
    with speaking(locale, known_zone(zone)):
        written = exact(NOW), day(NOW), number(12_345), ago(NOW - timedelta(hours=2), NOW)
        assert iso(NOW) == "2026-05-03T14:07:00+00:00"
    assert written == expected


def test_speaking_ends_where_it_began() -> None:
    with speaking("de-AT"):
        with speaking("xx"):
            assert reader().locale == "en"
        assert (reader().locale, reader().language) == ("de_AT", "de")
    assert reader().locale == "en"


def test_every_language_has_a_catalogue() -> None:
    assert {path.stem for path in CATALOGUES.glob("*.po")} | {"en"} == set(LANGUAGES)
    for language in LANGUAGES:
        with speaking(language):
            assert _("no such message") == "no such message"
            assert not _("")
