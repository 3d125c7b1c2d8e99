"""Removal of boilerplate: what every page of a site has around the main content.

That is navigation, headers, sidebars, footers and the like.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_TAGS = frozenset(("nav", "footer", "aside", "menu"))
"""Elements that are boilerplate by their tag."""

_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "menu", "menubar", "dialog")
)
"""Values of `role` that mark boilerplate."""

_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|breadcrumbs?|sidebar|side-bar|footer|masthead|"
    r"cookies?|consent|gdpr|popup|modal|newsletter|share|sharing|social|skip-link|"
    r"toolbar|topbar|top-bar|pagetop|back-to-top)(?:$|[\s_-])",
    re.IGNORECASE,
)
"""Words in classes and ids that mark boilerplate."""

_NEVER_BY_NAME = frozenset(
    ("body", "article", "main", "h1", "h2", "h3", "p", "table", "pre", "code")
)
"""Elements that are content, whatever their class or id."""

_MAX_SHARE = 0.4
"""Share of the page's text. An element with more is content, whatever its name."""

_MIN_MENU_LINKS = 3
"""Links of a list that may be a menu."""

_MAX_MENU_WORDS = 4
"""Words of each link of a menu before the page's heading."""

_MIN_LINK_SHARE = 0.8
"""Share of a list's text that is links, if the list is a list of links."""

_MAX_LINKED_SHARE = 0.5
"""Share of a page's text in lists of links. A page with more is itself a list of links."""

_MIN_MAIN_TEXT = 200
"""Characters. A `main` element with less text does not hold the main content."""


def remove_boilerplate(root: HtmlElement) -> None:
    """Remove boilerplate from a cleaned tree, in place."""
    body = root.find("body")
    if body is None:
        return
    main = _declared_main(body)
    if main is not None:
        _reduce_to(body, main)
    max_size = _MAX_SHARE * len(body.text_content())
    for element in list(body.iter()):
        if (
            element is not main
            and element is not body
            and _is_attached(element, body)
            and _is_boilerplate(element)
            and len(element.text_content()) <= max_size
            and next(element.iter("h1", "main"), None) is None
        ):
            element.drop_tree()
    if main is None:
        _remove_menus(body)


def _declared_main(body: HtmlElement) -> HtmlElement | None:
    """Return the element that the page declares as its main content, if there is only one."""
    mains = [
        element for element in body.iter() if element.tag == "main" or element.get("role") == "main"
    ]
    if len(mains) == 1 and len(mains[0].text_content().strip()) >= _MIN_MAIN_TEXT:
        return mains[0]
    return None


def _reduce_to(body: HtmlElement, main: HtmlElement) -> None:
    """Make `main` the only content of the page."""
    for child in list(body):
        body.remove(child)
    body.text = None
    main.tail = None
    body.append(main)


def _is_attached(element: HtmlElement, body: HtmlElement) -> bool:
    """Return whether an element is still in the tree."""
    return next(element.iterancestors("body"), None) is body


def _is_boilerplate(element: HtmlElement) -> bool:
    """Return whether an element's tag, role, class or id marks boilerplate."""
    if element.tag in _TAGS or element.get("role") in _ROLES:
        return True
    if element.tag == "header":
        # The header of an article or a section belongs to the content.
        return next(element.iterancestors("article", "main", "section"), None) is None
    if element.tag in _NEVER_BY_NAME:
        return False
    names = f"{element.get('class', '')} {element.get('id', '')}"
    return len(names) > 1 and _NAMES.search(names) is not None


def _remove_menus(body: HtmlElement) -> None:
    """Remove lists of links that are menus.

    Lists of short links before the page's heading are menus. On a page that is mostly text, so are
    all lists of links outside of `article` and `main`.
    """
    lists = [element for element in body.iter("ul", "ol") if _is_link_list(element)]
    known = set(lists)
    outermost = [
        element for element in lists if known.isdisjoint(element.iterancestors("ul", "ol"))
    ]
    before_heading = _lists_before_heading(body)
    linked = sum(_text_length(element) for element in outermost)
    is_mostly_text = linked < _MAX_LINKED_SHARE * _text_length(body)
    for element in outermost:
        is_outside = next(element.iterancestors("article", "main"), None) is None
        is_menu = element in before_heading and _has_short_links(element)
        if is_menu or (is_mostly_text and is_outside):
            element.drop_tree()


def _lists_before_heading(body: HtmlElement) -> set[HtmlElement]:
    """Return the lists before the first `h1`, or nothing if the page has no `h1`."""
    before: set[HtmlElement] = set()
    for element in body.iter("h1", "ul", "ol"):
        if element.tag == "h1":
            return before
        before.add(element)
    return set()


def _is_link_list(element: HtmlElement) -> bool:
    """Return whether a list has hardly any text besides links, and neither pictures nor `p`."""
    links = list(element.iter("a"))
    return len(links) >= _MIN_MENU_LINKS and (
        sum(map(_text_length, links)) >= _MIN_LINK_SHARE * _text_length(element)
        and next(element.iter("img", "p"), None) is None
    )


def _has_short_links(element: HtmlElement) -> bool:
    return all(len(link.text_content().split()) <= _MAX_MENU_WORDS for link in element.iter("a"))


def _text_length(element: HtmlElement) -> int:
    """Return the number of characters of an element's text, without blanks."""
    return len("".join(element.text_content().split()))
