"""The picture of a person or an app that has none: initials on a colour of their own.

A PNG where Pillow is installed, because apps expect one; an SVG otherwise.
"""

import hashlib
from dataclasses import dataclass
from html import escape
from io import BytesIO

_SIZE = 300
_LETTER_SIZE = 120
_ON_COLOURS = "#ffffff"
_COLOURS = ("#0f6a5b", "#7a4a00", "#8a2f56", "#3b4fa0", "#5b3f9b", "#1e6b3a", "#7d3a1c", "#2f5f73")
_LAST_DRAWABLE = "\u024f"  # the built-in font knows Latin letters; for others the figure is drawn


@dataclass(frozen=True, slots=True)
class Initials:
    """What is drawn; without letters it is a figure."""

    letters: str
    colour: str

    @property
    def digest(self) -> str:
        """What tells one such picture from another."""
        return hashlib.sha256(f"{self.letters} {self.colour}".encode()).hexdigest()[:16]


NOBODY = Initials("", "#566064")


def of(name: str, most: int = 2) -> Initials:
    """The first letters of the first words of a name, `most` of them, on a colour that follows the name."""
    letters = "".join(word[0] for word in name.split() if word[0].isalnum()).upper()[:most]
    colour = _COLOURS[hashlib.sha256(name.encode()).digest()[0] % len(_COLOURS)]
    return Initials(letters, colour)


def draw(initials: Initials) -> tuple[str, bytes]:
    """Media type and content."""
    try:
        return "image/png", _as_png(initials)
    except ImportError:  # no Pillow, or one without FreeType
        return "image/svg+xml", _as_svg(initials)


def _as_png(initials: Initials) -> bytes:
    from PIL import Image, ImageDraw, ImageFont

    square = Image.new("RGB", (_SIZE, _SIZE), initials.colour)
    canvas = ImageDraw.Draw(square)
    if initials.letters and max(initials.letters) <= _LAST_DRAWABLE:
        font = ImageFont.load_default(_LETTER_SIZE)
        canvas.text((150, 150), initials.letters, fill=_ON_COLOURS, font=font, anchor="mm")
    else:
        canvas.ellipse((98, 58, 202, 162), fill=_ON_COLOURS)
        canvas.ellipse((58, 184, 242, 400), fill=_ON_COLOURS)
    written = BytesIO()
    square.save(written, "PNG", optimize=True)
    return written.getvalue()


def _as_svg(initials: Initials) -> bytes:
    if initials.letters:
        shape = (
            '<text x="150" y="150" text-anchor="middle" dominant-baseline="central"'
            f' font-family="sans-serif" font-size="{_LETTER_SIZE}">{escape(initials.letters)}</text>'
        )
    else:
        shape = '<circle cx="150" cy="110" r="52"/><ellipse cx="150" cy="292" rx="92" ry="108"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}">'
        f'<path fill="{initials.colour}" d="M0 0h{_SIZE}v{_SIZE}H0z"/>'
        f'<g fill="{_ON_COLOURS}">{shape}</g></svg>'
    ).encode()
