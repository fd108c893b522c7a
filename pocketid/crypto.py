"""Random tokens, digests, constant-time comparison, and sealing under ENCRYPTION_KEY.

Every purpose has a key of its own, derived with HKDF (RFC 5869) from ENCRYPTION_KEY and the purpose's name;
a sealed value is bound to its row by associated data, so it opens nowhere else.
"""

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class CannotOpen(Exception):
    """A sealed value does not open: another key, another row, or a changed text."""


def random_token() -> str:
    """256 random bits as 43 characters of base64url."""
    return secrets.token_urlsafe(32)


def digest(token: str | bytes) -> bytes:
    """SHA-256 of a random token, which is how it is stored (security: nothing to guess, so no salt)."""
    return hashlib.sha256(token.encode() if isinstance(token, str) else token).digest()


def same(left: str | bytes, right: str | bytes) -> bool:
    """Compare in constant time."""
    as_bytes = [side.encode() if isinstance(side, str) else side for side in (left, right)]
    return hmac.compare_digest(*as_bytes)


def base64url(content: bytes) -> str:
    """Base64url without padding, RFC 7515 2."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of an unpadded base64url text. Raises ValueError when it is none, or not the one way to write it."""
    decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64url(decoded) != text:  # RFC 4648 3.5; b64decode passes over foreign characters and stray bits
        raise ValueError("not base64url")
    return decoded


class Keyring:
    """The keys derived from ENCRYPTION_KEY; one for each purpose, none of them stored."""

    def __init__(self, encryption_key: bytes) -> None:
        self._encryption_key = encryption_key
        self._derived: dict[str, bytes] = {}

    def key(self, purpose: str) -> bytes:
        """The 32-byte key of a purpose."""
        if purpose not in self._derived:
            kdf = HKDF(hashes.SHA256(), 32, salt=None, info=f"pocketid/{purpose}".encode())
            self._derived[purpose] = kdf.derive(self._encryption_key)
        return self._derived[purpose]

    def mac(self, purpose: str, message: str | bytes) -> bytes:
        """HMAC-SHA-256 of a message under the key of a purpose."""
        text = message.encode() if isinstance(message, str) else message
        return hmac.digest(self.key(purpose), text, "sha256")

    def seal(self, purpose: str, content: bytes, row: str) -> bytes:
        """AES-256-GCM, nonce first, bound to `row` (the identity of where it is kept)."""
        return seal(self.key(purpose), content, row)

    def open(self, purpose: str, sealed: bytes, row: str) -> bytes:
        """What `seal` sealed. Raises CannotOpen."""
        return unseal(self.key(purpose), sealed, row)


def seal(key: bytes, content: bytes, row: str) -> bytes:
    """AES-256-GCM under a 32-byte key, nonce first, with `row` as associated data."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, row.encode())


def unseal(key: bytes, sealed: bytes, row: str) -> bytes:
    """What `seal` sealed. Raises CannotOpen."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], row.encode())
    except (InvalidTag, ValueError) as error:
        raise CannotOpen(row) from error
