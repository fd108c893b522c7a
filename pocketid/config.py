"""The environment, read once at start into a frozen Config; the variables are the rows of variables.py.

    from_environment()            os.environ and ./.env -> Config
    load(environ, directory)      the same without touching the process: for tests

All problems are reported at once, a line each: the variable, what was received (never a secret), what is
accepted, an example.
"""

import ipaddress
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import psycopg
from cryptography import x509
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pocketid import env_file
from pocketid.variables import SETTINGS, VARIABLES, WITHOUT_EFFECT, Network, Variable

_MIN_KEY_BYTES = 16
_LONGEST_SHOWN = 120
_PLACES_FILE = "GeoLite2-City.mmdb"
_POCKET_ID_FILE = "data/pocket-id.db"
_QUOTED_OR_DATABASE = re.compile(r"'(?:[^'\\]|\\.)*'|(?<![\w.])database(?=\s*=)")
_APP_URL = next(row for row in VARIABLES if row.name == "APP_URL")


class ConfigError(Exception):
    """The environment cannot be used; `problems` holds one line for each reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Config:
    """The configuration in force; see `VARIABLES` for what each field means."""

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
    signing_key_rotation_days: int
    webauthn_related_origins: tuple[str, ...]
    geolite_db_path: Path
    geolite_db_url: str
    maxmind_license_key: str
    local_ipv6_ranges: tuple[Network, ...]
    allow_insecure_callback_urls: bool
    outgoing_ca_file: Path | None
    outgoing_allow_http: bool
    outgoing_allow_loopback: bool
    ui_config_disabled: bool
    disable_rate_limiting: bool
    settings_overrides: Mapping[str, str]
    logs_to_journal: bool
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
        return self.trust_proxy if isinstance(self.trust_proxy, bool) else _is_within(peer, self.trust_proxy)


def from_environment() -> Config:
    """The configuration of this process. Raises ConfigError."""
    return load(os.environ, Path.cwd())


def load(environ: Mapping[str, str], directory: Path) -> Config:
    """The configuration that these variables and `directory`/.env give. Raises ConfigError with all problems."""
    reading = _Reading(environ, _env_file(directory / ".env", environ))
    values = {variable.name: reading.value(variable) for variable in VARIABLES}
    if reading.given(_APP_URL) is None:  # whoever moves the port of a first try means the address, too
        values["APP_URL"] = reading.value(replace(_APP_URL, default=f"http://localhost:{values['PORT']}"))
    overrides = {v.name: reading.override(v) for v in SETTINGS if reading.given(v) is not None}
    database = _database(reading, values)
    key = _encryption_key(reading, values, has_database=database is not None)
    _check_authorities(reading, values)
    if reading.problems:
        raise ConfigError(reading.problems)
    _warn(reading, values)
    if database is None and (directory / _POCKET_ID_FILE).exists():
        reading.warnings.append(
            f"{_POCKET_ID_FILE}, the database of a Pocket ID, is not used: Pocketid starts with one of its own."
        )
    return Config(
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
        signing_key_rotation_days=values["SIGNING_KEY_ROTATION_DAYS"],
        webauthn_related_origins=values["WEBAUTHN_RELATED_ORIGINS"],
        geolite_db_path=values["GEOLITE_DB_PATH"] or values["DATA_DIR"] / _PLACES_FILE,
        geolite_db_url=values["GEOLITE_DB_URL"],
        maxmind_license_key=values["MAXMIND_LICENSE_KEY"],
        local_ipv6_ranges=values["LOCAL_IPV6_RANGES"],
        allow_insecure_callback_urls=values["ALLOW_INSECURE_CALLBACK_URLS"],
        outgoing_ca_file=values["OUTGOING_CA_FILE"],
        outgoing_allow_http=values["OUTGOING_ALLOW_HTTP"],
        outgoing_allow_loopback=values["OUTGOING_ALLOW_LOOPBACK"],
        ui_config_disabled=values["UI_CONFIG_DISABLED"],
        disable_rate_limiting=values["DISABLE_RATE_LIMITING"],
        settings_overrides={name: value for name, value in overrides.items() if value is not None},
        logs_to_journal=_logs_to_journal(environ),
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


class _Reading:
    """Reads variables one after the other, and gathers what is wrong and where each value came from."""

    def __init__(self, environ: Mapping[str, str], from_file: Mapping[str, str]) -> None:
        self._environ = environ
        self._texts = {**from_file, **environ}  # an empty variable of the environment hides the file's too
        self._found: dict[str, tuple[Variable, str, str]] = {}
        self.problems: list[str] = []
        self.warnings: list[str] = []

    def text(self, name: str) -> str:
        """What a variable says; the empty text when it is not set."""
        return self._texts.get(name, "")

    def given(self, variable: Variable) -> tuple[str, str] | None:
        """The variable's text and its source; None when it is not set, or empty. A file wins, as in Pocket ID."""
        for name in (variable.name, *variable.old_names):
            if variable.is_secret and (path := self.text(f"{name}_FILE")):
                return self._file(variable, path), f"{name}_FILE"
            if text := self.text(name):
                source = "environment" if name in self._environ else ".env"
                return text, source if name == variable.name else f"{source}, as {name}"
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
        received = "a secret (not shown)" if variable.is_secret else f"“{_printable(text)}”"
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
            self.problems.append(
                f"{variable.name}_FILE: {_printable(path)} cannot be read ({error.strerror})."
            )
            return ""
        # Pocket ID uses a key's file byte for byte; only there does white space belong to the value.
        return content if variable.name == "ENCRYPTION_KEY" else content.strip()


def _database(reading: _Reading, values: Mapping[str, Any]) -> str | None:
    """The libpq connection string; None stands for the embedded database."""
    text = values["DB_CONNECTION_STRING"].strip()
    is_path = bool(text) and "=" not in text and "://" not in text
    is_sqlite = values["DB_PROVIDER"] == "sqlite" or bool(reading.text("SQLITE_DB_PATH") and not text)
    if is_sqlite or is_path or text.startswith("file:"):
        reading.problems.append(
            "By DB_PROVIDER, SQLITE_DB_PATH or DB_CONNECTION_STRING the database is SQLite, but Pocketid keeps its data"
            " in PostgreSQL. Leave them out to use the embedded one, or name a PostgreSQL database. What a Pocket ID"
            " has stored in SQLite is taken over by `pocket-id import`."
        )
        return None
    if not text:
        return None
    if "://" in text:
        text = re.sub(r"(?<=[?&])database=", "dbname=", text)
    else:
        text = _QUOTED_OR_DATABASE.sub(lambda found: "dbname" if found[0] == "database" else found[0], text)
    try:
        parts = conninfo_to_dict(text)
        if not str(parts.get("port", "0")).isdecimal():
            reading.refuse(
                "DB_CONNECTION_STRING",
                "its port is no number; % : / ? # @ in a password are written as %25 and so on",
            )
            return None
        return make_conninfo("", **{name: str(value) for name, value in parts.items()})
    except psycopg.ProgrammingError as error:
        reason = re.sub(
            r'".*"', "a part of it", str(error).strip().splitlines()[0]
        )  # it may be of the password
        reading.refuse("DB_CONNECTION_STRING", reason)
        return None


def _encryption_key(reading: _Reading, values: Mapping[str, Any], *, has_database: bool) -> bytes | None:
    key: bytes = values["ENCRYPTION_KEY"].encode("utf-8", "surrogateescape")
    if not key:
        if has_database and not reading.text("ENCRYPTION_KEY_FILE"):
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


def _check_authorities(reading: _Reading, values: Mapping[str, Any]) -> None:
    if values["OUTGOING_CA_FILE"] is None:
        return
    try:
        x509.load_pem_x509_certificates(values["OUTGOING_CA_FILE"].read_bytes())
    except ValueError:
        reading.refuse("OUTGOING_CA_FILE", "there is no certificate in it")
    except OSError as error:
        reading.refuse("OUTGOING_CA_FILE", f"it cannot be read ({error.strerror})")


def _warn(reading: _Reading, values: Mapping[str, Any]) -> None:
    for name, (same, why) in WITHOUT_EFFECT.items():
        if reading.text(name).strip().lower() not in {"", same}:
            reading.warnings.append(f"{name} has no effect: {why}.")
    if values["UNIX_SOCKET_MODE"] is not None and values["UNIX_SOCKET"] is None:
        reading.warnings.append("UNIX_SOCKET_MODE has no effect without UNIX_SOCKET.")
    parts = urlsplit(values["APP_URL"])
    if parts.scheme == "http" and parts.hostname != "localhost":
        reading.warnings.append(
            f"APP_URL is {values['APP_URL']}: browsers allow passkeys only on https:// addresses and on localhost."
        )
    if values["TRUST_PROXY"] is True:
        reading.warnings.append(
            "TRUST_PROXY is true: everybody who can connect may claim any address. Name the proxy's address instead."
        )


@lru_cache(maxsize=1024)
def _is_within(text: str, networks: tuple[Network, ...]) -> bool:
    """Whether a text is an address within one of these networks; the same few proxies ask again and again."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address.version == network.version and address in network for network in networks)


def _host_names(url: str) -> set[str]:
    """What a Host header may say for this origin."""
    parts = urlsplit(url)
    usual = {"http": ":80", "https": ":443"}[parts.scheme]
    return {parts.netloc, parts.netloc + ("" if parts.port else usual)}


def _env_file(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    try:
        return env_file.parse(path.read_text(encoding="utf-8"), environ)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError([f"{path} cannot be read: {getattr(error, 'strerror', None) or error}."]) from error


def _logs_to_journal(environ: Mapping[str, str]) -> bool:
    """Whether standard error is the journal's own stream, and not a terminal of a service (systemd.exec(5))."""
    try:
        stream = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{stream.st_dev}:{stream.st_ino}"


def _printable(text: str) -> str:
    """A text in one line, cut where it is long."""
    escaped = "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in text
    )
    return escaped if len(escaped) <= _LONGEST_SHOWN else escaped[:_LONGEST_SHOWN] + "…"
