"""Client ids: words that an admin chose, or addresses at which apps describe themselves (client_documents.py).

An address holds slashes, so in the paths of our own pages it is written as Pocket ID does: `~` and base64url.
"""

from pocketid.crypto import base64url, from_base64url

LONGEST = 255
_MARK = "~"


def is_address(client_id: str) -> bool:
    """Whether a client with this id describes itself. No id that is typed in can hold a colon."""
    return client_id.startswith("https://")


def in_path(client_id: str) -> str:
    """An id as a part of a path."""
    return _MARK + base64url(client_id.encode()) if is_address(client_id) else client_id


def from_path(text: str) -> str:
    """The id that a part of a path stands for; what stands for none is no client's id either."""
    if not text.startswith(_MARK):
        return text
    try:
        client_id = from_base64url(text.removeprefix(_MARK)).decode("ascii")
    except ValueError:
        return text
    return client_id if is_address(client_id) and client_id.isprintable() else text
