"""Where an address is, told by a GeoLite2 City file on this machine. Nothing is asked of anybody.

    Places(path, local).find("2001:db8::7")     Place(address, is_internal, country, city)

The file may be missing, damaged or replaced at any moment: then the country is not known, and that is all. It is
read piece by piece and never mapped into memory, because a mapped file that shrinks ends the process. Reading
needs maxminddb, the extra `geoip`.
"""

import ipaddress
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pocketid import log
from pocketid.text import _

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
NOTICE = "This product includes GeoLite Data created by MaxMind, available from https://www.maxmind.com."
_REMEMBERED = 512
_LONGEST_NAME = 100
_INTERNAL = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
        *("169.254.0.0/16", "fe80::/10", "100.64.0.0/10"),
    )
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address is; all None for no address, country and city None where nobody knows."""

    address: str | None = None
    is_internal: bool | None = None
    country: str | None = None
    city: str | None = None


class Places:
    """The file at `path`, read again when it has changed; `local` are networks of ours with public addresses."""

    def __init__(self, path: Path | None = None, local: Iterable[Network] = ()) -> None:
        self.path = path
        self._internal = (*_INTERNAL, *local)
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._reader: Any = None
        self._remembered = lru_cache(_REMEMBERED)(self._look_up)

    def find(self, address: str | None) -> Place:
        """The place of an address. Never raises: a sign-in must not fail for a map."""
        if not address:
            return Place()
        self._follow_file()
        return self._remembered(address)

    @property
    def is_known(self) -> bool:
        """Whether countries are known at the moment, and MaxMind has to be named."""
        self._follow_file()
        return self._reader is not None

    @property
    def problem(self) -> str | None:
        """Why countries are not known although there is a file, for the person who runs the site."""
        if self.is_known or self._stamp is None:
            return None
        if not can_read():
            return _("Places cannot be shown, because maxminddb is missing: pip install 'pocketid[geoip]'.")
        return _("Places cannot be shown: {path} is no GeoLite2 City database.").format(path=self.path)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._close()
            self._stamp = None

    def _close(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def _follow_file(self) -> None:
        stamp = _stamp_of(self.path)
        if stamp == self._stamp:
            return
        with self._lock:
            if stamp != self._stamp:
                self._close()
                self._reader = _opened(self.path) if self.path and stamp else None
                self._remembered.cache_clear()
                self._stamp = stamp
                if stamp and self._reader is None:
                    log.warning("places_unreadable", path=str(self.path), reason=_reason())

    def _look_up(self, address: str) -> Place:
        parsed = ipaddress.ip_address(address)
        if any(parsed.version == network.version and parsed in network for network in self._internal):
            return Place(address, is_internal=True)
        try:
            with self._lock:  # so that nobody closes the file meanwhile
                found = self._reader.get(address) if self._reader else None
            return Place(
                address, is_internal=False, country=_name(found, "country"), city=_name(found, "city")
            )
        except Exception:  # whatever a file holds that is being replaced
            return Place(address, is_internal=False)


def can_read() -> bool:
    """Whether maxminddb is installed."""
    try:
        import maxminddb  # noqa: F401  # to be found is all it has to do
    except ImportError:
        return False
    return True


def is_readable(path: Path) -> bool:
    """Whether a file is a GeoLite2 or GeoIP2 City database."""
    reader = _opened(path)
    if reader is None:
        return False
    reader.close()
    return True


def _opened(path: Path) -> Any:
    """A reader of such a database, or None when the file is none or cannot be read."""
    if not can_read():
        return None
    import maxminddb

    reader = None
    try:
        reader = maxminddb.open_database(str(path), maxminddb.MODE_FILE)
        reader.get("192.0.2.1")
        if "City" in reader.metadata().database_type:
            return reader
        reader.close()
    except Exception:  # a damaged file raises nearly anything
        if reader is not None:
            reader.close()
    return None


def _stamp_of(path: Path | None) -> tuple[int, int, int] | None:
    if path is None:
        return None
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _reason() -> str:
    return (
        "no GeoLite2 City database" if can_read() else "maxminddb is missing: pip install 'pocketid[geoip]'"
    )


def _name(found: Any, part: str) -> str | None:
    name = found[part]["names"]["en"] if found and part in found else None
    return name[:_LONGEST_NAME] if isinstance(name, str) and name else None
