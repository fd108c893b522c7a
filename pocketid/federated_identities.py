"""Who a client is elsewhere: a token of another issuer (a cluster, a cloud, a pipeline) proves that it is the client.

Pocket ID's federated client credentials. What is left empty has a default: the subject is the client id, the audience
our issuer, and the keys lie where Pocket ID looks for them. RFC 7523 2.2.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pocketid import client_keys
from pocketid.db import Database
from pocketid.errors import Invalid, NotFound
from pocketid.text import _

MOST = 20
_LONGEST = 2048
_KEYS = "/.well-known/jwks.json"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a token must say, and where the keys are that it is signed with."""

    id: UUID
    client_id: str
    issuer: str
    subject: str | None
    audience: str | None
    jwks_uri: str | None
    allows_reuse: bool

    @property
    def name(self) -> str:
        """The subject that counts."""
        return self.subject or self.client_id

    @property
    def keys_at(self) -> str:
        """The address of the keys."""
        return self.jwks_uri or self.issuer.rstrip("/") + _KEYS


@dataclass(frozen=True, slots=True)
class Typed:
    """An identity as the form has it."""

    issuer: str = ""
    subject: str = ""
    audience: str = ""
    jwks_uri: str = ""
    allows_reuse: bool = False


def of_client(db: Database, client_id: str) -> list[Identity]:
    """The identities of a client."""
    return db.many(Identity, "federated_identities.of_client", client_id=client_id)


def get(db: Database, client_id: str, identity_id: UUID) -> Identity:
    """One identity of a client. Raises NotFound."""
    found = next((row for row in of_client(db, client_id) if row.id == identity_id), None)
    if found is None:
        raise _gone()
    return found


def add(db: Database, client_id: str, typed: Typed, now: datetime) -> None:
    """Let tokens of another issuer prove that somebody is the client. Raises Invalid."""
    problems = {
        "issuer": _issuer_problem(typed),
        "subject": _length_problem(typed.subject),
        "audience": _length_problem(typed.audience),
        "jwks_uri": client_keys.address_problem(typed.jwks_uri),
    }
    if errors := {name: problem for name, problem in problems.items() if problem}:
        raise Invalid(errors)
    is_added = db.run(
        "federated_identities.insert",
        client_id=client_id,
        issuer=typed.issuer,
        subject=typed.subject or None,
        audience=typed.audience or None,
        jwks_uri=typed.jwks_uri or None,
        allows_reuse=typed.allows_reuse,
        limit=MOST,
        now=now,
    )
    if not is_added:
        raise Invalid({"issuer": _("These are too many: {n} at most.").format(n=MOST)})


def remove(db: Database, client_id: str, identity_id: UUID) -> Identity:
    """Believe no token of it any more; returns what it was. Raises NotFound."""
    row = db.one(Identity, "federated_identities.delete", client_id=client_id, id=identity_id)
    if row is None:
        raise _gone()
    return row


def _issuer_problem(typed: Typed) -> str:
    """An issuer is compared as text; its address is only gone to where the keys have none of their own."""
    if not typed.issuer:
        return _("Please fill this in.")
    if not typed.jwks_uri:
        return client_keys.address_problem(typed.issuer)
    return _length_problem(typed.issuer)


def _length_problem(text: str) -> str:
    return _("This is too long: {n} characters at most.").format(n=_LONGEST) if len(text) > _LONGEST else ""


def _gone() -> NotFound:
    return NotFound(_("This identity is gone. It may have been removed already."))
