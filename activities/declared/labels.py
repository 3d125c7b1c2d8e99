"""Labelled values in definition lists and in tables of two columns, and tables with headings."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

from activities.declared.element_values import text_of
from activities.declared.entities import LabelledValue, Source, Table

_MAX_LABEL = 80
"""Characters of a label. A longer text is a sentence."""

_MAX_VALUE = 2_000
"""Characters of a value."""

_MAX_LABELS = 1_000
_MAX_ROWS = 1_000
_MAX_TABLES = 50


def read_labels(root: HtmlElement) -> tuple[list[LabelledValue], list[Table]]:
    """Return the labelled values of a page, and the tables that are lists of records."""
    labels: list[LabelledValue] = []
    tables: list[Table] = []
    for element in root.iter("table"):
        if next(element.iterdescendants("table"), None) is not None or len(tables) >= _MAX_TABLES:
            continue
        rows = _rows(element)
        if _has_headings(rows):
            if not any(_spans(cell) for row in rows for cell in row):
                tables.append(_table(rows))
        elif all(len(row) == 2 for row in rows):
            for label, value in rows:
                labels += _labelled(label, value, "table")
    for label, value in _definitions(root):
        labels += _labelled(label, value, "definition list")
    return labels[:_MAX_LABELS], tables


def _rows(table: HtmlElement) -> list[list[HtmlElement]]:
    """Return the cells of a table, row by row, without empty rows."""
    rows = [
        [cell for cell in row if cell.tag in ("td", "th")]
        for row in list(table.iter("tr"))[:_MAX_ROWS]
    ]
    return [row for row in rows if row]


def _has_headings(rows: list[list[HtmlElement]]) -> bool:
    """Return whether the first row of a table has the headings of its columns."""
    return len(rows) > 1 and len(rows[0]) > 1 and all(cell.tag == "th" for cell in rows[0])


def _table(rows: list[list[HtmlElement]]) -> Table:
    texts: list[list[str]] = [[*map(text_of, row)] for row in rows]
    headings, *records = texts
    return Table(headings, [record for record in records if len(record) == len(headings)])


def _spans(cell: HtmlElement) -> bool:
    return (cell.get("colspan") or "1") != "1" or (cell.get("rowspan") or "1") != "1"


def _definitions(root: HtmlElement) -> Iterator[tuple[HtmlElement, HtmlElement]]:
    """Yield the terms that have one definition, with that definition."""
    for dl in root.iter("dl"):
        parts = list(dl.iter("dt", "dd"))
        tags = ["dd", *(part.tag for part in parts), "dt"]
        for number in range(len(parts) - 1):
            # A term after another definition, then its definition, then the next term or the end.
            if tags[number : number + 4] == ["dd", "dt", "dd", "dt"]:
                yield parts[number], parts[number + 1]


def _labelled(label: HtmlElement, value: HtmlElement, source: Source) -> list[LabelledValue]:
    """Return the value with its label, or nothing if one of them is empty or too long."""
    name = text_of(label).rstrip(" :\uff1a").strip()
    text = text_of(value)
    if 0 < len(name) <= _MAX_LABEL and 0 < len(text) <= _MAX_VALUE:
        return [LabelledValue(name, text, source)]
    return []
