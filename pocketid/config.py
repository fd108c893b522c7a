"""The environment, read once at start into a frozen Config; one row a variable.

    from_environment()            os.environ and ./.env -> Config
    load(environ, directory)      the same without touching the process: for tests
    reference()                   docs/configuration.md, made from the rows

All problems are reported at once, a line each: the variable, what was received (never a secret), what is
accepted, an example. A variable that Pocket ID knows and that has no effect yet is accepted in silence.
"""

import ipaddress
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_MIN_KEY_BYTES = 16
_MIN_STATIC_KEY = 16
_MAX_PORT = 65535
_HOSTNAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*\.?")
_ENV_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*[=:]\s*(.*)")


class ConfigError(Exception):
    """The environment cannot be used; `problems` holds one line for each reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Variable:
    """One row: a variable, how its text is parsed, and what its reader needs to know."""

    name: str
    default: str
    parse: Callable[[str], Any]
    accepted: str
    example: str
    description: str
    is_secret: bool = False
    old_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Config:
    """The configuration in force; see `VARIABLES` for what each field means."""

    app_env: str
    app_url: str
    internal_app_url: str
    encryption_key: bytes | None
    database: str | None
    data_dir: Path
    trust_proxy: bool | tuple[Network, ...]
    host: str
    port: int
    unix_socket: str | None
    unix_socket_mode: int | None
    threads: int
    log_level: Literal["debug", "info", "warn", "error"]
    log_json: bool
    audit_log_retention_days: int
    allow_insecure_callback_urls: bool
    ui_config_disabled: bool
    disable_rate_limiting: bool
    static_api_key: str | None
    geolite_db_path: Path
    local_ipv6_ranges: tuple[Network, ...]
    settings_overrides: Mapping[str, str]
    under_systemd: bool
    warnings: tuple[str, ...]
    shown: tuple[tuple[str, str, str], ...]
    hosts: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        hosts = {name for url in (self.app_url, self.internal_app_url) for name in _host_names(url)}
        object.__setattr__(self, "hosts", frozenset(hosts))

    @property
    def is_https(self) -> bool:
        """Whether people reach us by https."""
        return self.app_url.startswith("https:")

    @property
    def rp_id(self) -> str:
        """The relying party id that passkeys are bound to: the host of APP_URL (WebAuthn 5.1.2)."""
        return urlsplit(self.app_url).hostname or ""

    def trusts(self, peer: str) -> bool:
        """Whether a peer's X-Forwarded headers count; a unix socket's peer has no address and is trusted by true."""
        if isinstance(self.trust_proxy, bool):
            return self.trust_proxy
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address.version == network.version and address in network for network in self.trust_proxy)


# Parsers: each raises ValueError for a text that it does not accept


def _text(text: str) -> str:
    return text


def _optional(text: str) -> str | None:
    return text or None


def _boolean(text: str) -> bool:
    if text.strip().lower() in {"true", "1", "t", "yes", "on"}:
        return True
    if text.strip().lower() in {"", "false", "0", "f", "no", "off"}:
        return False
    raise ValueError


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.strip().lower() not in {word.lower() for word in words}:
            raise ValueError
        return next(word for word in words if word.lower() == text.strip().lower())

    return parse


def _integer(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError
        return number

    return parse


def _origin(text: str) -> str:
    """An http or https origin in lower case; a trailing slash is cut."""
    parts = urlsplit(text.strip().rstrip("/"))
    host = (parts.hostname or "").lower()
    is_address = ":" in host and bool(ipaddress.ip_address(host))
    plain = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    if (
        parts.scheme.lower() not in {"http", "https"}
        or not plain
        or not (is_address or _HOSTNAME.fullmatch(host))
    ):
        raise ValueError
    usual = {"http": 80, "https": 443}[parts.scheme.lower()]
    port = f":{parts.port}" if parts.port not in {None, usual} else ""
    return f"{parts.scheme.lower()}://{f'[{host}]' if is_address else host}{port}"


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def _proxies(text: str) -> bool | tuple[Network, ...]:
    try:
        return _boolean(text)
    except ValueError:
        return _networks(text)


def _mode(text: str) -> int | None:
    if not text:
        return None
    mode = int(text, 8)
    if not 0 <= mode <= 0o777:  # the permission bits of a file
        raise ValueError
    return mode


def _colour(text: str) -> str:
    if text != "default" and not re.fullmatch(r"#[0-9a-fA-F]{6}|#[0-9a-fA-F]{3}", text):
        raise ValueError
    return text


def _app_name(text: str) -> str:
    if not 1 <= len(text) <= 30:  # Pocket ID's limit
        raise ValueError
    return text


_YES_NO = "true or false"
VARIABLES = (
    Variable(
        "APP_URL",
        "http://localhost:1411",
        _origin,
        "an address without path, http:// or https://",
        "https://id.example.org",
        "The address under which people reach Pocketid. Passkeys are bound to its host: changing it later means"
        " new passkeys for everybody.",
        old_names=("PUBLIC_APP_URL",),
    ),
    Variable(
        "ENCRYPTION_KEY",
        "",
        _text,
        "at least 16 bytes, without white space around them",
        "the output of `openssl rand -base64 32`",
        "Seals the signing keys in the database. Needed with a database of your own; the embedded one makes and"
        " keeps a key in DATA_DIR.",
        is_secret=True,
    ),
    Variable(
        "DB_CONNECTION_STRING",
        "",
        _text,
        "a PostgreSQL connection string, as keywords or as a URL",
        "postgresql://pocketid:PASSWORD@localhost/pocketid",
        "The database. Empty: Pocketid starts its own PostgreSQL in DATA_DIR.",
        is_secret=True,
        old_names=("POSTGRES_CONNECTION_STRING",),
    ),
    Variable(
        "DB_PROVIDER",
        "postgres",
        _text,
        "postgres",
        "postgres",
        "Accepted for configurations of Pocket ID 1.x; PostgreSQL is the only database.",
    ),
    Variable(
        "DATA_DIR",
        "data",
        Path,
        "a folder",
        "/var/lib/pocketid",
        "Where the embedded database and its key are kept; relative to the working directory.",
    ),
    Variable(
        "TRUST_PROXY",
        "false",
        _proxies,
        "true, false, or a list of addresses and networks",
        "127.0.0.1,10.0.0.0/8",
        "From whom X-Forwarded-For is believed: the addresses of your reverse proxy. `true` believes everybody who"
        " can connect.",
    ),
    Variable("HOST", "0.0.0.0", _text, "an address to listen on", "127.0.0.1", "The address to listen on."),  # noqa: S104
    Variable(
        "PORT",
        "1411",
        _integer(1, _MAX_PORT),
        "a number from 1 to 65535",
        "1411",
        "The port to listen on.",
        old_names=("BACKEND_PORT",),
    ),
    Variable(
        "UNIX_SOCKET",
        "",
        _optional,
        "the path of a socket",
        "/run/pocketid/socket",
        "Listen on this unix socket instead of HOST and PORT.",
    ),
    Variable("UNIX_SOCKET_MODE", "", _mode, "an octal file mode", "0660", "The file mode of UNIX_SOCKET."),
    Variable(
        "INTERNAL_APP_URL",
        "",
        lambda text: _origin(text) if text else "",
        "an address without path",
        "http://pocketid:1411",
        "The address under which apps reach the token, userinfo and key endpoints, if it is another one.",
        old_names=("INTERNAL_BACKEND_URL",),
    ),
    Variable(
        "LOG_LEVEL",
        "info",
        _one_of("debug", "info", "warn", "error"),
        "debug, info, warn or error",
        "info",
        "What is logged.",
    ),
    Variable("LOG_JSON", "false", _boolean, _YES_NO, "true", "Log JSON instead of text."),
    Variable(
        "AUDIT_LOG_RETENTION_DAYS",
        "90",
        _integer(1, 36500),
        "a number of days, 1 or more",
        "365",
        "How long audit events are kept.",
    ),
    Variable(
        "ALLOW_INSECURE_CALLBACK_URLS",
        "true",
        _boolean,
        _YES_NO,
        "false",
        "Whether apps may be registered with http:// addresses outside of this machine.",
    ),
    Variable(
        "UI_CONFIG_DISABLED",
        "false",
        _boolean,
        _YES_NO,
        "true",
        "Take every setting from the environment; the settings page then only shows them.",
        old_names=("PUBLIC_UI_CONFIG_DISABLED",),
    ),
    Variable(
        "DISABLE_RATE_LIMITING", "false", _boolean, _YES_NO, "true", "Switch limits off. For tests only."
    ),
    Variable(
        "STATIC_API_KEY",
        "",
        _optional,
        "at least 16 characters",
        "the output of `openssl rand -hex 32`",
        "An API key with an administrator's rights that does not expire.",
        is_secret=True,
    ),
    Variable(
        "GEOLITE_DB_PATH",
        "data/GeoLite2-City.mmdb",
        Path,
        "a file",
        "/var/lib/GeoIP/GeoLite2-City.mmdb",
        "A GeoLite2 City database, for places in the audit log.",
    ),
    Variable(
        "LOCAL_IPV6_RANGES",
        "",
        _networks,
        "a list of IPv6 networks",
        "2001:db8:1234::/48",
        "IPv6 networks that count as the home network.",
    ),
    Variable(
        "THREADS",
        "16",
        _integer(2, 256),
        "a number from 2 to 256",
        "16",
        "How many requests are worked on at once; each may use one database connection.",
    ),
    Variable(
        "APP_ENV", "production", _text, "a word", "production", "Accepted for Pocket ID's sake; no effect."
    ),
)
# Settings that the page can change too; given here, the environment fixes them.
SETTINGS = (
    Variable(
        "APP_NAME", "Pocket ID", _app_name, "1 to 30 characters", "SKYLAB Pocketid", "The name on every page."
    ),
    Variable(
        "SESSION_DURATION",
        "60",
        _integer(1, 525_600),
        "a number of minutes",
        "60",
        "How long a sign-in lasts, in minutes.",
    ),
    Variable("HOME_PAGE_URL", "/settings/account", _text, "a path", "/settings/apps", "Where people land."),
    Variable(
        "ACCENT_COLOR",
        "default",
        _colour,
        "default or a colour like #0f6a5b",
        "#0f6a5b",
        "The accent colour.",
    ),
    Variable(
        "ALLOW_OWN_ACCOUNT_EDIT",
        "true",
        _boolean,
        _YES_NO,
        "false",
        "Whether people may change their own names.",
    ),
    Variable(
        "REQUIRE_USER_EMAIL",
        "true",
        _boolean,
        _YES_NO,
        "false",
        "Whether every person needs an e-mail address.",
    ),
    Variable(
        "EMAILS_VERIFIED",
        "false",
        _boolean,
        _YES_NO,
        "true",
        "Whether addresses that an admin types in count as verified.",
    ),
    Variable(
        "WEBAUTHN_USER_VERIFICATION",
        "required",
        _one_of("required", "preferred"),
        "required or preferred",
        "required",
        "Whether a passkey must ask for finger, face or PIN.",
    ),
    Variable(
        "ALLOW_USER_SIGNUPS",
        "disabled",
        _one_of("disabled", "withToken", "open"),
        "disabled, withToken or open",
        "disabled",
        "Who may create an account without an admin.",
    ),
)
_WITHDRAWN = {
    "CADDY_DISABLED": "there is no Caddy any more",
    "CADDY_PORT": "there is no Caddy any more; use PORT",
    "KEYS_STORAGE": "keys are always kept in the database",
    "KEYS_PATH": "keys are always kept in the database",
}


def from_environment() -> Config:
    """The configuration of this process. Raises ConfigError."""
    return load(os.environ, Path.cwd())


def load(environ: Mapping[str, str], directory: Path) -> Config:
    """The configuration that these variables and `directory`/.env give. Raises ConfigError with all problems."""
    reading = _Reading(environ, _env_file(directory / ".env"))
    values = {variable.name: reading.value(variable) for variable in VARIABLES}
    overrides = {v.name: reading.override(v) for v in SETTINGS if reading.given(v) is not None}
    database = _database(reading, values)
    key = _encryption_key(reading, values, has_database=database is not None)
    _check_static_key(reading, values)
    if values["UNIX_SOCKET_MODE"] is not None and values["UNIX_SOCKET"] is None:
        reading.warnings.append("UNIX_SOCKET_MODE has no effect without UNIX_SOCKET.")
    reading.warnings += [
        f"{name} has no effect: {why}." for name, why in _WITHDRAWN.items() if name in environ
    ]
    if reading.problems:
        raise ConfigError(reading.problems)
    _warn(reading, values)
    return Config(
        app_env=values["APP_ENV"],
        app_url=values["APP_URL"],
        internal_app_url=values["INTERNAL_APP_URL"] or values["APP_URL"],
        encryption_key=key,
        database=database,
        data_dir=values["DATA_DIR"],
        trust_proxy=values["TRUST_PROXY"],
        host=values["HOST"].lower(),
        port=values["PORT"],
        unix_socket=values["UNIX_SOCKET"],
        unix_socket_mode=values["UNIX_SOCKET_MODE"],
        threads=values["THREADS"],
        log_level=values["LOG_LEVEL"],
        log_json=values["LOG_JSON"],
        audit_log_retention_days=values["AUDIT_LOG_RETENTION_DAYS"],
        allow_insecure_callback_urls=values["ALLOW_INSECURE_CALLBACK_URLS"],
        ui_config_disabled=values["UI_CONFIG_DISABLED"],
        disable_rate_limiting=values["DISABLE_RATE_LIMITING"],
        static_api_key=values["STATIC_API_KEY"],
        geolite_db_path=values["GEOLITE_DB_PATH"],
        local_ipv6_ranges=values["LOCAL_IPV6_RANGES"],
        settings_overrides={name: value for name, value in overrides.items() if value is not None},
        under_systemd="JOURNAL_STREAM" in environ or "INVOCATION_ID" in environ,
        warnings=tuple(reading.warnings),
        shown=tuple(reading.shown()),
    )


def describe(config: Config) -> list[tuple[str, str, str]]:
    """Every variable with its value, secrets masked, and where the value comes from."""
    return list(config.shown)


def explain_connection_error(message: str) -> str:
    """One line for an operator about a database that cannot be reached, with what to look at."""
    text = " ".join(message.split())
    hints = {
        "Address family not supported": "systemd forbids unix sockets here: add AF_UNIX to RestrictAddressFamilies.",
        "Operation not permitted": "systemd may forbid unix sockets here: add AF_UNIX to RestrictAddressFamilies.",
        "does not exist": "Create it: sudo -u postgres createdb -O pocketid pocketid (and createuser pocketid before).",
        "authentication failed": "The password in DB_CONNECTION_STRING is not the one of that database user.",
        "No such file or directory": "Is PostgreSQL running, and is `host=` the folder of its socket?",
        "Connection refused": "Is PostgreSQL running, and does it listen there?",
    }
    hint = next((hint for words, hint in hints.items() if words in text), "See DB_CONNECTION_STRING.")
    return f"The database cannot be reached: {text}. {hint}"


def without_password(conninfo: str) -> tuple[str, dict[str, str]]:
    """A connection string for a command line, and the environment that gives libpq its password."""
    parts = conninfo_to_dict(conninfo)
    password = parts.pop("password", None)
    environment = dict(os.environ) | ({"PGPASSWORD": str(password)} if password else {})
    return make_conninfo("", **parts), environment


def reference() -> str:
    """docs/configuration.md."""
    lines = [
        "# Configuration",
        "",
        "By environment variables, or a file `.env` in the working directory (the environment wins). A secret may be",
        "given as a file: `NAME_FILE=/path`. `pocket-id config` shows what is in force, and where it comes from.",
        "This page is made from `pocketid/config.py` by `make docs`.",
    ]
    for title, rows in (
        ("The server", VARIABLES),
        ("Settings that the environment fixes when given", SETTINGS),
    ):
        lines += [
            "",
            f"## {title}",
            "",
            "| Variable | Default | Accepted | Meaning |",
            "| --- | --- | --- | --- |",
        ]
        for row in rows:
            names = f"`{row.name}`" + (f" (also `{row.name}_FILE`)" if row.is_secret else "")
            default = f"`{row.default}`" if row.default else ""
            lines.append(
                f"| {names} | {default} | {row.accepted}, e.g. {_code(row.example)} | {row.description} |"
            )
    return "\n".join(lines) + "\n"


class _Reading:
    """Reads variables one after the other, and gathers what is wrong and where each value came from."""

    def __init__(self, environ: Mapping[str, str], env_file: Mapping[str, str]) -> None:
        self._layers = ((environ, "environment"), (env_file, ".env"))
        self._found: dict[str, tuple[Variable, str, str]] = {}
        self.problems: list[str] = []
        self.warnings: list[str] = []

    def given(self, variable: Variable) -> tuple[str, str] | None:
        """The variable's text and its source; None when it is not set, or empty."""
        for name in (variable.name, *variable.old_names):
            for layer, source in self._layers:
                if layer.get(name):
                    return layer[name], source if name == variable.name else f"{source}, as {name}"
                if variable.is_secret and (path := layer.get(f"{name}_FILE")):
                    return self._file(variable, path), f"{name}_FILE"
        return None

    def value(self, variable: Variable) -> Any:
        """The parsed value, or the default's when it is not set or not accepted."""
        text, source = self.given(variable) or (variable.default, "default")
        self._found[variable.name] = (variable, text, source)
        if ", as " in source:
            self.warnings.append(f"{source.partition(', as ')[2]} is an old name: use {variable.name}.")
        try:
            return variable.parse(text)
        except ValueError:
            self.refuse(variable.name)
            return variable.parse(variable.default)

    def override(self, variable: Variable) -> str | None:
        """The text of a setting that the environment fixes, checked."""
        before = len(self.problems)
        self.value(variable)
        return self._found[variable.name][1] if len(self.problems) == before else None

    def refuse(self, name: str, why: str = "") -> None:
        """Note a problem in the form that all of them have."""
        variable, text, source = self._found[name]
        received = "a secret (not shown)" if variable.is_secret else f"“{text}”"
        reason = f": {why}" if why else ""
        self.problems.append(
            f"{name} (from {source}) is {received}{reason}. Accepted: {variable.accepted}."
            f" Example: {name}={variable.example}"
        )

    def shown(self) -> Iterator[tuple[str, str, str]]:
        """Name, value with secrets masked, source; in the order of the rows."""
        for name, (variable, text, source) in self._found.items():
            yield name, "********" if variable.is_secret and text else text, source

    def _file(self, variable: Variable, path: str) -> str:
        try:
            content = Path(path).read_bytes().decode("utf-8", "surrogateescape")
        except OSError as error:
            self.problems.append(f"{variable.name}_FILE: {path} cannot be read ({error.strerror}).")
            return ""
        # Pocket ID uses a key's file byte for byte; only there does white space belong to the value.
        return content if variable.name == "ENCRYPTION_KEY" else content.strip()


def _database(reading: _Reading, values: Mapping[str, Any]) -> str | None:
    """The libpq connection string; None stands for the embedded database."""
    text = values["DB_CONNECTION_STRING"].strip()
    is_path = bool(text) and "=" not in text and "://" not in text
    if values["DB_PROVIDER"].strip().lower() == "sqlite" or text.startswith("file:") or is_path:
        reading.problems.append(
            "The database is SQLite by DB_PROVIDER or DB_CONNECTION_STRING, but Pocketid keeps its data in PostgreSQL."
            " Leave both out to use the embedded one, or name a PostgreSQL database. What a Pocket ID has stored in"
            " SQLite is taken over by `pocket-id import`."
        )
        return None
    if not text:
        return None
    if "://" in text:
        text = re.sub(r"(?<=[?&])database=", "dbname=", text)
    else:
        text = re.sub(r"(?<![\w.])database(?=\s*=)", "dbname", text)
    try:
        return make_conninfo("", **{name: str(value) for name, value in conninfo_to_dict(text).items()})
    except psycopg.ProgrammingError as error:
        reason = str(error).strip().splitlines()[0]
        shown = "" if "password" in reason.lower() or text in reason else reason
        reading.refuse("DB_CONNECTION_STRING", shown)
        return None


def _encryption_key(reading: _Reading, values: Mapping[str, Any], *, has_database: bool) -> bytes | None:
    key: bytes = values["ENCRYPTION_KEY"].encode("utf-8", "surrogateescape")
    if not key:
        if has_database:
            reading.problems.append(
                "ENCRYPTION_KEY is missing. Accepted: at least 16 bytes. Make one with `openssl rand -base64 32` and"
                " keep it: what it seals cannot be read without it."
            )
        return None
    if key != key.strip():
        reading.refuse("ENCRYPTION_KEY", "there is white space before or after it, such as a line end")
    elif len(key) < _MIN_KEY_BYTES:
        reading.refuse("ENCRYPTION_KEY", f"it has {len(key)} bytes only")
    return key


def _check_static_key(reading: _Reading, values: Mapping[str, Any]) -> None:
    key = values["STATIC_API_KEY"]
    if key is not None and len(key) < _MIN_STATIC_KEY:
        reading.refuse("STATIC_API_KEY", f"it has {len(key)} characters only")


def _warn(reading: _Reading, values: Mapping[str, Any]) -> None:
    parts = urlsplit(values["APP_URL"])
    if parts.scheme == "http" and parts.hostname != "localhost":
        reading.warnings.append(
            f"APP_URL is {values['APP_URL']}: browsers allow passkeys only on https:// addresses and on localhost."
        )
    if values["TRUST_PROXY"] is True:
        reading.warnings.append(
            "TRUST_PROXY is true: everybody who can connect may claim any address. Name the proxy's address instead."
        )


def _host_names(url: str) -> set[str]:
    """What a Host header may say for this origin."""
    parts = urlsplit(url)
    usual = {"http": ":80", "https": ":443"}[parts.scheme]
    return {parts.netloc, parts.netloc + ("" if parts.port else usual)}


def _env_file(path: Path) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path} cannot be read: {error}"]) from error
    found = (_ENV_LINE.fullmatch(line) for line in text.splitlines() if not line.lstrip().startswith("#"))
    return {match[1]: _unquoted(match[2]) for match in found if match}


def _unquoted(text: str) -> str:
    """A value of .env: quotes taken off, a comment after it cut, escapes in double quotes resolved."""
    quoted = re.match(r"""(['"])((?:\\.|(?!\1).)*)\1\s*(?:#.*)?$""", text)
    if quoted is None:
        return re.sub(r"(^|\s)#.*$", "", text).strip()
    if quoted[1] == "'":
        return quoted[2]
    return re.sub(
        r"\\(.)", lambda found: {"n": "\n", "r": "\r", "t": "\t"}.get(found[1], found[1]), quoted[2]
    )


def _code(example: str) -> str:
    return example if "`" in example else f"`{example}`"


if __name__ == "__main__":
    sys.stdout.write(reference())
