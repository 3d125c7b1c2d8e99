"""The fields of forms: what they ask for, and whether they are part of the content."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from activities.content.shown_text import is_main, is_surrounding
from activities.content.visibility import is_hidden

FILLED_IN = frozenset(("text", "email", "tel", "number", "url", "date"))
"""Types of fields that may name the visitor."""

_BOX_NAMES = re.compile(
    r"(?:^|[-_\s])(?:header|top-?bar|nav|navbar|menu|sidebar|toolbar|footer|dropdown)(?:$|[-_\s])",
    re.IGNORECASE,
)
"""Names of elements around the content."""


def type_of(field: HtmlElement) -> str:
    """Return the type of an `input`."""
    return (field.get("type") or "text").lower()


def names_of(field: HtmlElement) -> str:
    """Return the attributes that tell what `field` asks for."""
    return " ".join(field.get(name) or "" for name in ("autocomplete", "name", "id", "type"))


def is_away(field: HtmlElement) -> bool:
    """Return whether the visitor cannot fill `field` in."""
    return type_of(field) == "hidden" or any(map(is_hidden, upwards(field)))


def is_content(element: HtmlElement) -> bool:
    """Return whether `element` says that it is the content of the page."""
    return element.tag == "article" or is_main(element)


def is_in_content(field: HtmlElement) -> bool:
    """Return whether `field` can be filled in, and is not in a box around the content."""
    if is_away(field):
        return False
    ancestors = list(field.iterancestors())
    is_within = any(is_content(ancestor) for ancestor in ancestors)
    return not any(
        is_surrounding(ancestor, is_content=is_within) or _is_box(ancestor)
        for ancestor in ancestors
    )


def _is_box(element: HtmlElement) -> bool:
    if element.tag in ("html", "body"):
        return False
    names = (element.get("class") or "", element.get("id") or "")
    return any(_BOX_NAMES.search(name) is not None for name in names)


def upwards(element: HtmlElement) -> Iterator[HtmlElement]:
    """Yield `element` and what is around it."""
    yield element
    yield from element.iterancestors()
