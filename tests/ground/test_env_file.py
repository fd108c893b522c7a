"""`.env` files mean here what they mean to Pocket ID."""

import pytest

from pocketid import env_file


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1\nB=2", {"A": "1", "B": "2"}),
        ("A=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
        ("\n\n  # a comment\nA=1 # another\n#B=2", {"A": "1"}),
        ("export A=1", {"A": "1"}),
        ("A: 1", {"A": "1"}),
        ("A = 1 ", {"A": "1"}),
        ("A=", {"A": ""}),
        ("A=\nB=2", {"A": "", "B": "2"}),
        ("A=x#y", {"A": "x#y"}),
        ("A=#x", {"A": "#x"}),
        ("A=x # y # z", {"A": "x # y"}),
        ("A=b=c==", {"A": "b=c=="}),
        ('A="x # y" # z', {"A": "x # y"}),
        ("A='x\ny'\nB=2", {"A": "x\ny", "B": "2"}),
        (r'A="x\ny \"z\" $"', {"A": 'x\ny "z" $'}),
        (r"A='x\ny $B'", {"A": r"x\ny $B"}),
        ("A=1\nB=${A}2\nC=$B", {"A": "1", "B": "12", "C": "12"}),
        ("A=$HOME", {"A": "/home"}),
        ("A=$UNKNOWN.", {"A": "."}),
        (r"A=\$HOME", {"A": "$HOME"}),
        ("HOME=/other\nA=$HOME", {"HOME": "/other", "A": "/other"}),
        ("A=pa$$word", {"A": "pa$$word"}),
        ("A=1\nA=2", {"A": "2"}),
        ("", {}),
    ],
)
def test_a_file_is_read_as_pocket_id_reads_it(text: str, expected: dict[str, str]) -> None:
    assert env_file.parse(text, {"HOME": "/home"}) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("A=1\nnonsense\n", "line 2 is no NAME=value"),
        ("A=1\n\nB='x\n", "line 3 has no closing quote"),
        ('A="1" 2', "line 1 is no NAME=value"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{problem}$"):
        env_file.parse(text, {})
