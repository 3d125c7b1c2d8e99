"""Elements that are navigation by what they hold: links, buttons, and hardly any other text."""

from __future__ import annotations

from lxml.html import HtmlElement

from activities.content.text_sizes import HEADINGS, TextSize, TextSizes, total
from activities.content.titles import main_title

_MIN_LINK_SHARE = 0.5
"""Share of an element's text that is links, if it is mostly links."""

_MIN_LINKS = 3
"""Links that may be navigation. One or two are an author, a source, or a way to read on."""

_MIN_LISTED_SHARE = 0.8
"""Share of a list's text that is links, if it is nothing but a list of links."""

_MAX_MENU_WORDS = 4
"""Words of each link of a menu before the page's heading."""

_MAX_LABEL = 40
"""Characters of a label such as `On this page` or `Table of contents`."""

_CONTENT = frozenset(("body", "main", "article"))
"""Elements that hold content, whatever it is."""

_MAX_LINKED_SHARE = 0.5
"""Share of a page's text in lists of links. A page with more is itself a list of links."""


def is_navigation(size: TextSize) -> bool:
    """Return whether an element is mostly links and buttons."""
    return size.links + size.controls >= _MIN_LINKS and size.link_share >= _MIN_LINK_SHARE


def in_page_lists(
    body: HtmlElement, sizes: TextSizes, ignored: set[HtmlElement]
) -> list[HtmlElement]:
    """Return the lists of links to places on the same page, with the labels of the lists."""
    found: list[HtmlElement] = []
    for element in body.iter("ul", "ol"):
        inside = ignored.union(found)
        if element in inside or not inside.isdisjoint(element.iterancestors()):
            continue
        if _is_link_list(element, sizes[element]) and all(
            link.get("href", "").startswith("#") for link in element.iter("a")
        ):
            found.append(_with_label(element, sizes))
    return found


def forms_to_write(root: HtmlElement) -> list[HtmlElement]:
    """Return the forms of a page in which a text can be written. The clean-up replaces fields."""
    return [form for form in root.iter("form") if next(form.iter("textarea"), None) is not None]


def comment_forms(
    body: HtmlElement, forms: list[HtmlElement], sizes: TextSizes, ignored: set[HtmlElement]
) -> list[HtmlElement]:
    """Return the forms that hold no running text, with their labels.

    Some of `forms` may have been removed from the page already.
    """
    found: list[HtmlElement] = []
    for form in forms:
        around = {form, *form.iterancestors()}
        if body in around and around.isdisjoint(ignored.union(found)) and not sizes[form].running:
            found.append(_with_label(form, sizes))
    return found


def _with_label(element: HtmlElement, sizes: TextSizes) -> HtmlElement:
    """Return the largest element around a list that holds only a label besides."""
    most = sizes[element].text + _MAX_LABEL
    holder = element.getparent()
    while holder.tag not in _CONTENT and sizes[holder].text <= most:
        element, holder = holder, holder.getparent()
    return element


def menus(body: HtmlElement, sizes: TextSizes, ignored: set[HtmlElement]) -> list[HtmlElement]:
    """Return the lists of links that are menus.

    Lists of short links before the page's heading are menus. On a page that is mostly text, so are
    all lists of links outside of `article` and `main`. A list below a heading, beside the page's
    title, is a section of the content.
    """
    lists = [
        element
        for element in body.iter("ul", "ol")
        if _is_link_list(element, sizes[element]) and ignored.isdisjoint(element.iterancestors())
    ]
    known = set(lists)
    outermost = [
        element
        for element in lists
        if element not in ignored and known.isdisjoint(element.iterancestors("ul", "ol"))
    ]
    before_heading = _lists_before_heading(body)
    title = main_title(body)
    around_title = set() if title is None else set(title.iterancestors()) - {body}
    is_mostly_text = total(sizes, outermost).text < _MAX_LINKED_SHARE * sizes[body].text
    return [
        element
        for element in outermost
        if (element in before_heading and _has_short_links(element))
        or (
            is_mostly_text
            and next(element.iterancestors("article", "main"), None) is None
            and not (element.getparent() in around_title and _has_heading(element))
        )
    ]


def _has_heading(element: HtmlElement) -> bool:
    """Return whether a heading stands right before a list."""
    before = element.getprevious()
    return before is not None and before.tag in HEADINGS


def _lists_before_heading(body: HtmlElement) -> set[HtmlElement]:
    """Return the lists before the first `h1`, or nothing if the page has no `h1`."""
    before: set[HtmlElement] = set()
    for element in body.iter("h1", "ul", "ol"):
        if element.tag == "h1":
            return before
        before.add(element)
    return set()


def _is_link_list(element: HtmlElement, size: TextSize) -> bool:
    """Return whether a list has hardly any text besides links, and neither pictures nor `p`."""
    return (
        size.links >= _MIN_LINKS
        and size.link_share >= _MIN_LISTED_SHARE
        and next(element.iter("img", "p"), None) is None
    )


def _has_short_links(element: HtmlElement) -> bool:
    return all(len(link.text_content().split()) <= _MAX_MENU_WORDS for link in element.iter("a"))
