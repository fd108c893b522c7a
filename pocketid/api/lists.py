"""What the API's lists have in common: `pagination[page]`, `pagination[limit]`, and the shape of a page."""

from collections.abc import Sequence
from typing import Any

from pocketid.paging import Paging
from pocketid.request import Fields
from pocketid.response import Response, json

_LIMIT, _MOST = 20, 100


def paging_of(query: Fields, total: int) -> Paging:
    """The page that the query asks for; beyond the end it is the last one."""
    size = min(max(1, _number(query, "pagination[limit]", _LIMIT)), _MOST)
    last = Paging(1, size, total).pages
    return Paging(min(max(1, _number(query, "pagination[page]", 1)), last), size, total)


def listed(rows: Sequence[Any], paging: Paging) -> Response:
    """One page of a list."""
    pagination = {
        "totalPages": paging.pages,
        "totalItems": paging.total,
        "currentPage": paging.page,
        "itemsPerPage": paging.size,
    }
    return json({"data": rows, "pagination": pagination})


def _number(query: Fields, name: str, default: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default
