"""Tables as people's programs save them: encodings, delimiters, and what is said of a broken one."""

import codecs
import csv
import io

import pytest

from pocketid import csv_table
from pocketid.errors import Invalid

COLUMNS = {"first_name": ("Vorname",), "email": ("mail",)}
PLAIN = "first_name,email\nÉva,eva@example.test\n"


def read(text: str | bytes, most: int = 100) -> csv_table.Table:
    return csv_table.read(text.encode() if isinstance(text, str) else text, COLUMNS, most)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        codecs.BOM_UTF8 + PLAIN.encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode("utf-16"),
        codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
        PLAIN.rstrip().encode(),
        f"\n \n{PLAIN}\n,\n".encode(),
        b'"Vorname";"Mail"\nE\xcc\x81va;eva@example.test\n',
        "MAIL,First Name\neva@example.test, Éva \n".encode(),
    ],
    ids=range(10),
)
def test_a_table_is_read_however_a_spreadsheet_saves_it(content: bytes) -> None:
    table = read(content)
    assert [row.cells for row in table.rows] == [{"first_name": "Éva", "email": "eva@example.test"}]
    assert (table.problems, table.ignored) == ([], [])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty."),
        (b" \n\n", "This file is empty."),
        (PLAIN.encode("latin-1"), "it may be Latin-1"),
        ("email\nx@example.test\n".encode("utf-16-le"), "it may be UTF-16"),
        (codecs.BOM_UTF16_LE + b"a", "is not UTF-8"),
        (b"PK\x03\x04\x00\x00workbook", "a workbook"),
        (b"one,two\n1,2\n", "names no column that is known here. Known are: first_name, email."),
        (b"first_name,email\n", "no row below"),
        (b"first_name,Vorname\nA,B\n", "mean the same: first_name"),
        (b"first_name\n" + b"A\n" * 101, "too many rows: 100 at most"),
        (b"first_name\n\0\n", "UTF-16 without its mark"),
    ],
    ids=range(11),
)
def test_what_cannot_be_read_is_refused_with_what_to_do(content: bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(content)
    assert sentence in refusal.value.fields["file"]


def test_a_row_is_known_by_the_line_on_which_it_begins() -> None:
    table = read('first_name,email\n"A\nB",a@example.test\n\nC,c@example.test\n')
    assert [(row.line, row.cells["first_name"]) for row in table.rows] == [(2, "A\nB"), (5, "C")]


def test_columns_that_nobody_asked_for_are_named_and_short_rows_are_filled_up() -> None:
    table = read("first_name,Phone,email,\nAnna,123\n")
    assert table.ignored == ["Phone"]
    assert table.rows[0].cells == {"first_name": "Anna"}


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("first_name,email\nA,b,c\n", 2, "more cells than there are columns"),
        ('first_name,email\nA,"b\nC,d\n', 2, "quotation marks do not match"),
        ('first_name,email\nA,a@example.test\nB,"b"x\n', 3, "quotation marks do not match"),
        ("first_name\n" + "A" * 200_000, 2, "quotation marks do not match"),
        *(
            (f"first_name\n{start}1+1\n", 2, "spreadsheets take it for a formula")
            for start in ("=", "+", "-", "@", " =")
        ),
    ],
)
def test_a_broken_row_is_named_by_its_line(text: str, line: int, sentence: str) -> None:
    (problem,) = read(text).problems
    assert problem.line == line
    assert sentence in problem.message


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_ad_09_what_is_written_is_no_formula(cell: str) -> None:
    (row,) = csv.reader(
        io.StringIO(csv_table.write([[cell, 'a "b", c', "é"]]).decode("utf-8-sig"), newline="")
    )
    assert row == [f"'{cell}", 'a "b", c', "é"]


def test_what_is_written_can_be_read() -> None:
    written = csv_table.write([("first_name", "email"), ("A, “B”\n", "a@example.test")])
    assert written.startswith(codecs.BOM_UTF8)
    assert read(written).rows[0].cells == {"first_name": "A, “B”", "email": "a@example.test"}
