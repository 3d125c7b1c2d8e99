"""Tables that only arrange their cells, tables made of roles, and lists."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement
from lxml.html.builder import LI, STRONG, UL

from activities.content.rewrites.nested_tables import has_small_tables, write_small_tables

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

ARRANGED = "presentation"
"""The role of what was a table that only arranged its cells."""

_TABLE_PARTS = ("thead", "tbody", "tfoot", "tr", "td", "th", "caption")


_ROLES = {
    "row": "tr",
    "cell": "td",
    "gridcell": "td",
    "columnheader": "th",
    "rowheader": "th",
}
"""Elements of tables by their roles, by WAI-ARIA 1.2."""

_GRIDS = etree.XPath("//@role[. = 'grid' or . = 'table' or . = 'treegrid']/..")

_LISTS = ("ul", "ol", "menu", "dir")

_NEUTRAL = ("div", "span", "section", "p")
"""Elements that may be a heading, a list or an item by their role."""

_MAX_LEVEL = 6

_LEVEL_WITHOUT_NUMBER = 2
"""The level of a heading that names none, by WAI-ARIA 1.2."""


def build_tables_of_roles(root: HtmlElement) -> None:
    """Make tables of elements whose roles say that they are tables."""
    for grid in _GRIDS(root):
        if grid.tag == "table" or next(grid.iter("table"), None) is not None:
            continue
        parts = [part for part in grid.iter() if part.get("role") in _ROLES]
        if not any(_ROLES[part.get("role")] == "tr" for part in parts):
            continue
        grid.tag = "table"
        for part in parts:
            part.tag = _ROLES[part.get("role")]
            for ours, theirs in (("colspan", "aria-colspan"), ("rowspan", "aria-rowspan")):
                if (span := part.get(theirs)) is not None:
                    part.set(ours, span)
        grid.attrib.pop("role")


def build_headings_and_lists_of_roles(root: HtmlElement) -> None:
    """Make headings and lists of elements whose roles say that they are."""
    for element in root.iter(*_NEUTRAL):
        role = element.get("role")
        if role == "heading" and next(element.iterancestors(*_HEADINGS), None) is None:
            element.tag = f"h{_level_of(element)}"
        elif role == "list" and any(_is_item(child) for child in element):
            element.tag = "ul"
            for item in filter(_is_item, element):
                item.tag = "li"


def _is_item(element: HtmlElement) -> bool:
    return element.tag in _NEUTRAL and element.get("role") == "listitem"


def _level_of(heading: HtmlElement) -> int:
    level = heading.get("aria-level", "").strip()
    return min(int(level), _MAX_LEVEL) if re.fullmatch("[1-9]", level) else _LEVEL_WITHOUT_NUMBER


def wrap_stray_items(root: HtmlElement) -> None:
    """Put items that stand outside of lists into lists."""
    for item in list(root.iter("li")):
        parent = item.getparent()
        if parent is None or parent.tag in _LISTS:
            continue
        items = UL()
        item.addprevious(items)
        while item is not None and item.tag == "li":
            following = item.getnext()
            tail, item.tail = item.tail, None
            items.append(item)
            if tail and tail.strip():
                items.tail = tail
                break
            item = following


def unwrap_layout_tables(root: HtmlElement) -> None:
    """Turn tables that only arrange their cells into blocks."""
    for table in list(root.iter("table")):
        if table.tag != "table":
            continue  # a small one within another, which is lines now
        if not _is_layout(table):
            write_small_tables(table)
            continue
        for part in list(table.iter(*_TABLE_PARTS)):
            if next(part.iterancestors("table"), None) is table:
                part.tag = "div"
        table.tag = "div"
        table.set("role", ARRANGED)


def _is_layout(table: HtmlElement) -> bool:
    """Return whether a table arranges its cells, and does not hold data."""
    if table.get("role") in ("presentation", "none"):
        return True
    if next(table.iterdescendants("table"), None) is not None and not has_small_tables(table):
        return True
    if next(table.iter("th", "caption"), None) is not None:
        return False
    rows = list(table.iter("tr"))
    if len(rows) == 1 or all(len(row) <= 1 for row in rows):
        return True
    if any("\n" in pre.text_content() for pre in table.iter("pre")):
        return True
    return next(table.iter("form", *_HEADINGS), None) is not None


def list_definitions(root: HtmlElement) -> None:
    """Turn terms and their definitions into bullets, with the terms in bold."""
    for dl in reversed(list(root.iter("dl"))):
        parts = list(dl.iter("dt", "dd"))
        for part in reversed(parts):
            # Without end tags, the parser nests the parts.
            if part.getparent().tag in ("dt", "dd"):
                part.getparent().addnext(part)
        bullets = _Bullets()
        for part in parts:
            if next(part.iterancestors("dl"), None) is dl:
                bullets.add(part)
                part.text = None
                part.drop_tree()
        dl.tag = "div"  # for what stands outside of terms and definitions
        if len(bullets.items):
            bullets.items.tail, dl.tail = dl.tail, None
            dl.addnext(bullets.items)


class _Bullets:
    """The bullets for one definition list.

    Terms of the same definition share a bullet: `a, b: definition`. Further definitions of a term
    become bullets below it.
    """

    def __init__(self) -> None:
        self.items: HtmlElement = UL()
        self._open: HtmlElement | None = None
        """The bullet whose terms have no definition yet."""
        self._has_term = False
        """Whether the last bullet begins with a term."""
        self._more: HtmlElement | None = None
        """The list of further definitions below the last bullet."""

    def add(self, part: HtmlElement) -> None:
        """Add a term or a definition."""
        if part.tag == "dt":
            self._add_term(part)
        else:
            self._add_definition(part)

    def _add_term(self, part: HtmlElement) -> None:
        term = STRONG(part.text or "", *list(part))
        for block in list(term.iter(*_HEADINGS, "p", "div")):
            block.tag = "span"
        if self._open is not None:
            self._open[-1].tail = ", "
            self._open.append(term)
        else:
            self._open = LI(term)
            self._append(self._open)

    def _add_definition(self, part: HtmlElement) -> None:
        content = (part.text or "", *list(part))
        if self._open is not None:
            self._open[-1].tail = ": " + (part.text or "").lstrip()
            self._open.extend(list(part))
            self._open = None
            self._has_term = True
        elif not self._has_term:
            self._append(LI(*content))
        else:
            if self._more is None:
                self._more = UL()
                self.items[-1].append(self._more)
            self._more.append(LI(*content))

    def _append(self, item: HtmlElement) -> None:
        self.items.append(item)
        self._more = None
