"""What a browser sent back from a passkey ceremony, parsed and verified; knows no database and no page.

    read_registration, read_authentication    JSON text -> the parts of the response, in fido2's types
    check_client_data                         type, origin, frame (WebAuthn 7.1 and 7.2, steps on C)
    check_authenticator_data                  relying party, presence, verification (steps on authData)
    check_key                                 the few kinds of key that are taken
    check_signature                           WebAuthn 7.2 step 21

fido2 parses and does the arithmetic; what is demanded of the parts is said here. Attestation is not asked
for, so none is looked at.
"""

import json
import struct
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from fido2 import cbor
from fido2.cose import ES256, RS256, CoseKey, EdDSA
from fido2.utils import sha256
from fido2.webauthn import (
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    RegistrationResponse,
)

# COSE algorithm -> key type (RFC 9053 2.1, 2.2, RFC 8812 2), in the order in which we like them
ALGORITHMS = {ES256.ALGORITHM: 2, EdDSA.ALGORITHM: 1, RS256.ALGORITHM: 3}
_MAX_CHARACTERS = 64 * 1024
_MAX_CREDENTIAL_ID = 1023  # WebAuthn 7.1 step 26
_TRANSPORTS = ("usb", "nfc", "ble", "smart-card", "hybrid", "internal")
_RSA_BITS = range(2048, 8193)
# What fido2's parsers raise for bytes that are not what they should be
_MALFORMED = (ValueError, KeyError, TypeError, IndexError, AttributeError, struct.error, RecursionError)


class Unfit(Exception):
    """A response that proves nothing; the text is for the audit log, not for people."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A parsed answer to navigator.credentials.create(), and what the browser says beside it."""

    client_data: CollectedClientData
    data: AuthenticatorData
    transports: list[str]
    is_discoverable: bool


def read_registration(text: str) -> Registration:
    """The answer to navigator.credentials.create(). Raises Unfit."""
    try:
        parsed = _json(text)
        response = RegistrationResponse.from_dict(parsed)
        transports = [str(name) for name in parsed["response"].get("transports", ()) if name in _TRANSPORTS]
        properties = dict(response.client_extension_results).get("credProps") or {}
        return Registration(
            response.response.client_data,
            response.response.attestation_object.auth_data,
            transports,
            properties.get("rk") is not False,
        )
    except _MALFORMED as error:
        raise Unfit("malformed response") from error


def read_authentication(text: str) -> AuthenticationResponse:
    """The answer to navigator.credentials.get(). Raises Unfit."""
    try:
        return AuthenticationResponse.from_dict(_json(text))
    except _MALFORMED as error:
        raise Unfit("malformed response") from error


def check_client_data(client_data: CollectedClientData, kind: str, origins: Collection[str]) -> None:
    """Whether the browser asked in our name, on our page. Raises Unfit."""
    if client_data.type != kind:
        raise Unfit("wrong type")
    if client_data.origin not in origins:
        raise Unfit("wrong origin")
    if client_data.cross_origin:
        raise Unfit("asked within a frame of another site")


def check_authenticator_data(data: AuthenticatorData, rp_id: str, *, verification_required: bool) -> None:
    """Whether the authenticator answered us, with a person there. Raises Unfit."""
    if data.rp_id_hash != sha256(rp_id.encode()):
        raise Unfit("wrong relying party")
    if not data.is_user_present():
        raise Unfit("nobody present")
    if verification_required and not data.is_user_verified():
        raise Unfit("person not verified")


def check_key(data: AuthenticatorData) -> CoseKey:
    """The new key, if it is of a kind that is taken. Raises Unfit."""
    credential = data.credential_data
    if credential is None or not 0 < len(credential.credential_id) <= _MAX_CREDENTIAL_ID:
        raise Unfit("no credential")
    key = credential.public_key
    if key.ALGORITHM not in ALGORITHMS or key.get(1) != ALGORITHMS[key.ALGORITHM]:
        raise Unfit("kind of key not taken")
    if key.ALGORITHM == RS256.ALGORITHM and _bits(key.get(-1)) not in _RSA_BITS:
        raise Unfit("size of key not taken")
    try:
        key.verify(b"", b"")
    except InvalidSignature:  # a sound key understood the question; one off its curve does not get here
        return key
    except _MALFORMED as error:
        raise Unfit("broken key") from error
    raise Unfit("key accepts anything")


def check_signature(public_key: bytes, response: AuthenticationResponse) -> None:
    """Whether the stored key signed this answer. Raises Unfit."""
    parts = response.response
    try:
        stored: Any = cbor.decode(public_key)
        CoseKey.parse(stored).verify(parts.authenticator_data + parts.client_data.hash, parts.signature)
    except InvalidSignature as error:
        raise Unfit("wrong signature") from error
    except _MALFORMED as error:
        raise Unfit("malformed signature") from error


def _json(text: str) -> dict[str, Any]:
    if len(text) > _MAX_CHARACTERS:
        raise ValueError("too long")
    parsed = json.loads(text)
    if not isinstance(parsed, dict):
        raise TypeError("not an object")
    return parsed


def _bits(modulus: object) -> int:
    return int.from_bytes(modulus, "big").bit_length() if isinstance(modulus, bytes) else 0
