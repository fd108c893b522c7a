"""Whatever colour an admin picks, what is written on it and in it can be read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketid import accent

PAPERS = ((246, 245, 241), (20, 25, 26))


def variables(sheet: str) -> list[dict[str, accent.Colour]]:
    found = [
        dict(re.findall(r"--([a-z-]+):(#\w+);", block)) for block in re.findall(r":root\{([^}]*)\}", sheet)
    ]
    return [{name: accent.parse(text) or (0, 0, 0) for name, text in block.items()} for block in found]


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_every_accent_is_readable_in_both_schemes(colour: accent.Colour) -> None:
    sheet = accent.style_sheet("#{:02x}{:02x}{:02x}".format(*colour))
    for paper, shades in zip(PAPERS, variables(sheet), strict=True):
        assert accent.contrast(shades["accent"], paper) >= 4.5
        assert accent.contrast(shades["accent"], shades["on-accent"]) >= 4.5


@pytest.mark.parametrize("text", ["default", "", "red", "#12345", "#0f6a5b}body{display:none", "#gggggg"])
def test_what_is_no_colour_makes_no_style(text: str) -> None:
    assert accent.style_sheet(text) == ""


def test_short_colours_count_as_long_ones() -> None:
    assert accent.parse("#0af") == accent.parse("#00aaff") == (0, 170, 255)


def test_contrast_is_that_of_wcag() -> None:
    assert accent.contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert accent.contrast((118, 118, 118), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)
