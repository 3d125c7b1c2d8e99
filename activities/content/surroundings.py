"""What stands around the text of a page, and the reduction of the page to what belongs to it.

Content goes on after the running text: prices, questions and answers, replies, sections with a few
words. So what is in the text's own container stays, unless its structure shows another page's
teasers, comments, a form, or the end of the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum, auto

from lxml.html import HtmlElement

from activities.content.bylines import is_byline
from activities.content.list_pages import other_texts
from activities.content.menus import is_navigation
from activities.content.page_parts import mark_of
from activities.content.records import (
    has_facts,
    has_linked_records,
    has_number,
    has_price,
    leads_to_files,
    shape_of,
)
from activities.content.scope import labels_above
from activities.content.text_sizes import HEADINGS, TextSize, TextSizes, total
from activities.content.titles import main_title

_MAX_LINK_SHARE = 0.5
"""Share of text that is links. More is navigation."""

_MAX_OTHER_SHARE = 0.5
"""Share of an element's text that is comments, or that belongs to other pages."""

_MAX_FACTS = 0.5
"""Text of the facts beside a text that calls itself an article, as a share of the text."""

_MIN_TEASERS = 3
"""Links to other pages that may be teasers."""

_MAX_PER_TEASER = 60
"""Characters for each link of teasers. Text that has links has more between them."""

_MAX_FOOTER = 1000
"""Characters of the end of a page. A text with the sign of a copyright may be longer."""

_COPYRIGHT = re.compile(r"(?i)©|\bcopyright\b|all rights reserved")

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")

_COMMENTS = frozenset(("comment", "commentlist", "comments", "disqus", "respond"))
"""Words of the classes and ids of comments."""

_OTHERS = frozenset(
    ("latest", "popular", "recent", "recommendations", "recommended", "related", "similar")
)
"""Words that say how other pages are chosen. Teasers have links as well, or one of `_TEXTS`."""

_TEXTS = frozenset(
    ("article", "articles", "entries", "insights", "news", "post", "posts", "products", "stories",
     "story", "topics")
)  # fmt: skip
"""Words for what other pages hold."""


class _Place(Enum):
    """Where an element stands: above the title, above the scope, or below the scope."""

    ABOVE = auto()
    BETWEEN = auto()
    BELOW = auto()


class Surroundings:
    """The elements beside a scope and beside the page's title."""

    def __init__(self, body: HtmlElement, scope: HtmlElement, sizes: TextSizes) -> None:
        self._body = body
        self._scope = scope
        self._sizes = sizes
        self._title = main_title(body)
        self._others = set(other_texts(body))
        self._around_title = set() if self._title is None else set(self._title.iterancestors())
        self._around = self._around_title.union(scope.iterancestors())
        self._labels = set() if self._title is None else labels_above(self._title, sizes)
        self._shapes_around = {(part.getparent(), shape_of(part)) for part in self._around}
        self._inside = set(self._container().iterdescendants())

    def facts(self) -> list[HtmlElement]:
        """Return the facts beside the scope, and what is built as the scope, such as replies.

        If they are too much, they are none: teasers and comments are built alike as well.
        """
        found = [
            element
            for place, element in self._parts()
            if place is not _Place.ABOVE
            and element in self._inside
            and not self._is_foreign(element)
            and not is_byline(element, self._sizes[element])
            and (
                has_facts(element, self._sizes)
                or (place is _Place.BELOW and self._is_alike(element))
            )
        ]
        most = _MAX_FACTS * self._sizes[self._scope].text
        return found if total(self._sizes, found).text <= most else []

    def remove_foreign(self) -> None:
        """Remove from the page, in place, what belongs neither to the scope nor to the title."""
        parts = list(self._parts())
        lost = {element for place, element in parts if not self._stays(place, element)}
        for place, element in reversed(parts):
            following = element.getnext()
            is_last = following is None or following in lost
            if place is _Place.BELOW and is_last and self._is_heading(element):
                lost.add(element)
        for element in lost:
            element.getparent().remove(element)

    def _parts(self) -> Iterator[tuple[_Place, HtmlElement]]:
        """Yield the outermost elements that hold neither scope nor title, in the page's order."""
        place = _Place.BETWEEN if self._title is None else _Place.ABOVE
        stack = list(reversed(self._body))
        while stack:
            element = stack.pop()
            if element is self._scope:
                place = _Place.BELOW
            elif element is self._title:
                place = _Place.BETWEEN
            elif element in self._around:
                stack.extend(reversed(element))
            else:
                yield place, element

    def _container(self) -> HtmlElement:
        """Return the element that holds title and text, or else the text's part of the body."""
        holders = (self._scope, *self._scope.iterancestors())
        element = next(holder for holder in holders if holder in self._around_title | {self._body})
        if element is self._body:
            at = holders.index(self._body)
            return holders[max(at - 1, 0)]
        holder = element.getparent()
        # A scope with the title may be the first of two columns.
        if (
            element is self._scope
            and holder is not self._body
            and not any(self._is_shell(part) for part in holder if part is not element)
        ):
            return holder
        return element

    def _is_shell(self, element: HtmlElement) -> bool:
        size = self._sizes[element]
        return bool(size.text) and (
            is_navigation(size) or mark_of(element) is not None or self._is_end(element)
        )

    def _stays(self, place: _Place, element: HtmlElement) -> bool:
        size = self._sizes[element]
        is_inside = element in self._inside
        if place is _Place.ABOVE:
            return is_inside and (is_byline(element, size) or element in self._labels)
        if place is _Place.BELOW or self._title is None:
            return is_inside and not self._is_foreign(element)
        return (
            not is_navigation(size)
            or is_byline(element, size)
            or (is_inside and has_linked_records(element, self._sizes))
        )

    def _is_alike(self, element: HtmlElement) -> bool:
        """Return whether an element is built as what holds the scope beside it, as replies are."""
        shape = shape_of(element)
        is_known = (element.getparent(), shape) in self._shapes_around
        return bool(shape[1]) and len(element) > 1 and is_known

    def _is_foreign(self, element: HtmlElement) -> bool:
        """Return whether an element below the text belongs to other pages, or to every page."""
        size = self._sizes[element]
        return (
            not size.text
            or self._is_teased(element, size)
            or (bool(size.controls) and not size.headings and not has_number(element))
            or (bool(size.links or size.controls) and mark_of(element) is not None)
            or self._is_end(element)
            or self._is_mostly(self._others.__contains__, element)
            or self._is_mostly(self._is_named_other, element)
            or _is_small_form(element)
        )

    def _is_teased(self, element: HtmlElement, size: TextSize) -> bool:
        """Return whether an element is links to other pages, with few words for each."""
        links = sum(not link.get("href", "#").startswith("#") for link in element.iter("a"))
        is_linked = size.link_share >= _MAX_LINK_SHARE and not _is_of_buttons(size)
        is_list = links >= _MIN_TEASERS and size.text < _MAX_PER_TEASER * links
        if not (is_linked or is_list) or leads_to_files(element):
            return False
        # Mostly links with dates are other news. With prices, or in a table, they are items.
        is_plain = is_linked and not (has_price(element) or element.find(".//tr") is not None)
        return is_plain or not has_linked_records(element, self._sizes)

    def _is_mostly(self, is_other: Callable[[HtmlElement], bool], element: HtmlElement) -> bool:
        """Return whether the parts of an element that are another's have most of its text."""
        found = 0
        stack = [element]
        while stack:
            part = stack.pop()
            if is_other(part):
                found += self._sizes[part].text
            else:
                stack.extend(part)
        return found > 0 and found >= _MAX_OTHER_SHARE * self._sizes[element].text

    def _is_named_other(self, element: HtmlElement) -> bool:
        """Return whether names and links show comments, or teasers of other pages."""
        names = f"{element.get('class', '')} {element.get('id', '')}"
        words = {word.lower() for word in _WORD.findall(names)}
        return not words.isdisjoint(_COMMENTS) or (
            not words.isdisjoint(_OTHERS)
            and (self._sizes[element].links > 1 or not words.isdisjoint(_TEXTS))
        )

    def _is_end(self, element: HtmlElement) -> bool:
        """Return whether an element is the end of the page, with the sign of a copyright."""
        is_short = self._sizes[element].text <= _MAX_FOOTER
        return is_short and _COPYRIGHT.search(element.text_content()) is not None

    def _is_heading(self, element: HtmlElement) -> bool:
        """Return whether an element holds nothing but one heading."""
        headings = list(element.iter(*HEADINGS))
        return len(headings) == 1 and self._sizes[headings[0]].text == self._sizes[element].text


def _is_of_buttons(size: TextSize) -> bool:
    """Return whether headings are buttons, as those of questions whose answers can be hidden."""
    return bool(size.headings) and not size.links


def _is_small_form(element: HtmlElement) -> bool:
    """Return whether an element holds a form with at most one labelled field, as a search does."""
    return next(element.iter("form"), None) is not None and len(list(element.iter("label"))) < 2
