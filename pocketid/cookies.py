"""Our cookies in requests and answers. Under https their names carry a prefix that binds them to this host."""

from collections.abc import Iterable

from pocketid.config import Config


def received(header: str, config: Config) -> Iterable[tuple[str, str]]:
    """Our cookies by their plain names; under https only those that carry the prefix count."""
    own = prefix(config)
    for pair in header.split(";"):
        name, _equals, value = pair.strip().partition("=")
        if name.startswith(own):
            yield name[len(own) :], value


def prefix(config: Config) -> str:
    """`__Host-` under https: the cookie can then come from nowhere but this host (RFC 6265bis 4.1.3.2)."""
    return "__Host-" if config.is_https else ""


def header(config: Config, name: str, value: str, max_age: int) -> str:
    """The value of a Set-Cookie header; `max_age` in seconds."""
    secure = "; Secure" if config.is_https else ""
    return f"{prefix(config)}{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}"
