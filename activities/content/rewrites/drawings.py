"""Drawings (SVG): the text in them, such as the labels of a chart."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from lxml.html import HtmlElement
from lxml.html.builder import BR, DIV, SPAN, A

_UNDRAWN = frozenset(
    ("title", "desc", "metadata", "defs", "symbol", "style", "script", "clippath", "mask",
     "pattern", "marker", "template")
)  # fmt: skip
"""Parts of a drawing that are not drawn where they stand."""

_PLACED = ("x", "y", "dx", "dy")
"""Attributes of a part of a text that stands apart from the part before."""

_INLINE = frozenset(
    ("a", "button", "b", "em", "h1", "h2", "h3", "h4", "h5", "h6", "i", "label", "p", "span",
     "strong", "summary", "td", "th")
)  # fmt: skip
"""Elements around a drawing that stands in a line of text."""


def write_drawings(root: HtmlElement) -> None:
    """Replace drawings by their text, one line for each height. Drawings without text go."""
    for drawing in list(root.iter("svg")):
        if drawing.getparent() is None:
            continue
        lines = list(_lines(drawing))
        if not lines:
            _name_link(drawing)
            drawing.drop_tree()
            continue
        text = _text_of(lines, is_inline=drawing.getparent().tag in _INLINE)
        text.tail = drawing.tail
        drawing.getparent().replace(drawing, text)


def _name_link(drawing: HtmlElement) -> None:
    """Give the name of an icon to a link around it that has no other name."""
    link = next(drawing.iterancestors("a"), None)
    if link is None or link.get("aria-label") or link.get("title"):
        return
    title = next((child for child in drawing if child.tag == "title"), None)
    name = drawing.get("aria-label") or ("" if title is None else title.text_content())
    if name.strip():
        link.set("aria-label", " ".join(name.split()))


def _text_of(lines: list[HtmlElement], *, is_inline: bool) -> HtmlElement:
    text = SPAN(" ") if is_inline else DIV()
    for number, line in enumerate(lines):
        if number and not is_inline:
            text.append(BR())
        text.append(line)
        line.tail = " " if is_inline else None
    return text


def _lines(drawing: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the text of each height, in the order of the drawing."""
    line: HtmlElement | None = None
    height: str | None = None
    for label in _labels(drawing):
        words = " ".join(_words(label).split())
        if not words:
            continue
        at = label.get("y", label.get("transform"))
        if line is not None and (at is None or at != height):
            yield line
            line = None
        line = SPAN() if line is None else line
        if len(line):
            line[-1].tail = " "
        address = _address_of(label)
        line.append(SPAN(words) if address is None else A(words, href=address))
        height = at
    if line is not None:
        yield line


def _address_of(label: HtmlElement) -> str | None:
    """Return where a label leads. None if it is no link, or stands within another link."""
    drawing = next(label.iterancestors("svg"), None)
    if drawing is None or next(drawing.iterancestors("a"), None) is not None:
        return None
    words = _words(label).strip()
    inside = (link for link in label.iter("a") if _words(link).strip() == words)
    link = next(chain(inside, label.iterancestors("a")), None)
    return None if link is None else link.get("href") or link.get("xlink:href")


def _labels(drawing: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the elements with text, in the order of the drawing."""
    stack = [drawing]
    while stack:
        element = stack.pop()
        if not isinstance(element.tag, str) or _is_undrawn(element):
            continue
        if element.tag.lower() in ("text", "foreignobject"):
            yield element
        else:
            stack.extend(reversed(element))


def _is_undrawn(element: HtmlElement) -> bool:
    if element.tag.lower() in _UNDRAWN:
        return True
    style = "".join(element.get("style", "").lower().split())
    return "display:none" in style or element.get("display") == "none"


def _words(label: HtmlElement) -> str:
    """Return the text of a label, with spaces between the parts that stand apart."""
    parts = [label.text or ""]
    for part in label.iterdescendants():
        if isinstance(part.tag, str) and not _is_undrawn(part):
            is_apart = part.tag != "tspan" or any(part.get(name) for name in _PLACED)
            parts += [" " if is_apart else "", part.text or ""]
        parts.append(part.tail or "")
    return "".join(parts)
