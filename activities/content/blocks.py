"""Division of markdown into blocks, and of a long page into parts that fit a model's context.

The parts together are the whole page. A page is divided between blocks, and inside of a block only
if the block alone is too long.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from activities.content.tokens import estimate_tokens

_TABLE_RULE = re.compile(r"\s*\|?[\s:|-]+\|?\s*")
"""The line between the head and the rows of a table."""

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
"""The beginning or the end of a block of code."""

_MAX_CHARACTERS_PER_TOKEN = 16
"""More than any tokenizer reaches with text."""

Count = Callable[[str], int]
"""Returns how many tokens a text is."""


def blocks(markdown: str) -> list[str]:
    """Return the blocks of a page: paragraphs, lists, tables, and fenced code as a whole."""
    found: list[str] = []
    lines: list[str] = []
    fence: str | None = None
    for line in markdown.split("\n"):
        if mark := _FENCE.match(line):
            if fence is None:
                fence = mark[1]
            elif mark[1].startswith(fence):
                fence = None
        if line.strip() or fence is not None:
            lines.append(line)
        elif lines:
            found.append("\n".join(lines))
            lines = []
    if lines:
        found.append("\n".join(lines))
    return found


def split(markdown: str, budget: int, count: Count = estimate_tokens) -> list[str]:
    """Return parts of at most `budget` tokens, by `count`, that together are all of `markdown`."""
    pieces = (piece for block in blocks(markdown) for piece in _divide_block(block, budget, count))
    return ["\n\n".join(group) for group in _fill_up(pieces, budget, count)]


def _fill_up(pieces: Iterable[str], budget: int, count: Count) -> Iterator[list[str]]:
    """Yield groups of consecutive pieces, each as large as `budget` allows."""
    group: list[str] = []
    left = budget
    for piece in pieces:
        tokens = count(piece) + 1
        if tokens > left and group:
            yield group
            group, left = [], budget
        group.append(piece)
        left -= tokens
    if group:
        yield group


def _divide_block(block: str, budget: int, count: Count) -> Iterator[str]:
    """Yield a block, divided between its lines if it is too long.

    Each piece of a table repeats the table's head.
    """
    if count(block) < budget:
        yield block
        return
    lines = block.split("\n")
    head = _head_of_table(lines, budget, count)
    rest = budget - count("\n".join(head)) - 1 if head else budget
    pieces = (piece for line in lines[len(head) :] for piece in _divide_line(line, rest, count))
    for group in _fill_up(pieces, rest, count):
        yield "\n".join((*head, *group))


def _head_of_table(lines: list[str], budget: int, count: Count) -> list[str]:
    """Return the two head lines of a table, or nothing if they would take too much of `budget`."""
    if len(lines) <= 2 or not _TABLE_RULE.fullmatch(lines[1]):
        return []
    head = lines[:2]
    return head if count("\n".join(head)) < budget // 4 else []


def _divide_line(line: str, budget: int, count: Count) -> Iterator[str]:
    """Yield a line, divided between its words if it is too long, or else inside of a word."""
    while True:
        beginning = line[: budget * _MAX_CHARACTERS_PER_TOKEN]  # a line may have megabytes
        tokens = count(beginning) + 1
        if tokens <= budget and beginning == line:
            break
        limit = max(1, len(beginning) * budget // max(tokens, budget))
        # The beginning may cost more than the rest.
        while limit > 1 and count(line[:limit]) + 1 > budget:
            limit = limit * 3 // 4
        at = line.rfind(" ", 1, limit) + 1 or limit
        yield line[:at]
        line = line[at:]
    yield line
