"""Brings pocketid/catalogues/*.po up to date with what the code and the views say: `make i18n`.

    extract()        every message of pocketid/**.py, views/**.tpl and pocketid/recipes.json
    update(...)      each catalogue: new messages empty, those no longer said dropped; nothing is guessed
    typeset(...)     apostrophes and French spaces as printers set them, which write(...) sees to
    problems(...)    what a reader would notice: missing, fuzzy, other placeholders, other markup

Exits with 1 while something is missing.
"""

import io
import re
import string
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import bottle  # noqa: TID251  # a view's messages are in the Python that it is compiled to
import msgspec
from babel.messages import Catalog, Message
from babel.messages.extract import extract as extract_from
from babel.messages.pofile import read_po, write_po

from pocketid.text import CATALOGUES, LANGUAGES

ROOT = Path(__file__).parents[2]
_KEYWORDS = {"_": None, "ngettext": (1, 2)}
_SPACE = re.compile(r"^\s|\s$")
_CURLY = {"fr", "it", "nl"}  # whose words often have an apostrophe inside
_FRENCH = ((" (?=[;?!])", "\u202f"), (" (?=[:»])", "\u00a0"), ("(?<=«) ", "\u00a0"))  # no line ends there


def extract() -> Catalog:
    """Every message, with the files that say it."""
    catalogue = Catalog(project="Pocketid", charset="utf-8", fuzzy=False)
    for path, code in _sources():
        found = extract_from("python", io.BytesIO(code.encode()), keywords=_KEYWORDS)
        for _line, message, _comments, _context in found:
            catalogue.add(message, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    for sentence in _sentences_of_recipes():
        catalogue.add(sentence, locations=[("pocketid/recipes.json", 0)])
    return catalogue


def read(language: str) -> Catalog:
    """The catalogue of a language; an empty one when there is none yet."""
    path = CATALOGUES / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(catalogue: Catalog, template: Catalog) -> None:
    """Give the catalogue just the messages of the template."""
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()


def typeset(text: str, language: str) -> str:
    """The text with the apostrophes and spaces that its language wants, whichever were typed."""
    if language in _CURLY:
        text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    for typed, set_as in _FRENCH if language == "fr" else ():
        text = re.sub(typed, set_as, text)
    return text


def write(catalogue: Catalog, language: str) -> None:
    """Store it, sorted by message, so that two changes seldom meet."""
    for message in catalogue:
        if message.id:
            forms = [typeset(form, language) for form in _texts(message.string)]
            message.string = tuple(forms) if isinstance(message.id, tuple) else forms[0]
    catalogue.header_comment = f"# Pocketid in {LANGUAGES[language]}"
    text = io.BytesIO()
    write_po(text, catalogue, sort_output=True, omit_header=False, include_lineno=False, width=110)
    lines = text.getvalue().decode().splitlines(keepends=True)
    kept = [
        line
        for line in lines
        if not re.match(
            r'"(POT-Creation|PO-Revision)-Date|"(Generated-By|Report-|Last-T|Language-T|Project-)', line
        )
    ]
    (CATALOGUES / f"{language}.po").write_text("".join(kept))


def problems(catalogue: Catalog, template: Catalog) -> list[str]:
    """What is wrong with a catalogue, a line each."""
    said = {message.id for message in template if message.id}
    found = [
        f"no longer said: {message.id}" for message in catalogue if message.id and message.id not in said
    ]
    for message in template:
        if message.id:
            found += _problems_of(message, catalogue.get(message.id), catalogue.num_plurals)
    language = str(catalogue.locale)
    found += [
        f"not typeset: {form}"
        for message in catalogue
        for form in (_texts(message.string) if message.id else ())
        if form != typeset(form, language)
    ]
    return found


def _problems_of(source: Message, translated: Message | None, plurals: int) -> Iterator[str]:
    said = _texts(source.id)
    singular, plural = said[0], said[-1]
    forms = _texts(translated.string if translated else "")
    if not all(forms) or len(forms) != (plurals if len(said) > 1 else 1):
        yield f"not translated: {singular}"
        return
    assert translated is not None
    if translated.fuzzy:
        yield f"fuzzy: {singular}"
    for form in forms:
        if _places(form) not in (_places(singular), _places(plural)):
            yield f"other placeholders: {form}"
        if bool(_SPACE.search(form)) != bool(_SPACE.search(singular)):
            yield f"white space at an end: {form!r}"


def _texts(words: str | Sequence[str] | None) -> list[str]:
    """One text, or those of a plural; Babel has both in one place."""
    return [words or ""] if words is None or isinstance(words, str) else list(words)


def _places(text: str) -> set[str | None]:
    return {
        name for _literal, name, _format, _conversion in string.Formatter().parse(text) if name is not None
    }


def _sources() -> Iterator[tuple[Path, str]]:
    for path in sorted((ROOT / "pocketid").rglob("*.py")):
        yield path, path.read_text()
    for path in sorted((ROOT / "views").rglob("*.tpl")):
        yield (
            path,
            bottle.SimpleTemplate(
                name=str(path.relative_to(ROOT / "views")), lookup=[str(ROOT / "views")]
            ).code,
        )


def _sentences_of_recipes() -> Iterator[str]:
    for recipe in msgspec.json.decode((ROOT / "pocketid" / "recipes.json").read_bytes()):
        yield from recipe.get("notes", ())
        yield from (question["label"] for question in recipe.get("questions", ()))


def main() -> int:
    """Update all catalogues; says what is missing."""
    template = extract()
    missing = 0
    for language in LANGUAGES.keys() - {"en"}:
        catalogue = read(language)
        update(catalogue, template)
        write(catalogue, language)
        found = problems(catalogue, template)
        missing += len(found)
        print(f"{language}: {len(template)} messages, {len(found)} problems")
        for problem in found[:20]:
            print(f"  {problem}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
