"""Blocks of code: plain text with their language, without line numbers."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement
from lxml.html.builder import CODE, DIV

from activities.content.rewrites.languages import language_of
from activities.content.rewrites.preformatted import divide_linked_text, is_linked_text

_LINE_NUMBERS = re.compile(
    r"(?:^|\s|[_-])(?:line-?(?:nos?|numbers?)|linenos?|gutter|lnos?|lnt|line-?num)(?:$|\s|-)"
    r"|(?:^|\s)ln(?:$|\s)"
)
"""Classes of elements that hold line numbers."""

_WORD = re.compile(r"[^\W\d_]{2}")
"""What no number of a line has, also if it is called `L1`."""

_BLOCK_LINES = frozenset(("div", "p", "li", "tr"))
"""Elements that highlighters put around each line, and that begin on a line of their own."""

_LINE = re.compile(r"(?:^|\s)(?:[\w-]+[-_])?(?:line|row)(?=\s|$)|(?:^|\s)(?:cl|loc)(?=\s|$)")
"""Classes of elements around each line that begin on a line of their own by style only."""

_LINE_ATTRIBUTES = ("data-line", "data-line-number", "data-lineno", "data-line-no")

_NUMBERED = etree.XPath("//*[@data-line-number or @data-lineno][not(self::td or self::tr)]")
"""Elements that say which line of code they belong to."""

_DISPLAYED_AS_LINE = re.compile(r"display\s*:\s*(?:block|flex|grid|table-row|list-item)")

_MAX_GUTTER_LEVELS = 3
"""Elements around a block of code, the block included, that the numbers may stand beside."""

_MAX_DIGITS = 7
"""Digits of the number of a line."""

_CONTROLS = frozenset(("button", "select"))
"""Elements in a block that are no code."""


def simplify_code(root: HtmlElement) -> None:
    """Replace the content of each `pre` with plain text in a `code` that names its language.

    Preformatted text that holds links, such as a listing of files, is no code: it becomes lines.
    """
    for pre in list(root.iter("pre")):
        if pre.getparent() is None:
            continue
        language = language_of(pre)
        if language is None and is_linked_text(pre):
            divide_linked_text(pre, code_of)
            continue
        write_code(pre, code_of(pre), language)
        _leave_numbered_table(pre)


def remove_stray_line_numbers(root: HtmlElement) -> None:
    """Remove line numbers that stand beside a block of code."""
    for element in _NUMBERED(root):
        number = element.get("data-line-number") or element.get("data-lineno")
        if element.getparent() is not None and element.text_content().strip() == number:
            element.drop_tree()
    for pre in root.iter("pre"):
        for gutter in _gutters_of(pre):
            gutter.drop_tree()


def _gutters_of(pre: HtmlElement) -> list[HtmlElement]:
    """Return the elements in front of a block of code that hold the numbers of its lines."""
    lines = pre.text_content().count("\n") + 1
    place: HtmlElement | None = pre
    found: list[HtmlElement] = []
    for _ in range(_MAX_GUTTER_LEVELS):
        before = None if place is None else place.getprevious()
        if before is not None and not (before.tail or "").strip() and _counts(before, lines):
            found.append(before)
        place = None if place is None else place.getparent()
    return found


def _counts(element: HtmlElement, lines: int) -> bool:
    """Return whether an element holds only numbers, one for each of about so many lines."""
    numbers: list[int] = []
    for text in filter(None, map(str.strip, element.itertext())):
        if not text.isdecimal() or len(text) > _MAX_DIGITS or len(numbers) > lines:
            return False
        numbers.append(int(text))
        if numbers[-1] != numbers[0] + len(numbers) - 1:
            return False
    return len(numbers) > 1 and len(numbers) >= lines - 1


def write_code(pre: HtmlElement, text: str, language: str | None) -> None:
    """Make `text` the whole content of a `pre`."""
    block = CODE(text)
    if language:
        block.set("class", f"language-{language}")
    for child in list(pre):
        pre.remove(child)
    pre.text = None
    pre.append(block)


def code_of(element: HtmlElement) -> str:
    """Return the code in an element, without line numbers and buttons."""
    lines = _lines_without_ends(element)
    parts: list[str] = [element.text or ""]
    events = etree.iterwalk(element, events=("start", "end"))
    has_line = False
    for event, child in events:
        if child is element:
            continue
        is_start = event == "start"
        if is_start and is_no_code(child):
            events.skip_subtree()
            continue
        if lines:
            if is_start and child in lines:
                parts.append("\n" if has_line else "")
                has_line = True
        elif child.tag in _BLOCK_LINES and not parts[-1].endswith("\n"):
            parts.append("\n")
        if is_start and child.tag == "br":
            parts.append("\n")
        text = child.text if is_start else child.tail
        if text and not (is_no_code(child) and is_start):
            parts.append(text)
    return "".join(parts).strip("\n")


def _lines_without_ends(element: HtmlElement) -> set[HtmlElement]:
    """Return the elements around each line, if no line of the source ends within or behind them."""
    lines = [child for child in element.iterdescendants() if is_line(child)]
    found = set(lines)
    outer = [line for line in lines if not any(a in found for a in line.iterancestors())]
    if len(outer) < 2 or next(element.iter("br"), None) is not None:
        return set()
    if any("\n" in line.text_content() or "\n" in (line.tail or "") for line in outer):
        return set()
    return set(outer)


def is_line(element: HtmlElement) -> bool:
    """Return whether an element in a block of code holds one line."""
    if not isinstance(element.tag, str) or is_no_code(element):
        return False
    if element.tag in _BLOCK_LINES:
        return True
    return (
        bool(_LINE.search(element.get("class", "")))
        or any(element.get(name) is not None for name in _LINE_ATTRIBUTES)
        or bool(_DISPLAYED_AS_LINE.search(element.get("style", "")))
    )


def is_no_code(element: HtmlElement) -> bool:
    """Return whether an element in a block of code holds line numbers, or is a control."""
    if element.tag in _CONTROLS:
        return True
    if not _LINE_NUMBERS.search(element.get("class", "")):
        return False
    return _WORD.search(element.text_content()) is None


def _leave_numbered_table(pre: HtmlElement) -> None:
    """Replace a table that only arranges line numbers, code, and perhaps a title above it."""
    cell = next(pre.iterancestors("td"), None)
    row = None if cell is None else cell.getparent()
    table = None if row is None else next(row.iterancestors("table"), None)
    if cell is None or table is None or table.getparent() is None:
        return
    others = [*cell.itersiblings(), *cell.itersiblings(preceding=True)]
    if not others or not all(_holds_line_numbers(other) for other in others):
        return
    rows = list(table.iter("tr"))
    if any(len(other) != 1 for other in rows if other is not row):
        return
    holder = DIV()
    for other in rows:
        if other is row:
            pre.tail = None
            holder.append(pre)
        else:
            title = other[0]
            title.tag, title.tail = "div", None
            holder.append(title)
    holder.tail = table.tail
    table.getparent().replace(table, holder)


def _holds_line_numbers(cell: HtmlElement) -> bool:
    if _LINE_NUMBERS.search(cell.get("class", "")):
        return True
    words = cell.text_content().split()
    return bool(words) and all(word.isdecimal() for word in words)
