"""The download of the GeoLite2 file, from a server of this machine: whole and valid, or not at all."""

import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from pocketid import geo_download
from pocketid.config import Config
from pocketid.geo import Places
from tests import geolite
from tests.conftest import make_config

KEY = "a key & more"


class Mirror:
    """Answers with what it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.status, self.body, self.location, self.asked = 200, b"", "", list[str]()
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.asked.append(self.path)
                self.send_response(mirror.status)
                self.send_header("Content-Length", str(len(mirror.body)))
                if mirror.location:
                    self.send_header("Location", mirror.location)
                self.end_headers()
                self.wfile.write(mirror.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its own name
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    made = Mirror()
    made.thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    made.thread.join()


@pytest.fixture
def config(mirror: Mirror, tmp_path: Path) -> Config:
    return make_config(
        GEOLITE_DB_PATH=str(tmp_path / "maps" / "cities.mmdb"),
        GEOLITE_DB_URL=f"{mirror.origin}/download?license_key=%s&suffix=tar.gz",
        MAXMIND_LICENSE_KEY=KEY,
    )


@pytest.fixture
def database(tmp_path: Path) -> bytes:
    return geolite.write(tmp_path / "made.mmdb").read_bytes()


def told(caplog: pytest.LogCaptureFixture) -> str:
    """What the log says, with the fields of its lines."""
    return " ".join(f"{record.getMessage()} {record.__dict__.get('fields')}" for record in caplog.records)


def test_the_file_is_fetched_with_the_key_and_put_in_place(
    mirror: Mirror,
    config: Config,
    database: bytes,
    places_at: Callable[..., Places],
    caplog: pytest.LogCaptureFixture,
) -> None:
    places = places_at(config.geolite_db_path)
    assert places.find("203.0.113.9").country is None
    mirror.body = geolite.archive(("GeoLite2/LICENSE.txt", b"x"), ("GeoLite2/City.mmdb", database))
    assert geo_download.refresh(config)
    assert mirror.asked == ["/download?license_key=a%20key%20%26%20more&suffix=tar.gz"]
    assert places.find("203.0.113.9").country == "Germany"
    assert [path.name for path in config.geolite_db_path.parent.iterdir()] == ["cities.mmdb"]
    assert "a%20key" not in told(caplog)


REFUSED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "no archive": (lambda _database: b"<html>", "gzip"),
    "no database in it": (lambda database: geolite.archive(("City.txt", database)), "no .mmdb file"),
    "an empty archive": (lambda _database: geolite.archive(), "no .mmdb file"),
    "another database": (lambda _database: geolite.archive(("a.mmdb", b"x" * 5000)), "no GeoLite2 City"),
    "half of one": (lambda database: geolite.archive(("a.mmdb", database))[:-400], "end"),
    "too large": (lambda _database: geolite.archive(("a.mmdb", os.urandom(300_000))), "too large"),
    "a bomb": (lambda _database: geolite.archive(("a", bytes(3_000_000)), ("b.mmdb", b"x")), "too large"),
}


@pytest.mark.parametrize(("body", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_the_file_leaves_the_old_one(
    body: Callable[[bytes], bytes],
    reason: str,
    mirror: Mirror,
    config: Config,
    database: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    config.geolite_db_path.parent.mkdir()
    geolite.write(config.geolite_db_path)
    before = config.geolite_db_path.read_bytes()
    mirror.body = body(database)
    assert not geo_download.refresh(config, most_bytes=200_000)
    assert config.geolite_db_path.read_bytes() == before
    assert [path.name for path in config.geolite_db_path.parent.iterdir()] == ["cities.mmdb"]
    assert reason in told(caplog)
    assert not any(secret in told(caplog) for secret in (KEY, quote(KEY)))


def test_no_path_of_the_archive_is_used(
    mirror: Mirror, config: Config, database: bytes, tmp_path: Path
) -> None:
    mirror.body = geolite.archive(("../../escaped.mmdb", database))
    assert geo_download.refresh(config)
    assert not list(tmp_path.parent.rglob("escaped.mmdb"))
    assert config.geolite_db_path.read_bytes() == database


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, "the licence key is not accepted"), (429, "too many downloads today"), (500, "answered 500")],
)
def test_an_answer_that_refuses_is_told_to_the_operator(
    status: int, reason: str, mirror: Mirror, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    mirror.status = status
    assert not geo_download.refresh(config)
    assert reason in told(caplog)


def test_a_server_that_is_away_is_told_to_the_operator(
    config: Config, mirror: Mirror, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = make_config(
        GEOLITE_DB_PATH=str(tmp_path / "x.mmdb"),
        GEOLITE_DB_URL="http://127.0.0.1:9/%s",
        MAXMIND_LICENSE_KEY=KEY,
    )
    assert not geo_download.refresh(nowhere)
    assert "places_not_downloaded" in told(caplog)


def test_a_redirect_is_followed(mirror: Mirror, config: Config, database: bytes) -> None:
    second = Mirror()
    second.body = geolite.archive(("a.mmdb", database))
    second.thread.start()
    mirror.status, mirror.location = 302, f"{second.origin}/signed"
    assert geo_download.refresh(config)
    assert second.asked == ["/signed"]
    second.server.shutdown()
    second.server.server_close()
    second.thread.join()


def test_it_is_due_with_a_key_and_without_a_file_of_this_week(config: Config, tmp_path: Path) -> None:
    now = datetime(2026, 5, 3, 14, 7, tzinfo=UTC)
    assert geo_download.is_due(config, now)
    config.geolite_db_path.parent.mkdir()
    geolite.write(config.geolite_db_path)
    for days, is_due in ((6.9, False), (7.1, True)):
        changed = (now - timedelta(days=days)).timestamp()
        os.utime(config.geolite_db_path, (changed, changed))
        assert geo_download.is_due(config, now) is is_due
    assert not geo_download.is_due(make_config(GEOLITE_DB_PATH=str(tmp_path / "none")), now)


@pytest.mark.parametrize(
    "address", ["http://mirror.example.test/%s", "ftp://mirror.example.test/%s", "x", "https://a.test/%s%s"]
)
def test_a_key_is_not_sent_unencrypted(address: str) -> None:
    with pytest.raises(Exception, match="GEOLITE_DB_URL"):
        make_config(GEOLITE_DB_URL=address)
