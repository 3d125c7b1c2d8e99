"""The part of a page that holds a text, and the reduction of the page to it."""

from __future__ import annotations

from collections import Counter

from lxml.html import HtmlElement

from activities.content.text_sizes import TextSizes, total
from activities.content.titles import main_title

_MIN_HELD = 0.9
"""Share of the text that the scope holds. The rest may be a stray line in a sidebar."""

_MIN_ALIKE = 1 / 3
"""Size of an element that is as good as its sibling, as a share of the sibling's text.

Posts of a list and answers of a thread are such elements.
"""

_MIN_ITEMS = 3
"""Alike elements that are a list."""

_MAX_LINK_SHARE = 0.5
"""Share of text between title and scope that is links. More is navigation."""


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
    alike: dict[tuple[str, str | None], int] = {}
    for child in scope:
        covered = [block for block in blocks if child in block.iterancestors()]
        if 0 < total(sizes, covered).text < sizes[child].text:
            key = (child.tag, child.get("class"))
            alike[key] = alike.get(key, 0) + 1
    return max(alike.values(), default=0) >= _MIN_ITEMS


def has_form_above(body: HtmlElement, scope: HtmlElement) -> bool:
    """Return whether a form stands between the page's title and a scope, as on a product's page."""
    title = main_title(body)
    is_below_title = False
    for element in body.iter():
        if element is scope:
            return False
        if element is title:
            is_below_title = True
        elif is_below_title and element.tag == "form" and scope not in set(element.iter()):
            return True
    return False


def is_one_of_several(scope: HtmlElement, sizes: TextSizes) -> bool:
    """Return whether a scope is one of the parts that a text is divided into.

    An `article` beside it is another text.
    """
    return scope.tag not in ("article", "body") and _has_alike(scope, sizes)


def widened(scope: HtmlElement, body: HtmlElement, sizes: TextSizes) -> HtmlElement:
    """Return the element around a scope that is not one of several alike elements.

    Within `main`, that is the whole page: it was reduced to its `main` already.
    """
    if any(_is_main(element) for element in (scope, *scope.iterancestors())):
        return body
    while scope is not body and _has_alike(scope, sizes):
        scope = scope.getparent()
    return scope


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


def _is_main(element: HtmlElement) -> bool:
    return bool(element.tag == "main" or element.get("role") == "main")


def reduce_to_scope(body: HtmlElement, scope: HtmlElement, sizes: TextSizes) -> None:
    """Leave of the page, in place, what stands from its title to the end of the scope.

    Navigation between the two goes as well.
    """
    title = main_title(body)
    path = set(scope.iterancestors())
    if title is not None:
        path.update(title.iterancestors())
    is_between = False
    stack = list(reversed(body))
    while stack:
        element = stack.pop()
        if element is scope:
            is_between = False
        elif element is title:
            is_between = True
        elif element in path:
            stack.extend(reversed(element))
        elif not is_between or sizes[element].link_share >= _MAX_LINK_SHARE:
            element.getparent().remove(element)
