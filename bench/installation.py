"""Databases with something in them: people, clients, sessions, codes and tokens, written by installation.sql.

with open_postgres() as postgres:
    ours = postgres.installation("usual", people=100, tokens=10_000, events=0)
    ours.codes("c1", 500)           authorization codes that are good, once each
    postgres.peer("peer", people=100)
"""

import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from fido2 import cbor
from psycopg.types.json import Jsonb

from pocketid import embedded, migrate
from pocketid.db import Statements
from tests.authenticator import Authenticator, Credential, cose, new_key
from tests.oidc.flow import CHALLENGE

STATEMENTS = Statements.load(Path(__file__).parent)
ENCRYPTION_KEY = "a key for the benchmark alone"
SESSIONS = 200


@dataclass(frozen=True)
class Installation:
    """A database of ours. `sessions` are cookies' tokens, the administrator's first."""

    conninfo: str
    sessions: list[str]

    def codes(self, client_id: str, count: int) -> list[str]:
        """Fresh authorization codes of random people."""
        return _texts(self.conninfo, "codes", client_id=client_id, count=count, challenge=CHALLENGE)

    def refresh_tokens(self, client_id: str, count: int) -> list[str]:
        """Fresh refresh tokens of random people."""
        return _texts(self.conninfo, "refresh_tokens", client_id=client_id, count=count)

    def visitors(self, count: int) -> list[str]:
        """Cookies' tokens of people who are signed in to the protected host wiki.localhost."""
        return _texts(self.conninfo, "visitors", count=count)

    def authenticators(self, count: int, origin: str) -> list[Authenticator]:
        """Devices of people, each with a passkey that is registered, and a real private key."""
        devices = []
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            rows = connection.execute(STATEMENTS["installation.user_ids"].text, {"count": count}).fetchall()
            for (user_id,) in rows:
                credential = _credential(user_id)
                parameters = {
                    "user_id": user_id,
                    "credential_id": credential.id,
                    "public_key": cbor.encode(cose(credential.key)),
                }
                connection.execute(STATEMENTS["installation.passkey_of"].text, parameters)
                devices.append(Authenticator(origin, credentials=[credential]))
        return devices


@dataclass(frozen=True)
class PeerInstallation:
    """A database of oidc-provider, in the table of its adapter."""

    conninfo: str
    people: int

    def codes(self, client_id: str, count: int) -> list[str]:
        """Fresh authorization codes."""
        challenge = {"codeChallenge": CHALLENGE, "codeChallengeMethod": "S256"}
        signed = {"redirectUri": "https://app.example.test/callback", "resource": "urn:app"}
        return self._artifacts("AuthorizationCode", client_id, count, challenge | signed)

    def refresh_tokens(self, client_id: str, count: int) -> list[str]:
        """Fresh refresh tokens."""
        return self._artifacts("RefreshToken", client_id, count, {"resource": "urn:app"})

    def access_tokens(self, client_id: str, count: int) -> list[str]:
        """Opaque access tokens: the peer's userinfo takes no signed ones."""
        return self._artifacts("AccessToken", client_id, count, {})

    def _artifacts(self, model: str, client_id: str, count: int, more: Mapping[str, str]) -> list[str]:
        return _texts(
            self.conninfo,
            "peer_artifacts",
            model=model,
            client_id=client_id,
            count=count,
            people=self.people,
            more=Jsonb(dict(more)),
        )


@dataclass(frozen=True)
class Postgres:
    """The PostgreSQL of a run."""

    conninfo: str

    def installation(self, name: str, *, people: int, tokens: int, events: int) -> Installation:
        """A migrated database of ours with so many people, live tokens and audit events."""
        conninfo = self._create(name)
        migrate.migrate(conninfo)
        return fill(conninfo, people=people, tokens=tokens, events=events)

    def peer(self, name: str, *, people: int) -> PeerInstallation:
        """A database for oidc-provider with the same people."""
        conninfo = self._create(name)
        with psycopg.connect(conninfo, autocommit=True) as connection:
            for statement in STATEMENTS["installation.peer_table"].text.split(b";"):
                connection.execute(statement)
            _run(connection, "peer_people", people=people)
            connection.execute("vacuum analyze")
        return PeerInstallation(conninfo, people)

    def _create(self, name: str) -> str:
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute(psycopg.sql.SQL("create database {}").format(psycopg.sql.Identifier(name)))
        return psycopg.conninfo.make_conninfo(self.conninfo, dbname=name)


def fill(conninfo: str, *, people: int, tokens: int, events: int) -> Installation:
    """Put people, groups, clients, live tokens, audit events and sessions into a migrated database."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(
            "set session_replication_role = replica"
        )  # no look at what rows refer to: it is there
        connection.execute("set synchronous_commit = off")
        _run(connection, "people", people=people)
        for statement in ("passkeys", "groups", "clients"):
            _run(connection, statement)
        _run(connection, "live_tokens", authorizations=tokens // 2)
        _run(connection, "events", events=events)
        connection.execute("vacuum analyze")
    return Installation(conninfo, _texts(conninfo, "sessions", count=SESSIONS))


@contextmanager
def open_postgres() -> Iterator[Postgres]:
    """The same PostgreSQL that an installation without one of its own gets, for this run."""
    with scratch_folder() as folder, embedded.start(folder) as server:
        yield Postgres(server.conninfo)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that the account of an embedded database may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="pocketid-bench-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _credential(user_id: UUID) -> Credential:
    return Credential(secrets.token_bytes(32), str(user_id).encode(), new_key("ES256"), 0)


def _run(connection: psycopg.Connection[Any], name: str, **parameters: Any) -> None:
    connection.execute(STATEMENTS[f"installation.{name}"].text, parameters)


def _texts(conninfo: str, name: str, **parameters: Any) -> list[str]:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        rows = connection.execute(STATEMENTS[f"installation.{name}"].text, parameters).fetchall()
    return [text for (text,) in rows]
