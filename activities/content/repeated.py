"""Boilerplate that repeats: parts of a page that other pages of its site have as well.

A page is compared with its siblings by prints of its texts and pictures. A print is 64 bits, so
that a worker can remember many pages. Only a part of which everything repeats is boilerplate: the
label `Weight` repeats on each page of a shop, but its row also has a value.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from activities.content.records import is_file
from activities.content.rewrites.links import EMBEDDED
from activities.content.text_sizes import TextSize, TextSizes
from activities.content.titles import main_title

_MAX_PRINTS = 2000
"""Prints of one page. A longer page is known by its beginning and its end: boilerplate is there."""

_PARTS = frozenset(
    ("aside", "details", "div", "figure", "footer", "form", "header", "nav", "ol", "section",
     "table", "ul")
)  # fmt: skip
"""Elements that can be a part of a page. A `p`, a heading or a row is a piece of a text."""

_MIN_HELD = 0.9
"""Share of the page's own text that its content holds. The rest may be links to related pages."""

_MIN_OWN_RUNNING = 100
"""Characters of running text that a page must have of its own, about 20 words.

A page with less differs from its siblings in a date or a colour. So what repeats is its content.
"""

_MIN_OWN_SHARE = 1 / 4
"""Share of the page's running text that must be its own, for the same reason."""

_MIN_LINKS = 2
"""Links of a part that leads away."""

_MIN_LINK_SHARE = 0.5
"""Share of the text of such a part that is links."""

_MIN_INNER_LINK_SHARE = 0.8
"""The same within the content, where a list of links may belong to the text."""

_MAX_BYLINE_LINKS = 4
"""Links of a byline: authors and categories. Articles of one author have the same byline."""

_CONTENT = ("article", "main")
"""Elements that a page declares as its content."""


def prints_of(body: HtmlElement) -> array[int]:
    """Return the prints of the texts and pictures of a cleaned page, each once."""
    found: dict[int, None] = {}
    for element in body.iter():
        for print_ in _own_prints(element):
            found[print_] = None
        if element is not body and (print_ := _print_of_text(element.tail)):
            found[print_] = None
    prints = array("Q", found)
    if len(prints) > _MAX_PRINTS:
        prints = prints[: _MAX_PRINTS // 2] + prints[-_MAX_PRINTS // 2 :]
    return prints


def repeated_parts(body: HtmlElement, own: OwnTexts, sizes: TextSizes) -> set[HtmlElement]:
    """Return the outermost parts of a cleaned page that are boilerplate, by what repeats."""
    return set(_Page(body, own, sizes).boilerplate())


@dataclass(slots=True)
class OwnText:
    """What an element and its descendants hold that does not repeat."""

    characters: int = 0
    running: int = 0
    pictures: int = 0
    """Pictures, embedded pages and links to files."""

    @property
    def is_nothing(self) -> bool:
        """Whether there is neither text nor a picture."""
        return not (self.characters or self.pictures)


OwnTexts = dict[HtmlElement, OwnText]
"""What each element of a tree holds that does not repeat."""


class _Page:
    """A page whose parts are judged one by one."""

    def __init__(self, body: HtmlElement, own: OwnTexts, sizes: TextSizes) -> None:
        self._body = body
        self._own = own
        self._sizes = sizes
        own_running = own[body].running
        self._is_text_told_apart = own_running >= max(
            _MIN_OWN_RUNNING, _MIN_OWN_SHARE * sizes[body].running
        )
        self._title = main_title(body)
        self._content = self._find_content()

    def _find_content(self) -> HtmlElement:
        """Return the smallest element that holds the page's title and most of its own text."""
        wanted = _MIN_HELD * self._own[self._body].characters
        around_title = set() if self._title is None else set(self._title.iterancestors())
        content, child = self._body, self._body
        while child is not None:
            content = child
            child = next(
                (
                    part
                    for part in content
                    if self._own[part].characters >= wanted
                    and (not around_title or part in around_title)
                ),
                None,
            )
        declared = next(content.iterancestors(*_CONTENT), None)
        return content if declared is None else declared

    def boilerplate(self) -> Iterator[HtmlElement]:
        """Yield the outermost parts that are boilerplate."""
        is_at_title = False
        stack = [(child, False) for child in reversed(self._body)]
        while stack:
            element, is_inside = stack.pop()
            own = self._own[element]
            if element is self._title:
                is_at_title = True
            elif own.running and element.tag not in _PARTS:
                is_at_title = False
            if not own.is_nothing:
                is_inside = is_inside or element is self._content
                stack.extend((child, is_inside) for child in reversed(element))
            elif (
                element.tag in _PARTS
                and self._is_boilerplate(element, is_inside)
                and not (is_at_title and self._may_be_byline(element))
            ):
                yield element

    def _is_boilerplate(self, element: HtmlElement, is_inside: bool) -> bool:
        """Return whether a part that repeats is more than a label of the page's content."""
        size = self._sizes[element]
        if next(element.iter("h1", "main"), None) is not None:
            return False
        if size.running and not self._is_text_told_apart:
            return False
        least = _MIN_INNER_LINK_SHARE if is_inside else _MIN_LINK_SHARE
        leads_away = size.links >= _MIN_LINKS and size.link_share >= least
        if is_inside:
            return leads_away or bool(size.running and size.controls)
        return leads_away or bool(size.running or size.controls)

    def _may_be_byline(self, element: HtmlElement) -> bool:
        """Return whether a part between the title and the text may name the text's author."""
        size = self._sizes[element]
        return size.links <= _MAX_BYLINE_LINKS and not (size.controls or size.running)


def own_texts(body: HtmlElement, repeated: frozenset[int]) -> OwnTexts | None:
    """Return what each element of a cleaned page holds besides what is `repeated`, as prints.

    Return None if that is nothing: there are no siblings, or the page is their copy.
    """
    own: OwnTexts = {}
    order = list(body.iter())
    for element in order:
        found = own[element] = OwnText()
        if _is_picture(element):
            found.pictures = _print_of_picture(element) not in repeated
        _add(found, element.text, repeated)
    for element in reversed(order):
        if element is body:
            continue
        holder, found = own[element.getparent()], own[element]
        holder.characters += found.characters
        holder.running += found.running
        holder.pictures += found.pictures
        _add(holder, element.tail, repeated)
    return own if own[body].characters else None


def _add(found: OwnText, text: str | None, repeated: frozenset[int]) -> None:
    print_ = _print_of_text(text)
    if print_ and print_ not in repeated:
        size = TextSize()
        size.add_text(text or "", is_linked=False)
        found.characters += size.text
        found.running += size.running


def _own_prints(element: HtmlElement) -> Iterator[int]:
    if _is_picture(element):
        yield _print_of_picture(element)
    if print_ := _print_of_text(element.text):
        yield print_


def _is_picture(element: HtmlElement) -> bool:
    """Return whether an element shows or offers something by its address, whatever its text."""
    if element.tag == "img":
        return True
    return element.tag == "a" and (element.get(EMBEDDED) is not None or is_file(element))


def _print_of_picture(element: HtmlElement) -> int:
    return _print(f"\0{element.get('src') or element.get('href')}")


def _print_of_text(text: str | None) -> int:
    """Return the print of a text between two tags, or 0 if it is empty."""
    return _print(" ".join(words)) if text and (words := text.split()) else 0


def _print(text: str) -> int:
    digest = hashlib.blake2b(text.encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little")
