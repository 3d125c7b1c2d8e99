"""How much text each element of a page holds, and how much of it is links and running text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml.html import HtmlElement

_MIN_RUNNING_WORDS = 10
"""Words between two tags, outside of links, that are running text. Labels and prices have fewer."""

_MIN_RUNNING_CHARACTERS = 15
"""Characters between two tags that are running text in a script without spaces."""

_MAX_WORD = 12
"""Characters per word. Only scripts without spaces have more."""

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

_CONTROLS = frozenset(("button", "input", "select", "textarea"))


@dataclass(slots=True)
class TextSize:
    """What an element and its descendants hold, without the text that follows the element."""

    text: int = 0
    """Characters of text without blanks."""
    linked: int = 0
    """Characters of them within links and buttons."""
    running: int = 0
    """Characters of them in running text."""
    links: int = 0
    headings: int = 0
    controls: int = 0
    """Buttons and fields of forms."""

    @property
    def link_share(self) -> float:
        """Share of the text that is links and buttons. 0 if there is no text."""
        return self.linked / self.text if self.text else 0.0

    def add(self, other: TextSize) -> None:
        """Add what a descendant holds."""
        if other.text:
            self.text += other.text
            self.linked += other.linked
            self.running += other.running
        self.links += other.links
        self.headings += other.headings
        self.controls += other.controls

    def subtract(self, other: TextSize) -> None:
        """Subtract what a descendant held."""
        self.text -= other.text
        self.linked -= other.linked
        self.running -= other.running
        self.links -= other.links
        self.headings -= other.headings
        self.controls -= other.controls

    def add_text(self, text: str, is_linked: bool) -> None:
        """Add a text between two tags."""
        words = text.split()
        if not words:
            return
        length = sum(map(len, words))
        self.text += length
        if is_linked:
            self.linked += length
        elif len(words) >= _MIN_RUNNING_WORDS or (
            length >= _MIN_RUNNING_CHARACTERS and length > _MAX_WORD * len(words)
        ):
            self.running += length


TextSizes = dict[HtmlElement, TextSize]
"""The size of each element of a tree."""


def measure(root: HtmlElement) -> TextSizes:
    """Return the size of each element of a tree. All are measured in one pass."""
    sizes: TextSizes = {}
    linked: set[HtmlElement] = set()
    """Elements whose text is part of a link or a button."""
    order: list[tuple[HtmlElement, HtmlElement | None]] = []
    for element in root.iter():
        parent = None if element is root else element.getparent()
        order.append((element, parent))
        tag = element.tag
        size = sizes[element] = TextSize()
        if tag == "a":
            size.links = 1
            linked.add(element)
        elif tag in _CONTROLS or element.get("role") == "button":
            size.controls = 1
            if tag == "button":
                linked.add(element)
        elif tag in HEADINGS:
            size.headings = 1
        if parent in linked:
            linked.add(element)
        if text := element.text:
            size.add_text(text, element in linked)
    for element, parent in reversed(order):
        if parent is not None:
            size = sizes[parent]
            size.add(sizes[element])
            if text := element.tail:
                size.add_text(text, parent in linked)
    return sizes


def total(sizes: TextSizes, elements: list[HtmlElement]) -> TextSize:
    """Return what several elements hold together. None may be inside of another."""
    found = TextSize()
    for element in elements:
        found.add(sizes[element])
    return found


def outermost(elements: Iterable[HtmlElement]) -> list[HtmlElement]:
    """Return those of some elements that are not inside of another one, in the same order."""
    known = dict.fromkeys(elements)
    return [element for element in known if known.keys().isdisjoint(element.iterancestors())]


def drop(elements: list[HtmlElement], sizes: TextSizes) -> None:
    """Remove elements from their tree, and what they held from the sizes."""
    for element in elements:
        size = sizes[element]
        for ancestor in element.iterancestors():
            if ancestor in sizes:
                sizes[ancestor].subtract(size)
        element.drop_tree()
