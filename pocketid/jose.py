"""Signed tokens and keys of others: read strictly, verified with keys that the caller chose. RFC 7515, 7517, 8725.

    token = parse(text)                     not trusted yet
    key = public_key(member_of_a_jwk_set)   strong, public, for signatures; or BadKey
    verify(token, key, allowed)             or NotValid

The algorithm must be one that the caller allows and that fits the key, so `none`, HMAC under a public key and a key
that the token brings along (`jwk`, `jku`, `x5u`) are out of the question (RFC 8725 3.1, 3.2, 3.10). What is encrypted
or has critical extensions is refused unread.
"""

import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from pocketid.crypto import base64url, digest, from_base64url

STRONG = ("PS256", "ES256", "EdDSA")  # FAPI 2.0 5.4.1
ASYMMETRIC = ("RS256", *STRONG)
OF_ISSUERS = (*ASYMMETRIC, "RS384", "RS512", "PS384", "PS512", "ES384", "ES512")
_MAX_CHARACTERS = 16 * 1024
_MAX_JTI_CHARACTERS = 512
_RSA_BITS = range(2048, 8193)
_MAX_EXPONENT_BITS = 33
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
_CURVES: dict[str, tuple[ec.EllipticCurve, str]] = {
    "P-256": (ec.SECP256R1(), "ES256"),
    "P-384": (ec.SECP384R1(), "ES384"),
    "P-521": (ec.SECP521R1(), "ES512"),
}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_OF_THUMBPRINT = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


class NotValid(Exception):
    """A token that cannot be read or believed; the text says why, in ASCII without quotes."""


class BadKey(Exception):
    """Something that is no public key for signatures, or none that is strong enough; `reason` is one word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Token:
    """A token in compact form, read and not yet verified."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    signature: bytes

    @property
    def algorithm(self) -> str:
        """What it says that it is signed with."""
        algorithm: str = self.header["alg"]
        return algorithm

    @property
    def kid(self) -> str | None:
        """Which key it says that it is signed with."""
        return self.header.get("kid")

    @property
    def kind(self) -> object:
        """Its `typ`, in small letters if it is a text; None where there is none. RFC 7515 4.1.9."""
        typ = self.header.get("typ")
        return typ.lower() if isinstance(typ, str) else typ

    @property
    def jti(self) -> str:
        """What it is told from others of its owner by, RFC 7519 4.1.7. Raises NotValid."""
        jti = self.text("jti")
        if jti is None or len(jti) > _MAX_JTI_CHARACTERS:
            raise NotValid("jti is missing or too long")
        return jti

    def text(self, claim: str) -> str | None:
        """A claim that is a text and not empty, or None."""
        value = self.claims.get(claim)
        return value if isinstance(value, str) and value else None

    def time(self, claim: str) -> float | None:
        """A claim that is a time (RFC 7519 2 NumericDate), or None where there is none. Raises NotValid."""
        value = self.claims.get(claim)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise NotValid(f"{claim} is no time")
        try:
            return float(value)
        except OverflowError as error:
            raise NotValid(f"{claim} is no time") from error


@dataclass(frozen=True, slots=True)
class Key:
    """A public key. `algorithm` is the only one it may be used with, where its owner said so."""

    kid: str | None
    algorithm: str | None
    public: PublicKey

    def fits(self, token: Token) -> bool:
        """Whether a token may have been signed with it."""
        named = token.kid is None or self.kid is None or token.kid == self.kid
        return (
            named
            and token.algorithm in _algorithms(self.public)
            and self.algorithm in {None, token.algorithm}
        )


def parse(text: str) -> Token:
    """Read a token in compact form. RFC 7515 5.2. Raises NotValid."""
    if len(text) > _MAX_CHARACTERS:
        raise NotValid("the token is too long")
    try:
        head, payload, signature = text.split(".")
        header, claims = json_object(from_base64url(head)), json_object(from_base64url(payload))
        token = Token(header, claims, f"{head}.{payload}".encode("ascii"), from_base64url(signature))
    except ValueError as error:
        raise NotValid("the token cannot be read") from error
    if not isinstance(header.get("alg"), str) or not isinstance(header.get("kid", ""), str):
        raise NotValid("the header of the token cannot be read")
    if "crit" in header:  # RFC 7515 4.1.11: we know no extension
        raise NotValid("the token has critical extensions")
    return token


def verify(token: Token, key: Key, allowed: Collection[str]) -> None:
    """Check the signature, by an algorithm that is allowed. Raises NotValid."""
    if token.algorithm not in allowed:
        raise NotValid("the token is signed with an algorithm that is not allowed here")
    if not key.fits(token):
        raise NotValid("the key is not one for this token")
    try:
        check_signature(key.public, token.algorithm, token.signed, token.signature)
    except InvalidSignature as error:
        raise NotValid("the signature is wrong") from error


def check_signature(public: PublicKey, algorithm: str, content: bytes, signature: bytes) -> None:
    """RFC 7518 3.3 to 3.5, RFC 8037 3.1. Raises InvalidSignature."""
    if isinstance(public, ed25519.Ed25519PublicKey):
        return public.verify(signature, content)
    chosen = _HASHES[algorithm[2:]]
    if isinstance(public, ec.EllipticCurvePublicKey):
        size = (public.key_size + 7) // 8
        if len(signature) != 2 * size:
            raise InvalidSignature
        r, s = (int.from_bytes(half, "big") for half in (signature[:size], signature[size:]))
        return public.verify(encode_dss_signature(r, s), content, ec.ECDSA(chosen))
    if algorithm.startswith("PS"):
        scheme: padding.AsymmetricPadding = padding.PSS(padding.MGF1(chosen), chosen.digest_size)
        return public.verify(signature, content, scheme, chosen)
    return public.verify(signature, content, padding.PKCS1v15(), chosen)


def verify_shared(token: Token, secret: str) -> None:
    """Check an HS256 signature by a secret that we made: never a key that is public. Raises NotValid."""
    if token.algorithm != "HS256":
        raise NotValid("the token must be signed with HS256")
    if not hmac.compare_digest(hmac.digest(secret.encode(), token.signed, "sha256"), token.signature):
        raise NotValid("the signature is wrong")


def public_key(member: object) -> Key:
    """A member of a JWK set that verifies signatures. RFC 7517 4, RFC 7518 6, RFC 8037 2. Raises BadKey."""
    if not isinstance(member, dict):
        raise BadKey("format")
    if _PRIVATE & member.keys():
        raise BadKey("private")
    kid, algorithm, use, operations = (member.get(name) for name in ("kid", "alg", "use", "key_ops"))
    if use not in (None, "sig") or (operations is not None and operations != ["verify"]):
        raise BadKey("use")
    if not all(
        value is None or (isinstance(value, str) and 0 < len(value) <= 255) for value in (kid, algorithm)
    ):
        raise BadKey("format")
    try:
        public = _public(member)
    except (ValueError, TypeError, KeyError) as error:
        raise BadKey("format") from error
    if algorithm is not None and algorithm not in _algorithms(public):
        raise BadKey("algorithm")
    return Key(kid, algorithm, public)


def thumbprint(member: Mapping[str, Any]) -> str:
    """The SHA-256 thumbprint of a JWK, RFC 7638."""
    required = {name: member[name] for name in _OF_THUMBPRINT[member["kty"]]}
    return base64url(digest(json.dumps(required, separators=(",", ":"), sort_keys=True)))


def json_object(content: bytes) -> dict[str, Any]:
    """A JSON object that somebody sent: no name twice, no NUL, no endless depth. Raises ValueError."""
    try:
        found = json.loads(content.decode(), object_pairs_hook=_unique, parse_constant=_refuse)
        again = json.dumps(found, ensure_ascii=False)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    again.encode()  # half a surrogate pair is no text
    if not isinstance(found, dict) or "\\u0000" in again:
        raise ValueError("no object")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):  # RFC 7515 4, RFC 7519 4
        raise ValueError("a name comes twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _public(member: Mapping[str, Any]) -> PublicKey:
    """Raises ValueError, TypeError, KeyError, BadKey."""
    kind = member["kty"]
    if kind == "RSA":
        modulus, exponent = _number(member["n"]), _number(member["e"])
        if modulus.bit_length() not in _RSA_BITS or exponent.bit_length() > _MAX_EXPONENT_BITS:
            raise BadKey("size")
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    if kind == "EC":
        curve = _CURVES[member["crv"]][0]
        return ec.EllipticCurvePublicNumbers(_number(member["x"]), _number(member["y"]), curve).public_key()
    if kind == "OKP" and member["crv"] == "Ed25519":
        return ed25519.Ed25519PublicKey.from_public_bytes(from_base64url(member["x"]))
    raise BadKey("kind")


def _number(text: str) -> int:
    content = from_base64url(text)
    if len(content) > _RSA_BITS.stop // 8:
        raise BadKey("size")
    return int.from_bytes(content, "big")


def _algorithms(public: PublicKey) -> tuple[str, ...]:
    """What a key can be used with."""
    if isinstance(public, rsa.RSAPublicKey):
        return tuple(kind + size for kind in ("RS", "PS") for size in _HASHES)
    if isinstance(public, ed25519.Ed25519PublicKey):
        return ("EdDSA",)
    return (next(algorithm for curve, algorithm in _CURVES.values() if curve.name == public.curve.name),)
