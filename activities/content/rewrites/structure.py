"""Tables that only arrange their cells, and definition lists."""

from __future__ import annotations

from lxml.html import HtmlElement
from lxml.html.builder import LI, STRONG, UL

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

_TABLE_PARTS = ("thead", "tbody", "tfoot", "tr", "td", "th", "caption")


def unwrap_layout_tables(root: HtmlElement) -> None:
    """Turn tables that only arrange their cells into blocks."""
    for table in list(root.iter("table")):
        if not _is_layout(table):
            continue
        for part in list(table.iter(*_TABLE_PARTS)):
            if next(part.iterancestors("table"), None) is table:
                part.tag = "div"
        table.tag = "div"


def _is_layout(table: HtmlElement) -> bool:
    """Return whether a table arranges its cells, and does not hold data."""
    if table.get("role") in ("presentation", "none"):
        return True
    if next(table.iterdescendants("table"), None) is not None:
        return True
    if next(table.iter("th", "caption"), None) is not None:
        return False
    rows = list(table.iter("tr"))
    if all(len(row) <= 1 for row in rows):
        return True
    return next(table.iter("form", "pre", *_HEADINGS), None) is not None


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
        if len(bullets.items):
            bullets.items.tail = dl.tail
            dl.getparent().replace(dl, bullets.items)
        else:
            dl.tag = "div"


class _Bullets:
    """The bullets for one definition list.

    Terms of the same definition share a bullet: `a, b: definition`. Further definitions of a term
    become bullets below it.
    """

    def __init__(self) -> None:
        self.items: HtmlElement = UL()
        self._open: HtmlElement | None = None
        """The bullet whose terms have no definition yet."""
        self._more: HtmlElement | None = None
        """The list of further definitions below the last bullet."""

    def add(self, part: HtmlElement) -> None:
        """Add a term or a definition."""
        part.tail = None
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
        if len(self.items) == 0:
            self._append(LI(*content))
        elif self._open is not None:
            self._open[-1].tail = ": " + (part.text or "").lstrip()
            self._open.extend(list(part))
            self._open = None
        else:
            if self._more is None:
                self._more = UL()
                self.items[-1].append(self._more)
            self._more.append(LI(*content))

    def _append(self, item: HtmlElement) -> None:
        self.items.append(item)
        self._more = None
