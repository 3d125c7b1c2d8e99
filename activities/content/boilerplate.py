"""Removal of boilerplate: what every page of a site has around the main content.

That is navigation, headers, sidebars, footers and the like. Marks (`page_parts`) say where it may
be. What an element holds decides: links and buttons, or text.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml.html import HtmlElement

from activities.content.main_element import declared_main, reduce_to_main
from activities.content.menus import comment_forms, in_page_lists, is_navigation, menus
from activities.content.page_parts import Mark, mark_of
from activities.content.repeated import OwnTexts, own_texts, repeated_parts
from activities.content.text_sizes import TextSize, TextSizes, drop, measure, total

_MAX_SHARE = 0.4
"""Share of the page's text. An element with more is content, unless it is a dialog."""

_CERTAIN = frozenset((Mark.LANDMARK, Mark.CONSENT))
"""Marks that are certain outside of the content. There may be navigation that is the content."""

_MIN_RUNNING_SHARE = 0.5
"""Share of the text of an element that is running text of this page only, if it is content."""

_MAX_OPTIONS = 20
"""Options of a `select` that are all kept, such as sizes and colours.

More are a list of countries, years or categories, which says nothing about the page.
"""

_CHOICE = "menuitemradio"
"""The role of what is chosen from a menu, by WAI-ARIA 1.2."""


def remove_boilerplate(
    body: HtmlElement, forms: list[HtmlElement], repeated: frozenset[int] = frozenset()
) -> TextSizes:
    """Remove boilerplate from the body of a cleaned page, in place, and return what is left.

    `forms` are those in which a text can be written. `repeated` are the prints of what other pages
    of the site have as well (see `repeated`). What only names and lists of links mark stays if
    hardly anything else would be left.
    """
    _reduce_choices(body)
    sizes = measure(body)
    main = declared_main(body, sizes)
    if main is not None:
        reduce_to_main(body, main, sizes)
        sizes = measure(body)
    own = own_texts(body, repeated) if repeated else None
    known = set() if own is None else repeated_parts(body, own, sizes)
    found = _Page(body, main, sizes, own).boilerplate(known)
    drop(found.certain, sizes)
    doubtful = found.doubtful
    doubtful += in_page_lists(body, sizes, set(doubtful))
    doubtful += comment_forms(body, forms, sizes, set(doubtful))
    if main is None:
        doubtful += menus(body, sizes, set(doubtful))
    lost = total(sizes, doubtful)
    if sizes[body].running > lost.running or sizes[body].text > 2 * lost.text:
        drop(doubtful, sizes)
    return sizes


def _reduce_choices(body: HtmlElement) -> None:
    """Leave only the chosen option of each closed `select` or menu that has many."""
    for select in body.iter("select"):
        options = list(select.iter("option"))
        if len(options) > _MAX_OPTIONS and select.get("multiple") is None:
            chosen = next((option for option in options if "selected" in option.attrib), options[0])
            for option in options:
                if option is not chosen:
                    option.drop_tree()
    for details in body.iter("details"):
        items = [item for item in details.iter() if item.get("role") == _CHOICE]
        if len(items) > _MAX_OPTIONS and details.get("open") is None:
            for item in items:
                if item.get("aria-checked") != "true":
                    item.drop_tree()


@dataclass
class _Boilerplate:
    """The outermost elements of a page that are boilerplate."""

    certain: list[HtmlElement] = field(default_factory=list)
    doubtful: list[HtmlElement] = field(default_factory=list)
    """Those that may be what the page is about, if hardly anything else is left."""


class _Page:
    """A page whose elements are judged one by one."""

    def __init__(
        self,
        body: HtmlElement,
        main: HtmlElement | None,
        sizes: TextSizes,
        own: OwnTexts | None,
    ) -> None:
        self._body = body
        self._main = main
        self._sizes = sizes
        self._own = own
        self._max_size = _MAX_SHARE * self._size_of(main if main is not None else body)

    def _size_of(self, element: HtmlElement) -> int:
        """Return the characters of an element's text, without what repeats if that is known."""
        return self._sizes[element].text if self._own is None else self._own[element].characters

    def boilerplate(self, known: set[HtmlElement]) -> _Boilerplate:
        """Return the outermost elements that are boilerplate. All of `known` are."""
        found = _Boilerplate()
        stack = [(child, child is self._main) for child in reversed(self._body)]
        while stack:
            element, is_inside = stack.pop()
            if element in known:
                found.certain.append(element)
                continue
            mark = None if element is self._main else mark_of(element)
            if mark is not None and self._is_boilerplate(element, mark, is_inside):
                is_certain = mark is Mark.DIALOG or (mark in _CERTAIN and not is_inside)
                (found.certain if is_certain else found.doubtful).append(element)
                continue
            is_inside = is_inside or element is self._main or element.tag in ("main", "article")
            stack.extend((child, is_inside) for child in reversed(element))
        return found

    def _is_boilerplate(self, element: HtmlElement, mark: Mark, is_inside: bool) -> bool:
        """Return whether a marked element is boilerplate, by what it holds and where it is."""
        size = self._sizes[element]
        if mark is Mark.DIALOG:
            return next(element.iter("main"), None) is None
        if next(element.iter("h1", "main"), None) is not None:
            return False
        if mark is Mark.CONSENT and size.controls and not is_inside:
            return True
        is_small = self._size_of(element) <= self._max_size
        if mark is Mark.LANDMARK:
            return self._is_landmark(element, size, is_small)
        if not is_small:
            return False
        if mark is Mark.ASIDE:
            is_inside = is_inside or any(sibling.tag == "p" for sibling in element.getparent())
            return not is_inside or is_navigation(size)
        is_named = mark in (Mark.NAME, Mark.CONSENT) and not is_inside
        if is_named and not (_is_headed_text(size) or self._is_of_page(element, size)):
            return True
        return is_navigation(size)

    def _is_of_page(self, element: HtmlElement, size: TextSize) -> bool:
        """Return whether most of an element is running text that no sibling of the page has."""
        if self._own is None:
            return False
        return self._own[element].running >= _MIN_RUNNING_SHARE * size.text > 0

    def _is_landmark(self, element: HtmlElement, size: TextSize, is_small: bool) -> bool:
        if element.tag in ("header", "footer") and element.get("role") is None:
            part = next(element.iterancestors("article", "main", "section"), None)
            if part is not None:
                # The header or footer of a part of the content: a title, an author, a date.
                return element.tag == "footer" and is_navigation(size)
            return is_small
        return is_small or is_navigation(size)


def _is_headed_text(size: TextSize) -> bool:
    """Return whether an element is a section of a text: headed, without buttons or many links."""
    return bool(size.headings and size.text and not size.controls) and not is_navigation(size)
