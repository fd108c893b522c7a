"""What kinds of authenticators are called, by AAGUID; aaguids.md says where the list is from.

An AAGUID proves nothing (WA-12): it gives a new passkey its first name and is used for nothing else.
"""

import json
from functools import cache
from pathlib import Path
from uuid import UUID

_LIST = Path(__file__).with_suffix(".json")


def name_of(aaguid: UUID | None) -> str | None:
    """The name of a kind of authenticator; None when it is not known."""
    return _names().get(str(aaguid))


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = json.loads(_LIST.read_text(encoding="utf-8"))
    return names
