"""Every setting, event and command is documented, and nothing is documented that is not there."""

import re
from pathlib import Path

import pytest

from contrib.dev.demo import DOCS_PICTURES, IN_DOCS
from pocketid import cli, variables
from pocketid.audit import Event
from tests.processes import ROOT

DOCS = ROOT / "docs"


def first_column(page: Path) -> list[str]:
    """The names in the first column of a page's tables."""
    rows = re.findall(r"^\| (`[^|]*`[^|]*) \|", page.read_text(), re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def test_the_page_of_variables_is_made_from_the_rows() -> None:
    assert (DOCS / "configuration.md").read_text() == variables.reference(), "run `make docs`"


@pytest.mark.parametrize("row", [*variables.VARIABLES, *variables.SETTINGS], ids=lambda row: row.name)
def test_a_row_says_in_sentences_what_it_means(row: variables.Variable) -> None:
    assert row.description.endswith(".")
    assert row.accepted
    assert row.example
    assert f"| `{row.name}`" in variables.reference()


def test_every_event_is_documented_in_the_order_of_the_program() -> None:
    assert first_column(DOCS / "audit-events.md") == [event.value for event in Event]


@pytest.mark.parametrize("event", Event)
def test_every_event_is_asserted_by_some_test(event: Event) -> None:
    named = re.compile(rf"""["'.]{event.value}\b""")
    assert any(named.search(path.read_text()) for path in (ROOT / "tests").rglob("test_*.py"))


def test_every_command_and_option_is_documented() -> None:
    (words,) = (action for action in cli._parser()._actions if action.metavar == "COMMAND")
    assert isinstance(words.choices, dict)
    lines: dict[str, str] = {}
    for name in first_column(DOCS / "commands.md"):
        if name.startswith("pocket-id "):
            lines[name.split()[1]] = lines.get(name.split()[1], "") + name
    assert lines.keys() == words.choices.keys()
    for word, command in words.choices.items():
        for action in command._actions:
            if action.dest != "help":
                shown = {*action.option_strings, str(action.metavar).split()[0]}
                assert any(text in lines[word] for text in shown), (word, action.dest)


def test_every_page_is_linked_from_the_readme() -> None:
    linked = re.findall(r"\]\(docs/([\w-]+\.md)\)", (ROOT / "README.md").read_text())
    assert set(linked) == {page.name for page in DOCS.glob("*.md")}


def test_every_picture_is_small_shown_once_and_taken_by_the_demo() -> None:
    pages = (ROOT / "README.md", *DOCS.glob("*.md"))
    shown = [name for page in pages for name in re.findall(r"images/([\w-]+)\.png\)", page.read_text())]
    assert sorted(shown) == sorted(IN_DOCS) == sorted(path.stem for path in DOCS_PICTURES.iterdir())
    assert all(path.stat().st_size < 60_000 for path in DOCS_PICTURES.iterdir())


def test_no_page_names_a_file_that_is_not_there() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), (page.name, target)
        for name in re.findall(r"`((?:pocketid|sql|views|tests|docs|contrib)/[\w./-]+)`", page.read_text()):
            assert (ROOT / name).exists(), (page.name, name)
