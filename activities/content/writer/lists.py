"""Lists: their numbers, their indentation, and the lines between their items."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from lxml.html import HtmlElement

_MAX_NUMBER = 999_999_999
"""The largest number of an item, by CommonMark 5.2."""

_LINE_END = re.compile(r"\n(?=[^\n])")

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip

_STYLES = {
    "lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A",
    "lower-roman": "i", "upper-roman": "I", "decimal": "1",
}  # fmt: skip
"""Styles of numbers by CSS, and the same by the attribute `type`."""

_STYLE = re.compile(
    rf"list-style(?:-type)?\s*:[^;]*?(?<![\w-])({'|'.join(_STYLES)})(?![\w-])", re.IGNORECASE
)

_MAX_ROMAN = 3999
"""The largest number that browsers write in Roman numerals, by CSS Counter Styles 3."""


class Kind(Enum):
    """What a block is, as far as its neighbours care."""

    TEXT = "text without a paragraph around it"
    PARAGRAPH = "paragraph"
    LIST = "list"
    OTHER = "anything else"


@dataclass
class Block:
    """A piece of markdown that blank lines separate from others."""

    text: str
    kind: Kind = Kind.OTHER
    marker: str = ""
    """Of a list: what its items begin with, without their numbers."""


@dataclass
class Item:
    """One item of a list."""

    element: HtmlElement
    blocks: list[Block] = field(default_factory=list)


def write_list(element: HtmlElement, items: list[Item], before: Block | None) -> Block | None:
    """Return a list as a block. None if it has no items with content.

    A list right behind another one, the block `before`, gets other markers, so that both stay
    apart. A list whose numbers markdown cannot count gets bullets, and its numbers as text.
    """
    other = before.marker if before is not None else ""
    if element.tag == "ol":
        labels, marker = labels_of(element, items), ")" if other == "." else "."
        if _is_counted(labels):
            markers = [f"{label}{marker}" for label in labels]
        else:
            marker = "*" if other == "-" else "-"
            markers = [f"{marker} {_text_of(label)}" for label in labels]
    else:
        items = [item for item in items if item.blocks]
        marker = "*" if other == "-" else "-"
        markers = [marker] * len(items)
    if not any(item.blocks for item in items):
        return None
    is_tight = all(_is_tight(item.blocks) for item in items)
    gap = "\n" if is_tight else "\n\n"
    texts = [
        _write_item(marker, gap.join(block.text for block in item.blocks))
        for marker, item in zip(markers, items, strict=True)
    ]
    return Block(gap.join(texts), Kind.LIST, marker)


def _is_tight(blocks: list[Block]) -> bool:
    """Return whether an item needs no blank line: a text, and perhaps a list below it."""
    if len(blocks) > 2 or any(block.kind is Kind.PARAGRAPH for block in blocks):
        return False
    return len(blocks) < 2 or (blocks[0].kind is Kind.TEXT and blocks[1].kind is Kind.LIST)


def _write_item(marker: str, text: str) -> str:
    if not text:
        return marker
    width = 2 if marker[0] in "-*" else len(marker) + 1
    return f"{marker} {_LINE_END.sub(chr(10) + ' ' * width, text)}"


def labels_of(element: HtmlElement, items: list[Item]) -> list[str]:
    """Return the numbers that a browser shows, by HTML 4.4.5, in the list's own style."""
    is_reversed = element.get("reversed") is not None
    number = _integer(element.get("start"), len(items) if is_reversed else 1)
    labels = []
    for item in items:
        number = _integer(item.element.get("value"), number)
        labels.append(_styled(number, _style_of(item.element) or _style_of(element)))
        number += -1 if is_reversed else 1
    return labels


def _style_of(element: HtmlElement) -> str | None:
    """Return how an element's own attributes say that its numbers are written."""
    named = _STYLE.search(element.get("style", ""))
    return _STYLES[named[1].lower()] if named else element.get("type")


def _integer(value: str | None, default: int) -> int:
    found = re.match(r"[ \t\n\f\r]*([+-]?[0-9]{1,9})", value or "")
    return int(found[1]) if found else default


def _styled(number: int, style: str | None) -> str:
    if style in ("a", "A") and number > 0:
        label = ""
        while number:
            number, letter = divmod(number - 1, 26)
            label = chr(ord(style) + letter) + label
        return label
    if style in ("i", "I") and 0 < number <= _MAX_ROMAN:
        label = ""
        for value, letters in _ROMAN:
            while number >= value:
                number -= value
                label += letters
        return label if style == "i" else label.upper()
    return str(number)


def _is_counted(labels: list[str]) -> bool:
    """Return whether markdown counts as the labels do."""
    if not all(label.isdecimal() for label in labels):
        return False
    numbers = [int(label) for label in labels]
    expected = range(numbers[0], numbers[0] + len(numbers)) if numbers else ()
    return numbers == list(expected) and all(number <= _MAX_NUMBER for number in numbers)


def _text_of(label: str) -> str:
    """Return a label as text that begins no list of its own."""
    return f"{label}\\." if label.isdecimal() else f"{label}."
