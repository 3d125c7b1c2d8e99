"""The value of an element that is a property of a microformat.

The rules are those of the specification "Microformats 2 parsing", and of the patterns "value class"
and "abbr design" for the first version.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from activities.content.rewrites.images import source_of
from activities.declared.element_values import text_of
from activities.declared.values.addresses import absolute
from activities.declared.vocabulary import joined

_WITH_PARTS = frozenset(
    ("telephone", "email", "identifier", "ratingValue", "bestRating", "price", "priceCurrency",
     "reviewCount", "ratingCount")
)  # fmt: skip
"""Terms of which a part may be the value, beside a part such as the type of a telephone."""

_SOURCES = {
    "a": "href", "area": "href", "link": "href", "img": "src", "audio": "src", "video": "src",
    "source": "src", "iframe": "src", "object": "data",
}  # fmt: skip
"""Attributes that hold the URL which an element leads to or shows."""

_IDENTIFIERS = {
    "sku": "sku", "mpn": "mpn", "isbn": "isbn", "gtin": "gtin", "upc": "gtin12", "ean": "gtin13",
}  # fmt: skip
"""Types of identifiers, with terms of schema.org."""

_ZONE = re.compile(r"Z|[+-]\d\d:?\d\d")


def text_value(element: HtmlElement, term: str) -> str | None:
    """Return an element's text for a term, or what its attributes give instead."""
    if (title := _title_of(element)) is not None:
        return title
    if element.tag in ("data", "input") and element.get("value") is not None:
        return str(element.get("value")).strip()
    if element.tag in ("img", "area"):
        return str(element.get("alt") or "").strip() or None
    if term == "email" and element.tag == "a" and element.get("href", "").startswith("mailto:"):
        return str(element.get("href")).partition("?")[0]
    if term in _WITH_PARTS and (parts := _with_class(element, "value")):
        return _title_of(parts[0]) or "".join(text_of(part) for part in parts)
    if term == "author" and (name := _name_in(element)) is not None:
        return text_of(name)
    return text_of(element) or None


def date_of(element: HtmlElement) -> str | None:
    """Return the date or the duration that an element gives, preferably in ISO 8601."""
    parts = _with_class(element, "value", "value-title")
    if not parts:
        return _moment(element)
    moments = [_moment(part) or "" for part in parts]
    zones = [moment for moment in moments if _ZONE.fullmatch(moment)]
    others = [moment for moment in moments if moment not in zones]
    return "T".join(others) + "".join(zones)


def _moment(element: HtmlElement) -> str | None:
    if (moment := element.get("datetime")) is not None:
        return str(moment).strip()
    if element.tag in ("data", "input") and element.get("value") is not None:
        return str(element.get("value")).strip()
    if (title := _title_of(element)) is not None:
        return title
    inner = element.findall(".//time[@datetime]")
    return str(inner[0].get("datetime")).strip() if len(inner) == 1 else text_of(element) or None


def address_of(element: HtmlElement, base_url: str) -> str | None:
    """Return the absolute URL that an element leads to or shows."""
    if element.tag == "img":
        address = source_of(element)
    else:
        name = _SOURCES.get(str(element.tag))
        address = element.get(name) if name else None
    if address is None:
        inner = [part for part in element.iter(*_SOURCES) if part.get(_SOURCES[part.tag])]
        address = inner[0].get(_SOURCES[inner[0].tag]) if len(inner) == 1 else text_of(element)
    return absolute(base_url, address)


def amount_of(element: HtmlElement) -> str | None:
    """Return the amount of a price, without the part that names its currency."""
    parts = _with_class(element, "amount", "value")
    if len(parts) == 1:
        return _title_of(parts[0]) or text_of(parts[0])
    if (title := _title_of(element)) is not None:
        return title
    if element.tag in ("data", "input") and element.get("value") is not None:
        return str(element.get("value")).strip()
    return text_of(element, without_struck=True) or None


def term_of_identifier(element: HtmlElement) -> str:
    """Return the term of schema.org for the type that an identifier gives."""
    kinds = _with_class(element, "type")
    kind = joined(text_of(kinds[0])) if kinds else ""
    return _IDENTIFIERS.get(kind, "identifier")


def _title_of(element: HtmlElement) -> str | None:
    """Return the title that stands for an element's text."""
    if element.tag in ("abbr", "link") or "value-title" in (element.get("class") or "").split():
        title = element.get("title")
        return None if title is None else str(title).strip()
    return None


def _with_class(element: HtmlElement, *names: str) -> list[HtmlElement]:
    """Return the elements below `element` that have one of the classes."""
    return [
        part
        for part in element.iterfind(".//*[@class]")
        if not {*names}.isdisjoint((part.get("class") or "").split())
    ]


def _name_in(element: HtmlElement) -> HtmlElement | None:
    """Return the element inside of a byline that holds only the name."""
    links = element.findall(".//a")
    authors = [link for link in links if "author" in (link.get("rel") or "").lower().split()]
    names = _with_class(element, "fn", "p-name") or authors or links
    return names[0] if names else None
