"""What this installation is, whichever process serves it: its id, and the proof of its key."""

from pocketid.crypto import CannotOpen, Keyring
from pocketid.db import Database

_PURPOSE = "key-check"
_KNOWN_TEXT = b"ENCRYPTION_KEY of this installation"


class WrongKey(Exception):
    """ENCRYPTION_KEY is not the one that this database's secrets were sealed under."""

    def __init__(self) -> None:
        super().__init__(
            "ENCRYPTION_KEY is not the key that this database was set up with. Nothing was changed."
            " Put the former key back; if it is lost, the signing keys in this database are lost with it."
        )


def check_key(db: Database, keyring: Keyring) -> None:
    """Raise WrongKey when the key does not open what this database holds; nothing is ever made anew for it.

    The first key that a new database meets is the one that it keeps.
    """
    instance_id = str(db.value("instance.id"))
    db.run("instance.keep_key_check", key_check=keyring.seal(_PURPOSE, _KNOWN_TEXT, instance_id))
    try:
        keyring.open(_PURPOSE, bytes(db.value("instance.key_check")), instance_id)
    except CannotOpen as error:
        raise WrongKey from error
