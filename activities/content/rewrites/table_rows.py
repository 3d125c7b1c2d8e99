"""Rows of tables: their order, and how far the cells reach that span several of them."""

from __future__ import annotations

from lxml.html import HtmlElement

_ROWS = ("tbody", "tr")


def order_rows(root: HtmlElement) -> None:
    """Put the head of each table first and its foot last, as browsers draw them.

    Further heads and feet of a table are drawn where they are (CSS 2.2, 17.2).
    """
    seen: set[tuple[HtmlElement, str]] = set()
    for part in list(root.iter("thead", "tfoot")):
        table = part.getparent()
        if table.tag != "table" or (table, part.tag) in seen:
            continue
        seen.add((table, part.tag))
        if part.tag == "tfoot" and next(part.itersiblings(*_ROWS), None) is not None:
            table.append(part)
        elif (
            part.tag == "thead"
            and next(part.itersiblings(*_ROWS, preceding=True), None) is not None
        ):
            next(table.iterchildren(*_ROWS)).addprevious(part)


def limit_row_spans(root: HtmlElement) -> None:
    """End each cell with its group of rows, as HTML 4.9.12 does. A span of 0 reaches that end."""
    places: dict[HtmlElement, int] = {}
    numbers: dict[HtmlElement, int] = {}
    for cell in root.iter("td", "th"):
        row = cell.getparent()
        if cell.get("rowspan") is None or row.tag != "tr":
            continue
        group = row.getparent()
        if group not in numbers:
            rows = [part for part in group if part.tag == "tr"]
            places |= {each: place for place, each in enumerate(rows)}
            numbers[group] = len(rows)
        left = numbers[group] - places[row]
        value = cell.get("rowspan").strip()
        if value.isdecimal() and (int(value[:5]) == 0 or int(value[:5]) > left):
            cell.set("rowspan", str(left))
