"""The value of an element of the page: from its attributes, or else its text."""

from __future__ import annotations

import re

from lxml.etree import XPath
from lxml.html import HtmlElement

from activities.content.rewrites.images import source_of
from activities.declared.entities import ShownText
from activities.declared.language import language_of
from activities.declared.values.addresses import absolute

_MAX_TEXT = 20_000
"""Characters of a value."""

_ADDRESSES = {
    "a": "href",
    "area": "href",
    "link": "href",
    "img": "src",
    "audio": "src",
    "video": "src",
    "embed": "src",
    "iframe": "src",
    "source": "src",
    "object": "data",
}
"""Attributes that hold the URL which an element leads to or shows."""

_STRUCK = ("del", "s", "strike")
"""Elements whose text holds no more (HTML, 4.5.5 and 4.7.2)."""

_STRUCK_AROUND = XPath("ancestor-or-self::*[self::del or self::s or self::strike]")

_PRICES = frozenset(("price", "lowPrice", "highPrice", "minPrice", "maxPrice"))
"""Properties of which a struck value is a former one."""

_BESIDE = re.compile(
    r"(?:^|\s)(?:(?:products?|posts?|articles?|items?)?[-_]*(?:related|similar|recommend\w*"
    r"|up-?sells?|cross-?sells?|also-?bought|recently-?viewed)(?:[-_]\S*)?|sidebar"
    r"|comments?|commentlist|comments?[-_](?:area|author|body|list|meta|section))(?=\s|$)",
    re.IGNORECASE,
)
"""Classes and ids of parts about other things than the page's main thing."""

_MACHINE_READABLE = {"time": "datetime", "data": "value", "meter": "value", "meta": "content"}
"""Attributes that hold an element's value in a form for machines."""


def value_of(
    element: HtmlElement, names: list[str], base_url: str, *, is_rdfa: bool = False
) -> str | None:
    """Return an element's value for the properties `names`: from its attributes, or else its text.

    A struck price is a former one, and no value.
    """
    is_price = not _PRICES.isdisjoint(names)
    if is_price and _is_struck(element):
        return None
    content = element.get("content")
    if content is not None:
        return str(content).strip()
    tag = element.tag
    if tag in _MACHINE_READABLE and element.get(_MACHINE_READABLE[tag]) is not None:
        return str(element.get(_MACHINE_READABLE[tag])).strip()
    address = element.get("resource") if is_rdfa else None
    if address is None and tag in _ADDRESSES:
        address = source_of(element) if tag == "img" else element.get(_ADDRESSES[tag])
    if address:
        return absolute(base_url, address)
    return text_of(element, without_struck=is_price)


def is_beside_main(element: HtmlElement) -> bool:
    """Return whether an element is in a part of the page about other things than the page."""
    for around in (element, *element.iterancestors()):
        if around.tag == "aside" or around.get("role") == "complementary":
            return True
        names = f"{around.get('class', '')} {around.get('id', '')}"
        if around.tag != "body" and _BESIDE.search(names):
            return True
    return False


def _is_struck(element: HtmlElement) -> bool:
    return bool(_STRUCK_AROUND(element))


def text_of(element: HtmlElement, *, without_struck: bool = False) -> ShownText:
    """Return the text that a reader sees of an element, in one line.

    With `without_struck`, text that is struck out is left out, such as a former price.
    """
    parts: list[str] = []
    stack: list[HtmlElement | str] = [element]
    is_joined = False
    while stack:
        part = stack.pop()
        if isinstance(part, str):
            is_joined |= _meets(parts, part)
            parts.append(part)
            continue
        if part is not element and part.tail:
            stack.append(part.tail)
        if not isinstance(part.tag, str) or part.tag in ("script", "style", "template"):
            continue
        if without_struck and part.tag in _STRUCK:
            continue
        if part.tag in ("br", "p", "div", "li", "td", "tr"):
            parts.append(" ")
        children: list[HtmlElement | str] = list(part)
        stack.extend(reversed(children))
        if part.text:
            is_joined |= _meets(parts, part.text)
            parts.append(part.text)
    text = ShownText(" ".join("".join(parts).split())[:_MAX_TEXT])
    text.language = language_of(element)
    text.is_joined = is_joined
    return text


def _meets(parts: list[str], text: str) -> bool:
    """Return whether `text` goes on with a digit where `parts` ends with one."""
    return bool(parts and parts[-1][-1:].isdecimal() and text[:1].isdecimal())
