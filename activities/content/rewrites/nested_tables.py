"""Small tables within the cells of a table of data, which become lines of their cell."""

from __future__ import annotations

from lxml.html import HtmlElement

_MAX_TEXT = 300
"""Characters of a small table. Tables that arrange a page hold much more."""

_PARTS_OF_PAGES = (
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "dl", "pre", "form", "table", "img",
)  # fmt: skip
"""What stands in tables that arrange a page."""


def has_small_tables(table: HtmlElement) -> bool:
    """Return whether a table has a row of headings, and in its cells only small tables."""
    head = next(table.iter("tr"), None)
    if head is None or len(head) < 2 or any(cell.tag != "th" for cell in head):
        return False
    return all(
        next(inner.iterdescendants(*_PARTS_OF_PAGES), None) is None
        and len(inner.text_content()) <= _MAX_TEXT
        for inner in table.iterdescendants("table")
    )


def write_small_tables(table: HtmlElement) -> None:
    """Turn the tables within a table into lines, one for each row."""
    for inner in list(table.iterdescendants("table")):
        for part in list(inner.iter("thead", "tbody", "tfoot", "tr", "caption", "td", "th")):
            if part.tag in ("td", "th"):
                part.tail = " "
                part.tag = "span"
            else:
                part.tag = "div"
        inner.tag = "div"
