"""Pages of a list by number."""

import pytest

from pocketid.paging import from_query


@pytest.mark.parametrize(
    ("page", "total", "expected", "offset"),
    [
        ("1", 0, 1, 0),
        ("2", 41, 2, 20),
        ("3", 41, 3, 40),
        ("4", 41, 3, 40),
        ("0", 41, 1, 0),
        ("-1", 41, 1, 0),
        ("abc", 41, 1, 0),
        ("٢", 41, 1, 0),
        ("9" * 40, 41, 1, 0),
    ],
)
def test_any_page_number_leads_to_a_page_that_exists(
    page: str, total: int, expected: int, offset: int
) -> None:
    paging = from_query({"page": page}, total)
    assert (paging.page, paging.offset) == (expected, offset)
