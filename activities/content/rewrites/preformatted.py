"""Preformatted text that is no code, because it holds links: listings of files, mail, standards."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby

from lxml.html import HtmlElement
from lxml.html.builder import BR, CODE, DIV, PRE

_BLANK_LINES = re.compile(r"\n[ \t]*\n")


def is_linked_text(pre: HtmlElement) -> bool:
    """Return whether preformatted text holds links to other pages, and is not marked as code."""
    if next(pre.iter("code"), None) is not None:
        return False
    return any(
        link.get("href", "#").strip()[:1] not in ("", "#") and link.text_content().strip()
        for link in pre.iter("a")
    )


def divide_linked_text(pre: HtmlElement, text_of: Callable[[HtmlElement], str]) -> None:
    """Make lines of the parts of a `pre` that hold links. The other parts stay as they are.

    The parts are what blank lines separate. `text_of` returns the text of a part.
    """
    holder = DIV()
    for has_links, parts in groupby(_parts(pre), _has_links):
        if has_links:
            for part in parts:
                _break_lines(part)
                holder.append(part)
        elif text := "\n\n".join(map(text_of, parts)).strip("\n"):
            holder.append(PRE(CODE(text)))
    holder.tail = pre.tail
    pre.getparent().replace(pre, holder)


def _parts(pre: HtmlElement) -> list[HtmlElement]:
    """Return what blank lines separate, each in an element of its own."""
    parts = [DIV()]
    parts[0].text, *others = _BLANK_LINES.split(pre.text or "")
    _add_texts(parts, others)
    for child in list(pre):
        first, *others = _BLANK_LINES.split(child.tail or "")
        child.tail = first
        parts[-1].append(child)
        _add_texts(parts, others)
    return parts


def _add_texts(parts: list[HtmlElement], texts: list[str]) -> None:
    for text in texts:
        parts.append(DIV())
        parts[-1].text = text


def _has_links(part: HtmlElement) -> bool:
    return next(part.iter("a", "hr"), None) is not None


def _break_lines(part: HtmlElement) -> None:
    """Write the ends of lines as `br`."""
    for element in list(part.iter()):
        if element.text and "\n" in element.text:
            element.text, *others = element.text.split("\n")
            for line in reversed(others):
                element.insert(0, _line(line))
        if element is not part and element.tail and "\n" in element.tail:
            first, *others = element.tail.split("\n")
            element.tail = None
            for line in reversed(others):
                element.addnext(_line(line))
            element.tail = first


def _line(text: str) -> HtmlElement:
    line = BR()
    line.tail = text
    return line
