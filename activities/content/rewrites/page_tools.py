"""Tools of a page that are no part of its content: links to edit, to itself, and over itself."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_EDIT_LINKS = re.compile(r"(?:^|\s)(?:mw-editsection(?:-like)?|secedit)(?:$|\s)")
"""Classes of links to edit a section, in MediaWiki and DokuWiki."""

_PERMALINKS = re.compile(
    r"(?:^|[\s_-])(?:headerlink|header-anchor|heading-anchor|anchor-?link|hash-link|permalink|anchor)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
"""Classes of links from a place of a page to itself, in the common generators."""

_SKIP_LINKS = re.compile(
    r"(?:^|[\s_-])(?:skip-?(?:to|link|nav|content|main)|mw-jump)", re.IGNORECASE
)
"""Classes of links over the menu, which appear for the keyboard only."""


def remove_page_tools(root: HtmlElement) -> None:
    """Remove links to edit a section, permalinks, and links over the menu, in place."""
    for element in list(root.iter("a", "span", "div")):
        if element.getparent() is not None and _is_tool(element):
            element.drop_tree()


def _is_tool(element: HtmlElement) -> bool:
    names = element.get("class", "")
    if not names:
        return False
    if element.tag != "a":
        return _EDIT_LINKS.search(names) is not None
    if not element.get("href", "").startswith("#"):
        return False
    if _SKIP_LINKS.search(names):
        return True
    has_words = any(character.isalnum() for character in element.text_content())
    return not has_words and _PERMALINKS.search(names) is not None
