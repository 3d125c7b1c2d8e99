"""Labels with values: definition lists, and tables of two columns; and tables with headings."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

from activities.declared.attributes import text_of
from activities.declared.entities import Source, Table

_MAX_LABEL = 80
_MAX_VALUE = 2_000
_MAX_LABELS = 1_000
_MAX_ROWS = 1_000
_MAX_TABLES = 50


def read_labels(root: HtmlElement) -> tuple[list[tuple[str, str, Source]], list[Table]]:
    """Labels with their values, and the tables that are lists of records."""
    labels: list[tuple[str, str, Source]] = []
    tables: list[Table] = []
    for table in root.iter("table"):
        if next(table.iterdescendants("table"), None) is not None or len(tables) >= _MAX_TABLES:
            continue
        rows = [
            [cell for cell in row if cell.tag in ("td", "th")]
            for row in list(table.iter("tr"))[:_MAX_ROWS]
        ]
        rows = [row for row in rows if row]
        if not rows:
            continue
        if len(rows) > 1 and len(rows[0]) > 1 and all(cell.tag == "th" for cell in rows[0]):
            texts = [[text_of(cell) for cell in row] for row in rows]
            width = len(texts[0])
            if not any(_spans(cell) for row in rows for cell in row):
                tables.append(Table(texts[0], [row for row in texts[1:] if len(row) == width]))
        elif all(len(row) == 2 for row in rows):
            for label, value in rows:
                labels += _label(label, value, "table")
    for label, value in _definitions(root):
        labels += _label(label, value, "definition list")
    return labels[:_MAX_LABELS], tables


def _spans(cell: HtmlElement) -> bool:
    return (cell.get("colspan") or "1") != "1" or (cell.get("rowspan") or "1") != "1"


def _definitions(root: HtmlElement) -> Iterator[tuple[HtmlElement, HtmlElement]]:
    """Terms that have one definition, with it."""
    for dl in root.iter("dl"):
        parts = list(dl.iter("dt", "dd"))
        for number, part in enumerate(parts[:-1]):
            following = parts[number + 1 : number + 3]
            before = parts[number - 1].tag if number else "dd"
            if (
                part.tag == "dt"
                and before == "dd"
                and following[0].tag == "dd"
                and (len(following) == 1 or following[1].tag == "dt")
            ):
                yield part, following[0]


def _label(label: HtmlElement, value: HtmlElement, source: Source) -> list[tuple[str, str, Source]]:
    name = text_of(label).rstrip(" :\uff1a").strip()
    text = text_of(value)
    if 0 < len(name) <= _MAX_LABEL and 0 < len(text) <= _MAX_VALUE:
        return [(name, text, source)]
    return []
