"""Every named statement is valid, used, and mentioned by the module that owns it alone."""

import ast
import re
from pathlib import Path

import pytest

from pocketid.db import Connection, Statement, Statements
from pocketid.paths import data_dir

STATEMENTS = Statements.load(data_dir("sql"))
PACKAGE = Path(__file__).parents[2] / "pocketid"
NAME = re.compile(r"[a-z_]+\.[a-z_]+")


def literals(path: Path) -> set[str]:
    """The statement names that a module passes to a Database."""
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    texts = {
        argument.value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"one", "many", "value", "values", "run", "complete"}
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    return {text for text in texts if NAME.fullmatch(text)}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_postgresql_understands_the_statement(statement: Statement, shared_connection: Connection) -> None:
    nothing = dict.fromkeys(statement.parameters)
    with shared_connection.transaction(force_rollback=True):
        shared_connection.execute(b"explain " + statement.text, nothing)


def test_every_statement_is_used_by_its_own_module_alone() -> None:
    used: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for name in literals(path):
            used.setdefault(name, set()).add(path.relative_to(PACKAGE).with_suffix("").as_posix())
    assert used.keys() - STATEMENTS.keys() == set(), "names that no file defines"
    assert STATEMENTS.keys() - used.keys() == set(), "statements that nobody uses"
    for name, owners in used.items():
        assert owners == {name.partition(".")[0]}, f"{name} is mentioned by {owners}"


def test_every_statement_says_what_it_does() -> None:
    silent = [name for name, statement in STATEMENTS.items() if not statement.text.startswith(b"-- ")]
    assert silent == []


def test_no_statement_selects_everything() -> None:
    assert [name for name, statement in STATEMENTS.items() if b"select *" in statement.text] == []
