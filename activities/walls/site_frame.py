"""The part of a page beside the frame of its site: without its menus, its header and its footer.

Some sites show a CAPTCHA within their own template. Then the links and the search field of the
template are on the page of the wall too.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from activities.content import dom

_TAGS = frozenset(("nav", "header", "footer", "aside"))
_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "complementary"))
_NAME = re.compile(
    r"(?:site|page|main|top|global)?[-_]?(?:header|footer|nav|navbar|navigation|menu|sidebar|topbar)",
    re.IGNORECASE,
)
"""Ids and classes of the parts of a template whose elements have no name of their own."""

_KEPT = re.compile(r"captcha|turnstile|challenge", re.IGNORECASE)
"""Words in the names of the elements that a frame of a site does not hold."""


def without_site_frame(html: str) -> HtmlElement | None:
    """Return the tree of a page without the frame of its site, or None if it has no frame."""
    root = dom.parse(html)
    kept = _ancestors_of_widgets(root)
    parts = [element for element in root.iter() if element not in kept and _is_part(element)]
    for part in parts:
        part.drop_tree()
    return root if parts else None


def _ancestors_of_widgets(root: HtmlElement) -> set[HtmlElement]:
    kept: set[HtmlElement] = set()
    for element in root.iter():
        if not isinstance(element.tag, str) or not _KEPT.search(_names_of(element)):
            continue
        for ancestor in element.iterancestors():
            # The ancestors of this one are in the set already.
            if ancestor in kept:
                break
            kept.add(ancestor)
        kept.add(element)
    return kept


def _names_of(element: HtmlElement) -> str:
    names = (element.get(name) or "" for name in ("id", "class", "name", "src"))
    return " ".join((element.tag, *names))


def _is_part(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str) or element.getparent() is None:
        return False
    if element.tag in ("html", "head", "body", "main"):
        return False
    if element.tag in _TAGS or element.get("role") in _ROLES:
        return True
    names = (element.get("id") or "", *(element.get("class") or "").split())
    return any(map(_NAME.fullmatch, names))
