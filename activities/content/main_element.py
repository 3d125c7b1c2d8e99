"""The element that a page declares as its main content, and the reduction of the page to it."""

from __future__ import annotations

from lxml.html import HtmlElement

from activities.content.bylines import is_byline
from activities.content.menus import is_navigation
from activities.content.page_parts import mark_of
from activities.content.shown_text import is_main
from activities.content.text_sizes import TextSize, TextSizes, outermost, total
from activities.content.titles import main_title

_MIN_MAIN = 500
"""Characters of running text outside of `main` that make no difference."""

_MAX_TITLE_LINKS = 2
"""Links beside the title, such as an author and a category. More are navigation."""

_MIN_RUNNING_SHARE = 0.5
"""Share of the text beside `main` that is running text, if it is content."""


def declared_main(body: HtmlElement, sizes: TextSizes) -> HtmlElement | None:
    """Return the element that the page declares as its main content, if there is only one.

    A `main` is not believed if most of the running text stands elsewhere, unmarked.
    """
    mains = [element for element in body.iter() if is_main(element) and sizes[element].text]
    if len(mains) != 1:
        return None
    main = mains[0]
    around = set(main.iterancestors())
    outside = 0
    stack = list(body)
    while stack:
        element = stack.pop()
        if element in around:
            stack.extend(element)
        elif element is not main and sizes[element].running and mark_of(element) is None:
            marked = [part for part in element.iter() if mark_of(part) is not None]
            outside += sizes[element].running - total(sizes, outermost(marked)).running
    return main if outside <= max(sizes[main].running, _MIN_MAIN) else None


def reduce_to_main(body: HtmlElement, main: HtmlElement, sizes: TextSizes) -> None:
    """Leave of the page only `main`, the title, and running text that stands beside `main`."""
    title = None if next(main.iter("h1"), None) is not None else main_title(body)
    around_title = set() if title is None else {title, *title.iterancestors()}
    element = main
    while element.tag != "body":
        holder = element.getparent()
        holder.text = element.tail = None
        for other in list(holder):
            if other is element:
                continue
            other.tail = None
            if title is not None and other in around_title:
                if not _is_plain(other, sizes):
                    _keep_around_title(other, title, sizes)
            elif not _is_text_beside(other, sizes):
                holder.remove(other)
        element = holder


def _keep_around_title(holder: HtmlElement, title: HtmlElement, sizes: TextSizes) -> None:
    """Leave of an element only the title, and the facts and lines that stand beside the title."""
    around = set(title.iterancestors())
    stack = [holder]
    while stack:
        element = stack.pop()
        element.text = None
        for child in list(element):
            child.tail = None
            if child in around:
                stack.append(child)
            elif child is not title and not (
                element is title.getparent() and _is_line(child, sizes[child])
            ):
                element.remove(child)


def _is_line(element: HtmlElement, size: TextSize) -> bool:
    """Return whether an element beside a title is a fact, such as a price, an author or a date."""
    if size.links or size.controls:
        return is_byline(element, size)
    return size.text > 0 and all(mark_of(part) is None for part in element.iter())


def _is_plain(element: HtmlElement, sizes: TextSizes) -> bool:
    """Return whether an element holds no navigation besides what is marked as such."""
    marked = [part for part in element.iterdescendants() if mark_of(part) is not None]
    rest = total(sizes, outermost(marked))
    size = sizes[element]
    return size.links - rest.links <= _MAX_TITLE_LINKS and size.controls == rest.controls


def _is_text_beside(element: HtmlElement, sizes: TextSizes) -> bool:
    """Return whether an element outside of `main` is text, and holds no part of the page.

    Text is running, or has a heading.
    """
    size = sizes[element]
    return (
        size.text > 0
        and (size.running >= _MIN_RUNNING_SHARE * size.text or size.headings > 0)
        and size.controls == 0
        and not is_navigation(size)
        and all(mark_of(part) is None for part in element.iter())
    )
