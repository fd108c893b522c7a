"""The commands that do one thing and end."""

import argparse
import http.client
import shutil
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import pocketid
from pocketid import audit, config, embedded, one_time_access, signing_keys, users
from pocketid import migrate as migrations
from pocketid.audit import Event
from pocketid.cli.opening import configuration, opened
from pocketid.paths import data_dir

_ONE_HOUR = timedelta(hours=1)
_ANSWER_SECONDS = 5


def version(options: argparse.Namespace) -> int:
    """Print the version in Pocket ID's form."""
    print(f"pocket-id {pocketid.__version__}")
    return 0


def show_config(options: argparse.Namespace) -> int:
    """Print every variable with its value and source; secrets are masked."""
    rows = config.describe(configuration())
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, value, source in rows:
        print(f"{name:{widths[0]}}  {value:{widths[1]}}  {source}".rstrip())
    return 0


def migrate(options: argparse.Namespace) -> int:
    """Migrate the database and say to where."""
    with opened(configuration(), beside_server=True):
        print(f"The database is at {len(migrations.available()):04d}.")
    return 0


def one_time_access_token(options: argparse.Namespace) -> int:
    """Print a link that signs the named person in once, valid for one hour."""
    settings = configuration()
    with opened(settings, beside_server=True) as ready, ready.site.database() as db:
        user = users.find(db, options.user)
        if user is None:
            print(f"Nobody has the user name or e-mail address “{options.user}”.", file=sys.stderr)
            return 1
        now = datetime.now(UTC)
        code = one_time_access.create(db, user.id, None, int(_ONE_HOUR.total_seconds()), now)
        audit.record_by_system(db, now, Event.ONE_TIME_ACCESS_CREATED, user_id=user.id)
        db.commit()
    print(f"A one-time access link for {user.username}, valid for one hour:")
    print(f"{settings.app_url}/lc/{code}")
    return 0


def key_rotate(options: argparse.Namespace) -> int:
    """Publish the next signing keys, or replace them at once."""
    algorithms = (options.alg,) if options.alg else signing_keys.ALGORITHMS
    if unknown := _unknown_key(options):
        print(unknown, file=sys.stderr)
        return 1
    if options.at_once and not (options.yes or _agreed()):
        print("Nothing was changed.")
        return 1
    now = datetime.now(UTC)
    with opened(configuration(), beside_server=True) as ready, ready.site.database() as db:
        tell = partial(audit.record_by_system, db, now)
        if options.at_once:
            signing_keys.replace(db, ready.site.keyring, now, tell, algorithms)
            told = "Replaced. What was signed before counts no more."
        else:
            begins = signing_keys.rotate(db, ready.site.keyring, now, tell, algorithms)
            told = f"The next keys are published, and sign from {begins:%Y-%m-%d %H:%M} UTC on."
        db.commit()
    print(told)
    return 0


def _unknown_key(options: argparse.Namespace) -> str:
    if options.alg and options.alg not in signing_keys.ALGORITHMS:
        return f"There are keys for {', '.join(signing_keys.ALGORITHMS)}, and none for {options.alg}."
    if options.crv and (options.crv, options.alg) != ("Ed25519", "EdDSA"):
        return "--crv is Ed25519, together with --alg EdDSA; the other curves follow from the algorithm."
    return ""


def _agreed() -> bool:
    """Whether the operator still wants it, knowing what breaks."""
    print(
        "Apps refuse what was signed so far: people have to sign in to them again, and an app that keeps the old"
        " keys lets nobody in until it reads the new ones."
    )
    try:
        return input("Replace the keys at once? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def psql(options: argparse.Namespace) -> int:
    """Run psql on the configured database, with a script of sql/maintenance if one is named.

    The password goes by the environment: other accounts can read a command line.
    """
    arguments = list(options.arguments)
    if arguments and not arguments[0].startswith("-"):
        scripts = {path.stem: path for path in sorted((data_dir("sql") / "maintenance").glob("*.sql"))}
        name = arguments.pop(0)
        if name not in scripts:
            print(f"There is no script {name}; there are: {', '.join(scripts)}", file=sys.stderr)
            return 1
        arguments += ["--file", str(scripts[name])]
    with opened(configuration(), beside_server=True) as ready:
        conninfo, environment = config.without_password(ready.conninfo)
        program = shutil.which("psql") or embedded.find_binaries() / "psql"
        command = [program, "--dbname", conninfo, *arguments]
        return subprocess.run(command, check=False, env=environment).returncode  # noqa: S603  # the operator's own words


def healthcheck(options: argparse.Namespace) -> int:
    """Ask /healthz of a running server: 0 when it answers 204, else 1."""
    settings = configuration()
    unix_socket = options.unix_socket or (None if options.endpoint else settings.unix_socket)
    endpoint = options.endpoint or f"http://127.0.0.1:{settings.port}"
    try:
        status = _status(endpoint, unix_socket)
    except (OSError, http.client.HTTPException) as error:
        print(f"No answer from {unix_socket or endpoint}: {error}", file=sys.stderr)
        return 1
    is_well = status == http.client.NO_CONTENT
    if options.verbose or not is_well:
        print(f"{unix_socket or endpoint} answered {status}.", file=sys.stdout if is_well else sys.stderr)
    return 0 if is_well else 1


def _status(endpoint: str, unix_socket: str | None) -> int:
    parts = urlsplit(endpoint)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=_ANSWER_SECONDS)
    if unix_socket:
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(_ANSWER_SECONDS)
        connection.sock.connect(unix_socket)
    connection.request("GET", f"{parts.path.rstrip('/')}/healthz")
    return connection.getresponse().status
