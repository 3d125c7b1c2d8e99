"""The pieces of a page in the places where a reader sees them.

In HTML from a server, some content stands elsewhere than it is shown: shadow trees in `template`
elements, streamed pieces at the end, and the pages of frames in attributes. In HTML from a browser
all of it is in its place already.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from lxml import etree
from lxml.html import HtmlElement

_MAX_FRAMES = 50
"""Frames that are read. Pages with more show advertisements in them."""

_STREAMED = re.compile(r"""\$R[CRS]\(\s*["']([^"']+)["']\s*,\s*["']([^"']+)["']""")
"""React's calls that put a streamed piece in its place: `$RC("B:0","S:0")`, `$RS("S:1","P:1")`."""

_PIECE_ID = re.compile(r"(?:^|[^A-Za-z])S:[0-9a-f]+$")
"""The id of a streamed piece, as React writes it."""

_BOUNDARY_END = "/$"
"""The comment behind the part that React shows until the piece is there."""

Node: TypeAlias = HtmlElement | str
"""An element without its tail, or a text."""


def has_streamed_pieces(html: str) -> bool:
    """Return whether `html` may have streamed pieces. Their places are told by comments."""
    return "$R" in html or "S:0" in html


def compose(root: HtmlElement, parse: Callable[[str], HtmlElement]) -> None:
    """Put all pieces of a page in their places, in place. `parse` parses the pages of frames."""
    _place_streamed_pieces(root)
    for template in reversed(list(root.iter("template"))):
        if template.get("shadowrootmode") in ("open", "closed"):
            _flatten_shadow_tree(template)
    for frame in list(root.iter("iframe"))[:_MAX_FRAMES]:
        if source := frame.get("srcdoc", "").strip():
            _write_frame(frame, parse(source))


def _place_streamed_pieces(root: HtmlElement) -> None:
    pieces = {
        element.get("id"): element
        for element in root.iter("div", "table", "svg", "math")
        if element.get("hidden") is not None and _PIECE_ID.search(element.get("id", ""))
    }
    if not pieces:
        return
    places = {template.get("id"): template for template in root.iter("template")}
    for first, second in _streamed_pairs(root):
        piece = pieces.pop(first, None) if first in pieces else pieces.pop(second, None)
        place = places.get(second if first not in places else first)
        if piece is not None and place is not None and place.getparent() is not None:
            _put_at(place, piece)
    for piece in pieces.values():  # nothing tells their places
        piece.attrib.pop("hidden")


def _streamed_pairs(root: HtmlElement) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for script in root.iter("script"):
        pairs += _STREAMED.findall(script.text or "")
    for order in root.iter("template"):  # for React's runtime outside of the page
        target = order.get("data-bid") or order.get("data-pid")
        if target and order.get("data-sid"):
            pairs.append((target, order.get("data-sid", "")))
    return pairs


def _put_at(place: HtmlElement, piece: HtmlElement) -> None:
    """Replace the template `place`, and what is shown until then, by what `piece` holds."""
    content = _take_children(piece)
    piece.drop_tree()
    if place.get("id", "").startswith("B:") or "B:" in place.get("id", ""):
        for waiting in list(place.itersiblings()):
            if isinstance(waiting, etree._Comment) and waiting.text == _BOUNDARY_END:
                break
            place.getparent().remove(waiting)
        place.tail = None
    parent = place.getparent()
    index = parent.index(place)
    tail = place.tail
    place.tail = None
    parent.remove(place)
    _insert(parent, index, [*content, *([tail] if tail else [])])


def _flatten_shadow_tree(template: HtmlElement) -> None:
    """Replace the children of a host by its shadow tree, with its slots filled from them."""
    host = template.getparent()
    if host is None:
        return
    shadow = _take_children(template)
    lights: dict[str, list[Node]] = {}
    for node in _take_children(host):
        if node is not template:
            name = node.get("slot", "") if isinstance(node, HtmlElement) else ""
            lights.setdefault(name, []).append(node)
    _insert(host, 0, shadow)
    for slot in list(host.iter("slot")):
        assigned = lights.pop(slot.get("name", ""), None)
        if assigned and any(isinstance(node, HtmlElement) or node.strip() for node in assigned):
            _take_children(slot)
            _insert(slot, 0, assigned)
        slot.tag = "span" if next(slot.iter("div", "p"), None) is None else "div"


def _write_frame(frame: HtmlElement, page: HtmlElement) -> None:
    """Replace a frame by the body of the page in it."""
    body = page.find("body")
    content = [] if body is None else _take_children(body)
    frame.tag = "div"
    for name in ("srcdoc", "src"):
        frame.attrib.pop(name, None)
    _take_children(frame)
    _insert(frame, 0, content)


def _take_children(element: HtmlElement) -> list[Node]:
    """Remove all children of an element, and return them."""
    nodes: list[Node] = [element.text] if element.text else []
    element.text = None
    for child in list(element):
        tail, child.tail = child.tail, None
        element.remove(child)
        nodes.append(child)
        if tail:
            nodes.append(tail)
    return nodes


def _insert(parent: HtmlElement, index: int, nodes: list[Node]) -> None:
    """Insert nodes in front of the child `index` of an element."""
    for node in nodes:
        if isinstance(node, str):
            if index == 0:
                parent.text = (parent.text or "") + node
            else:
                parent[index - 1].tail = (parent[index - 1].tail or "") + node
        else:
            parent.insert(index, node)
            index += 1
