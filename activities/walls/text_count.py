"""A quick count of the text of a page, without a parser."""

from __future__ import annotations

import re

_RAW_TEXT = frozenset(("script", "style", "noscript", "template", "textarea", "title", "svg"))
"""Elements that the count skips as a whole: a `<` inside of them need not begin a tag."""

_TAG_NAME = re.compile(r"[a-zA-Z]+")


def has_much_text(html: str, enough: int) -> bool:
    """Return whether `html` shows at least `enough` characters of text.

    The count ends as soon as the answer is clear.
    """
    position, count = 0, 0
    while (start := html.find("<", position)) >= 0:
        count += len(html[position:start].strip())
        if count >= enough:
            return True
        end = _end_of_markup(html, start)
        if end < 0:
            return False
        position = end + 1
    return count + len(html[position:].strip()) >= enough


def _end_of_markup(html: str, start: int) -> int:
    """Return the index of the `>` that ends the tag, comment or raw text at `start`, or -1."""
    if html.startswith("<!--", start):
        return html.find("-->", start)
    name = _TAG_NAME.match(html, start + 1)
    if name and name[0].lower() in _RAW_TEXT:
        return _end_of_element(name[0], html, start)
    return html.find(">", start)


def _end_of_element(name: str, html: str, start: int) -> int:
    """Return the index of the `>` that closes the element `name` at `start`, or -1."""
    for written in {name, name.lower(), name.upper()}:
        if (end := html.find(f"</{written}", start)) >= 0:
            return html.find(">", end)
    return -1
