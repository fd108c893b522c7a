"""The words, dates and numbers that people read, in the language and time zone of whoever reads them.

    _("You are signed out.")       every sentence passes through it; English is the source language
    speak(locale, zone)            the seam says it at the beginning of each request
    speaking(locale)               ... and whoever writes a mail, for a while
    ago, exact, day, number        times and numbers as the reader writes them

The reader is a context variable, so that areas may name a problem without being handed a translator. The
catalogues are pocketid/catalogues/*.po, read when somebody first needs them; `make i18n` keeps them complete.
This module knows nothing of what is said, and nothing of people.
"""

import gettext
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import localedata
from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

CATALOGUES = Path(__file__).with_name("catalogues")
LANGUAGES = {  # by their own names
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "nl": "Nederlands",
    "it": "Italiano",
}
_UNITS = (31_536_000, 2_592_000, 604_800, 86_400, 3600, 60)  # of `ago`, in seconds, as Babel has them
_MINUTE, _DAY = _UNITS[-1], _UNITS[3]
_ZONE = re.compile(r"[A-Za-z]{1,20}(?:/[A-Za-z0-9_+-]{1,30}){0,2}")
_RANGE = re.compile(r"([A-Za-z]{1,8})(?:-([A-Za-z0-9-]{1,30}))?(?:\s*;\s*q\s*=\s*([01](?:\.\d{0,3})?))?")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads what is being written: `locale` is Babel's identifier, such as en_GB."""

    locale: str
    zone: tzinfo

    @property
    def language(self) -> str:
        """The language alone, one of LANGUAGES."""
        return self.locale.partition("_")[0]


_SOURCE = Reader("en", UTC)
_reader: ContextVar[Reader] = ContextVar("reader", default=_SOURCE)


def reader() -> Reader:
    """Who reads now."""
    return _reader.get()


def speak(locale: str, zone: tzinfo = UTC) -> None:
    """From now on, in this context, write for somebody with this locale and zone."""
    _reader.set(Reader(locale, zone))


@contextmanager
def speaking(locale: str | None, zone: tzinfo = UTC) -> Iterator[None]:
    """Write for somebody else for a while; None and unknown languages are English."""
    token = _reader.set(Reader(known_locale(locale) or "en", zone))
    try:
        yield
    finally:
        _reader.reset(token)


def _(message: str) -> str:
    """The message in the reader's language."""
    return _catalogue(_reader.get().language).gettext(message) if message else ""


def ngettext(singular: str, plural: str, number: int) -> str:
    """One of two messages, by number, in the reader's language."""
    return _catalogue(_reader.get().language).ngettext(singular, plural, number)


@lru_cache(maxsize=256)
def preferred_locale(accepted: str) -> str | None:
    """The best locale of an Accept-Language header that we have a catalogue for. RFC 9110 12.5.4."""
    ranges = [match for part in accepted.split(",")[:20] if (match := _RANGE.fullmatch(part.strip()))]
    for match in sorted(ranges, key=lambda match: -float(match[3] or 1)):
        if float(match[3] or 1) > 0 and (locale := known_locale(f"{match[1]}-{match[2] or ''}")):
            return locale
    return None


def known_locale(tag: str | None) -> str | None:
    """Babel's identifier for a language tag as far as it is known (de-CH-1901 is de_CH), None without catalogue."""
    language, _dash, rest = (tag or "").replace("_", "-").partition("-")
    if language.lower() not in LANGUAGES:
        return None
    for part in rest.split("-"):
        if localedata.exists(locale := f"{language.lower()}_{part.upper()}"):
            return locale
    return language.lower()


@lru_cache(maxsize=256)
def known_zone(name: str) -> tzinfo:
    """The time zone of this name in the tz database; UTC for anything else."""
    if not _ZONE.fullmatch(name):
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # no such zone, or a folder of zones
        return UTC


def ago(at: datetime | None, now: datetime) -> str:
    """A time as people say it: "just now", "12 minutes ago", "in 3 days", "never" for None."""
    if at is None:
        return _("never")
    seconds = int((at - now).total_seconds())  # towards zero: 119 seconds ago is one minute ago
    if abs(seconds) < _MINUTE:
        return _("just now") if seconds <= 0 else _("in a moment")
    if abs(seconds) // _DAY == 1:
        return _("yesterday") if seconds < 0 else _("tomorrow")
    return format_timedelta(_whole(seconds), threshold=1, add_direction=True, locale=_reader.get().locale)


def exact(at: datetime | None) -> str:
    """A time to the second, with its zone: 3 May 2026, 16:07:00 CEST."""
    if at is None:
        return ""
    reading = _reader.get()
    local = at.astimezone(reading.zone)
    return f"{format_datetime(local, 'medium', locale=reading.locale)} {local.tzname()}"


def iso(at: datetime | None) -> str:
    """A time for machines, as the attribute `datetime` wants it: 2026-05-03T14:07:00+00:00."""
    return at.isoformat(timespec="seconds") if at else ""


def day(at: datetime | None) -> str:
    """The date of a time: 3 May 2026."""
    reading = _reader.get()
    return format_date(at.astimezone(reading.zone), "medium", locale=reading.locale) if at else ""


def number(amount: int) -> str:
    """A number with the reader's separators: 12,345."""
    return format_decimal(amount, locale=_reader.get().locale)


def _whole(seconds: int) -> timedelta:
    """The time in whole units of its largest, so that nothing is rounded up: 47 hours are one day."""
    unit = next(unit for unit in _UNITS if abs(seconds) >= unit)
    whole = abs(seconds) // unit * unit
    return timedelta(seconds=whole if seconds > 0 else -whole)


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        compiled = io.BytesIO()
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
