"""The content of one paragraph while it is collected."""

from __future__ import annotations

import re

from activities.content.writer.pieces import BREAK, CLOSE, CODE, OPEN, RAW, TEXT, Item, Mark
from activities.content.writer.rendering import render

_WHITE_SPACE = re.compile(r"[ \t\n\r\f\xa0]+")
_NEEDS_COLLAPSING = re.compile(r"[\t\n\r\f\xa0\xad]|  ")
_SOFT_HYPHEN = "\xad"
"""A place where a word may be broken. A reader sees nothing there, and would find no such word."""


class Inline:
    """One paragraph while it is being collected.

    White space is one space, and none at the ends and inside of marks. Marks without content are
    left out.
    """

    def __init__(self, reopened: list[Mark] | None = None) -> None:
        """`reopened` are the marks that are open at the beginning, the outermost first."""
        self._items: list[Item] = []
        self._has_space = False
        self._has_break = False
        self._waiting: list[Mark] = []
        """Open marks that have no content yet."""
        self._open: list[Mark] = []
        self._ignored: list[Mark] = []
        """Open marks inside of equal ones."""
        self._code_owner: object = None
        for mark in reopened or ():
            self.open(mark)

    def is_empty(self) -> bool:
        """Return whether there is no content."""
        return not self._items

    def ends_with_break(self) -> bool:
        """Return whether nothing stands on the line yet."""
        return self._has_break or not self._items

    def text(self, text: str) -> None:
        """Add text."""
        if _NEEDS_COLLAPSING.search(text):
            text = _WHITE_SPACE.sub(" ", text.replace(_SOFT_HYPHEN, ""))
        core = text.strip(" ")
        if text[:1] == " ":
            self._has_space = True
        if core:
            self._add(TEXT, core)
            self._has_space = text[-1] == " "

    def code(self, text: str, owner: object) -> None:
        """Add text that is code. Code of one `owner` stays together."""
        text = _WHITE_SPACE.sub(" ", text)
        core = text.strip(" ")
        if text[:1] == " ":
            self._has_space = True
        if not core:
            return
        last = self._items[-1] if self._items else None
        goes_on = last is not None and last[0] == CODE and not (self._waiting or self._has_break)
        if last and goes_on and (self._code_owner is owner or not self._has_space):
            space = " " if self._has_space else ""
            self._items[-1] = (CODE, f"{last[1]}{space}{core}")
            self._has_space = text[-1] == " "
            return
        self._add(CODE, core)
        self._code_owner = owner
        self._has_space = text[-1] == " "

    def verbatim(self, line: str) -> None:
        """Add a line of code as it is."""
        if line.strip():
            self._add(CODE, line)
            self._code_owner = None

    def begin(self) -> None:
        """Forget white space at the beginning."""
        self._has_space = False

    def raw(self, markdown: str) -> None:
        """Add a piece of markdown."""
        self._add(RAW, markdown)

    def space(self) -> None:
        """Add white space."""
        self._has_space = True

    def line_break(self) -> None:
        """Begin a new line. At the beginning of the paragraph or of a line, do nothing."""
        self._has_space = False
        self._has_break = bool(self._items)

    def open(self, mark: Mark) -> None:
        """Begin a mark."""
        active = (*self._open, *self._waiting)
        if any(mark.opening == other.opening for other in active):
            self._ignored.append(mark)
        else:
            self._waiting.append(mark)

    def close(self, mark: Mark) -> None:
        """End a mark."""
        if mark in self._ignored:
            self._ignored.remove(mark)
        elif mark in self._waiting:
            self._waiting.remove(mark)
        elif mark in self._open:
            while True:
                last = self._open.pop()
                self._items.append((CLOSE, last))
                if last is mark:
                    break
                self._waiting.insert(0, last)

    def _add(self, kind: int, value: str) -> None:
        items = self._items
        if self._has_break:
            items.append((BREAK, ""))
            self._has_break = False
        elif self._has_space and items:
            items.append((TEXT, " "))
        self._has_space = False
        if self._waiting:
            for mark in self._waiting:
                last = items[-1] if items else None
                if last and last[0] == CLOSE and _continues(last[1], mark):
                    items.pop()
                else:
                    items.append((OPEN, mark))
            self._open += self._waiting
            self._waiting.clear()
        items.append((kind, value))

    def render(self, line_break: str = "  \n", *, is_block: bool = True) -> str:
        """Return the markdown. This ends all marks.

        With `is_block` the beginnings of its lines are escaped, as a paragraph needs.
        """
        for mark in reversed(self._open):
            self._items.append((CLOSE, mark))
        self._open.clear()
        return render(self._items, line_break, is_block=is_block)


def _continues(before: str | Mark, mark: Mark) -> bool:
    """Return whether a mark begins where an equal one ended, so that both are one."""
    return (
        isinstance(before, Mark)
        and before.opening == mark.opening
        and (before is mark or not mark.is_link)
    )
