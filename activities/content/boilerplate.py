"""What surrounds the main content on every page of a site: menus, headers, sidebars, footers."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_TAGS = frozenset(("nav", "footer", "aside", "menu"))

_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "menu", "menubar", "dialog")
)

_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|breadcrumbs?|sidebar|side-bar|footer|masthead|"
    r"cookies?|consent|gdpr|popup|modal|newsletter|share|sharing|social|skip-link|"
    r"toolbar|topbar|top-bar|pagetop|back-to-top)(?:$|[\s_-])",
    re.IGNORECASE,
)
"""Classes and ids of surroundings, word by word."""

_MANY = 0.4
"""Part of the page's text from which on an element is no mere surrounding, whatever its name."""

_MENU_ITEMS = 3
_MENU_WORDS = 4
"""A list of so many links of so few words each, before the page's heading, is a menu."""

_ALL_LINKS = 0.8
"""Part of a list's text that links make up if it is a list of links."""

_MOSTLY = 0.5
"""A page is mostly text, and not itself a list of links, if they make up less of it."""

_MINIMAL_CHARACTERS = 200
"""A `main` with less text does not hold the main content."""


def remove_surroundings(root: HtmlElement) -> None:
    """Removes them from a cleaned tree, in place."""
    body = root.find("body")
    if body is None:
        return
    content = _declared_main(body)
    if content is not None:
        for child in list(body):
            body.remove(child)
        body.text = None
        content.tail = None
        body.append(content)
    size = len(body.text_content())
    for element in list(body.iter()):
        if element is content or element is body or not _is_attached(element, body):
            continue
        if not _is_surrounding(element):
            continue
        if len(element.text_content()) > _MANY * size:
            continue
        if next(element.iter("h1", "main"), None) is not None:
            continue
        element.drop_tree()
    if content is None:
        _remove_menus(body)


def _declared_main(body: HtmlElement) -> HtmlElement | None:
    mains = [
        element for element in body.iter() if element.tag == "main" or element.get("role") == "main"
    ]
    if len(mains) == 1 and len(mains[0].text_content().strip()) >= _MINIMAL_CHARACTERS:
        return mains[0]
    return None


def _is_attached(element: HtmlElement, body: HtmlElement) -> bool:
    return next(element.iterancestors("body"), None) is body


def _is_surrounding(element: HtmlElement) -> bool:
    if element.tag in _TAGS or element.get("role") in _ROLES:
        return True
    if element.tag == "header":
        # That of an article or a section belongs to it.
        return next(element.iterancestors("article", "main", "section"), None) is None
    if element.tag in ("body", "article", "main", "h1", "h2", "h3", "p", "table", "pre", "code"):
        return False
    names = f"{element.get('class', '')} {element.get('id', '')}"
    return len(names) > 1 and _NAMES.search(names) is not None


def _remove_menus(body: HtmlElement) -> None:
    """Removes lists of links: short ones before the page's heading, and all of them from a page
    that is mostly text, if they are outside of what it says to be its content."""
    lists = {element: None for element in body.iter("ul", "ol") if _is_link_list(element)}
    heading = next(body.iter("h1"), None)
    before = set()
    if heading is not None:
        for element in body.iter("h1", "ul", "ol"):
            if element is heading:
                break
            before.add(element)
    outermost = [e for e in lists if not any(a in lists for a in e.iterancestors("ul", "ol"))]
    linked = sum(_length(element) for element in outermost)
    is_text = linked < _MOSTLY * _length(body)
    for element in outermost:
        is_apart = next(element.iterancestors("article", "main"), None) is None
        if (element in before and _is_short(element)) or (is_text and is_apart):
            element.drop_tree()


def _is_link_list(element: HtmlElement) -> bool:
    links = list(element.iter("a"))
    return len(links) >= _MENU_ITEMS and (
        sum(map(_length, links)) >= _ALL_LINKS * _length(element)
        and next(element.iter("img", "p"), None) is None
    )


def _is_short(element: HtmlElement) -> bool:
    return all(len(link.text_content().split()) <= _MENU_WORDS for link in element.iter("a"))


def _length(element: HtmlElement) -> int:
    return len("".join(element.text_content().split()))
