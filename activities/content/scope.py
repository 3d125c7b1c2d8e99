"""The part of a page that holds a text, and the reduction of `main` to it."""

from __future__ import annotations

from collections import Counter

from lxml.html import HtmlElement

from activities.content.list_pages import other_texts
from activities.content.menus import is_navigation
from activities.content.shown_text import is_main
from activities.content.text_sizes import TextSizes
from activities.content.titles import main_title

_MIN_HELD = 0.9
"""Share of the text that the scope holds. The rest may be a stray line in a sidebar."""

_MIN_ALIKE = 1 / 3
"""Size of an element that is as good as its sibling, as a share of the sibling's text.

Posts of a list and answers of a thread are such elements.
"""

_MIN_ITEMS = 3
"""Alike elements that are a list."""

_MAX_LABEL_LINKS = 0.5
"""Share of a label's text that is links. A label with more leads to the site or to a section."""

_MAX_DETAIL_LINKS = 2
"""Links of a section below a text, such as a manual to download. More are other pages."""


def find_scope(body: HtmlElement, blocks: set[HtmlElement], sizes: TextSizes) -> HtmlElement:
    """Return the smallest element that holds most of the blocks' text."""
    wanted = _MIN_HELD * sum(sizes[block].text for block in blocks)
    held: Counter[HtmlElement] = Counter()
    for block in blocks:
        for element in (block, *block.iterancestors()):
            held[element] += sizes[block].text
    scope, child = body, body
    while child is not None:
        scope = child
        child = next((part for part in scope if held[part] >= wanted and part not in blocks), None)
    return scope


def has_incomplete_items(scope: HtmlElement, blocks: set[HtmlElement], sizes: TextSizes) -> bool:
    """Return whether a scope consists of alike elements, and the blocks leave a part of each out.

    These are posts of a list or of a thread, without their authors and dates.
    """
    covered: Counter[HtmlElement] = Counter()
    for block in blocks:
        for element in block.iterancestors():
            covered[element] += sizes[block].text
    alike: dict[tuple[str, str | None], int] = {}
    for child in scope:
        if 0 < covered[child] < sizes[child].text:
            key = (child.tag, child.get("class"))
            alike[key] = alike.get(key, 0) + 1
    return max(alike.values(), default=0) >= _MIN_ITEMS


def has_form_above(body: HtmlElement, scope: HtmlElement) -> bool:
    """Return whether a form stands between the page's title and a scope, as on a product's page."""
    title = main_title(body)
    around_scope = set(scope.iterancestors())
    is_below_title = False
    for element in body.iter():
        if element is scope:
            return False
        if element is title:
            is_below_title = True
        elif is_below_title and element.tag == "form" and element not in around_scope:
            return True
    return False


def is_one_of_several(scope: HtmlElement, sizes: TextSizes) -> bool:
    """Return whether a scope is one of the parts that a text is divided into.

    An `article` beside it is another text.
    """
    return scope.tag not in ("article", "body") and _has_alike(scope, sizes)


def widened(scope: HtmlElement, body: HtmlElement, sizes: TextSizes) -> HtmlElement:
    """Return the element around a scope that is not one of several alike elements."""
    while scope is not body and _has_alike(scope, sizes):
        scope = scope.getparent()
    return scope


def main_around(scope: HtmlElement) -> HtmlElement | None:
    """Return the `main` that a scope is, or is a part of, if there is one within the body."""
    return next(
        (
            element
            for element in (scope, *scope.iterancestors())
            if element.tag not in ("body", "html") and is_main(element)
        ),
        None,
    )


def _has_alike(element: HtmlElement, sizes: TextSizes) -> bool:
    """Return whether an element has a sibling of the same tag and class, and of like size."""
    least = _MIN_ALIKE * sizes[element].text
    return any(
        sibling is not element
        and sibling.tag == element.tag
        and sibling.get("class") == element.get("class")
        and sizes[sibling].text >= least
        for sibling in element.getparent()
    )


def labels_above(title: HtmlElement, sizes: TextSizes) -> set[HtmlElement]:
    """Return the elements right above a title that are its labels, such as a section or a date."""
    return {
        label
        for label in title.itersiblings(preceding=True)
        if sizes[label].link_share < _MAX_LABEL_LINKS
    }


def reduce_main(
    main: HtmlElement, scope: HtmlElement, title: HtmlElement | None, sizes: TextSizes
) -> None:
    """Leave of `main`, in place, what stands from the page's title to the scope, and text below it.

    Navigation between the two goes. Labels right above the title stay. Text below the scope stays
    if it has neither links nor fields. A headed section may have a few links.
    """
    path = set(scope.iterancestors())
    labels: set[HtmlElement] = set()
    is_below_title = False
    if title is not None:
        path.update(title.iterancestors())
        is_below_title = main not in set(title.iterancestors())
        labels = labels_above(title, sizes)
    others = set(other_texts(next(main.iterancestors("body"))))
    is_below_scope = False
    stack = [] if main is scope else list(reversed(main))
    while stack:
        element = stack.pop()
        if element is scope:
            is_below_scope = True
        elif element is title:
            is_below_title = True
        elif element in path:
            stack.extend(reversed(element))
        elif is_below_scope:
            if not _is_detail(element, sizes, others):
                element.getparent().remove(element)
        elif (not is_below_title and element not in labels) or is_navigation(sizes[element]):
            element.getparent().remove(element)


def _is_detail(element: HtmlElement, sizes: TextSizes, others: set[HtmlElement]) -> bool:
    """Return whether what stands below a scope is text of the page, and leads to no other page.

    `others` are the teasers of other pages.
    """
    size = sizes[element]
    if not size.text or size.controls:
        return False
    if not size.links:
        return True
    is_section = size.headings > 0 and size.links <= _MAX_DETAIL_LINKS
    return is_section and others.isdisjoint(element.iter())
