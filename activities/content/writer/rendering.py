"""A paragraph as markdown."""

from __future__ import annotations

from itertools import pairwise

from activities.content.writer.emphasis import fit_emphasis
from activities.content.writer.escaping import (
    Delimiters,
    delimiters_of,
    escape,
    escape_brackets,
    escape_line,
    has_loose_brackets,
    may_be_markup,
)
from activities.content.writer.pieces import (
    BREAK,
    CLOSE,
    CODE,
    NO_TEXT,
    OPEN,
    RAW,
    TEXT,
    Item,
    Mark,
    joined,
    markdown_of,
)


def render(items: list[Item], line_break: str, *, is_block: bool) -> str:
    """Return the pieces of a paragraph as markdown, with `line_break` between its lines.

    With `is_block` the beginnings of its lines are escaped, as a paragraph needs.
    """
    items = joined(items)
    if len(items) == 1 and items[0][0] == TEXT:  # most paragraphs
        text = str(items[0][1]).strip()
        text = escape(text, delimiters_of(text, ()))
        return escape_line(text, is_first=True) if is_block else text
    if not all(map(_is_fit, pairwise([NO_TEXT, *items, NO_TEXT]))):
        items = fit_emphasis(items)
    if any(kind == BREAK or (kind == TEXT and may_be_markup(str(value))) for kind, value in items):
        return _Rendering(items).render(line_break, is_block=is_block)
    line = "".join(map(markdown_of, items)).strip()
    return escape_line(line, is_first=True) if is_block and items[0][0] == TEXT else line


def _is_fit(neighbours: tuple[Item, Item]) -> bool:
    """Return whether emphasis has a letter inside, so that CommonMark recognises it anywhere."""
    (before, left), (after, right) = neighbours
    if after == CLOSE and isinstance(right, Mark) and not right.is_link:
        return before == TEXT and str(left)[-1:].isalnum()
    if before == OPEN and isinstance(left, Mark) and not left.is_link:
        return after == TEXT and str(right)[:1].isalnum()
    return True


class _Rendering:
    """The markdown of a paragraph that is more than text."""

    def __init__(self, items: list[Item]) -> None:
        self._items = items
        marks = {value.opening[0] for _, value in items if isinstance(value, Mark)}
        if "[" in marks or any(kind in (CODE, RAW) for kind, _ in items):
            marks.add("`")  # an escaped one ends code as well, such as in an address
        self._needed: Delimiters = delimiters_of(
            "\0".join(str(value) if kind == TEXT else "" for kind, value in items),
            marks,
            has_formula=any(kind == RAW and str(value)[0] == "$" for kind, value in items),
        )

    def render(self, line_break: str, *, is_block: bool) -> str:
        loose = self._texts_with_loose_brackets()
        pieces = [
            line_break.strip(" ") if item[0] == BREAK else markdown_of(item) for item in self._items
        ]
        lines: list[str] = []
        parts: list[str] = []
        begins_with_text = False
        for i, (kind, value) in enumerate(self._items):
            if kind == BREAK:
                lines.append(_line(parts, begins_with_text and is_block, not lines))
                parts = []
                continue
            if not parts:
                begins_with_text = kind == TEXT
            parts.append(self._escaped(i, str(value), pieces, loose) if kind == TEXT else pieces[i])
        lines.append(_line(parts, begins_with_text and is_block, not lines))
        return line_break.join(line for line in lines if line)

    def _escaped(self, i: int, text: str, pieces: list[str], loose: set[int]) -> str:
        before = pieces[i - 1][-1:] if i else ""
        after = pieces[i + 1][:1] if i + 1 < len(pieces) else ""
        text = escape(text, self._needed, before or "\n", after or "\n")
        if i in loose:
            text = escape_brackets(text)
        return text

    def _texts_with_loose_brackets(self) -> set[int]:
        """Return the numbers of the texts in links whose brackets are not in pairs."""
        loose: set[int] = set()
        inside: list[int] | None = None
        for i, (kind, value) in enumerate(self._items):
            if isinstance(value, Mark):
                if not value.is_link:
                    continue
                if kind == OPEN:
                    inside = []
                elif inside is not None:
                    if has_loose_brackets("".join(str(self._items[j][1]) for j in inside)):
                        loose.update(inside)
                    inside = None
            elif kind == TEXT and inside is not None:
                inside.append(i)
        return loose


def _line(parts: list[str], begins_with_text: bool, is_first: bool) -> str:
    line = "".join(parts).strip()
    return escape_line(line, is_first=is_first) if begins_with_text else line
