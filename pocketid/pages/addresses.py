"""What the addresses of pages hold."""

from uuid import UUID

from pocketid.errors import NotFound
from pocketid.text import _


def row_id(text: str) -> UUID:
    """The id of a row in an address or a form. Raises NotFound: there is nothing under what is no id."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(_("There is nothing at this address (any more).")) from error
