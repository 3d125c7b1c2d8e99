"""A page that is too long for a model, in parts that are not: cut between blocks, never within one
if that can be avoided, and with nothing left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BYTES_PER_TOKEN = 3
"""Of UTF-8. English markdown has about four, addresses and code about three, Chinese three; so
this is rather too many tokens than too few."""


def estimate_tokens(text: str) -> int:
    """About how many tokens `text` is for a model, rather too many than too few. Tokenizers differ
    by model, and most have to be downloaded."""
    return len(text.encode(errors="replace")) // _BYTES_PER_TOKEN + 1


def blocks(markdown: str) -> list[str]:
    """Its blocks: paragraphs, lists, tables, and fenced code as a whole."""
    found: list[str] = []
    lines: list[str] = []
    fence: str | None = None
    for line in markdown.split("\n"):
        if mark := re.match(r"\s*(`{3,}|~{3,})", line):
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


def split(markdown: str, budget: int) -> list[str]:
    """Parts of at most `budget` tokens that together are all of `markdown`; none if it is empty."""
    parts: list[str] = []
    current: list[str] = []
    left = budget
    for block in blocks(markdown):
        for piece in _pieces(block, budget):
            tokens = estimate_tokens(piece) + 1
            if tokens > left and current:
                parts.append("\n\n".join(current))
                current, left = [], budget
            current.append(piece)
            left -= tokens
    if current:
        parts.append("\n\n".join(current))
    return parts


def _pieces(block: str, budget: int) -> Iterator[str]:
    """`block`, between its lines if it is too long; a table has its head in each piece."""
    if estimate_tokens(block) < budget:
        yield block
        return
    lines = block.split("\n")
    is_table = len(lines) > 2 and re.fullmatch(r"\s*\|?[\s:|-]+\|?\s*", lines[1]) is not None
    head = lines[:2] if is_table and estimate_tokens("\n".join(lines[:2])) < budget // 4 else []
    rest = budget - estimate_tokens("\n".join(head)) - 1 if head else budget
    current: list[str] = []
    left = rest
    for line in lines[len(head) :]:
        for piece in _words(line, rest):
            tokens = estimate_tokens(piece) + 1
            if tokens > left and current:
                yield "\n".join((*head, *current))
                current, left = [], rest
            current.append(piece)
            left -= tokens
    if current:
        yield "\n".join((*head, *current))


def _words(line: str, budget: int) -> Iterator[str]:
    """`line`, between its words if it is too long, and within them if there is no other way."""
    limit = max(1, (budget - 2) * _BYTES_PER_TOKEN // 4)  # characters of at most four bytes
    while estimate_tokens(line) + 1 > budget:
        at = line.rfind(" ", 1, limit) + 1 or limit
        yield line[:at]
        line = line[at:]
    yield line
