"""SVG logos, copied through a list of allowed elements and attributes (security FI-02).

What is not in the lists is left out with all that it holds: script, foreign content, links to elsewhere.
A document with declarations of its own is refused, because that is where entities come from. The result is
served under a policy that would stop a script anyway; nothing of it is ever put into a page of ours.
"""

import re
from collections.abc import Mapping
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from pocketid.text import _

_NAMESPACE = "http://www.w3.org/2000/svg"
_HREFS = {"href", "http://www.w3.org/1999/xlink href"}
_MAX_DEPTH = 64
_MAX_USES = 16  # each may hold others: so many can draw a few hundred copies, not millions


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ELEMENTS = _words(
    "svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan style"
    " linearGradient radialGradient stop clipPath mask pattern"
)
_TEXT_ELEMENTS = _words("title desc text tspan")
_ATTRIBUTES = _words(
    "id class style d x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy width height points viewBox"
    " preserveAspectRatio version transform opacity fill fill-opacity fill-rule stroke stroke-width"
    " stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset"
    " clip-path clip-rule clipPathUnits mask maskUnits maskContentUnits mask-type color display visibility"
    " paint-order vector-effect shape-rendering text-rendering overflow offset stop-color stop-opacity"
    " gradientUnits gradientTransform spreadMethod patternUnits patternContentUnits patternTransform"
    " font-family font-size font-style font-weight text-anchor dominant-baseline letter-spacing rotate"
    " textLength lengthAdjust"
)
# Anything that could reach elsewhere: escapes, at-rules, addresses other than #local ones, functions of old.
_UNSAFE_STYLE = re.compile(
    r"[\\@<]|url\((?!\s*['\"]?#)|image\(|image-set\(|expression|javascript:", re.IGNORECASE
)


class NotClean(Exception):
    """A document that is not taken; the text tells the person why."""


def looks_like(content: bytes) -> bool:
    """Whether a file seems to be an SVG document."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def cleaned(content: bytes) -> bytes:
    """The document with what is allowed of it. Raises NotClean."""
    copy = _Copy()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = copy.doctype
    parser.StartElementHandler = copy.start
    parser.EndElementHandler = copy.end
    parser.CharacterDataHandler = copy.text
    try:
        parser.Parse(content, True)  # noqa: FBT003  # expat's own signature: this is all there is
    except (expat.ExpatError, ValueError, LookupError) as error:  # LookupError: an unknown encoding
        raise NotClean(_("This is no SVG that can be read.")) from error
    return "".join(copy.parts).encode()


class _Copy:
    """The handlers of one parse: they write what is allowed into `parts`."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._open: list[str] = []
        self._skipped = 0  # how many elements deep we are in something that is left out
        self._uses = 0
        self._style = ""

    def doctype(self, _name: str, _system: str | None, _public: str | None, has_declarations: bool) -> None:  # noqa: FBT001
        """Refuse declarations; the bare line that drawing programs write is left out."""
        if has_declarations:
            raise NotClean(_("This SVG declares entities. Save it as “plain SVG” and try again."))

    def start(self, qualified: str, attributes: Mapping[str, str]) -> None:
        """Write an allowed element, or begin to leave out."""
        name = _local(qualified)
        if not self._open and name != "svg":
            raise NotClean(_("This is no SVG that can be read."))
        if len(self._open) + self._skipped >= _MAX_DEPTH:
            raise NotClean(_("This SVG is nested too deeply."))
        if self._skipped or name not in _ELEMENTS:
            self._skipped += 1
            return
        self._uses += name == "use"
        if self._uses > _MAX_USES:
            raise NotClean(_("This SVG repeats its parts too often. Save it without symbols and try again."))
        xmlns = "" if self._open else f' xmlns="{_NAMESPACE}"'
        self._open.append(name)
        self.parts.append(f"<{name}{xmlns}{''.join(_kept(attributes))}>")

    def end(self, _qualified: str) -> None:
        """Close what was written."""
        if self._skipped:
            self._skipped -= 1
            return
        if self._style and not _UNSAFE_STYLE.search(self._style):
            self.parts.append(escape(self._style))
        self._style = ""
        self.parts.append(f"</{self._open.pop()}>")

    def text(self, text: str) -> None:
        """Write text where text may stand; of a style all pieces are awaited, to be judged as one."""
        if self._skipped or not self._open:
            return
        if self._open[-1] == "style":
            self._style += text
        elif self._open[-1] in _TEXT_ELEMENTS:
            self.parts.append(escape(text))


def _local(qualified: str) -> str:
    """The name of an SVG element; the empty text for those of other vocabularies."""
    namespace, _space, name = qualified.rpartition(" ")
    return name if namespace in {"", _NAMESPACE} else ""


def _kept(attributes: Mapping[str, str]) -> list[str]:
    kept = []
    for name, value in attributes.items():
        if name in _HREFS and re.fullmatch(r"#[\w.-]+", value):
            kept.append(f" href={quoteattr(value)}")
        elif name in _ATTRIBUTES and not _UNSAFE_STYLE.search(value):
            kept.append(f" {name}={quoteattr(value)}")
    return kept
