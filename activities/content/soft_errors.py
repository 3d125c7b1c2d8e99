"""Error pages whose HTTP status is none: the site says only in words that there is no page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from activities.content.error_words import error_in
from activities.content.form_fields import upwards
from activities.content.shown_text import ShownText

_HEADING_CHARACTERS = 60
"""Characters of a heading that says what is wrong. Longer ones are those of articles."""

_LINE_CHARACTERS = 120
"""Characters of a sentence that says so, on a page without a heading that does."""

_SHORT_LETTERS = 300
"""Letters of an error page, besides what is around its content. Some have a few words of advice."""

_LONG_LETTERS = 1500
"""Letters of an error page that search engines are to leave out: it shows other pages as well."""

_LINES = 8
"""Texts at the beginning of a page among which such a sentence is."""

_ADVICE_LETTERS = 40
"""Letters besides the sentence that asks for a login, the headings and the links: some advice."""

_BESIDES = frozenset(("h1", "h2", "a", "label"))
"""Elements that also stand on pages that only ask for a login."""

_SEGMENTS = re.compile(r"\s+[-\u2013\u2014|:·•»«/]+\s+|\s*[|»«]\s*|:\s+")
"""What parts the name of a page from that of its site, in a title."""

_NAMES = re.compile(
    r"(?:^|[\s_-])(?:error-?(?:page)?-?(?:40[34]|410|500)|(?:page|template|is)-?(?:404|not-?found)|"
    r"404(?:-page)?|not-?found(?:-page)?|page-not-found)(?:$|[\s_-])",
    re.IGNORECASE,
)
"""Classes and ids by which the templates of error pages are called."""


def error_of(root: HtmlElement, texts: list[ShownText]) -> str:
    """Return what an error page says: `missing`, `denied`, `login` or `down`.

    Empty if it is no error page. `texts` are the texts that it shows.
    """
    own = [text for text in texts if not text.is_around]
    letters = sum(text.letters for text in own)
    if letters > _LONG_LETTERS:
        return ""
    is_short = letters <= _SHORT_LETTERS
    kind = _kind_in_headings(root)
    if kind and (is_short or _is_left_out(root) or _is_called_error(root)):
        return kind
    if is_short and not kind:
        lines = (text.text for text in own[:_LINES] if len(text.text) <= _LINE_CHARACTERS)
        kind = next(filter(None, (error_in(line, is_heading=False) for line in lines)), "")
    return kind if is_short else ""


def only_asks_for_login(texts: list[ShownText]) -> bool:
    """Return whether a page that asks for a login has hardly any other text among `texts`."""
    others = (
        text.letters
        for text in texts
        if not text.is_around
        and error_in(text.text, is_heading=False) != "login"
        and _BESIDES.isdisjoint(each.tag for each in upwards(text.element))
    )
    return sum(others) <= _ADVICE_LETTERS


def _kind_in_headings(root: HtmlElement) -> str:
    kinds = (error_in(heading, is_heading=True) for heading in _headings(root))
    return next(filter(None, kinds), "")


def _headings(root: HtmlElement) -> Iterator[str]:
    """Yield the parts of the title, and the headings, without long ones."""
    for element in root.iter("title", "h1", "h2"):
        text = " ".join(element.text_content().split())
        for part in (text, *_SEGMENTS.split(text)) if element.tag == "title" else (text,):
            if part and len(part) <= _HEADING_CHARACTERS:
                yield part


def _is_left_out(root: HtmlElement) -> bool:
    """Return whether the page asks search engines to leave it out."""
    return any(
        (meta.get("name") or "").lower() == "robots" and "noindex" in (meta.get("content") or "")
        for meta in root.iter("meta")
    )


def _is_called_error(root: HtmlElement) -> bool:
    """Return whether the body, or what is right within it, is called an error page."""
    body = root.find("body")
    elements = [] if body is None else [body, *body]
    return any(
        _NAMES.search(element.get(name) or "") for element in elements for name in ("class", "id")
    )
