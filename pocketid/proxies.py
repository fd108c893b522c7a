"""What a reverse proxy says of the person behind it; believed only from peers that TRUST_PROXY names."""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pocketid.config import Config


def client_address(environ: Mapping[str, Any], config: Config) -> str | None:
    """The address of the person's device: the rightmost hop of X-Forwarded-For that is no trusted proxy.

    The header counts only when the connection itself comes from a trusted proxy.
    """
    address = environ.get("REMOTE_ADDR") or ""
    if not config.trusts(address):
        return _valid_address(address)
    for hop in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        valid = _valid_address(hop.strip())
        if valid is None:
            break
        address = valid
        if config.trust_proxy is True or not config.trusts(valid):
            break
    return _valid_address(address)


@lru_cache(maxsize=1024)
def _valid_address(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address).partition("%")[0]


def forwarded(environ: Mapping[str, Any], config: Config, name: str) -> str:
    """What X-Forwarded-`name` says of the proxy's own request: the last value, "" from a peer that is not trusted."""
    given: str = environ.get(f"HTTP_X_FORWARDED_{name.upper()}", "")
    is_believed = given and config.trusts(environ.get("REMOTE_ADDR") or "")
    return given.rpartition(",")[2].strip().lower() if is_believed else ""
