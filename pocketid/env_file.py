"""A `.env` file, read as Pocket ID reads it: comments, quotes, escapes, several lines in quotes, `${NAME}`.

    parse("APP_NAME='Our house' # a comment", {})      {"APP_NAME": "Our house"}

The rules are those of godotenv, so that a file that worked there means the same here. Unlike there, a line that
cannot be read is an error and not silence.
"""

import re
from collections.abc import Mapping

_START = re.compile(r"(?:\s+|#[^\n]*)*")
_NAME = re.compile(r"(?:export[^\S\n]+)?([A-Za-z0-9_.]+)[^\S\n]*[=:][^\S\n]*")
_QUOTED = re.compile(r"""'((?:[^']|(?<=\\)')*)(?<!\\)'|"((?:[^"]|(?<=\\)")*)(?<!\\)\"""")
_LINE = re.compile(r"[^\n]*")
_COMMENT = re.compile(r"(.*)\s#.*")
_REFERENCE = re.compile(r"(\\)?\$\{?([A-Z0-9_]+)?\}?")
_ESCAPES = {"n": "\n", "r": "\r"}


def parse(text: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of a file; `${NAME}` stands for one of them, else for one of `environ`.

    Raises ValueError with the number of a line that cannot be read.
    """
    text = text.replace("\r\n", "\n")
    found: dict[str, str] = {}
    at = _end(_START, text, 0)
    while at < len(text):
        name = _NAME.match(text, at)
        if name is None:
            raise ValueError(f"line {_line(text, at)} is no NAME=value")
        found[name[1]], at = _value(text, name.end(), {**environ, **found})
        at = _end(_START, text, at)
    return found


def _value(text: str, at: int, known: Mapping[str, str]) -> tuple[str, int]:
    """The value that begins at a place, and where it ends."""
    if text[at : at + 1] not in {"'", '"'}:
        line = _LINE.match(text, at)
        assert line is not None
        commented = _COMMENT.fullmatch(line[0])
        return _expanded((commented[1] if commented else line[0]).strip(), known), line.end()
    quoted = _QUOTED.match(text, at)
    if quoted is None:
        raise ValueError(f"line {_line(text, at)} has no closing quote")
    if quoted[2] is None:
        return quoted[1], quoted.end()
    plain = re.sub(r"\\([^$])", lambda found: _ESCAPES.get(found[1], found[1]), quoted[2])
    return _expanded(plain, known), quoted.end()


def _expanded(text: str, known: Mapping[str, str]) -> str:
    def replaced(found: re.Match[str]) -> str:
        if found[1]:
            return found[0][1:]
        return known.get(found[2], "") if found[2] else found[0]

    return _REFERENCE.sub(replaced, text)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
