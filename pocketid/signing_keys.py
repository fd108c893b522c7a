"""The keys that sign ID tokens and access tokens, and the public set that apps verify with.

A private key is stored sealed under ENCRYPTION_KEY, bound to its kid. It is unsealed once and kept; which keys
are in force is kept until the table changes (signals.py). Algorithms come from the key, never from a token's
header (RFC 8725 3.1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from jwcrypto import jwk

from pocketid import audit, crypto
from pocketid.audit import Event
from pocketid.crypto import CannotOpen, Keyring, base64url
from pocketid.db import Database
from pocketid.instance import WrongKey
from pocketid.request import Request

ALGORITHMS = ("RS256", "ES256", "EdDSA")
_PURPOSE = "signing-key"
_MAX_TOKEN_CHARACTERS = 16 * 1024
_ES256_BYTES = 32
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


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
class KeySet:
    """All keys in force: `current` signs, one for each algorithm; `published` is the JWKS document."""

    current: Mapping[str, SigningKey]
    by_kid: Mapping[str, SigningKey]
    published: bytes


def ensure(db: Database, keyring: Keyring, now: datetime) -> None:
    """Make a key for each algorithm that has none; of two processes that try, one does.

    Raises WrongKey when one that is there does not open: no key is ever made in place of another.
    """
    db.run("signing_keys.lock")
    try:
        present = _load(db, keyring).current
    except CannotOpen as error:
        raise WrongKey from error
    for algorithm in ALGORITHMS:
        if algorithm not in present:
            create(db, keyring, algorithm, now)


def create(db: Database, keyring: Keyring, algorithm: str, now: datetime) -> str:
    """Make, seal and store a key; returns its kid."""
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
        now=now,
    )
    audit.record_by_system(db, now, Event.SIGNING_KEY_CREATED, kid=kid, algorithm=algorithm)
    return kid


def keys(request: Request) -> KeySet:
    """The keys in force, read once until they change."""
    return request.signals.get("signing_keys", partial(_load, request.db, request.keyring))


def sign(key: SigningKey, claims: Mapping[str, Any], typ: str) -> str:
    """A JWS in compact form, RFC 7515 7.1, with `kid` and `typ` in its header.

    Signed with `cryptography` itself: jwcrypto adds 15 % to an RSA signature and 250 microseconds to others.
    """
    header = {"alg": key.algorithm, "kid": key.kid, "typ": typ}
    signed = f"{base64url(msgspec.json.encode(header))}.{base64url(msgspec.json.encode(claims))}"
    return f"{signed}.{base64url(_signature(key.private, signed.encode()))}"


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
        _verify(key.public, f"{head}.{payload}".encode("ascii"), crypto.from_base64url(signature))
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
        _verify(public, f"{head}.{payload}".encode("ascii"), crypto.from_base64url(signature))
        claims = msgspec.json.decode(crypto.from_base64url(payload), type=dict[str, Any])
    except (ValueError, KeyError, RecursionError, InvalidSignature) as error:
        raise NotOurs("not signed with a published key") from error
    if header.get("alg") != key["alg"]:
        raise NotOurs("signed with another algorithm than the key's")
    return header, claims


def _load(db: Database, keyring: Keyring) -> KeySet:
    rows = db.many(_Row, "signing_keys.all")
    by_kid = {row.kid: _unsealed(row, keyring) for row in rows}
    current: dict[str, SigningKey] = {}
    for row in rows:
        if row.retired_at is None:
            current.setdefault(row.algorithm, by_kid[row.kid])
    return KeySet(current, by_kid, _published(list(by_kid.values())))


def _published(published: Sequence[SigningKey]) -> bytes:
    return msgspec.json.encode({"keys": [key.published for key in published]})


def _unsealed(row: _Row, keyring: Keyring) -> SigningKey:
    private = _opened(row.sealed_private_jwk, row.kid, keyring)
    return SigningKey(row.kid, row.algorithm, private, private.public_key(), row.public_jwk)


@lru_cache(maxsize=8)
def _opened(sealed: bytes, kid: str, keyring: Keyring) -> PrivateKey:
    """Once for each key, whatever else changes in the table: an RSA key is examined for 37 ms when it is read."""
    private = jwk.JWK.from_json(keyring.open(_PURPOSE, sealed, kid).decode()).get_op_key("sign")
    assert isinstance(private, PrivateKey)
    return private


def _generate(algorithm: str, kid: str) -> jwk.JWK:
    if algorithm == "RS256":
        return jwk.JWK.generate(kty="RSA", size=2048, kid=kid)
    if algorithm == "ES256":
        return jwk.JWK.generate(kty="EC", crv="P-256", kid=kid)
    return jwk.JWK.generate(kty="OKP", crv="Ed25519", kid=kid)


def _signature(private: PrivateKey, content: bytes) -> bytes:
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(content, padding.PKCS1v15(), hashes.SHA256())
    if isinstance(private, ec.EllipticCurvePrivateKey):  # RFC 7518 3.4: r and s, 32 bytes each
        r, s = decode_dss_signature(private.sign(content, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(_ES256_BYTES, "big") + s.to_bytes(_ES256_BYTES, "big")
    return private.sign(content)


def _verify(public: PublicKey, content: bytes, signature: bytes) -> None:
    """Raises InvalidSignature."""
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
    elif isinstance(public, ec.EllipticCurvePublicKey):
        if len(signature) != 2 * _ES256_BYTES:
            raise InvalidSignature
        r, s = (int.from_bytes(half, "big") for half in (signature[:_ES256_BYTES], signature[_ES256_BYTES:]))
        public.verify(encode_dss_signature(r, s), content, ec.ECDSA(hashes.SHA256()))
    else:
        public.verify(signature, content)
