"""The public keys of clients: typed in, or behind an address of theirs. RFC 7591 2 jwks, jwks_uri.

keys = client_keys.find(db, client_id)          what is registered
client_keys.verify(request, keys, token, ...)   a token of the client (an assertion, a request object)
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pocketid import crypto, fetched_keys, jose
from pocketid.crypto import Keyring
from pocketid.db import Database
from pocketid.errors import Invalid
from pocketid.jose import BadKey, NotValid, Token
from pocketid.request import Request
from pocketid.text import _

MOST_KEYS = 10
_MAX_CHARACTERS = 32 * 1024
_MAX_ADDRESS = 2048
_PURPOSE = "client-secret-jwt"


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """What a client has registered: members of a JWK set or an address, and the only algorithm if it named one."""

    client_id: str
    keys: list[dict[str, Any]] = field(default_factory=list)
    jwks_uri: str | None = None
    algorithm: str | None = None
    sealed_secret: bytes | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        """Whether there is a public one."""
        return bool(self.keys or self.jwks_uri)


def find(db: Database, client_id: str) -> ClientKeys:
    """The keys of a client, or none."""
    found = db.one(ClientKeys, "client_keys.of_client", client_id=client_id)
    return ClientKeys(client_id) if found is None else found


def verify(request: Request, registered: ClientKeys, token: Token, allowed: Collection[str]) -> None:
    """Check a token by the client's keys, with an algorithm that is allowed here and to it. Raises NotValid.

    May commit, and gives the connection back while it fetches keys: call it before anything else is written.
    """
    if not registered:
        raise NotValid("this client has no keys registered")
    if registered.algorithm is not None and token.algorithm != registered.algorithm:
        raise NotValid("the token is signed with another algorithm than the one registered")
    if registered.jwks_uri:
        return fetched_keys.verify(request, registered.jwks_uri, token, allowed)
    return fetched_keys.verify_by_one(token, fetched_keys.usable(registered.keys), allowed)


def save(db: Database, registered: ClientKeys, now: datetime) -> None:
    """Give a client other keys. Raises Invalid."""
    if problem := address_problem(registered.jwks_uri or ""):
        raise Invalid({"jwks_uri": problem})
    if registered.jwks_uri and registered.keys:
        raise Invalid({"jwks_uri": _("Either keys or their address, please.")})
    if registered.algorithm is not None and registered.algorithm not in jose.ASYMMETRIC:
        raise Invalid({"algorithm": _("Please choose one of the list.")})
    db.run(
        "client_keys.save",
        client_id=registered.client_id,
        keys=registered.keys,
        jwks_uri=registered.jwks_uri,
        algorithm=registered.algorithm,
        now=now,
    )


def make_secret(db: Database, keyring: Keyring, client_id: str, now: datetime) -> str:
    """Give a client another secret to sign with (client_secret_jwt), to be shown once.

    It has to be read back for each signature, so it is made for this alone: no secret that is kept as a digest turns
    into one that is kept sealed.
    """
    secret = crypto.random_token()
    sealed = keyring.seal(_PURPOSE, secret.encode(), client_id)
    db.run("client_keys.seal", client_id=client_id, sealed_secret=sealed, now=now)
    return secret


def secret(keyring: Keyring, registered: ClientKeys) -> str | None:
    """The secret that a client signs with, or None."""
    if registered.sealed_secret is None:
        return None
    return keyring.open(_PURPOSE, registered.sealed_secret, registered.client_id).decode()


def read(text: str) -> list[dict[str, Any]]:
    """The keys of a JWK set, or the one key, that somebody typed in. Raises Invalid."""
    if not text:
        return []
    try:
        found = jose.json_object(text.encode()) if len(text) <= _MAX_CHARACTERS else {}
    except ValueError:
        found = {}
    members = found.get("keys", [found] if "kty" in found else [])
    if not isinstance(members, list) or not 0 < len(members) <= MOST_KEYS:
        raise _refused(_("Paste a JWK set: JSON with a list “keys” of {n} keys at most.").format(n=MOST_KEYS))
    for number, member in enumerate(members, start=1):
        try:
            jose.public_key(member)
        except BadKey as bad:
            raise _refused(_("Key {n}: {problem}").format(n=number, problem=_explained(bad))) from bad
    kids = [member["kid"] for member in members if "kid" in member]
    if len(set(kids)) != len(kids):
        raise _refused(_("Two keys have the same kid."))
    return members


def address_problem(address: str) -> str:
    """What is wrong with the address of a JWK set; empty when nothing is."""
    is_fine = not address or (address.startswith("https://") and address.isascii() and address.isprintable())
    if not is_fine or len(address) > _MAX_ADDRESS or " " in address:
        return _("Write the whole address, beginning with https://.")
    return ""


def _refused(problem: str) -> Invalid:
    return Invalid({"keys": problem})


def _explained(bad: BadKey) -> str:
    if bad.reason == "private":
        return _("It is a private key. Keep it to the app, and paste its public half.")
    if bad.reason == "use":
        return _("It is not for verifying signatures.")
    if bad.reason == "size":
        return _("RSA keys need 2048 to 8192 bits.")
    return _("Only RSA, EC (P-256, P-384, P-521) and Ed25519 keys can be used.")
