"""Pages of a list by number."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a list is shown; `page` counts from 1 and is never beyond the last."""

    page: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; one for an empty list."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.size


def from_query(query: Mapping[str, str], total: int, size: int = 20) -> Paging:
    """The page that `?page=` asks for; anything that is no page number counts as the nearest one."""
    return nearest(number(query, "page", 1), size, total)


def nearest(page: int, size: int, total: int) -> Paging:
    """A page of a list, or the first or last one where there is no such page."""
    return Paging(min(max(1, page), Paging(1, size, total).pages), size, total)


def number(query: Mapping[str, str], name: str, default: int) -> int:
    """A number in a query; `default` for anything else."""
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def base_url(chosen: Mapping[str, str]) -> str:
    """The address of a list with what was chosen there, but no page; parts/pager.tpl adds that."""
    kept = urlencode({name: text for name, text in chosen.items() if text})
    return f"?{kept}&" if kept else "?"
