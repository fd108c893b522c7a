"""Views and static files: SimpleTemplate over views/, and views/static under names that hold a checksum.

    Views(folder, assets).render("login/show", {...})     text of a page or mail
    compiled(assets)                                      the Views of views/
    Assets(folder).url("app.css")                         /static/app.4f1c2b7a.css, immutable
    Assets(folder).serve("app.4f1c2b7a.css")              bytes and gzip made once at start

A view is given data and these functions, and nothing that can ask the database: `_`, `ngettext`, `static`,
`ago`, `exact`.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import bottle

from pocketid.paths import data_dir
from pocketid.text import _, ngettext

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_UNITS = (
    (31_536_000, "year"),
    (2_592_000, "month"),
    (604_800, "week"),
    (86_400, "day"),
    (3600, "hour"),
    (60, "minute"),
)


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file, ready to be sent."""

    content: bytes
    compressed: bytes
    media_type: str


class Assets:
    """The static files, read once; nothing outside this list is ever served."""

    def __init__(self, folder: Path) -> None:
        self._urls: dict[str, str] = {}
        self._assets: dict[str, Asset] = {}
        for path in sorted(folder.rglob("*")):
            if path.suffix in _MEDIA_TYPES:
                self._add(path.relative_to(folder).as_posix(), path.read_bytes())

    def _add(self, name: str, content: bytes) -> None:
        stem, _dot, suffix = name.rpartition(".")
        served = f"{stem.replace('/', '-')}.{hashlib.sha256(content).hexdigest()[:8]}.{suffix}"
        self._urls[name] = f"/static/{served}"
        self._assets[served] = Asset(content, gzip.compress(content, 9, mtime=0), _MEDIA_TYPES[f".{suffix}"])

    def url(self, name: str) -> str:
        """Where a file of views/static is served. Raises KeyError when there is no such file."""
        return self._urls[name]

    def serve(self, served: str) -> Asset | None:
        """The file served under a name with checksum, or None."""
        return self._assets.get(served)


class Views:
    """All views, compiled at start; what several of them include or rebase is there once."""

    def __init__(self, folder: Path, assets: Assets) -> None:
        self._templates: dict[str, bottle.SimpleTemplate] = {}
        for path in sorted(folder.rglob("*.tpl")):
            name = path.relative_to(folder).as_posix()
            # In the text of a mail nothing is markup, so nothing is escaped there.
            is_text = name.endswith(".txt.tpl")
            self._templates[name] = bottle.SimpleTemplate(name=name, lookup=[str(folder)], noescape=is_text)
        for template in self._templates.values():
            template.cache = self._templates  # where `include` and `rebase` look
            assert template.co  # a cached property: compiled by being looked at
        self._functions = {
            "_": _,
            "ngettext": ngettext,
            "static": assets.url,
            "ago": ago,
            "exact": exact,
        }

    def names(self) -> list[str]:
        """The paths of all views, without suffix."""
        return [name.removesuffix(".tpl") for name in self._templates]

    def render(self, view: str, variables: Mapping[str, Any]) -> str:
        """The text of a view. Raises KeyError for an unknown view, NameError for a missing variable."""
        text: str = self._templates[f"{view}.tpl"].render(**self._functions, **variables)
        return text


@lru_cache(maxsize=1)
def compiled(assets: Assets) -> Views:
    """Our views, compiled once in a process, however many applications a test makes."""
    return Views(data_dir("views"), assets)


def ago(at: datetime | None, now: datetime) -> str:
    """A time as people say it: "just now", "12 minutes ago", "in 3 days", "never" for None."""
    if at is None:
        return _("never")
    seconds = (now - at).total_seconds()
    for size, unit in _UNITS:
        number = int(abs(seconds) // size)
        if number:
            return _phrase(unit, number, is_past=seconds > 0)
    return _("just now") if seconds >= 0 else _("in a moment")


def exact(at: datetime | None) -> str:
    """A time to the second, for titles and `datetime` attributes: 2026-05-03 14:07:00 UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if at else ""


def _phrase(unit: str, number: int, *, is_past: bool) -> str:
    if is_past:
        phrases = {
            "year": ngettext("{n} year ago", "{n} years ago", number),
            "month": ngettext("{n} month ago", "{n} months ago", number),
            "week": ngettext("{n} week ago", "{n} weeks ago", number),
            "day": ngettext("yesterday", "{n} days ago", number),
            "hour": ngettext("{n} hour ago", "{n} hours ago", number),
            "minute": ngettext("{n} minute ago", "{n} minutes ago", number),
        }
    else:
        phrases = {
            "year": ngettext("in {n} year", "in {n} years", number),
            "month": ngettext("in {n} month", "in {n} months", number),
            "week": ngettext("in {n} week", "in {n} weeks", number),
            "day": ngettext("tomorrow", "in {n} days", number),
            "hour": ngettext("in {n} hour", "in {n} hours", number),
            "minute": ngettext("in {n} minute", "in {n} minutes", number),
        }
    return phrases[unit].format(n=number)
