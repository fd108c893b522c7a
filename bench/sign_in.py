"""A whole sign-in to an app with a passkey, and what its cryptography and its SQL cost by themselves.

The sign-in is what a browser and an app ask for, one after the other: the sign-in page with its options, the
assertion, the authorization request, the exchange. The authenticator's own work is not counted.

    over_http(...)()        seconds that the four answers took, over one connection
    sql(...)()              seconds that the same walk, inside this process, waited for PostgreSQL
    cryptography()()        seconds for one ES256 verification and two RS256 signatures
"""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from bench import workloads
from bench.installation import ENCRYPTION_KEY, Installation
from bench.load import Connection, WrongAnswer
from pocketid import config, db, web
from pocketid.crypto import Keyring
from pocketid.db import Statements, connection_arguments
from pocketid.paths import data_dir
from pocketid.routes import ROUTES
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.oidc.flow import App, answer

_PEOPLE = 20
_APP = App(workloads.CLIENTS["RS256"], f"secret-of-{workloads.CLIENTS['RS256']}")
_ADDRESSES = (f"198.51.{one}.{two}" for one, two in itertools.product(range(100), range(1, 255)))


class Server:
    """A running server, as a WSGI application: sends what it is given over one connection, and takes the time."""

    def __init__(self, port: int) -> None:
        self._connection = Connection(port)
        self.seconds = 0.0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        sent = _bytes_of(environ)
        started = time.perf_counter()
        self._connection.send(sent)
        while (received := self._connection.receive()) is None:
            pass
        self.seconds += time.perf_counter() - started
        head, _blank, body = received.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        start_response(status.partition(" ")[2], [tuple(line.split(": ", 1)) for line in lines])
        return [body]

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


class TimedConnection(db.Connection):
    """A connection that adds up how long PostgreSQL was waited for, and how often."""

    seconds = 0.0
    waits = 0

    def wait(self, *arguments: Any, **options: Any) -> Any:
        """BEGIN and COMMIT go through here."""
        return self._timed(lambda: super(TimedConnection, self).wait(*arguments, **options))

    def ask(self, *arguments: Any) -> Any:
        """Named statements go through here."""
        return self._timed(lambda: super(TimedConnection, self).ask(*arguments))

    def _timed(self, action: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        try:
            return action()
        finally:
            self.seconds += time.perf_counter() - started
            self.waits += 1


class OneConnection:
    """A source with one connection for everybody."""

    def __init__(self, connection: TimedConnection) -> None:
        self._connection = connection

    def take(self) -> TimedConnection:
        """The connection."""
        return self._connection

    def give_back(self, connection: psycopg.Connection[Any]) -> None:
        """Nothing to return."""


@contextmanager
def over_http(port: int, installation: Installation) -> Iterator[Callable[[], float]]:
    """Sign-ins at a running server, of one person after the other: seconds of one."""
    server, origin = Server(port), f"http://localhost:{port}"
    devices = itertools.cycle(installation.authenticators(_PEOPLE, origin))

    def measure() -> float:
        server.seconds = 0.0
        sign_in(server, origin, next(devices))
        return server.seconds

    yield measure
    server.close()


@contextmanager
def sql(installation: Installation) -> Iterator[tuple[Callable[[], float], Callable[[], int]]]:
    """The same inside this process: seconds of one sign-in, and how often it waited for an answer."""
    origin = "http://localhost"
    environ = {
        "APP_URL": origin,
        "ENCRYPTION_KEY": ENCRYPTION_KEY,
        "DB_CONNECTION_STRING": "postgresql://unused",
    }
    keyring = Keyring(ENCRYPTION_KEY.encode())
    connection = TimedConnection.connect(installation.conninfo, **connection_arguments())
    site = web.Site(
        config.load(environ, Path("/nonexistent")),
        keyring,
        OneConnection(connection),
        Statements.load(data_dir("sql")),
    )
    site.signals.begin_listening()  # nobody changes anything meanwhile
    application = web.application(site, ROUTES)
    devices = itertools.cycle(installation.authenticators(_PEOPLE, origin))

    def measure() -> float:
        connection.seconds, connection.waits = 0.0, 0
        sign_in(application, origin, next(devices))
        return connection.seconds

    with connection:
        yield measure, lambda: connection.waits


def cryptography() -> Callable[[], float]:
    """What a sign-in cannot do without: the assertion is verified, access token and ID token are signed."""
    passkey, key = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    message = b"m" * 600
    assertion = passkey.sign(message, ec.ECDSA(hashes.SHA256()))
    public = passkey.public_key()

    def measure() -> float:
        started = time.perf_counter()
        public.verify(assertion, message, ec.ECDSA(hashes.SHA256()))
        for _token in range(2):
            key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return time.perf_counter() - started

    return measure


def signature() -> Callable[[], float]:
    """Seconds of one RS256 signature."""
    key = rsa.generate_private_key(65537, 2048)

    def measure() -> float:
        started = time.perf_counter()
        key.sign(b"m" * 600, padding.PKCS1v15(), hashes.SHA256())
        return time.perf_counter() - started

    return measure


def sign_in(application: Callable[..., Iterable[bytes]], origin: str, device: Authenticator) -> None:
    """Four requests. Raises WrongAnswer unless the app has its tokens at the end."""
    browser = Browser(application, origin, next(_ADDRESSES))
    options = options_of(browser.get("/login").text)
    browser.post("/login", {"credential": device.get(options)})
    if browser.status != 303:
        raise WrongAnswer(f"not signed in: {browser.status} {browser.text[:2000]}")
    _APP.authorize(browser)
    tokens = _APP.exchange(browser, answer(browser)["code"])
    if tokens.status != 200 or "id_token" not in tokens.json():
        raise WrongAnswer(f"no tokens: {tokens.status} {tokens.text[:2000]}")


def _bytes_of(environ: dict[str, Any]) -> bytes:
    content: bytes = environ["wsgi.input"].read()
    target = environ["PATH_INFO"] + (f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else "")
    headers = {
        name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")
    }
    headers |= {"X-FORWARDED-FOR": environ["REMOTE_ADDR"], "CONTENT-LENGTH": str(len(content))}
    if "CONTENT_TYPE" in environ:
        headers["CONTENT-TYPE"] = environ["CONTENT_TYPE"]
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"{environ['REQUEST_METHOD']} {target} HTTP/1.1\r\n{lines}\r\n"
    return head.encode() + content
