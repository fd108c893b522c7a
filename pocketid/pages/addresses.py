"""What the addresses of pages hold: ids of rows, and `redirect`, the path of ours to go on to."""

from urllib.parse import quote
from uuid import UUID

from pocketid import callback_urls, settings
from pocketid.errors import NotFound
from pocketid.request import Request
from pocketid.text import _


def row_id(text: str) -> UUID:
    """The id of a row in an address or a form. Raises NotFound: there is nothing under what is no id."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(_("There is nothing at this address (any more).")) from error


def target(request: Request) -> str:
    """Where to go on to: `redirect` if it is a path of ours, else the home page."""
    asked = _redirect(request)
    return asked if callback_urls.is_safe_local_path(asked) else settings.load(request).home_page_url


def query(request: Request) -> str:
    """The query that passes `redirect` on, with its question mark; empty when there is none."""
    asked = _redirect(request)
    return f"?redirect={quote(asked, safe='')}" if callback_urls.is_safe_local_path(asked) else ""


def _redirect(request: Request) -> str:
    return request.form.get("redirect") or request.query.get("redirect", "")
