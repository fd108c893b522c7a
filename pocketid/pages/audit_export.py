"""The audit log as a file: NDJSON for programs, CSV for spreadsheets. However long it is, a thousand rows at a time.

Each thousand is read by a connection that is given back before they are sent, so that a slow client holds none.
"""

import codecs
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import msgspec

from pocketid import audit, csv_table
from pocketid.audit import Filter, Position, Row
from pocketid.db import Database

_ROWS_AT_ONCE = 1000
_COLUMNS = [field.name for field in fields(Row)]


def ndjson(db: Database, wanted: Filter) -> Iterator[bytes]:
    """A line of JSON for each event, newest first."""
    yield from _written(db, wanted, lambda rows: msgspec.json.Encoder().encode_lines(rows))


def spreadsheet(db: Database, wanted: Filter) -> Iterator[bytes]:
    """CSV with a head, newest first; the mark before it tells spreadsheets that it is UTF-8."""
    yield csv_table.write([_COLUMNS])
    yield from _written(db, wanted, lambda rows: _csv(_cells(row) for row in rows))


FORMATS: dict[str, tuple[Callable[[Database, Filter], Iterator[bytes]], str]] = {
    "ndjson": (ndjson, "application/x-ndjson"),
    "csv": (spreadsheet, "text/csv; charset=utf-8"),
}


def _written(db: Database, wanted: Filter, write: Callable[[list[Row]], bytes]) -> Iterator[bytes]:
    before: Position | None = None
    while True:
        with db.another() as own:
            rows = audit.search(own, wanted, _ROWS_AT_ONCE, before=before)
        if rows:
            yield write(rows)
        if len(rows) < _ROWS_AT_ONCE:
            return
        before = Position(rows[-1].at, rows[-1].id)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    return csv_table.write(rows).removeprefix(codecs.BOM_UTF8)


def _cells(row: Row) -> list[str]:
    return [_cell(value) for value in asdict(row).values()]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return msgspec.json.encode(value).decode() if value else ""
    return value.isoformat() if isinstance(value, datetime) else str(value)
