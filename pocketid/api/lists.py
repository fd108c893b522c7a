"""What the API's lists have in common: `pagination[page]`, `pagination[limit]`, and the shape of a page."""

from collections.abc import Sequence
from typing import Any

from pocketid.paging import Paging, nearest, number
from pocketid.request import Fields
from pocketid.response import Response, json

_LIMIT, _MOST = 20, 100


def paging_of(query: Fields, total: int) -> Paging:
    """The page that the query asks for; beyond the end it is the last one."""
    size = min(max(1, number(query, "pagination[limit]", _LIMIT)), _MOST)
    return nearest(number(query, "pagination[page]", 1), size, total)


def listed(rows: Sequence[Any], paging: Paging) -> Response:
    """One page of a list."""
    pagination = {
        "totalPages": paging.pages,
        "totalItems": paging.total,
        "currentPage": paging.page,
        "itemsPerPage": paging.size,
    }
    return json({"data": rows, "pagination": pagination})
