"""Lists: their indentation, and the lines between their items."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from lxml.html import HtmlElement

from activities.content.writer.list_labels import as_text, counted, labels_of

_LINE_END = re.compile(r"\n(?=[^\n])")


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
    labels = labels_of(element, [item.element for item in items])
    if not any(labels):
        items = [item for item in items if item.blocks]
        labels = [""] * len(items)
    if (numbers := counted(labels)) is not None:
        marker = ")" if other == "." else "."
        markers = [f"{number}{marker}" for number in numbers]
    else:
        marker = "*" if other == "-" else "-"
        markers = [f"{marker} {as_text(label)}" if label else marker for label in labels]
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
