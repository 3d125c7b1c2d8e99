"""Code that is no `pre`: tables with a row for each line, and differences between two files."""

from __future__ import annotations

import re
from itertools import pairwise

from lxml import etree
from lxml.html import HtmlElement
from lxml.html.builder import CODE, DIV, PRE

from activities.content.rewrites.code import code_of, is_line, is_no_code, write_code
from activities.content.rewrites.languages import language_of

_CODE_CELL = re.compile(
    r"(?:^|\s)(?:blob-code(?:-inner)?|code|crayon-code|code-?line|line-?code|line[_-]content|diff-?line|"
    r"hljs-ln-code|lines-code|d2h-code-(?:side-)?line|d2h-code-line-ctn|diff-code|diff-line-code|"
    r"diff-text|react-code-cell|source-?line|src-line|content-line)(?=\s|$)",
    re.IGNORECASE,
)
"""Classes of cells that hold one line of code."""

_ADDED = re.compile(
    r"(?:^|[\s_-])(?:add|added|addition|ins|insert|inserted|insertion|new|plus|add-line)(?=[\s_-]|$)",
    re.IGNORECASE,
)
_REMOVED = re.compile(
    r"(?:^|[\s_-])(?:del|delete|deleted|deletion|rem|remove|removed|removal|old|minus)(?=[\s_-]|$)",
    re.IGNORECASE,
)
"""Classes of lines that only one of two files has."""

_DIFFERENCE = re.compile(r"(?:^|[\s_-])(?:diff|patch|udiff|changeset)(?=[\s_-]|$)", re.IGNORECASE)
"""Classes of what shows the difference between two files."""

_MAYBE_DIFFERENCES = etree.XPath(
    "//@class[contains(., 'diff') or contains(., 'patch') or contains(., 'changeset')]"
    "/../descendant-or-self::*[self::div or self::code]"
)

_SIGNS = ("", "+", "-", "…", "...", "@@")

_MIN_LINES = 2

_MAX_DIGITS = 7
"""Digits of a line's number."""


def build_code_of_lines(root: HtmlElement) -> None:
    """Make blocks of code of tables, and of elements, that hold a line of code each.

    The style sheet of such a page keeps white space, so that the indentation shows.
    """
    for table in list(root.iter("table")):
        if table.getparent() is not None:
            _simplify_table(table)
    for element in _MAYBE_DIFFERENCES(root):
        if element.getparent() is not None and _is_difference(element):
            _replace(element, "\n".join(_with_signs(list(element))), "diff")


def _simplify_table(table: HtmlElement) -> None:
    """Make a block of code of a table that has one cell of code in each row.

    With two of them, the files stand side by side: the cells become code within the table.
    """
    if next(table.iterdescendants("pre", "table"), None) is not None:
        return
    rows = list(table.iter("tr"))
    cells = [[cell for cell in row if _is_code_cell(cell, table)] for row in rows]
    if not any(cells) or not _has_only_code(rows, cells):
        return
    if sum(map(bool, cells)) < _MIN_LINES:
        _simplify_row(table, next(filter(None, cells)))
        return
    if max(map(len, cells)) > 1:
        for cell in (cell for row in cells for cell in row):
            _keep_indentation(cell)
        return
    codes = [found[0] for found in cells if found]
    is_difference = any(map(_sign_of, codes))
    texts = iter(_with_signs(codes) if is_difference else map(_code, codes))
    lines = [
        next(texts) if found else " ".join(row.text_content().split())
        for row, found in zip(rows, cells, strict=True)
    ]
    _replace(table, "\n".join(lines), "diff" if is_difference else language_of(table))


def _simplify_row(table: HtmlElement, cells: list[HtmlElement]) -> None:
    """Make a block of code of a table whose only cell of code holds an element for each line."""
    if len(cells) == 1 and sum(map(is_line, cells[0].iterdescendants())) >= _MIN_LINES:
        _replace(table, code_of(cells[0]).replace("\xa0", " "), language_of(cells[0]))


def _has_only_code(rows: list[HtmlElement], cells: list[list[HtmlElement]]) -> bool:
    """Return whether all other cells hold line numbers and signs, or stand between the lines."""
    numbers: dict[int, list[int]] = {}
    for row, found in zip(rows, cells, strict=True):
        if not found:
            if sum(bool(cell.text_content().strip()) for cell in row) > 1:
                return False
            continue
        for column, cell in enumerate(row):
            text = cell.text_content().strip()
            if cell in found or text in _SIGNS or is_no_code(cell):
                continue
            if all(word.isdecimal() for word in text.split()) and len(text.split()) > 1:
                continue  # the numbers of all lines
            if not text.isdecimal() or len(text) > _MAX_DIGITS:
                return False
            numbers.setdefault(column, []).append(int(text))
    return all(
        following - number == 1
        for column in numbers.values()
        for number, following in pairwise(column)
    )


def _is_code_cell(cell: HtmlElement, table: HtmlElement) -> bool:
    if cell.tag != "td" or is_no_code(cell):
        return False
    if _CODE_CELL.search(cell.get("class", "")):
        return True
    style = cell.get("style", "").replace(" ", "")
    if "white-space:pre" in style:
        return True
    only = cell[0] if len(cell) == 1 and not (cell.text or "").strip() else None
    return only is not None and only.tag == "code" and bool(_DIFFERENCE.search(_classes(table)))


def _classes(element: HtmlElement) -> str:
    around = element.getparent()
    outer = "" if around is None else around.get("class", "")
    return f"{element.get('class', '')} {outer}"


def _is_difference(element: HtmlElement) -> bool:
    """Return whether an element shows the difference between two files, a child for each line."""
    children = list(element)
    if len(children) < _MIN_LINES or (element.text or "").strip():
        return False
    if not _DIFFERENCE.search(f"{_classes(element)} {children[0].get('class', '')}"):
        return False
    signs = 0
    for child in children:
        if child.tag not in ("div", "span") or (child.tail or "").strip():
            return False
        if next(child.iterdescendants("div", "p", "table", "ul", "pre"), None) is not None:
            return False
        classes = child.get("class", "")
        signs += bool(_ADDED.search(classes) or _REMOVED.search(classes))
    return signs > 0


def _sign_of(line: HtmlElement) -> str:
    """Return `+` or `-` if a line is in one of two files only, else an empty text."""
    places = [*line, line]
    if line.tag == "td":
        places += [line.getparent(), *line.itersiblings(preceding=True)]
    for place in places:
        sign = (place.get("data-code-marker") or place.get("data-marker") or "").strip()
        if sign in ("+", "-"):
            return sign
        classes = place.get("class", "")
        if place.getparent() is line and not _CODE_CELL.search(classes):
            continue
        if _ADDED.search(classes):
            return "+"
        if _REMOVED.search(classes):
            return "-"
        if place.tag == "td" and place is not line and place.text_content().strip() in ("+", "-"):
            return str(place.text_content().strip())
    return ""


def _with_signs(lines: list[HtmlElement]) -> list[str]:
    """Return lines of code with their signs in front, unless the text has them."""
    texts = [_code(line) for line in lines]
    signs = [_sign_of(line) for line in lines]
    if any(sign and text.startswith(sign) for sign, text in zip(signs, texts, strict=True)):
        return texts
    return [
        text if text.startswith("@@") else (sign or " ") + text
        for sign, text in zip(signs, texts, strict=True)
    ]


def _code(cell: HtmlElement) -> str:
    """Return the line of code in a cell, with its indentation."""
    text = code_of(cell).replace("\xa0", " ")
    return " ".join(text.split("\n")).rstrip()


def _keep_indentation(cell: HtmlElement) -> None:
    text = _code(cell)
    for child in list(cell):
        cell.remove(child)
    cell.text = None
    if text.strip():
        cell.append(PRE(CODE(text)))


def _replace(element: HtmlElement, text: str, language: str | None) -> None:
    pre = PRE()
    write_code(pre, text, language)
    holder = DIV(pre)
    holder.tail = element.tail
    element.getparent().replace(element, holder)
