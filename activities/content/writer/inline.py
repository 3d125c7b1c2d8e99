"""The content of one paragraph: text, code, pictures, and the marks around them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from activities.content.writer.escaping import (
    Delimiters,
    delimiters_of,
    escape,
    escape_brackets,
    escape_line,
    has_loose_brackets,
    is_certain_punctuation,
    is_punctuation,
)

_WHITE_SPACE = re.compile(r"[ \t\n\r\f\xa0]+")
_NEEDS_COLLAPSING = re.compile(r"[\t\n\r\f\xa0]|  ")

_BACKTICKS = re.compile(r"`+")

_TEXT, _CODE, _RAW, _BREAK, _OPEN, _CLOSE = range(6)


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


_Item = tuple[int, str | Mark]

_NO_TEXT: _Item = (_TEXT, "")


class Inline:
    """One paragraph while it is being collected.

    White space is one space, and none at the ends and inside of marks. Marks without content are
    left out.
    """

    def __init__(self, reopened: list[Mark] | None = None) -> None:
        """`reopened` are the marks that are open at the beginning, the outermost first."""
        self._items: list[_Item] = []
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
            text = _WHITE_SPACE.sub(" ", text)
        core = text.strip(" ")
        if text[:1] == " ":
            self._has_space = True
        if core:
            self._add(_TEXT, core)
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
        goes_on = last is not None and last[0] == _CODE and not (self._waiting or self._has_break)
        if last and goes_on and (self._code_owner is owner or not self._has_space):
            space = " " if self._has_space else ""
            self._items[-1] = (_CODE, f"{last[1]}{space}{core}")
            self._has_space = text[-1] == " "
            return
        self._add(_CODE, core)
        self._code_owner = owner
        self._has_space = text[-1] == " "

    def verbatim(self, line: str) -> None:
        """Add a line of code as it is."""
        if line.strip():
            self._add(_CODE, line)
            self._code_owner = None

    def begin(self) -> None:
        """Forget white space at the beginning."""
        self._has_space = False

    def raw(self, markdown: str) -> None:
        """Add a piece of markdown."""
        self._add(_RAW, markdown)

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
                self._items.append((_CLOSE, last))
                if last is mark:
                    break
                self._waiting.insert(0, last)

    def _add(self, kind: int, value: str) -> None:
        items = self._items
        if self._has_break:
            items.append((_BREAK, ""))
            self._has_break = False
        elif self._has_space and items:
            items.append((_TEXT, " "))
        self._has_space = False
        if self._waiting:
            for mark in self._waiting:
                last = items[-1] if items else None
                if last and last[0] == _CLOSE and _continues(last[1], mark):
                    items.pop()
                else:
                    items.append((_OPEN, mark))
            self._open += self._waiting
            self._waiting.clear()
        items.append((kind, value))

    def render(self, line_break: str = "  \n", *, is_block: bool = True) -> str:
        """Return the markdown. This ends all marks.

        With `is_block` the beginnings of its lines are escaped, as a paragraph needs.
        """
        for mark in reversed(self._open):
            self._items.append((_CLOSE, mark))
        self._open.clear()
        items = _joined(self._items)
        if len(items) == 1 and items[0][0] == _TEXT:  # most paragraphs
            text = str(items[0][1]).strip()
            text = escape(text, delimiters_of(text, ()))
            return escape_line(text, is_first=True) if is_block else text
        return _Rendering(items).render(line_break, is_block=is_block)


def _continues(before: str | Mark, mark: Mark) -> bool:
    """Return whether a mark begins where an equal one ended, so that both are one."""
    return (
        isinstance(before, Mark)
        and before.opening == mark.opening
        and (before is mark or not mark.is_link)
    )


def _joined(items: list[_Item]) -> list[_Item]:
    """Return the items with neighbouring texts joined, without white space at ends of lines."""
    joined: list[_Item] = []
    texts: list[str] = []
    for item in items:
        if item[0] == _TEXT:
            texts.append(str(item[1]))
            continue
        if texts:
            joined.append((_TEXT, "".join(texts)))
            texts.clear()
        joined.append(item)
    if texts:
        joined.append((_TEXT, "".join(texts)))
    return joined


class _Rendering:
    """The markdown of a paragraph that is more than text."""

    def __init__(self, items: list[_Item]) -> None:
        self._items = items
        self._places: dict[Mark, list[int]] = {}
        marks = {value.opening[0] for _, value in items if isinstance(value, Mark)}
        self._has_style = not marks <= {"["}
        if "[" in marks or any(kind in (_CODE, _RAW) for kind, _ in items):
            marks.add("`")  # an escaped one ends code as well, such as in an address
        self._needed: Delimiters = delimiters_of(
            "\0".join(str(value) if kind == _TEXT else "" for kind, value in items),
            marks,
            has_formula=any(kind == _RAW and str(value)[0] == "$" for kind, value in items),
        )

    def render(self, line_break: str, *, is_block: bool) -> str:
        if self._has_style:
            self._fit_marks()
        loose = self._texts_with_loose_brackets()
        pieces = [
            line_break.strip(" ") if kind == _BREAK else self._unescaped(kind, value)
            for kind, value in self._items
        ]
        lines: list[str] = []
        parts: list[str] = []
        begins_with_text = False
        for i, (kind, value) in enumerate(self._items):
            if kind == _BREAK:
                lines.append(_line(parts, begins_with_text and is_block, not lines))
                parts = []
                continue
            if not parts:
                begins_with_text = kind == _TEXT
            parts.append(
                self._escaped(i, str(value), pieces, loose) if kind == _TEXT else pieces[i]
            )
        lines.append(_line(parts, begins_with_text and is_block, not lines))
        return line_break.join(line for line in lines if line)

    def _unescaped(self, kind: int, value: str | Mark) -> str:
        if isinstance(value, Mark):
            return value.opening if kind == _OPEN else value.closing
        if kind == _CODE:
            return _code_span(value)
        return value

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
                if kind == _OPEN:
                    inside = []
                elif inside is not None:
                    if has_loose_brackets("".join(str(self._items[j][1]) for j in inside)):
                        loose.update(inside)
                    inside = None
            elif kind == _TEXT and inside is not None:
                inside.append(i)
        return loose

    def _fit_marks(self) -> None:
        """Move emphasis so that it is recognised: a mark beside a letter needs a letter inside.

        `**Price:**5` is no emphasis by CommonMark, 6.2, and `**Price**:5` is.
        """
        self._items = _with_text_around_marks(self._items)
        places = list(enumerate(self._items))
        for i, (_, value) in places:
            if isinstance(value, Mark):
                self._places.setdefault(value, []).append(i)
        for i, (kind, _) in places:
            if kind == _CLOSE and self._is_style(i):
                self._fit(i, -1)
        for i, (kind, _) in reversed(places):
            if kind == _OPEN and self._is_style(i):
                self._fit(i, 1)
        self._items = _joined([item for item in self._items if item != _NO_TEXT])

    def _fit(self, i: int, inwards: int) -> None:
        """Move the mark at `i` inwards past what it may not stand beside, or remove it."""
        outside, inside = self._neighbour(i, -inwards), self._neighbour(i, inwards)
        outer = self._end_of(outside, -inwards)
        kind, value = self._items[inside] if inside is not None else _NO_TEXT
        if kind != _TEXT:
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
            self._items[inside or 0] = (_TEXT, text[moved:][::inwards])
            self._write_outside(i, text[:moved][::inwards], -inwards)

    def _write_outside(self, i: int, text: str, outwards: int) -> None:
        """Add text outside of the mark at `i`, and of the marks beside it."""
        kind = self._items[i][0]
        while self._items[i][0] == kind:
            i += outwards
        other = str(self._items[i][1])
        self._items[i] = (_TEXT, text + other if outwards > 0 else other + text)

    def _is_style(self, i: int) -> bool:
        value = self._items[i][1]
        return isinstance(value, Mark) and not value.is_link

    def _neighbour(self, i: int, step: int) -> int | None:
        """Return the number of the next item that is no emphasis."""
        i += step
        while 0 <= i < len(self._items):
            if not self._is_style(i) and self._items[i] != _NO_TEXT:
                return i
            i += step
        return None

    def _end_of(self, i: int | None, step: int) -> str:
        """Return the first character of an item, or the last one. It is empty between lines."""
        if i is None or self._items[i][0] == _BREAK:
            return ""
        piece = self._unescaped(*self._items[i])
        return piece[0] if step > 0 else piece[-1]

    def _remove_mark(self, i: int) -> None:
        mark = self._items[i][1]
        if isinstance(mark, Mark):
            for place in self._places[mark]:
                self._items[place] = _NO_TEXT


def _is_beside(outer: str) -> bool:
    """Return whether a mark may stand between `outer` and punctuation."""
    return not outer or outer.isspace() or is_certain_punctuation(outer)


def _with_text_around_marks(items: list[_Item]) -> list[_Item]:
    """Return the items with a text, empty if need be, around each run of equal kinds of marks."""
    fitted: list[_Item] = [_NO_TEXT]
    for item in items:
        if _TEXT not in (kind := fitted[-1][0], item[0]) and item[0] != kind:
            fitted.append(_NO_TEXT)
        fitted.append(item)
    return [*fitted, _NO_TEXT]


def _line(parts: list[str], begins_with_text: bool, is_first: bool) -> str:
    line = "".join(parts).strip()
    return escape_line(line, is_first=is_first) if begins_with_text else line


def _code_span(text: str) -> str:
    longest = max(map(len, _BACKTICKS.findall(text)), default=0) if "`" in text else 0
    fence = "`" * (longest + 1)
    if text[0] == "`" or text[-1] == "`":
        text = f" {text} "
    return f"{fence}{text}{fence}"
