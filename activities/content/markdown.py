"""The entry: convert a whole page to markdown."""

from __future__ import annotations

from typing import Literal

from lxml.html import HtmlElement

from activities.content import dom
from activities.content.writer.document import write

_NAVIGATION_TAGS = frozenset(("nav", "aside", "footer"))

_NAVIGATION_ROLES = frozenset(("navigation", "complementary", "contentinfo"))


def full_page(html: str, url: str) -> str:
    """Return everything that a reader sees of the page at `url`, as markdown."""
    root = dom.parse(html)
    base_url = dom.base_of(root, url)
    dom.clean(root)
    return to_markdown(root, base_url)


def to_markdown(
    root: HtmlElement, base_url: str, *, preset: Literal["minimal", "aggressive"] = "minimal"
) -> str:
    """Return a cleaned tree as markdown, with links absolute to `base_url`.

    The preset `aggressive` leaves out what is navigation by its tag or its role.
    """
    return write(root, base_url, _is_navigation if preset == "aggressive" else None)


def _is_navigation(element: HtmlElement) -> bool:
    """Return whether an element is navigation by its tag or its role."""
    if element.tag == "header":
        return next(element.iterancestors("main", "article", "section"), None) is None
    return element.tag in _NAVIGATION_TAGS or element.get("role") in _NAVIGATION_ROLES
