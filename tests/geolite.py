"""A small GeoLite2 City file, made here: no file of MaxMind's is in this repository."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet

BERLIN = {"country": {"names": {"en": "Germany"}}, "city": {"names": {"en": "Berlin", "de": "Berlin"}}}
CITIES: Mapping[str, Any] = {
    "203.0.113.0/24": BERLIN,
    "198.51.100.0/24": {"country": {"names": {"en": "New Zealand"}}},
    "192.0.2.0/24": {"country": {"iso_code": "XX"}},
    "2001:db8:1::/48": {"country": {"names": {"en": "Iceland"}}, "city": {"names": {"en": "Reykjavík"}}},
}


def write(path: Path, cities: Mapping[str, Any] = CITIES, database_type: str = "GeoLite2-City") -> Path:
    """A file of these networks, put in place at once."""
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type=database_type)
    for network, found in cities.items():
        writer.insert_network(IPSet([network]), found)
    fresh = path.with_suffix(".fresh")
    writer.to_db_file(str(fresh))
    fresh.replace(path)
    return path


def archive(*members: tuple[str, bytes]) -> bytes:
    """A tar.gz of files, as MaxMind sends them."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w:gz") as tar:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return output.getvalue()
