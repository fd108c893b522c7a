"""Which line implements which section of which standard: `make spec`.

python -m contrib.dev.spec

A citation names a document and its sections, as `RFC 6749 3.1, 4.1.2.1` or `Back-Channel Logout 2.5 and 2.8`; without
a section it is about the whole. A version after the name (`Discovery 1.0 4`) is no section.
"""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_DOCUMENT = (
    r"RFC \d+(?:bis)?|WebAuthn|FAPI 2\.0(?: Security Profile| Message Signing)?|"
    r"Core Error Code unmet_authentication_requirements|Core|Discovery|"
    r"(?:Back-Channel|Front-Channel|RP-Initiated) Logout|Form Post Response Mode|Multiple Response Types"
)
_SECTION = r"(?:\d+|[A-Z]\.\d+)(?:\.\d+)*\b"
_CITATION = re.compile(rf"\b({_DOCUMENT})\b(?: 1\.0)?((?:(?: |, | and ){_SECTION})*)")
_FIRST_RFC = 1000  # `RFC 7515, 7517` are two documents: no section has such a number


def citations(text: str) -> Iterator[tuple[str, int]]:
    """What a file cites, as `document section`, each with the number of its line."""
    for number, line in enumerate(text.splitlines(), 1):
        for document, sections in _CITATION.findall(line):
            for cited in _each(document, re.findall(_SECTION, sections)):
                yield cited, number


def _each(document: str, sections: list[str]) -> Iterator[str]:
    documents = {section for section in sections if section.isdecimal() and int(section) >= _FIRST_RFC}
    if not sections or sections[0] in documents:
        yield document
    for section in sections:
        yield f"RFC {section}" if section in documents else f"{document} {section}"


def of_package() -> list[tuple[str, str]]:
    """Citation and place of everything that is cited in code and SQL, in the order of documents and sections."""
    files = [*(ROOT / "pocketid").rglob("*.py"), *(ROOT / "sql").glob("*.sql")]
    places = {
        (cited, str(file.relative_to(ROOT)), number)
        for file in files
        for cited, number in citations(file.read_text())
    }
    return [(cited, f"{file}:{number}") for cited, file, number in sorted(places, key=_order)]


def _order(place: tuple[str, str, int]) -> tuple[list[tuple[int, str]], str, int]:
    """Numbers by their size: 4.10 comes after 4.9."""
    parts = [(int(part), "") if part.isdecimal() else (0, part) for part in re.findall(r"\d+|\D+", place[0])]
    return parts, place[1], place[2]


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `make spec | head` is no error
    print("\n".join(f"{cited}\t{place}" for cited, place in of_package()))
