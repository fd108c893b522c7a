"""The accent colour: from one colour that an admin picks, the shades that pages need, each readable.

Contrast is that of WCAG 2.2: 4.5 for text on the accent, and for the accent as text on the page.
"""

import re

_HEX = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_LIGHT_PAPER, _DARK_PAPER = (246, 245, 241), (20, 25, 26)
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_POCKET_GREEN = (15, 106, 91)
_READABLE = 4.5
Colour = tuple[int, int, int]


def parse(text: str) -> Colour | None:
    """Red, green and blue of `#rrggbb` or `#rgb`; None for anything else."""
    if not _HEX.fullmatch(text):
        return None
    digits = text[1:] if len(text) == len("#rrggbb") else "".join(digit * 2 for digit in text[1:])
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def style_sheet(accent_color: str) -> str:
    """CSS variables for both schemes; empty for the built-in colour."""
    colour = parse(accent_color)
    if colour is None:
        return ""
    light, dark = _both(colour)
    return f":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


def preview_sheet(accent_color: str) -> str:
    """The same for panes that show both schemes side by side, whichever the reader's own is."""
    colour = parse(accent_color)
    if colour is None:
        return ""
    light, dark = _both(colour)
    return f".pane{{{light}}}\n.pane.dark{{{dark}}}\n"


def button(accent_color: str) -> tuple[str, str]:
    """Ground and text of a button on white, for mails, which have no style sheet of ours."""
    accent = _readable(parse(accent_color) or _POCKET_GREEN, _LIGHT_PAPER, _BLACK)
    return _hex(accent), _hex(_on(accent))


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2 1.4.3)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _both(colour: Colour) -> tuple[str, str]:
    """The variables of the light scheme, and those of the dark one."""
    light, dark = _readable(colour, _LIGHT_PAPER, _BLACK), _readable(colour, _DARK_PAPER, _WHITE)
    return _variables(light, _LIGHT_PAPER, _BLACK), _variables(dark, _DARK_PAPER, _WHITE)


def _variables(accent: Colour, paper: Colour, away: Colour) -> str:
    shades = {
        "accent": accent,
        "accent-strong": _mixed(accent, away, 0.18),
        "accent-soft": _mixed(paper, accent, 0.13),
        "on-accent": _on(accent),
    }
    return "".join(f"--{name}:{_hex(shade)};" for name, shade in shades.items())


def _on(accent: Colour) -> Colour:
    """The colour of text on the accent."""
    return max((_WHITE, _BLACK), key=lambda text: contrast(text, accent))


def _hex(colour: Colour) -> str:
    red, green, blue = colour
    return f"#{red:02x}{green:02x}{blue:02x}"


def _readable(colour: Colour, paper: Colour, away: Colour) -> Colour:
    """The colour, moved towards black or white until it can be read on the paper."""
    for step in range(21):
        moved = _mixed(colour, away, step / 20)
        if contrast(moved, paper) >= _READABLE + 0.3:
            return moved
    return away


def _mixed(colour: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _luminance(colour: Colour) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
