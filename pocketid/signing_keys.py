"""The keys that sign ID tokens and access tokens, and the public set that apps verify with.

    ensure      at every start: a key for each algorithm that has none
    rotate      the next key: published at once, and it signs an hour later, when everybody has had time to read it
    tend        every minute: the schedule, and the end of keys whose last token has expired
    replace     in an emergency: other keys at once, and nothing that the old ones signed counts any more

A private key is stored sealed under ENCRYPTION_KEY, bound to its kid. It is unsealed once and kept; which keys
are in force is kept until the table changes (signals.py). Algorithms come from the key, never from a token's
header (RFC 8725 3.1).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from jwcrypto import jwk

from pocketid import audit, crypto, jose
from pocketid.audit import Event
from pocketid.crypto import CannotOpen, Keyring, base64url
from pocketid.db import Database
from pocketid.instance import WrongKey
from pocketid.jose import PublicKey
from pocketid.request import Request

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
ID_TOKEN_LIFETIME = timedelta(hours=1)
PUBLISHED_AHEAD = timedelta(hours=1)  # far more than the five minutes for which the key set may be kept
_IN_FLIGHT = timedelta(
    minutes=5
)  # what a slow request, or a clock that is behind, may still sign with an old key
_PURPOSE = "signing-key"
_MAX_TOKEN_CHARACTERS = 16 * 1024
_ES256_BYTES = 32
_SHA256 = hashes.SHA256()
_PSS = padding.PSS(mgf=padding.MGF1(_SHA256), salt_length=padding.PSS.DIGEST_LENGTH)  # RFC 7518 3.5
_RSA_PADDING = {"RS256": padding.PKCS1v15(), "PS256": _PSS}
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
Tell = Callable[..., None]  # how an event is recorded: audit.record of a request, or audit.record_by_system


class NotOurs(Exception):
    """A token that we did not sign, or that is of another kind than was asked for."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key pair; `published` is its JWK, with public members only."""

    kid: str
    algorithm: str
    private: PrivateKey
    public: PublicKey
    published: dict[str, str]
    active_from: datetime
    retired_at: datetime | None


class _Header(msgspec.Struct):
    """The members of a token's header that we look at. RFC 7515 4.1."""

    alg: str
    kid: str
    typ: str


@dataclass(frozen=True, slots=True)
class _Row:
    kid: str
    algorithm: str
    public_jwk: dict[str, str]
    sealed_private_jwk: bytes
    active_from: datetime
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A key as admins see it; `published_until` is None until its last token is known to be signed."""

    kid: str
    algorithm: str
    active_from: datetime
    retired_at: datetime | None
    published_until: datetime | None

    def state(self, now: datetime) -> str:
        """`next` is published and does not sign yet, `current` signs, `previous` does not sign any more."""
        if self.active_from > now:
            return "next"
        return "previous" if self.retired_at and self.retired_at <= now else "current"


@dataclass(frozen=True, slots=True)
class KeySet:
    """All keys in force, of each algorithm the newest first; `published` is the JWKS document."""

    of_algorithm: Mapping[str, Sequence[SigningKey]]
    by_kid: Mapping[str, SigningKey]
    published: bytes

    def current(self, algorithm: str, now: datetime) -> SigningKey:
        """The key that signs: the newest that may. With a clock that is behind all of them, the oldest."""
        known = self.of_algorithm[algorithm]
        return next((key for key in known if key.active_from <= now), known[-1])


def ensure(db: Database, keyring: Keyring, now: datetime) -> None:
    """Make a key for each algorithm that has none; of two processes that try, one does.

    Raises WrongKey when one that is there does not open: no key is ever made in place of another.
    """
    db.run("signing_keys.lock")
    try:
        known = _load(db, keyring).of_algorithm
    except CannotOpen as error:
        raise WrongKey from error
    for algorithm in ALGORITHMS:
        if all(key.retired_at for key in known.get(algorithm, ())):
            _create(db, keyring, algorithm, now, now, partial(audit.record_by_system, db, now))


def listed(db: Database) -> list[Listed]:
    """Every key, by algorithm, the newest first."""
    found = db.many(Listed, "signing_keys.listed")
    return sorted(found, key=lambda key: ALGORITHMS.index(key.algorithm))


def rotate(
    db: Database, keyring: Keyring, now: datetime, tell: Tell, algorithms: Sequence[str] = ALGORITHMS
) -> datetime:
    """Publish the next key of each algorithm that has none waiting; returns when the last of them will sign.

    Of two processes that rotate at once, one makes the keys.
    """
    db.run("signing_keys.lock")
    newest = {key.algorithm: key.active_from for key in reversed(listed(db))}
    begins = now + PUBLISHED_AHEAD
    waiting = {algorithm: newest[algorithm] for algorithm in algorithms if newest[algorithm] > now}
    for algorithm in algorithms:
        if algorithm not in waiting:
            _create(db, keyring, algorithm, begins, now, tell)
    return max(waiting.values()) if len(waiting) == len(algorithms) else begins


def replace(
    db: Database, keyring: Keyring, now: datetime, tell: Tell, algorithms: Sequence[str] = ALGORITHMS
) -> None:
    """Put other keys in the place of all, at once: what was signed so far is not ours any more."""
    db.run("signing_keys.lock")
    for key in listed(db):
        if key.algorithm in algorithms:
            _delete(db, key, tell, reason="replaced at once")
    for algorithm in algorithms:
        _create(db, keyring, algorithm, now, now, tell)


def tend(db: Database, keyring: Keyring, days: int, now: datetime) -> int:
    """Rotate keys that have signed for `days` (0: never), and delete those whose last token has expired.

    Returns how many were deleted. Nothing is written, and so nobody is told, while there is nothing to do.
    """
    tell = partial(audit.record_by_system, db, now)
    known = listed(db)
    if any(_is_settled(key, now) for key in known):
        db.run("signing_keys.settle", before=now - _IN_FLIGHT, least=now + ID_TOKEN_LIFETIME)
    over = [key for key in known if key.published_until and key.published_until <= now]
    deleted = sum(_delete(db, key, tell, reason="its last token has expired") for key in over)
    newest = {key.algorithm: key.active_from for key in reversed(known)}
    due_before = now + PUBLISHED_AHEAD - timedelta(days=days)
    due = [algorithm for algorithm, active_from in newest.items() if active_from <= due_before]
    if days and due:
        rotate(db, keyring, now, tell, due)
    return deleted


def keys(request: Request) -> KeySet:
    """The keys in force, read once until they change."""
    return request.signals.get("signing_keys", partial(_load, request.db, request.keyring))


def read(db: Database, keyring: Keyring) -> KeySet:
    """The keys in force, for what no request caused."""
    return _load(db, keyring)


def sign(key: SigningKey, claims: Mapping[str, Any], typ: str) -> str:
    """A JWS in compact form, RFC 7515 7.1, with `kid` and `typ` in its header.

    Signed with `cryptography` itself: jwcrypto adds 15 % to an RSA signature and 250 microseconds to others.
    """
    header = {"alg": key.algorithm, "kid": key.kid, "typ": typ}
    signed = f"{base64url(msgspec.json.encode(header))}.{base64url(msgspec.json.encode(claims))}"
    return f"{signed}.{base64url(_signature(key.algorithm, key.private, signed.encode()))}"


def verify(request: Request, token: str, *, typ: str) -> dict[str, Any]:
    """The claims of a token of ours, of the kind `typ`; whether it has expired is the caller's question.

    Raises NotOurs. The key is chosen by kid from our own set and names its algorithm, so `none`, HMAC under
    a public key and keys in the header are impossible (RFC 8725 3.1, 3.2).
    """
    if len(token) > _MAX_TOKEN_CHARACTERS or token.count(".") != 2:  # RFC 7515 7.1
        raise NotOurs("not a compact JWS")
    head, payload, signature = token.split(".")
    try:
        header = msgspec.json.decode(crypto.from_base64url(head), type=_Header)
        key = keys(request).by_kid[header.kid]
        content = f"{head}.{payload}".encode("ascii")
        jose.check_signature(key.public, key.algorithm, content, crypto.from_base64url(signature))
        claims = msgspec.json.decode(crypto.from_base64url(payload), type=dict[str, Any])
    except (ValueError, KeyError, RecursionError, InvalidSignature) as error:
        raise NotOurs("not signed by us") from error
    if header.alg != key.algorithm or header.typ != typ or claims.get("iss") != request.config.app_url:
        raise NotOurs(f"not one of our {typ} tokens")
    return claims


def verify_with(published: bytes, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token, verified as an app does it: with a JWKS document alone. Raises NotOurs."""
    try:
        head, payload, signature = token.split(".")
        header = msgspec.json.decode(crypto.from_base64url(head), type=dict[str, Any])
        known = {key["kid"]: key for key in msgspec.json.decode(published)["keys"]}
        key = known[header["kid"]]
        public = jwk.JWK(**key).get_op_key("verify")
        assert isinstance(public, PublicKey)
        content = f"{head}.{payload}".encode("ascii")
        jose.check_signature(public, key["alg"], content, crypto.from_base64url(signature))
        claims = msgspec.json.decode(crypto.from_base64url(payload), type=dict[str, Any])
    except (ValueError, KeyError, RecursionError, InvalidSignature) as error:
        raise NotOurs("not signed with a published key") from error
    if header.get("alg") != key["alg"]:
        raise NotOurs("signed with another algorithm than the key's")
    return header, claims


def _is_settled(key: Listed, now: datetime) -> bool:
    """Whether a key has signed its last token, and nobody has noted yet when that expires."""
    return key.published_until is None and key.retired_at is not None and key.retired_at + _IN_FLIGHT <= now


def _create(
    db: Database, keyring: Keyring, algorithm: str, active_from: datetime, now: datetime, tell: Tell
) -> str:
    """Make, seal and store a key, which retires the one before it; returns its kid."""
    kid = crypto.random_token()[:22]
    private = _generate(algorithm, kid)
    public = {**private.export_public(as_dict=True), "alg": algorithm, "use": "sig"}
    sealed = keyring.seal(_PURPOSE, private.export_private().encode(), kid)
    db.run(
        "signing_keys.insert",
        kid=kid,
        algorithm=algorithm,
        public_jwk=public,
        sealed_private_jwk=sealed,
        active_from=active_from,
        now=now,
    )
    tell(Event.SIGNING_KEY_CREATED, kid=kid, algorithm=algorithm, signs_from=active_from.isoformat())
    return kid


def _delete(db: Database, key: Listed, tell: Tell, *, reason: str) -> int:
    deleted = db.run("signing_keys.delete", kid=key.kid)
    if deleted:
        tell(Event.SIGNING_KEY_DELETED, kid=key.kid, algorithm=key.algorithm, reason=reason)
    return deleted


def _load(db: Database, keyring: Keyring) -> KeySet:
    known = [_unsealed(row, keyring) for row in db.many(_Row, "signing_keys.all")]
    of_algorithm: dict[str, list[SigningKey]] = {}
    for key in known:
        of_algorithm.setdefault(key.algorithm, []).append(key)
    return KeySet(of_algorithm, {key.kid: key for key in known}, _published(known))


def _published(published: Sequence[SigningKey]) -> bytes:
    return msgspec.json.encode({"keys": [key.published for key in published]})


def _unsealed(row: _Row, keyring: Keyring) -> SigningKey:
    private = _opened(row.sealed_private_jwk, row.kid, keyring)
    public = private.public_key()
    return SigningKey(
        row.kid, row.algorithm, private, public, row.public_jwk, row.active_from, row.retired_at
    )


@lru_cache(maxsize=64)
def _opened(sealed: bytes, kid: str, keyring: Keyring) -> PrivateKey:
    """Once for each key, whatever else changes in the table: an RSA key is examined for 37 ms when it is read."""
    private = jwk.JWK.from_json(keyring.open(_PURPOSE, sealed, kid).decode()).get_op_key("sign")
    assert isinstance(private, PrivateKey)
    return private


def _generate(algorithm: str, kid: str) -> jwk.JWK:
    if algorithm in _RSA_PADDING:
        return jwk.JWK.generate(kty="RSA", size=2048, kid=kid)
    if algorithm == "ES256":
        return jwk.JWK.generate(kty="EC", crv="P-256", kid=kid)
    return jwk.JWK.generate(kty="OKP", crv="Ed25519", kid=kid)


def _signature(algorithm: str, private: PrivateKey, content: bytes) -> bytes:
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(content, _RSA_PADDING[algorithm], _SHA256)
    if isinstance(private, ec.EllipticCurvePrivateKey):  # RFC 7518 3.4: r and s, 32 bytes each
        r, s = decode_dss_signature(private.sign(content, ec.ECDSA(_SHA256)))
        return r.to_bytes(_ES256_BYTES, "big") + s.to_bytes(_ES256_BYTES, "big")
    return private.sign(content)
