"""The heading of a page that is the page's title."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from activities.content.text_sizes import HEADINGS
from activities.content.words import words_of

_NAME = re.compile(r"(?i)title|headline|heading|subject")
"""A class of an element that is a heading by its looks."""

_SEPARATOR = re.compile(r"\s+[-\u2013\u2014|\u00b7\u00bb:/]\s+|:\s|\s*[|\u00bb]\s*")
"""What a page's `title` has between its heading and the name of the site."""

_MIN_LENGTH = 8
"""Characters of a heading that has no tag of a heading. A name of a section is shorter."""

_MAX_LENGTH = 200
"""Characters of a heading."""


def titles(body: HtmlElement) -> list[HtmlElement]:
    """Return the `h1` and `h2` that are a part of the page's `title`, in the page's order."""
    title = _joined(words_of(_title_text(body)))
    return [
        heading
        for heading in body.iter("h1", "h2")
        if (words := words_of(heading.text_content())) and _joined(words) in title
    ]


def main_title(body: HtmlElement) -> HtmlElement | None:
    """Return the title of the page's content, or None if nothing looks like it.

    That is an `h1` that is a part of the page's `title`, or else such an `h2`, or else any `h1`.
    On a page without these, it is an element that has the words of the page's `title`.
    """
    found = titles(body)
    title = next(
        (heading for heading in found if heading.tag == "h1"),
        found[0] if found else next(body.iter("h1"), None),
    )
    return _heading_by_words(body) if title is None else title


def _heading_by_words(body: HtmlElement) -> HtmlElement | None:
    """Return the first element outside of links that has the words of the page's `title`.

    A heading may have more words, such as a kicker before the headline.
    """
    text = _title_text(body)
    title = _joined(words_of(text))
    parts = [words for part in _SEPARATOR.split(text) if len(words := words_of(part)) > 1]
    for element, own in _short_texts(body):
        words = words_of(own)
        is_title = words in parts or (len(words) > 2 and _joined(words) in title)
        if is_title or any(_joined(part) in _joined(words) for part in parts):
            return element
    return None


def _short_texts(body: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Yield the headings, by their tag or class, and other elements that hold only a text."""
    for element in body.iterdescendants():
        if element.tag in HEADINGS or _NAME.search(element.get("class", "")):
            text = " ".join(element.itertext())
        else:
            text = "" if len(element) else element.text or ""
        if (
            _MIN_LENGTH <= len(text.strip()) <= _MAX_LENGTH
            and next(element.iterancestors("a"), None) is None
            and element.tag != "a"
        ):
            yield element, text


def _title_text(body: HtmlElement) -> str:
    return " ".join((body.getparent().findtext("head/title") or "").split())


def _joined(words: list[str]) -> str:
    return f" {' '.join(words)} "
