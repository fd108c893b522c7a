"""The environment variables: one row each, from which the reader, its problems and the documentation are made.

VARIABLES       what the operator alone decides
SETTINGS        what the page can change too; given here, the environment fixes them
WITHOUT_EFFECT  what Pocket ID knows and this program does not use
reference()     docs/configuration.md, made from the rows
"""

import ipaddress
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from pocketid import callback_urls
from pocketid.text import LANGUAGES

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_MAX_PORT = 65535
_LONGEST_LINE = 255
_MAIL_ADDRESS = re.compile(r"[^@\s<>\"(),:;\\\[\]]{1,64}@[^@\s<>\"(),:;\\\[\]]{1,255}")
_HOSTNAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*\.?")


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


def _origins(text: str) -> tuple[str, ...]:
    return tuple(_origin(part) for part in text.split(",") if part.strip())


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def _local_networks(text: str) -> tuple[Network, ...]:
    networks = _networks(text)
    if any(network.version != 6 for network in networks):
        raise ValueError
    return networks


def _download_address(text: str) -> str:
    """An address whose %s is the licence key's place; a secret is not sent unencrypted but to this machine."""
    parts = urlsplit(text)
    is_near = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if not parts.hostname or text.count("%s") > 1 or (parts.scheme != "https" and not is_near):
        raise ValueError
    return text


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


def _ids(text: str) -> tuple[str, ...]:
    """A JSON list of UUIDs, as Pocket ID writes it; the empty text is the empty list."""
    found = json.loads(text or "[]")
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise ValueError
    return tuple(str(UUID(each)) for each in found)


def _addresses(text: str) -> tuple[str, ...]:
    """A JSON list of patterns of https addresses, as Pocket ID writes it; the empty text is the empty list."""
    found = json.loads(text or "[]")
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise ValueError
    for each in found:
        if not re.match(r"https://[^/?]+/", each) or callback_urls.problem(each):
            raise ValueError
    return tuple(found)


def _claims(text: str) -> str:
    """A JSON list of claims, as Pocket ID writes it, with the same spaces whoever wrote it."""
    found = json.loads(text or "[]")
    if not isinstance(found, list):
        raise ValueError
    for claim in found:
        if not isinstance(claim, dict) or claim.keys() != {"key", "value"}:
            raise ValueError
        if not all(isinstance(part, str) for part in claim.values()):
            raise ValueError
    return json.dumps(found, ensure_ascii=False)


def _app_name(text: str) -> str:
    if not (1 <= len(text) <= 30 and text.isprintable()):  # Pocket ID's limit
        raise ValueError
    return text


def _mail_server(text: str) -> str:
    """A host name or address; underscores are common in the names of containers."""
    host = text.strip()
    if host and not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|[0-9a-fA-F:]{2,45}", host):
        raise ValueError
    return host


def _optional_port(text: str) -> int | None:
    return _integer(1, _MAX_PORT)(text) if text.strip() else None


def _mail_address(text: str) -> str:
    """One address without a name; it need not have a dot, because a relay in the house may send as root@nas."""
    address = text.strip()
    if address and not (_MAIL_ADDRESS.fullmatch(address) and address.isprintable()):
        raise ValueError
    return address


def _credential(text: str) -> str:
    """What SMTP can carry: RFC 4954 leaves other letters to each server."""
    if not (len(text) <= _LONGEST_LINE and text.isascii() and text.isprintable()):
        raise ValueError
    return text


def _home_page(text: str) -> str:
    """A path to land on; never one that leads to the home page itself, and so in circles."""
    path = text.partition("?")[0].partition("#")[0].rstrip("/")
    if not callback_urls.is_safe_local_path(text) or path in {"", "/login", "/logout", "/setup"}:
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
        " new passkeys for everybody. Without it the address is localhost with the port of PORT.",
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
        _one_of("postgres", "sqlite"),
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
        "WEBAUTHN_RELATED_ORIGINS",
        "",
        _origins,
        "addresses without path, separated by commas",
        "https://id.example.net,https://example.com",
        "Other addresses whose pages may use the passkeys made here, as `/.well-known/webauthn` tells browsers.",
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
        "SIGNING_KEY_ROTATION_DAYS",
        "0",
        _integer(0, 3650),
        "a number of days, 0 for never",
        "180",
        "After how many days a key that signs tokens is replaced by itself. Apps notice nothing: the next key is"
        " published an hour before it signs, and the last one until its tokens have expired.",
    ),
    Variable(
        "GEOLITE_DB_PATH",
        "",
        lambda text: Path(text) if text else None,
        "the path of a GeoLite2 City file",
        "/var/lib/GeoIP/GeoLite2-City.mmdb",
        "The file that tells countries and cities of addresses; it may be replaced at any time. Empty:"
        " GeoLite2-City.mmdb in DATA_DIR. See `docs/audit-log.md`.",
    ),
    Variable(
        "MAXMIND_LICENSE_KEY",
        "",
        _text,
        "a licence key of MaxMind",
        "the key from your account at MaxMind",
        "With it that file is downloaded, and again when it is a week old. Without it nothing is.",
        is_secret=True,
    ),
    Variable(
        "GEOLITE_DB_URL",
        "https://download.maxmind.com/app/geoip_download?edition_id=GeoLite2-City&license_key=%s&suffix=tar.gz",
        _download_address,
        "an https:// address, with %s in place of the licence key",
        "https://mirror.example.org/GeoLite2-City.tar.gz",
        "Where it is downloaded from: a tar.gz that holds an .mmdb file.",
    ),
    Variable(
        "LOCAL_IPV6_RANGES",
        "",
        _local_networks,
        "a list of IPv6 networks",
        "2001:db8:1234::/48",
        "Public networks of your own, whose addresses are called home network, too.",
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
        "OUTGOING_CA_FILE",
        "",
        lambda text: Path(text) if text else None,
        "a file of certificates in PEM form",
        "/etc/ssl/home-ca.pem",
        "Certificate authorities of your own, which are trusted beside those of the system when Pocketid calls an"
        " address of an app.",
    ),
    Variable(
        "OUTGOING_ALLOW_HTTP",
        "false",
        _boolean,
        _YES_NO,
        "true",
        "Whether addresses of apps that Pocketid calls itself may begin with http://.",
    ),
    Variable(
        "OUTGOING_ALLOW_LOOPBACK",
        "false",
        _boolean,
        _YES_NO,
        "true",
        "Whether addresses of apps that Pocketid calls itself may lead to the machine that it runs on.",
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
    Variable(
        "DEFAULT_LANGUAGE",
        "en",
        _one_of(*LANGUAGES),
        ", ".join(f"`{language}`" for language in LANGUAGES),
        "de",
        "The language for people whose account and browser name none of these.",
    ),
    Variable(
        "HOME_PAGE_URL", "/settings/account", _home_page, "a path", "/settings/apps", "Where people land."
    ),
    Variable(
        "ACCENT_COLOR",
        "default",
        _colour,
        "default or a colour like #0f6a5b",
        "#0f6a5b",
        "The accent colour.",
    ),
    Variable(
        "AUDIT_LOG_RETENTION_DAYS",
        "90",
        _integer(1, 36500),
        "a number of days, 1 or more",
        "365",
        "How long audit events are kept, in days; older ones are deleted within a minute.",
    ),
    Variable(
        "ALLOW_OWN_ACCOUNT_EDIT",
        "true",
        _boolean,
        _YES_NO,
        "false",
        "Whether people may change their own names and e-mail address.",
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
        "WEBAUTHN_ALLOW_SYNCED_PASSKEYS",
        "true",
        _boolean,
        _YES_NO,
        "false",
        "Whether new passkeys may be ones that a provider copies between devices. Those that there are stay good.",
    ),
    Variable(
        "WEBAUTHN_AUTHENTICATOR_ATTACHMENT",
        "any",
        _one_of("any", "platform", "cross-platform"),
        "any, platform (this device) or cross-platform (a security key or phone)",
        "cross-platform",
        "What browsers offer to keep a new passkey in.",
    ),
    Variable(
        "DISABLE_ANIMATIONS",
        "false",
        _boolean,
        _YES_NO,
        "true",
        "Whether colours change at once. Who asks for less motion on their own device sees none anyway.",
    ),
    Variable(
        "ALLOW_USER_SIGNUPS",
        "disabled",
        _one_of("disabled", "withToken", "open"),
        "disabled, withToken or open",
        "disabled",
        "Who may create an account without an admin: nobody, who has a sign-up link, or everybody.",
    ),
    Variable(
        "SIGNUP_REQUIRES_APPROVAL",
        "false",
        _boolean,
        _YES_NO,
        "true",
        "Whether an account that was made without a sign-up link waits until an administrator accepts it.",
    ),
    Variable(
        "SIGNUP_DEFAULT_USER_GROUP_IDS",
        "[]",
        _ids,
        "a JSON list of the ids of groups",
        '["7d2b4a0e-7f4e-4a8b-9d0c-2f1c5a6b7c8d"]',
        "The groups that people join when they sign up, unless their link names others.",
    ),
    Variable(
        "CIMD_URL_ALLOWLIST",
        "[]",
        _addresses,
        "a JSON list of patterns of https addresses",
        '["https://apps.example.org/*.json"]',
        "Apps that may describe themselves: the addresses that are their client IDs. None when it is empty.",
    ),
    Variable(
        "SIGNUP_DEFAULT_CUSTOM_CLAIMS",
        "[]",
        _claims,
        "a JSON list of objects with `key` and `value`",
        '[{"key": "quota", "value": "5 GB"}]',
        "The custom claims that people get when they sign up.",
    ),
    Variable(
        "SMTP_HOST",
        "",
        _mail_server,
        "a host name or address",
        "smtp.example.org",
        "The server that takes mails to be sent. Without it, or without SMTP_FROM, no mail is sent.",
    ),
    Variable(
        "SMTP_PORT",
        "",
        _optional_port,
        "a number from 1 to 65535",
        "587",
        "Its port. Empty: the usual one for SMTP_TLS, which is 25, 587 for starttls, 465 for tls.",
    ),
    Variable(
        "SMTP_FROM",
        "",
        _mail_address,
        "one address",
        "id@example.org",
        "The address that mails come from.",
    ),
    Variable(
        "SMTP_USER",
        "",
        _credential,
        "at most 255 characters of ASCII",
        "id@example.org",
        "The user name to sign in to the server with. Empty: no sign-in.",
    ),
    Variable(
        "SMTP_PASSWORD",
        "",
        _credential,
        "at most 255 characters of ASCII",
        "PASSWORD",
        "The password to it. On the page it is typed in and never shown again.",
        is_secret=True,
    ),
    Variable(
        "SMTP_TLS",
        "none",
        _one_of("none", "starttls", "tls"),
        "none, starttls or tls",
        "starttls",
        "How the way to the server is encrypted. `starttls` and `tls` never fall back to plain text.",
    ),
    Variable(
        "SMTP_SKIP_CERT_VERIFY",
        "false",
        _boolean,
        _YES_NO,
        "true",
        "Take any certificate of the server: whoever sits between can then read the password and the mails.",
    ),
    Variable(
        "EMAIL_LOGIN_NOTIFICATION_ENABLED",
        "false",
        _boolean,
        _YES_NO,
        "true",
        "Whether people get a mail about a sign-in from a device that is new to them.",
    ),
    Variable(
        "EMAIL_VERIFICATION_ENABLED",
        "false",
        _boolean,
        _YES_NO,
        "true",
        "Whether people are asked by mail to prove that an address is theirs.",
    ),
    Variable(
        "EMAIL_ONE_TIME_ACCESS_AS_UNAUTHENTICATED_ENABLED",
        "false",
        _boolean,
        _YES_NO,
        "true",
        "Whether anybody may ask for a sign-in code to be sent to the address of an account. Whoever reads that mailbox"
        " gets in.",
    ),
    Variable(
        "EMAIL_ONE_TIME_ACCESS_AS_ADMIN_ENABLED",
        "false",
        _boolean,
        _YES_NO,
        "true",
        "Whether admins may have a one-time code sent to somebody by mail.",
    ),
    Variable(
        "EMAIL_API_KEY_EXPIRATION_ENABLED",
        "false",
        _boolean,
        _YES_NO,
        "true",
        "Whether the owner of an API key is told before it expires.",
    ),
)
_TLS = "Pocketid speaks plain HTTP; TLS is the reverse proxy's"
_PROXY = "name the reverse proxy in TRUST_PROXY, and let it send X-Forwarded-For"
_KEYS = "keys are always kept in the database"
_UPLOADS = "pictures and logos are always kept in the database"
_NOT_YET = "there is nothing yet that it would configure"
# Name -> (the value that asks for what is the case anyway, what to know otherwise).
WITHOUT_EFFECT = {
    "CADDY_DISABLED": ("true", "there is no Caddy any more"),
    "CADDY_PORT": ("", "there is no Caddy any more; use PORT"),
    "KEYS_STORAGE": ("database", _KEYS),
    "KEYS_PATH": ("", _KEYS),
    "FILE_BACKEND": ("database", _UPLOADS),
    "UPLOAD_PATH": ("", _UPLOADS),
    "S3_BUCKET": ("", _UPLOADS),
    "TLS_CERT": ("", _TLS),
    "TLS_CERT_FILE": ("", _TLS),
    "PROXY_PROTOCOL": ("false", _PROXY),
    "TRUSTED_PLATFORM": ("", _PROXY),
    "SYSTEMD_SOCKET": ("false", _NOT_YET),
    "METRICS_ENABLED": ("false", _NOT_YET),
    "TRACING_ENABLED": ("false", _NOT_YET),
    "STATIC_API_KEY": ("", _NOT_YET),
    "STATIC_API_KEY_FILE": ("", _NOT_YET),
}


def reference() -> str:
    """docs/configuration.md."""
    lines = [
        "# Configuration",
        "",
        "By environment variables, or a file `.env` in the working directory (the environment wins). A secret may be",
        "given as a file: `NAME_FILE=/path`. `pocket-id config` shows what is in force, and where it comes from.",
        "This page is made from `pocketid/variables.py` by `make docs`.",
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
            older = (
                f" Older name: {', '.join(f'`{name}`' for name in row.old_names)}." if row.old_names else ""
            )
            accepted = f"{row.accepted}, e.g. {_code(row.example)}"
            lines.append(f"| {names} | {default} | {accepted} | {row.description}{older} |")
    lines += [
        "",
        "## Variables of Pocket ID that have no effect here",
        "",
        "| Variable | Because |",
        "| --- | --- |",
    ]
    lines += [f"| `{name}` | {why} |" for name, (_same, why) in WITHOUT_EFFECT.items()]
    return "\n".join(lines) + "\n"


def _code(example: str) -> str:
    return example if "`" in example else f"`{example}`"


if __name__ == "__main__":
    sys.stdout.write(reference())
