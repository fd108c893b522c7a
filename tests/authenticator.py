"""A passkey provider in software: makes real keys and real signatures from the options in a page.

    device = Authenticator(origin)
    form["credential"] = device.create(options)      options: the JSON text of a page's data-options
    form["credential"] = device.get(options)

Its attributes are how it answers; change them, or pass them to one call, to make it misbehave.
"""

import hashlib
import html
import json
import re
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from fido2.cose import ES256, RS256, CoseKey, EdDSA
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from pocketid.crypto import base64url, from_base64url

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
_OPTIONS = re.compile(r'data-options="([^"]*)"')
_ALGORITHMS = {-7: "ES256", -8: "EdDSA", -257: "RS256"}


def options_of(page: str) -> str:
    """The options in a page's form."""
    found = _OPTIONS.search(page)
    assert found, "no passkey form in this page"
    return html.unescape(found[1])


class AlreadyRegistered(Exception):
    """What browsers call InvalidStateError: the exclude list names a passkey of this device."""


@dataclass
class Credential:
    """One passkey on the device."""

    id: bytes
    user_handle: bytes
    key: PrivateKey
    counter: int


@dataclass
class Authenticator:
    """A device with its passkeys. None means: as it should be."""

    origin: str
    algorithm: str | None = None  # ES256, EdDSA, RS256; None takes the first that the options name
    aaguid: str = "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4"
    user_present: bool = True
    user_verified: bool = True
    backup_eligible: bool = True
    backed_up: bool = True
    counts: bool = False
    discoverable: bool | None = True
    cross_origin: bool = False
    challenge: bytes | None = None
    rp_id: str | None = None
    client_data_type: str | None = None
    user_handle: bytes | None = None
    breaks_signature: bool = False
    key: PrivateKey | None = None
    cose_key: dict[int, Any] | None = None
    credential_id: bytes | None = None
    credentials: list[Credential] = field(default_factory=list)

    def create(self, options: str, **changes: Any) -> str:
        """navigator.credentials.create(): the JSON text of a new passkey. Raises AlreadyRegistered."""
        return replace(self, **changes)._create(json.loads(options))

    def get(self, options: str, **changes: Any) -> str:
        """navigator.credentials.get(): the JSON text of an answer signed by the newest passkey allowed."""
        return replace(self, **changes)._get(json.loads(options))

    def _create(self, options: dict[str, Any]) -> str:
        excluded = {from_base64url(entry["id"]) for entry in options.get("excludeCredentials", ())}
        if any(credential.id in excluded for credential in self.credentials):
            raise AlreadyRegistered
        algorithm = self.algorithm or _ALGORITHMS[options["pubKeyCredParams"][0]["alg"]]
        credential = Credential(
            self.credential_id or secrets.token_bytes(32),
            from_base64url(options["user"]["id"]),
            self.key or new_key(algorithm),
            counter=0,
        )
        self.credentials.append(credential)
        attested = AttestedCredentialData.create(
            Aaguid.parse(self.aaguid), credential.id, CoseKey(self.cose_key or cose(credential.key))
        )
        data = self._data(options["rp"]["id"], credential, attested)
        attestation = AttestationObject.create("none", data, {})
        properties = {} if self.discoverable is None else {"credProps": {"rk": self.discoverable}}
        parts = {"attestationObject": base64url(attestation), "transports": ["internal", "hybrid"]}
        return self._answer("webauthn.create", options, credential, parts, properties)

    def _get(self, options: dict[str, Any]) -> str:
        allowed = [from_base64url(entry["id"]) for entry in options.get("allowCredentials", ())]
        credential = [entry for entry in self.credentials if not allowed or entry.id in allowed][-1]
        if self.counts:
            credential.counter += 1
        data = self._data(options["rpId"], credential)
        client_data = self._client_data("webauthn.get", options)
        signature = _sign(credential.key, data + hashlib.sha256(client_data).digest())
        if self.breaks_signature:
            signature = _sign(credential.key, b"something else")
        parts = {
            "authenticatorData": base64url(data),
            "signature": base64url(signature),
            "userHandle": base64url(credential.user_handle if self.user_handle is None else self.user_handle),
        }
        return self._answer("webauthn.get", options, credential, parts, {})

    def _data(
        self, rp_id: str, credential: Credential, attested: AttestedCredentialData | None = None
    ) -> AuthenticatorData:
        flag = AuthenticatorData.FLAG
        flags = flag(0)
        for is_set, bit in (
            (self.user_present, flag.UP),
            (self.user_verified, flag.UV),
            (self.backup_eligible, flag.BE),
            (self.backed_up, flag.BS),
            (attested is not None, flag.AT),
        ):
            flags |= bit if is_set else flag(0)
        rp_id_hash = hashlib.sha256((self.rp_id or rp_id).encode()).digest()
        data: AuthenticatorData = AuthenticatorData.create(
            rp_id_hash, flags, credential.counter, attested or b""
        )
        return data

    def _client_data(self, kind: str, options: dict[str, Any]) -> CollectedClientData:
        challenge = self.challenge or from_base64url(options["challenge"])
        return CollectedClientData.create(
            self.client_data_type or kind, challenge, self.origin, cross_origin=self.cross_origin
        )

    def _answer(
        self,
        kind: str,
        options: dict[str, Any],
        credential: Credential,
        parts: dict[str, Any],
        extensions: dict[str, Any],
    ) -> str:
        identifier = base64url(credential.id)
        return json.dumps(
            {
                "id": identifier,
                "rawId": identifier,
                "type": "public-key",
                "authenticatorAttachment": "platform",
                "response": {"clientDataJSON": base64url(self._client_data(kind, options)), **parts},
                "clientExtensionResults": extensions,
            }
        )


def new_key(algorithm: str) -> PrivateKey:
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 2048)


def cose(key: PrivateKey) -> dict[int, Any]:
    """The public half as a COSE_Key."""
    kind: Any = RS256
    if isinstance(key, ec.EllipticCurvePrivateKey):
        kind = ES256
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        kind = EdDSA
    return dict(kind.from_cryptography_key(key.public_key()))


def _sign(key: PrivateKey, message: bytes) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(message, ec.ECDSA(hashes.SHA256()))
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
