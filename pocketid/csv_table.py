"""Tables as CSV (RFC 4180): read from what people's programs save, written so that no program runs what is in it.

    read(content, columns, most)    rows with their line numbers, and what is wrong with the file
    write(rows)                     UTF-8 with a byte order mark, which spreadsheets need to see that it is UTF-8

Comma, semicolon and tab are told apart by the header. Knows nothing of what the columns mean.
"""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pocketid.errors import Invalid
from pocketid.text import _

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_DELIMITERS = (",", ";", "\t")
_LONGEST_HEADER = 10_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a line; `column` is empty when it is the whole line."""

    line: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row by column; `line` is where it begins, counted from 1."""

    line: int
    cells: dict[str, str]


@dataclass(slots=True)
class Table:
    """A file as it was read. `ignored` names its columns that nobody asked for."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def read(content: bytes, columns: Mapping[str, Sequence[str]], most: int) -> Table:
    """A table whose first row names its columns, each by one of the names that `columns` gives it.

    Raises Invalid for `file` when there is no telling what the rows are.
    """
    text = _decoded(content)
    names = {_folded(name): column for column, known in columns.items() for name in (column, *known)}
    delimiter = _delimiter(text, names)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    table, begins, header = Table(), 1, None
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header(cells, names, table)
            elif len(table.rows) == most:
                raise Invalid({"file": _("These are too many rows: {n} at most.").format(n=most)})
            else:
                _add(table, header, line, cells)
    except csv.Error:
        message = _("The quotation marks do not match from here on.")
        table.problems.append(Problem(begins, "", message))
    if not table.rows and not table.problems:
        raise Invalid({"file": _("There is no row below the names of the columns.")})
    return table


def write(rows: Iterable[Sequence[str]]) -> bytes:
    """CSV that opens as it is in a spreadsheet; what would be a formula there becomes a text (AD-09)."""
    output = io.StringIO(newline="")
    csv.writer(output).writerows([_harmless(cell) for cell in row] for row in rows)
    return codecs.BOM_UTF8 + output.getvalue().encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _decoded(content: bytes) -> str:
    """The text, when it is certain what it is. A byte order mark is; what is no UTF-8 without one is not."""
    if not content.strip():
        raise Invalid({"file": _("This file is empty.")})
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(
            {
                "file": _(
                    "This file is not UTF-8; it may be Latin-1 or Windows-1252. Save it as “CSV UTF-8” and try again."
                )
            }
        ) from error
    if "\0" in text:
        raise Invalid(
            {
                "file": _(
                    "This is no CSV in UTF-8: it may be UTF-16 without its mark, or a workbook. Save it as “CSV UTF-8”."
                )
            }
        )
    return text


def _delimiter(text: str, names: Mapping[str, str]) -> str:
    """The one by which most columns are known."""
    first = text.lstrip().partition("\n")[0][:_LONGEST_HEADER]

    def known(delimiter: str) -> int:
        return sum(_folded(cell) in names for cell in next(csv.reader([first], delimiter=delimiter), []))

    best = max(_DELIMITERS, key=known)
    if not known(best):
        columns = ", ".join(dict.fromkeys(names.values()))
        message = _("The first line names no column that is known here. Known are: {columns}.")
        raise Invalid({"file": message.format(columns=columns)})
    return best


def _header(cells: Sequence[str], names: Mapping[str, str], table: Table) -> list[str | None]:
    header = [names.get(_folded(cell)) for cell in cells]
    for column in names.values():
        if header.count(column) > 1:
            message = _("Two columns mean the same: {column}. Please keep one of them.").format(column=column)
            raise Invalid({"file": message})
    table.ignored = [
        cell.strip() for cell, column in zip(cells, header, strict=True) if not column and cell.strip()
    ]
    return header


def _add(table: Table, header: Sequence[str | None], line: int, cells: Sequence[str]) -> None:
    if any(cell.strip() for cell in cells[len(header) :]):
        message = _(
            "This row has more cells than there are columns. Is a text with a comma without its quotation marks?"
        )
        table.problems.append(Problem(line, "", message))
        return
    found = {
        column: unicodedata.normalize("NFC", cell).strip()
        for column, cell in zip(header, cells, strict=False)
        if column
    }
    table.problems += [
        Problem(
            line,
            column,
            _("A cell must not begin with {sign}: spreadsheets take it for a formula.").format(sign=cell[0]),
        )
        for column, cell in found.items()
        if cell.startswith(FORMULA_STARTS)
    ]
    table.rows.append(Row(line, found))


def _folded(name: str) -> str:
    """A column's name without what people write differently."""
    plain = unicodedata.normalize("NFC", name).casefold()
    return "".join(character for character in plain if character.isalnum())
