"""The language of a page, and the one by which its numbers and dates are read."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from activities.declared.values import locales

_CLOSEST_LANGUAGE = XPath("string(ancestor-or-self::*[@lang and not(self::html)][1]/@lang)")
_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

_DEFAULT_OF_FACEBOOK = "en-us"
"""What `og:locale` means where a page has none. Many templates write it for every page."""

_MAX_SEARCHED = 200_000
"""Characters in which prices are looked for."""

_PRICE = re.compile(
    r"(?:[€£$]|\b(?:EUR|GBP|USD|CHF))\s?\d{1,3}([.,])\d\d(?![\d.,]\d|\d)"
    r"|(?<![\d.,])\d{1,3}([.,])\d\d\s?(?:[€£$]|(?:EUR|GBP|USD|CHF)\b)"
)
"""A price below 1,000 with cents. Its separator is a decimal one."""

_COUNTRY_OF_DOMAIN = {"uk": "GB"}
"""Top-level domains of countries that differ from the country's code."""


def page_language(root: HtmlElement) -> str | None:
    """Return the page's language, as in BCP 47, or None if the page names none or several."""
    declared = root.get("lang") or root.get(_XML_LANGUAGE)
    if declared is None and (body := root.find("body")) is not None:
        declared = body.get("lang")
    return (declared or "").strip() or _of_meta(root, "http-equiv", "content-language")


def reading_language(root: HtmlElement, url: str) -> str | None:
    """Return the language by which the page's numbers and dates are read.

    It has the country that `og:locale` or the address's domain adds. It is None if the page names
    two languages, and if most of the page's prices are written in the way of another language.
    """
    language = _named_language(root, url)
    return None if language and _is_contradicted(root, language) else language


def _named_language(root: HtmlElement, url: str) -> str | None:
    language = page_language(root)
    locale = _of_meta(root, "property", "og:locale")
    if language is None:
        return locale
    own = _parts(language)
    other = _parts(locale or "")
    is_default = "-".join(other) == _DEFAULT_OF_FACEBOOK
    if locale and not is_default and other[0] != own[0]:
        return None
    if len(own) > 1:
        return language
    if locale and not is_default and len(other) > 1:
        return locale
    country = (urlsplit(url).hostname or "").rpartition(".")[2]
    country = _COUNTRY_OF_DOMAIN.get(country, country.upper())
    if len(country) == 2 and country.isalpha() and locales.is_spoken_in(own[0], country):
        return f"{own[0]}-{country}"
    return language


def language_of(element: HtmlElement) -> str | None:
    """Return the language of an element inside of the `body`, if it differs from the page's."""
    return str(_CLOSEST_LANGUAGE(element)) or None


def _is_contradicted(root: HtmlElement, language: str) -> bool:
    """Return whether most prices with cents have another decimal separator than the language."""
    separator = locales.decimal_separator(language)
    body = root.find("body")
    if separator is None or body is None:
        return False
    found: Counter[str] = Counter()
    left = _MAX_SEARCHED
    for element in body.iter():
        if element.text is None and element.tail is None:
            continue
        is_shown = isinstance(element.tag, str) and element.tag not in ("script", "style")
        for text in (element.text if is_shown else None, element.tail):
            if text:
                left -= len(text)
                found.update(match[1] or match[2] for match in _PRICE.finditer(text))
        if left < 0:
            break
    return found.total() - found[separator] > found[separator]


def _of_meta(root: HtmlElement, attribute: str, name: str) -> str | None:
    for meta in root.iter("meta"):
        if (meta.get(attribute) or "").strip().lower() == name:
            content = (meta.get("content") or "").strip()
            return None if not content or "," in content else content
    return None


def _parts(language: str) -> list[str]:
    return language.lower().replace("_", "-").split("-")
