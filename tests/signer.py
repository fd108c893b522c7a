"""The software of an app that signs: by jwcrypto, so that what we verify was not made by our own code."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from jwcrypto import jwk, jws

_KINDS: dict[str, dict[str, Any]] = {
    "RS": {"kty": "RSA", "size": 2048},
    "PS": {"kty": "RSA", "size": 2048},
    "ES256": {"kty": "EC", "crv": "P-256"},
    "ES384": {"kty": "EC", "crv": "P-384"},
    "ES512": {"kty": "EC", "crv": "P-521"},
    "EdDSA": {"kty": "OKP", "crv": "Ed25519"},
}


@cache
def _generate(algorithm: str, name: str) -> jwk.JWK:
    kind = _KINDS.get(algorithm) or _KINDS[algorithm[:2]]
    return jwk.JWK.generate(**kind, kid=name)


class Signer:
    """A key pair; two of the same algorithm and name are the same one."""

    def __init__(self, algorithm: str = "ES256", kid: str = "key-1") -> None:
        self.algorithm, self.kid = algorithm, kid
        self.key = _generate(algorithm, kid)

    @property
    def public(self) -> dict[str, Any]:
        """Its public half, with kid."""
        public: dict[str, Any] = self.key.export_public(as_dict=True)
        return public

    @property
    def private(self) -> dict[str, Any]:
        """All of it."""
        private: dict[str, Any] = json.loads(self.key.export_private())
        return private

    def sign(self, claims: Mapping[str, Any], **header: Any) -> str:
        """A token in compact form; a member of the header that is None is left out."""
        members = {"alg": self.algorithm, "kid": self.kid, **header}
        kept = {name: value for name, value in members.items() if value is not None}
        token = jws.JWS(json.dumps(claims).encode())
        token.allowed_algs = [self.algorithm]
        token.add_signature(self.key, alg=self.algorithm, protected=json.dumps(kept))
        return str(token.serialize(compact=True))


def compact(header: object, claims: object, signature: bytes = b"") -> str:
    """A token of any parts, texts among them as they are."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, signature))
