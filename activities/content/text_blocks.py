"""Division of a page's tree into blocks of text, each in an element of its own."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.html import HtmlElement

from activities.content.words import words_of

_BLOCK_TAGS = frozenset(
    ("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl",
     "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
     "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table",
     "tbody", "td", "tfoot", "th", "thead", "tr", "ul")
)  # fmt: skip
"""Elements that begin a new line."""

_UNDIVIDED = frozenset(("pre", "table"))
"""Elements that are one block, whatever is inside of them."""


@dataclass(frozen=True)
class TextBlock:
    """All text of an element, which has no blocks inside of it."""

    element: HtmlElement
    words: list[str]


def divide(body: HtmlElement) -> list[TextBlock]:
    """Divide a page into blocks of text, and return the blocks in the page's order.

    The tree is changed: inline content between blocks gets an element of its own.
    """
    containers = _containers_and_blocks(body)
    found = []
    stack = [body]
    # A loop and not a recursion, because pages may nest without limit.
    while stack:
        element = stack.pop()
        has_blocks = any(child in containers for child in element)
        if element.tag not in _UNDIVIDED and (has_blocks or _has_paragraphs(element)):
            _InlineWrapper(element, containers).wrap()
            stack.extend(reversed(element))
        elif words := words_of(" ".join(element.itertext())):
            found.append(TextBlock(element, words))
    return found


def _containers_and_blocks(body: HtmlElement) -> set[HtmlElement]:
    """Return the elements that begin a new line, and all elements around them."""
    found: set[HtmlElement] = {body}
    for element in body.iter(*_BLOCK_TAGS):
        while element not in found:
            found.add(element)
            element = element.getparent()
    return found


def _has_paragraphs(element: HtmlElement) -> bool:
    """Return whether empty lines divide the inline content of `element`."""
    return any(_is_empty_line(child) for child in element.iterchildren("br"))


def _is_empty_line(line_break: HtmlElement) -> bool:
    """Return whether another line break follows directly."""
    following = line_break.getnext()
    return following is not None and following.tag == "br" and not (line_break.tail or "").strip()


class _InlineWrapper:
    """A wrapper for the inline content between the blocks of one element."""

    def __init__(self, element: HtmlElement, blocks: set[HtmlElement]) -> None:
        self._element = element
        self._blocks = blocks
        self._parts: list[HtmlElement] = []
        """The new children of the element."""
        self._wrapper: HtmlElement | None = None
        """The element that takes the inline content, if one is open."""
        children = element.iterchildren("br")
        self._empty_lines = {child for child in children if _is_empty_line(child)}

    def wrap(self) -> None:
        """Replace the children of the element."""
        children = list(self._element)
        self._add_text(self._element.text)
        self._element.text = None
        for child in children:
            self._add_child(child)
        self._element[:] = self._parts

    def _add_child(self, child: HtmlElement) -> None:
        tail, child.tail = child.tail, None
        is_line_break = child.tag == "br" and (self._wrapper is None or child in self._empty_lines)
        if child in self._blocks or is_line_break:
            self._wrapper = None
            if child in self._blocks:
                self._parts.append(child)
            self._add_text(tail)
        else:
            self._open_wrapper().append(child)
            child.tail = tail

    def _add_text(self, text: str | None) -> None:
        if text and text.strip():
            self._open_wrapper().text = text

    def _open_wrapper(self) -> HtmlElement:
        if self._wrapper is None:
            tag = "p" if self._empty_lines else "span"
            self._wrapper = self._element.makeelement(tag)
            self._parts.append(self._wrapper)
        return self._wrapper
