"""The text that a reader sees on a page, for the recognition of walls."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from activities.walls.signatures import CONSENT_MANAGERS

_TEXTLESS = frozenset(
    ("script", "style", "noscript", "template", "head", "textarea", "svg", "iframe")
)
"""Elements whose text a reader does not see on the page.

The text inside an `iframe` is for browsers that have no frames.
"""

_CONSENT = re.compile(f"{CONSENT_MANAGERS}|cookie|consent|gdpr", re.IGNORECASE)
"""Words in the classes and ids of elements that ask for consent."""

_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
"""Kana, Chinese characters and Hangul."""

_WIDGET = re.compile(r"captcha|turnstile|challenge", re.IGNORECASE)
"""Words in the classes and ids of widgets, and in the names of their elements."""

_WORKING = frozenset(("form", "input", "script", "iframe", "button"))
"""Elements of an article that is no more than the body of a wall."""


def collapsed(text: str) -> str:
    """Return `text` with each run of blanks as one space."""
    return " ".join(text.split())


def length_of(text: str) -> int:
    """Return the number of characters of `text`, as if it were written in letters."""
    if text.isascii():
        return len(text)
    return len(text) + round(1.5 * len(_IDEOGRAPHS.findall(text)))


def visible_text(root: HtmlElement) -> str:
    """Return the text that a reader sees."""
    return collapsed(" ".join(_shown_texts(root)))


def text_besides_consent(root: HtmlElement) -> int:
    """Return the number of characters outside of elements that ask for consent."""
    return length_of(collapsed(" ".join(_shown_texts(root, besides=_CONSENT))))


def text_of_articles(root: HtmlElement) -> int:
    """Return the number of characters in articles that hold no form, script, frame or widget."""
    return sum(
        length_of(visible_text(article))
        for article in root.iter("article")
        # The outermost ones: a hostile page may nest thousands.
        if next(article.iterancestors("article"), None) is None
        and not any(_works(element) for element in article.iter())
    )


def _works(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str):
        return False
    return element.tag in _WORKING or _WIDGET.search(_names(element)) is not None


def _names(element: HtmlElement) -> str:
    return f"{element.tag} {element.get('class') or ''} {element.get('id') or ''}"


def _shown_texts(root: HtmlElement, *, besides: re.Pattern[str] | None = None) -> list[str]:
    """Return the texts that a reader sees, without elements whose class or id matches `besides`."""
    texts: list[str] = []
    waiting = [(root, False)]
    while waiting:
        node, is_tail = waiting.pop()
        if is_tail:
            texts.append(node.tail or "")
            continue
        if node is not root:
            waiting.append((node, True))
        if not isinstance(node.tag, str) or node.tag in _TEXTLESS:
            continue
        if besides is not None and _is_named(node, besides):
            continue
        texts.append(node.text or "")
        if node.tag == "input" and node.get("type") in ("submit", "button"):
            texts.append(node.get("value") or "")
        waiting.extend((child, False) for child in reversed(node))
    return texts


def _is_named(element: HtmlElement, pattern: re.Pattern[str]) -> bool:
    if element.tag in ("html", "body"):
        return False
    return pattern.search(f"{element.get('class') or ''} {element.get('id') or ''}") is not None
