"""Blocks of code: plain text with their language, without line numbers."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement
from lxml.html.builder import CODE

_LANGUAGE = re.compile(
    r"(?:^|\s)(?:language|lang|highlight-source|highlight|code)-([\w+#.-]+)|brush:\s*([\w+#-]+)"
    r"|(?:^|\s)(?:hljs|sourceCode|prettyprint|highlight)\s+([\w+#]+)(?=\s|$)"
)
"""The language in a class, as the common highlighters write it."""

_NOT_LANGUAGES = frozenset(
    ("none", "plain", "plaintext", "text", "nohighlight", "undefined", "default", "block",
     "wrapper", "numbers", "line", "lines", "toolbar", "linenums", "box", "copy", "copyable",
     "source", "hljs", "highlight", "code", "inline", "container", "content", "notranslate")
)  # fmt: skip
"""Words in the same place of a class that are no languages."""

_LINE_NUMBERS = re.compile(
    r"(?:^|\s|[_-])(?:line-?(?:nos?|numbers?)|linenos?|gutter|lnos?)(?:$|\s|-)"
)
"""Classes of elements that hold line numbers."""

_LINES = frozenset(("div", "p", "li", "tr"))
"""Elements that highlighters put around each line."""

_CONTROLS = frozenset(("button", "select"))
"""Elements in a block that are no code."""

_MAX_WRAPPERS = 3
"""Elements around a block of code that may name its language."""

_MANY_BLOCKS = frozenset(("body", "html", "main", "article", "section"))
"""Elements that may hold several blocks, so their class says nothing about one of them."""


def simplify_code(root: HtmlElement) -> None:
    """Replace the content of each `pre` with plain text in a `code` that names its language."""
    for pre in list(root.iter("pre")):
        if pre.getparent() is None:
            continue
        language = _language_of(pre)
        block = CODE(_text_of(pre))
        if language:
            block.set("class", f"language-{language}")
        for child in list(pre):
            pre.remove(child)
        pre.text = None
        pre.append(block)
        _leave_numbered_table(pre)


def _language_of(pre: HtmlElement) -> str | None:
    for place in _places_of_language(pre):
        for name in ("data-lang", "data-language"):
            value = str(place.get(name, "")).strip().lower()
            if value and value not in _NOT_LANGUAGES:
                return value
        for found in _LANGUAGE.finditer(place.get("class", "")):
            language = (found[1] or found[2] or found[3]).lower()
            if language.split("-")[0] not in _NOT_LANGUAGES:
                return language.removeprefix("source-")
    return None


def _places_of_language(pre: HtmlElement) -> list[HtmlElement]:
    """Return the elements that may name the language: inside of the block, itself, and around."""
    places = [*pre.iter("code"), pre]
    around = pre.getparent()
    for _ in range(_MAX_WRAPPERS):
        if around is None or around.tag in _MANY_BLOCKS:
            break
        places.append(around)
        around = around.getparent()
    return places


def _text_of(pre: HtmlElement) -> str:
    """Return the code of a block, without line numbers and buttons."""
    parts: list[str] = [pre.text or ""]
    events = etree.iterwalk(pre, events=("start", "end"))
    for event, element in events:
        if element is pre:
            continue
        is_start = event == "start"
        if is_start and _is_no_code(element):
            events.skip_subtree()
            continue
        if element.tag in _LINES and not parts[-1].endswith("\n"):
            parts.append("\n")
        if is_start and element.tag == "br":
            parts.append("\n")
        text = element.text if is_start else element.tail
        if text:
            parts.append(text)
    return "".join(parts).strip("\n")


def _is_no_code(element: HtmlElement) -> bool:
    return element.tag in _CONTROLS or bool(_LINE_NUMBERS.search(element.get("class", "")))


def _leave_numbered_table(pre: HtmlElement) -> None:
    """Replace a table of one row, with line numbers in one cell and code in the other."""
    cell = next(pre.iterancestors("td"), None)
    row = None if cell is None else cell.getparent()
    if row is None or len(row) != 2 or row[1] is not cell or not _holds_line_numbers(row[0]):
        return
    table = next(row.iterancestors("table"), None)
    if table is not None and len(list(table.iter("tr"))) == 1 and table.getparent() is not None:
        pre.tail = table.tail
        table.getparent().replace(table, pre)


def _holds_line_numbers(cell: HtmlElement) -> bool:
    if _LINE_NUMBERS.search(cell.get("class", "")):
        return True
    words = cell.text_content().split()
    return bool(words) and all(word.isdecimal() for word in words)
