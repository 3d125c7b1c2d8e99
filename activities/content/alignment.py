"""Reduction of a page to the blocks that an extracted text covers, and what belongs to them."""

from __future__ import annotations

from lxml.html import HtmlElement

from activities.content.text_blocks import divide
from activities.content.text_index import covered_blocks
from activities.content.words import words_of

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

_MAX_PICTURE_SIBLINGS = 3
"""Children of an element around a picture. An element with more holds more than the picture."""


def keep_covered(root: HtmlElement, text: str) -> None:
    """Reduce the tree, in place, to the blocks that `text` covers.

    Pictures and code between these blocks, and their headings, stay as well. If the text covers no
    block, the tree stays as it is.
    """
    body = root.find("body")
    if body is None:
        return
    kept = {block.element for block in covered_blocks(divide(body), text)}
    if kept:
        _keep_neighbours(body, kept)
        _keep_title(root, body, kept)
        _prune(body, kept)


def _keep_neighbours(body: HtmlElement, kept: set[HtmlElement]) -> None:
    """Add the pictures and the code between the kept blocks, and the headings right before them."""
    order = list(body.iter())
    number = {element: i for i, element in enumerate(order)}
    positions = [number[block] for block in kept]
    parents = {block.getparent() for block in kept}
    for element in order[min(positions) : max(positions) + 1]:
        is_kept = (
            element.tag == "pre"
            or (element.tag == "img" and _is_beside(element, body, kept, parents))
            or (element.tag in _HEADINGS and _is_right_before(element, kept))
        )
        if is_kept:
            kept.add(element)


def _is_beside(
    image: HtmlElement, body: HtmlElement, kept: set[HtmlElement], parents: set[HtmlElement]
) -> bool:
    """Return whether a picture, or a small element around it, stands beside or in a kept block."""
    holder = image
    while holder is not body and holder.getparent() is not None:
        if holder.getparent() in parents or holder in kept:
            return True
        if len(holder.getparent()) > _MAX_PICTURE_SIBLINGS:
            return False
        holder = holder.getparent()
    return False


def _is_right_before(heading: HtmlElement, kept: set[HtmlElement]) -> bool:
    following = heading.getnext()
    return following is not None and following in kept


def _keep_title(root: HtmlElement, body: HtmlElement, kept: set[HtmlElement]) -> None:
    """Add the last heading before the kept blocks that is a part of the page's title."""
    title = f" {' '.join(words_of(root.findtext('head/title') or ''))} "
    best = None
    for element in body.iter():
        if element in kept:
            break
        if element.tag in ("h1", "h2"):
            words = words_of(element.text_content())
            if len(words) > 1 and f" {' '.join(words)} " in title:
                best = element
    if best is not None:
        kept.add(best)


def _prune(body: HtmlElement, kept: set[HtmlElement]) -> None:
    """Remove all elements that are neither kept nor around kept elements."""
    around = {ancestor for element in kept for ancestor in element.iterancestors()}
    stack = [body]
    while stack:
        element = stack.pop()
        for child in list(element):
            if child in kept:
                child.tail = None
            elif child in around:
                child.tail = None
                stack.append(child)
            else:
                element.remove(child)
