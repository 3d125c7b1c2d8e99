"""Lines that name the author or the date of a text."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from activities.content.page_parts import mark_of
from activities.content.text_sizes import TextSize

_MAX_LENGTH = 100
"""Characters of such a line. A longer one is a text with a date in it."""

_MAX_LINKS = 5
"""Links of such a line: authors, a category, the comments."""

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")

_PROPERTIES = frozenset(("author", "datePublished", "dateModified", "dateCreated"))
"""Properties of schema.org for the author and the dates of a text."""

_NAME = re.compile(r"(?i)\b(?:authors?|byline)\b")
"""A class that stands for the authors of a text."""


def is_byline(element: HtmlElement, size: TextSize) -> bool:
    """Return whether an element is a short line with a date or an author, without other parts."""
    return (
        0 < size.text <= _MAX_LENGTH
        and size.links <= _MAX_LINKS
        and not size.controls
        and next(element.iter("figure", "img", "picture"), None) is None
        and (any(map(_is_marked, element.iter())) or _has_year(element))
        and all(mark_of(part) is None for part in element.iter())
    )


def _has_year(element: HtmlElement) -> bool:
    return _YEAR.search(" ".join(element.itertext())) is not None


def _is_marked(element: HtmlElement) -> bool:
    """Return whether markup says that an element is an author or a date."""
    return (
        element.tag in ("time", "address")
        or "author" in element.get("rel", "").split()
        or element.get("itemprop") in _PROPERTIES
        or _NAME.search(element.get("class", "")) is not None
    )
