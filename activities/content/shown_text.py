"""The texts that a page shows, each with its place."""

from __future__ import annotations

from typing import NamedTuple

from lxml.html import HtmlElement

from activities.content.visibility import is_hidden

_TEXTLESS = frozenset(
    ("title", "script", "style", "template", "textarea", "svg", "iframe", "noframes", "noembed",
     "option", "parsererror")
)  # fmt: skip
"""Elements whose text a reader does not see as text of the page. The parser takes elements that it
does not know for a part of the head, so the head is not among them. A `noscript` is text where no
scripts run; in the copy that a browser makes it is hidden."""

_NEVER_HIDDEN = frozenset(("html", "body", "main"))
"""Elements that are read even if they are hidden: some scripts hide a page until it is styled."""

_AROUND = frozenset(("nav", "header", "footer", "aside", "button"))
"""Elements around the content of a page, and what one presses."""

_AROUND_ROLES = frozenset(("navigation", "banner", "contentinfo", "complementary", "button"))

_CONTENT = frozenset(("main", "article"))
"""Elements whose header belongs to the content."""


class ShownText(NamedTuple):
    """One text between two tags. Runs of blanks are one space."""

    text: str
    element: HtmlElement
    """The element that the text is in."""
    is_around: bool
    """Whether it is part of navigation, header, footer, sidebar, or a button."""
    letters: int
    """The number of its letters and digits."""


def shown_texts(root: HtmlElement) -> list[ShownText]:
    """Return the texts of `root` in their order, without those that its attributes hide."""
    texts: list[ShownText] = []
    waiting: list[tuple[HtmlElement, bool, bool, bool]] = [(root, False, False, False)]
    while waiting:
        element, is_tail, is_around, is_content = waiting.pop()
        if is_tail:
            _add(texts, element.tail, element.getparent(), is_around)
            continue
        if element is not root:
            waiting.append((element, True, is_around, is_content))
        if not isinstance(element.tag, str) or element.tag in _TEXTLESS:
            continue
        if element.tag not in _NEVER_HIDDEN and is_hidden(element):
            continue
        is_content = is_content or element.tag in _CONTENT
        is_around = is_around or is_surrounding(element, is_content=is_content)
        _add(texts, element.text, element, is_around)
        waiting.extend((child, False, is_around, is_content) for child in reversed(element))
    return texts


def is_surrounding(element: HtmlElement, *, is_content: bool = False) -> bool:
    """Return whether `element` is around the content; `is_content` if an article is around it."""
    if element.tag == "header":
        return not is_content
    return element.tag in _AROUND or element.get("role") in _AROUND_ROLES


def is_main(element: HtmlElement) -> bool:
    """Return whether `element` says that it is the main part of the page."""
    return "main" in (element.tag, element.get("role"))


def _add(texts: list[ShownText], text: str | None, element: HtmlElement, is_around: bool) -> None:
    if text and (shown := " ".join(text.split())):
        letters = sum(map(str.isalnum, shown))
        texts.append(ShownText(shown, element, is_around, letters))
