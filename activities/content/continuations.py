"""Further parts of a text that a page divides, with advertisements in between."""

from __future__ import annotations

from lxml.html import HtmlElement

from activities.content.text_sizes import TextSizes

_MIN_RUNNING = 0.7
"""Share of a part's text that is running text. Teasers and lists of links have less."""

_WHOLES = frozenset(("article", "main", "body"))
"""Elements that hold a whole text. Beside them are other texts."""

_TEXTS = ("article", "h1", "h2", "form")
"""Elements that begin another text, or make it a comment."""


def continuations(
    scope: HtmlElement, blocks: set[HtmlElement], sizes: TextSizes
) -> list[HtmlElement]:
    """Return the parts beside a scope, or beside the elements around it, that go on with its text.

    They have the same tag and class, and hold running text and none of the blocks.
    """
    around = {ancestor for block in blocks for ancestor in block.iterancestors()}
    element = scope
    while element.tag not in _WHOLES:
        if element.get("class"):
            parts = [
                sibling
                for sibling in element.getparent()
                if sibling not in around
                and sibling not in blocks
                and _is_alike(sibling, element)
                and _is_text(sibling, sizes)
            ]
            if parts:
                return parts
        element = element.getparent()
    return []


def _is_alike(element: HtmlElement, other: HtmlElement) -> bool:
    return bool(element.tag == other.tag and element.get("class") == other.get("class"))


def _is_text(element: HtmlElement, sizes: TextSizes) -> bool:
    size = sizes[element]
    return size.running > 0 and (
        size.running >= _MIN_RUNNING * size.text and next(element.iter(*_TEXTS), None) is None
    )
