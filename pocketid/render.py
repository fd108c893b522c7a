"""Views and static files: SimpleTemplate over views/, and views/static under names that hold a checksum.

    Views(folder, assets).render("login/show", {...})     text of a page or mail
    compiled(assets)                                      the Views of views/
    Assets(folder).url("app.css")                         /static/app.4f1c2b7a.css, immutable
    Assets(folder).serve("app.4f1c2b7a.css")              bytes and gzip made once at start

A view is given data and these functions, and nothing that can ask the database: `static`, and of text.py `_`,
`ngettext`, `ago`, `exact`, `day`, `iso`, `number` and `language`.
"""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import bottle

from pocketid import client_ids, text
from pocketid.paths import data_dir

_SPECIAL = re.compile("[&<>\"']")
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


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

    def read(self, name: str) -> Asset:
        """A file of views/static. Raises KeyError when there is no such file."""
        return self._assets[self._urls[name].removeprefix("/static/")]

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
            self._templates[name] = bottle.SimpleTemplate(
                name=name, lookup=[str(folder)], escape_func=_escaped, noescape=is_text
            )
        for template in self._templates.values():
            template.cache = self._templates  # where `include` and `rebase` look
            assert template.co  # a cached property: compiled by being looked at
        self._functions = {
            "_": text._,
            "ngettext": text.ngettext,
            "static": assets.url,
            "ago": text.ago,
            "exact": text.exact,
            "day": text.day,
            "iso": text.iso,
            "number": text.number,
            "in_path": client_ids.in_path,
            "language": lambda: text.reader().language,
        }

    def names(self) -> list[str]:
        """The paths of all views, without suffix."""
        return [name.removesuffix(".tpl") for name in self._templates]

    def render(self, view: str, variables: Mapping[str, Any]) -> str:
        """The text of a view. Raises KeyError for an unknown view, NameError for a missing variable."""
        rendered: str = self._templates[f"{view}.tpl"].render(**self._functions, **variables)
        return rendered


def _escaped(value: str) -> str:
    """As Bottle does it; but most of what is shown has nothing to escape, and is not copied five times."""
    escaped: str = bottle.html_escape(value) if _SPECIAL.search(value) else value
    return escaped


@lru_cache(maxsize=1)
def compiled(assets: Assets) -> Views:
    """Our views, compiled once in a process, however many applications a test makes."""
    return Views(data_dir("views"), assets)
