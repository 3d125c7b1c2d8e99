"""What a paragraph consists of, in its order: the pieces that are written side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BACKTICKS = re.compile(r"`+")

TEXT, CODE, RAW, BREAK, OPEN, CLOSE = range(6)
"""Kinds of pieces: text, code, markdown, the end of a line, and the two ends of a mark."""


@dataclass(frozen=True, eq=False)
class Mark:
    """Emphasis or a link: what begins and ends around content."""

    opening: str
    """`*`, `**`, `~~`, or the bracket of a link."""
    closing: str
    address: str | None = None
    """Of a link: its address as the page writes it."""

    @property
    def is_link(self) -> bool:
        """Return whether this is a link."""
        return self.opening == "["


Item = tuple[int, str | Mark]
"""A piece: its kind, and its text or its mark."""

NO_TEXT: Item = (TEXT, "")


def is_style(item: Item) -> bool:
    """Return whether a piece is an end of emphasis."""
    return isinstance(item[1], Mark) and not item[1].is_link


def markdown_of(item: Item) -> str:
    """Return a piece as markdown. Text is not escaped."""
    kind, value = item
    if isinstance(value, Mark):
        return value.opening if kind == OPEN else value.closing
    return _code_span(value) if kind == CODE else value


def joined(items: list[Item]) -> list[Item]:
    """Return the items with neighbouring texts joined, without white space at ends of lines."""
    joined: list[Item] = []
    texts: list[str] = []
    for item in items:
        if item[0] == TEXT:
            texts.append(str(item[1]))
            continue
        if texts:
            joined.append((TEXT, "".join(texts)))
            texts.clear()
        joined.append(item)
    if texts:
        joined.append((TEXT, "".join(texts)))
    return joined


def _code_span(text: str) -> str:
    longest = max(map(len, _BACKTICKS.findall(text)), default=0) if "`" in text else 0
    fence = "`" * (longest + 1)
    if text[0] == "`" or text[-1] == "`":
        text = f" {text} "
    return f"{fence}{text}{fence}"
