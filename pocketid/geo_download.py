"""Fetching the GeoLite2 City file: only with a licence key, and again when it is a week old.

    refresh(config)     whether there is a new file at GEOLITE_DB_PATH

What comes is an archive from elsewhere, and is taken for nothing better: it is bounded in size, no path in it is
used, and the one file that is taken out replaces the old one, whole, after it has been read as what it should be.
"""

import gzip
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlsplit

from pocketid import geo, log
from pocketid.config import Config

AGE = timedelta(days=7)
MOST_BYTES = 512 * 1024 * 1024
_TIMEOUT_SECONDS = 30
_PREFIX = ".places-"
_BROKEN = (OSError, EOFError, ValueError, tarfile.TarError)


class _NotTaken(Exception):
    """Why what came is not used."""


class _SameProtection(urllib.request.HTTPRedirectHandler):
    """The key and the file travel encrypted all the way, or not at all."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """The next request. Raises URLError for one that is less protected."""
        if urlsplit(newurl).scheme != "https" and urlsplit(req.full_url).scheme == "https":
            raise urllib.error.URLError("it redirects to an unencrypted address")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def is_due(config: Config, now: datetime) -> bool:
    """Whether a file is wanted: a key is there, and the file is missing or a week old."""
    if not config.maxmind_license_key or not geo.can_read():
        return False
    try:
        changed = config.geolite_db_path.stat().st_mtime
    except OSError:
        return True
    return now.timestamp() - changed >= AGE.total_seconds()


def refresh(config: Config, *, most_bytes: int = MOST_BYTES) -> bool:
    """Fetch the file and put it in place of the old one; False, and a line in the log, when that cannot be."""
    path = config.geolite_db_path
    address = config.geolite_db_url.replace("%s", quote(config.maxmind_license_key, safe=""))
    written: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for left_behind in path.parent.glob(f"{_PREFIX}*"):
            left_behind.unlink()
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=_PREFIX, delete=False) as file:
            written = Path(file.name)
            _fetch(address, file, most_bytes)
        if not geo.is_readable(written):
            raise _NotTaken("it is no GeoLite2 City database")
        written.replace(path)
    except (*_BROKEN, _NotTaken) as error:
        log.warning("places_not_downloaded", host=urlsplit(address).hostname, reason=_reason(error))
        return False
    finally:
        if written is not None:
            with suppress(OSError):
                written.unlink()
    log.event("places_downloaded", path=str(path))
    return True


def _fetch(address: str, file: IO[bytes], most_bytes: int) -> None:
    """Copy the first .mmdb of the archive at an address; the archive is read as a stream and unpacked nowhere."""
    opener = urllib.request.build_opener(_SameProtection)
    with (
        opener.open(address, timeout=_TIMEOUT_SECONDS) as answer,
        gzip.GzipFile(fileobj=_bounded(answer, most_bytes)) as unzipped,
        tarfile.open(None, "r|", _bounded(unzipped, most_bytes)) as archive,
    ):
        for member in archive:
            found = archive.extractfile(member) if member.isfile() and member.name.endswith(".mmdb") else None
            if found is not None:
                shutil.copyfileobj(found, file)
                return
    raise _NotTaken("the archive holds no .mmdb file")


def _bounded(source: Any, most_bytes: int) -> Any:
    """A stream of which no more is read than it may hold; to read is all that those who take it need."""
    return _Bounded(source, most_bytes)


class _Bounded:
    """A stream that ends with an error where it is longer than it may be."""

    def __init__(self, source: Any, most_bytes: int) -> None:
        self._source, self._left = source, most_bytes

    def read(self, size: int = -1) -> bytes:
        """Some more bytes. Raises _NotTaken beyond the bound."""
        chunk: bytes = self._source.read(size)
        self._left -= len(chunk)
        if self._left < 0:
            raise _NotTaken("it is too large")
        return chunk


def _reason(error: Exception) -> str:
    """What to tell the operator; never the address, which holds the key."""
    if isinstance(error, urllib.error.HTTPError):
        known = {401: "the licence key is not accepted", 429: "too many downloads today"}
        return known.get(error.code, f"the server answered {error.code}")
    if isinstance(error, urllib.error.URLError):
        return str(error.reason)
    return str(error) or type(error).__name__
