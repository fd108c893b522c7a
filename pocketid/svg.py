"""SVG logos: only what draws, by a list of elements and attributes; and the squares with initials.

A document type, an entity, a script, a style sheet, a reference to elsewhere or an event handler is refused or
dropped, so what is served holds nothing that acts. It is served with a policy that would stop it anyway.
"""

import re
from xml.etree import ElementTree
from xml.parsers import expat

_NAMESPACE = "http://www.w3.org/2000/svg"
_MOST_ELEMENTS = 2000
_ELEMENTS = {
    *(
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "title",
        "desc",
    ),
    *("defs", "linearGradient", "radialGradient", "stop", "clipPath", "mask", "symbol"),
}
_ATTRIBUTES = {
    *(
        "id",
        "d",
        "x",
        "y",
        "x1",
        "x2",
        "y1",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "fx",
        "fy",
        "dx",
        "dy",
        "points",
        "width",
    ),
    *(
        "height",
        "viewBox",
        "preserveAspectRatio",
        "transform",
        "fill",
        "fill-opacity",
        "fill-rule",
        "clip-rule",
        "stroke",
    ),
    *(
        "stroke-width",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-miterlimit",
        "stroke-dasharray",
        "stroke-dashoffset",
    ),
    *(
        "stroke-opacity",
        "opacity",
        "offset",
        "stop-color",
        "stop-opacity",
        "gradientUnits",
        "gradientTransform",
    ),
    *(
        "spreadMethod",
        "clip-path",
        "clipPathUnits",
        "mask",
        "maskUnits",
        "font-size",
        "font-family",
        "font-weight",
    ),
    *("text-anchor", "dominant-baseline", "color", "version"),
}
_REFERENCE = re.compile(r"url\(\s*['\"]?(?!#)", re.IGNORECASE)


def looks_like(content: bytes) -> bool:
    """Whether a file means to be SVG."""
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return (
        head.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in content[:8192].lower()
    )


def cleaned(content: bytes) -> bytes:
    """The drawing alone. Raises ValueError for a document type, an entity, or what is no SVG."""
    root = _parsed(content)
    if root.tag != f"{{{_NAMESPACE}}}svg":
        raise ValueError("no svg element")
    if sum(1 for _each in root.iter()) > _MOST_ELEMENTS:
        raise ValueError("too many elements")
    _clean(root)
    ElementTree.register_namespace("", _NAMESPACE)
    return ElementTree.tostring(root, encoding="utf-8")


def letters(text: str, colour: str) -> bytes:
    """A square of a colour with one or two letters on it."""
    shown = "".join(f"&#{ord(letter)};" for letter in text)
    return (
        f'<svg xmlns="{_NAMESPACE}" viewBox="0 0 64 64"><rect width="64" height="64" fill="{colour}"/>'
        f'<text x="32" y="33" fill="#fff" font-family="system-ui,sans-serif" font-size="27" font-weight="600"'
        f' text-anchor="middle" dominant-baseline="central">{shown}</text></svg>'
    ).encode()


def _parsed(content: bytes) -> ElementTree.Element:
    """Parse with a parser that stops at the first declaration: no entities, so no bombs and no files."""
    builder = ElementTree.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = lambda tag, attributes: builder.start(
        _qualified(tag), {_qualified(name): value for name, value in attributes.items()}
    )
    parser.EndElementHandler = lambda tag: builder.end(_qualified(tag))
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ProcessingInstructionHandler = lambda *unused: None
    try:
        parser.Parse(content, True)  # noqa: FBT003  # expat's own signature: the content is all there is
        root: ElementTree.Element = builder.close()
    except (expat.ExpatError, AssertionError) as error:
        raise ValueError("not well-formed") from error
    return root


def _qualified(name: str) -> str:
    return "{" + name if "}" in name else name


def _refuse(*unused: object) -> None:
    raise ValueError("a document type or an entity")


def _clean(element: ElementTree.Element) -> None:
    for name, value in list(element.attrib.items()):
        if name not in _ATTRIBUTES or _REFERENCE.search(value):
            del element.attrib[name]
    for child in list(element):
        namespace, _brace, tag = child.tag[1:].partition("}")
        if namespace == _NAMESPACE and tag in _ELEMENTS:
            _clean(child)
        else:
            element.remove(child)
