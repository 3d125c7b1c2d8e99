"""Rows of tables: their order, and how far the cells reach that span several of them."""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement

_FEET = etree.XPath(
    "//tfoot[parent::table][not(preceding-sibling::tfoot)]"
    "[following-sibling::*[self::tbody or self::tr]]"
)
_HEADS = etree.XPath(
    "//thead[parent::table][not(preceding-sibling::thead)]"
    "[preceding-sibling::*[self::tbody or self::tr]]"
)
"""Further feet and heads of a table are drawn where they are (CSS 2.2, 17.2)."""

_SPANNING = etree.XPath("//*[self::td or self::th][@rowspan][parent::tr]")


def order_rows(root: HtmlElement) -> None:
    """Put the head of each table first and its foot last, as browsers draw them."""
    for foot in _FEET(root):
        foot.getparent().append(foot)
    for head in _HEADS(root):
        rows = head.getparent()
        first = next(part for part in rows if part.tag in ("tbody", "tr"))
        first.addprevious(head)


def limit_row_spans(root: HtmlElement) -> None:
    """End each cell with its group of rows, as HTML 4.9.12 does. A span of 0 reaches that end."""
    places: dict[HtmlElement, int] = {}
    numbers: dict[HtmlElement, int] = {}
    for cell in _SPANNING(root):
        row = cell.getparent()
        group = row.getparent()
        if group not in numbers:
            rows = [part for part in group if part.tag == "tr"]
            places |= {each: place for place, each in enumerate(rows)}
            numbers[group] = len(rows)
        left = numbers[group] - places[row]
        value = cell.get("rowspan").strip()
        if value.isdecimal() and (int(value[:5]) == 0 or int(value[:5]) > left):
            cell.set("rowspan", str(left))
