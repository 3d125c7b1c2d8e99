"""Tables of data, as GFM writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from activities.content.writer.lists import Block

_MAX_SPAN = 1000
"""Columns and rows that a cell spans at most, by HTML 4.9.11."""

_MAX_COLUMNS = 1000
"""Columns of a table. Cells beyond are joined to the last one."""

_MAX_PADDED = 100
"""Columns of a table whose short rows get empty cells. GFM does not need them."""

_ALIGNMENT = re.compile(r"text-align\s*:\s*(left|right|center)")

_RULES = {"left": ":---", "right": "---:", "center": ":---:"}


@dataclass
class Cell:
    """One cell of a table."""

    element: HtmlElement
    blocks: list[Block] = field(default_factory=list)

    def write(self) -> str:
        """Return the content in one line."""
        text = "<br>".join(block.text for block in self.blocks)
        return text.replace("|", r"\|").replace("\n", " ")


def write_table(rows: list[list[Cell]]) -> Block | None:
    """Return a table as a block, with its first row as the head. None if it has no content.

    A cell that spans columns or rows is followed by empty ones, so that the columns stay aligned.
    """
    rows = [row for row in rows if row]
    if not any(cell.blocks for row in rows for cell in row):
        return None
    grid = _Grid()
    for row in rows:
        grid.add(row)
    lines = [f"| {' | '.join(row)} |" for row in grid.rows()]
    rules = [_RULES.get(side, "---") for side in grid.sides()]
    lines.insert(1, f"| {' | '.join(rules)} |")
    return Block("\n".join(lines))


class _Grid:
    """The cells of a table in rows of equal length."""

    def __init__(self) -> None:
        self._rows: list[list[str]] = []
        self._sides: list[str] = []
        self._spans: dict[int, int] = {}
        """Rows below that a cell above takes, by the column."""

    def add(self, cells: list[Cell]) -> None:
        row: list[str] = []
        spans = self._spans
        self._spans = {column: left - 1 for column, left in spans.items() if left > 1}
        for cell in cells:
            self._skip(row, spans)
            columns = _span(cell.element.get("colspan"))
            rows = _span(cell.element.get("rowspan"))
            if len(row) + columns > _MAX_COLUMNS:
                columns = 1
            if len(row) >= _MAX_COLUMNS:
                row[-1] = f"{row[-1]} {cell.write()}".strip()
                continue
            if rows > 1:
                self._spans |= dict.fromkeys(range(len(row), len(row) + columns), rows - 1)
            if not self._rows:
                self._sides += [_side(cell.element)] * columns
            row += [cell.write(), *[""] * (columns - 1)]
        self._skip(row, spans)
        self._rows.append(row)

    def _skip(self, row: list[str], spans: dict[int, int]) -> None:
        while len(row) in spans:
            row.append("")

    def rows(self) -> list[list[str]]:
        width = self._width()
        padded = self._rows if width <= _MAX_PADDED else self._rows[:1]
        return [row + [""] * (width - len(row)) for row in padded] + self._rows[len(padded) :]

    def sides(self) -> list[str]:
        width = self._width()
        return (self._sides + [""] * (width - len(self._sides)))[:width]

    def _width(self) -> int:
        return max(map(len, self._rows))


def _span(value: str | None) -> int:
    if value is None or not value.strip().isdecimal():
        return 1
    return min(max(int(value.strip()[:5]), 1), _MAX_SPAN)


def _side(cell: HtmlElement) -> str:
    """Return the side to which the text of a column's head is aligned."""
    side = str(cell.get("align") or "").lower()
    if not side and (style := cell.get("style")) and (found := _ALIGNMENT.search(style.lower())):
        return found[1]
    return side
