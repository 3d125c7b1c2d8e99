"""Emphasis at the places where CommonMark recognises it."""

from __future__ import annotations

from activities.content.writer.escaping import is_certain_punctuation, is_punctuation
from activities.content.writer.pieces import (
    BREAK,
    CLOSE,
    NO_TEXT,
    OPEN,
    TEXT,
    Item,
    Mark,
    is_style,
    joined,
    markdown_of,
)


def fit_emphasis(items: list[Item]) -> list[Item]:
    """Return the pieces with emphasis moved so that it is recognised.

    A mark beside a letter needs a letter inside: by CommonMark 6.2, `**Price:**5` is no emphasis,
    and `**Price**:5` is. Emphasis that no place is left for is removed.
    """
    return _Fitting(_with_text_around_marks(items)).fitted()


class _Fitting:
    """The marks of one paragraph while they are moved."""

    def __init__(self, items: list[Item]) -> None:
        self._items = items
        self._places: dict[Mark, list[int]] = {}

    def fitted(self) -> list[Item]:
        """Return the pieces after all marks have moved."""
        places = list(enumerate(self._items))
        for i, (_, value) in places:
            if isinstance(value, Mark):
                self._places.setdefault(value, []).append(i)
        for i, (kind, _) in places:
            if kind == CLOSE and is_style(self._items[i]):
                self._fit(i, -1)
        for i, (kind, _) in reversed(places):
            if kind == OPEN and is_style(self._items[i]):
                self._fit(i, 1)
        return joined([item for item in self._items if item != NO_TEXT])

    def _fit(self, i: int, inwards: int) -> None:
        """Move the mark at `i` inwards past what it may not stand beside, or remove it."""
        outside, inside = self._neighbour(i, -inwards), self._neighbour(i, inwards)
        outer = self._end_of(outside, -inwards)
        kind, value = self._items[inside] if inside is not None else NO_TEXT
        if kind != TEXT:
            if not _is_beside(outer):
                self._remove_mark(i)
            return
        text = str(value)[::inwards]
        moved = 0
        while moved < len(text):
            inner = text[moved]
            if not inner.isspace() and (_is_beside(outer) or not is_punctuation(inner)):
                break
            outer = inner
            moved += 1
        if moved == len(text):
            self._remove_mark(i)
        elif moved:
            self._items[inside or 0] = (TEXT, text[moved:][::inwards])
            self._write_outside(i, text[:moved][::inwards], -inwards)

    def _write_outside(self, i: int, text: str, outwards: int) -> None:
        """Add text outside of the mark at `i`, and of the marks beside it."""
        kind = self._items[i][0]
        while self._items[i][0] == kind:
            i += outwards
        other = str(self._items[i][1])
        self._items[i] = (TEXT, text + other if outwards > 0 else other + text)

    def _neighbour(self, i: int, step: int) -> int | None:
        """Return the number of the next item that is no emphasis."""
        i += step
        while 0 <= i < len(self._items):
            if not is_style(self._items[i]) and self._items[i] != NO_TEXT:
                return i
            i += step
        return None

    def _end_of(self, i: int | None, step: int) -> str:
        """Return the first character of an item, or the last one. It is empty between lines."""
        if i is None or self._items[i][0] == BREAK:
            return ""
        piece = markdown_of(self._items[i])
        return piece[0] if step > 0 else piece[-1]

    def _remove_mark(self, i: int) -> None:
        mark = self._items[i][1]
        if isinstance(mark, Mark):
            for place in self._places[mark]:
                self._items[place] = NO_TEXT


def _is_beside(outer: str) -> bool:
    """Return whether a mark may stand between `outer` and punctuation."""
    return not outer or outer.isspace() or is_certain_punctuation(outer)


def _with_text_around_marks(items: list[Item]) -> list[Item]:
    """Return the items with a text, empty if need be, around each run of equal kinds of marks."""
    fitted: list[Item] = [NO_TEXT]
    for item in items:
        if TEXT not in (kind := fitted[-1][0], item[0]) and item[0] != kind:
            fitted.append(NO_TEXT)
        fitted.append(item)
    return [*fitted, NO_TEXT]
