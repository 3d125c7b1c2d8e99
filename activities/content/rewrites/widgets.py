"""Widgets made of roles (WAI-ARIA): what is chosen in them, as in fields of forms."""

from __future__ import annotations

from itertools import chain

from lxml import etree
from lxml.html import HtmlElement
from lxml.html.builder import SPAN, STRONG

from activities.content.rewrites.fields import put_in_line

_BOXES = frozenset(("checkbox", "menuitemcheckbox", "menuitemradio", "radio", "switch"))

_WITH_STATE = etree.XPath(
    "//@role[. = 'checkbox' or . = 'radio' or . = 'switch' or . = 'option' or . = 'button'"
    " or starts-with(., 'menuitem')]/parent::*[not(self::button)]"
)
"""Elements that may have a state. To look for the states takes several times as long."""

_SIGNS = {"true": "[x]", "false": "[ ]", "mixed": "[-]"}

_CELLS = ("td", "th")

_CELL_ROLES = frozenset(("cell", "gridcell", "columnheader", "rowheader"))

_BLOCKS = (
    "div", "p", "ul", "ol", "dl", "table", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"
)  # fmt: skip


def write_widgets(root: HtmlElement) -> None:
    """Write the state of boxes as `[x]` or `[ ]`, and what is chosen of several in bold."""
    for element in chain(_WITH_STATE(root), list(root.iter("button"))):
        if element.getparent() is None:
            continue
        role = element.get("role", "")
        if role in _BOXES:
            _write_box(element, _SIGNS.get(element.get("aria-checked", "")))
        elif element.get("aria-pressed") == "true" or _is_chosen(element, role):
            _embolden(element)


def _write_box(box: HtmlElement, sign: str | None) -> None:
    if sign is None or box.tag == "input" or _holds_field(box):
        return
    if box.text_content().strip():
        box.text = f"{sign} {(box.text or '').lstrip()}"
    elif _is_named(box):
        put_in_line(box, SPAN(f" {sign} "))


def _holds_field(box: HtmlElement) -> bool:
    return any(
        field.get("type", "").lower() in ("checkbox", "radio") for field in box.iter("input")
    )


def _is_named(box: HtmlElement) -> bool:
    """Return whether words stand beside an empty box. In tables it selects a row."""
    around = next(box.iterancestors(), None)
    holders = (box, *box.iterancestors())
    if any(cell.tag in _CELLS or cell.get("role") in _CELL_ROLES for cell in holders):
        return False
    return around is not None and any(map(str.strip, around.itertext()))


def _is_chosen(element: HtmlElement, role: str) -> bool:
    if role != "option" or element.get("aria-selected") != "true":
        return False
    others = (*element.itersiblings(), *element.itersiblings(preceding=True))
    return any(other.get("role") == "option" for other in others)


def _embolden(element: HtmlElement) -> None:
    """Write the words of an element in bold, if they are one line."""
    if element.tag == "option" or next(element.iterdescendants(*_BLOCKS), None) is not None:
        return
    if element.text_content().strip():
        words = STRONG(element.text or "", *list(element))
        element.text = None
        element.append(words)
