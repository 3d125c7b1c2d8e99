"""What kind of page a page declares itself to be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Any

from lxml.html import HtmlElement


class Kind(Enum):
    """A kind of page that needs its own treatment."""

    ARTICLE = auto()
    """The page declares one article."""
    CALLED_ARTICLE = auto()
    """The page has a date, several articles, or `og:type` `article`, as pages of all kinds have."""
    THREAD = auto()
    """Questions and answers, or posts of a forum, where the comments are the content."""
    PRODUCT = auto()


_THREAD_TYPE = re.compile(r"DiscussionForumPosting|QAPage")
_ARTICLE_TYPE = re.compile(r"\w*Article|BlogPosting|LiveBlogPosting|Report")
_PRODUCT_TYPE = re.compile(r"Product|ProductGroup|ProductModel")

_ARTICLE_NAMES = frozenset(("pubdate", "publishdate", "parsely-pub-date", "citation_journal_title"))
"""Names of `meta` elements that only articles have."""

_PRICE_NAMES = frozenset(("product:price:amount", "og:price:amount"))
"""Names of `meta` elements that only pages of one product have."""


def declared_kind(root: HtmlElement) -> Kind | None:
    """Return what a page says about itself, or None if that decides nothing.

    Only the things at the top of what it declares count: a product may have a `Review`. An article
    about a product may declare the product as well.
    """
    json_ld, microdata = _in_json_ld(root), _in_microdata(root)
    types = {*json_ld, *microdata}
    if any(map(_THREAD_TYPE.fullmatch, types)):
        return Kind.THREAD
    # A page may declare the same article in both.
    articles = max(_count_articles(json_ld), _count_articles(microdata))
    if articles:
        return Kind.ARTICLE if articles == 1 else Kind.CALLED_ARTICLE
    metas = list(root.iter("meta"))
    if (
        any(map(_PRODUCT_TYPE.fullmatch, types))
        or any(map(_is_product_meta, metas))
        or root.find(".//*[@itemprop='price']") is not None
    ):
        return Kind.PRODUCT
    is_called = "Review" in types or any(map(_is_article_meta, metas))
    return Kind.CALLED_ARTICLE if is_called else None


def is_article_item(element: HtmlElement) -> bool:
    """Return whether an element is an article in microdata."""
    return _ARTICLE_TYPE.fullmatch(_itemtype(element)) is not None


def _count_articles(types: list[str]) -> int:
    return sum(_ARTICLE_TYPE.fullmatch(name) is not None for name in types)


def _is_product_meta(meta: HtmlElement) -> bool:
    name = meta.get("property") or meta.get("name") or ""
    is_product = name == "og:type" and meta.get("content", "").startswith("product")
    return is_product or name in _PRICE_NAMES


def _in_json_ld(root: HtmlElement) -> list[str]:
    """Return the types of the things at the top of all JSON-LD."""
    return [
        name
        for script in root.iter("script")
        if script.get("type", "").lower() == "application/ld+json"
        for name in _types_in(script.text or "")
    ]


def _in_microdata(root: HtmlElement) -> list[str]:
    """Return the types of the things in microdata that are no property of another."""
    return [
        _itemtype(element)
        for element in root.xpath("descendant-or-self::*[@itemtype]")
        if element.get("itemprop") in (None, "mainEntity")
    ]


def _types_in(text: str) -> Iterator[str]:
    """Yield the types at the top of JSON-LD. Broken JSON-LD declares nothing."""
    try:
        things = _as_list(json.loads(text, strict=False))
    except (ValueError, RecursionError):
        return
    for thing in things:
        if isinstance(thing, dict):
            for top in _as_list(thing.get("@graph", thing)):
                if isinstance(top, dict):
                    yield from _type_names(top)
                    for main in _as_list(top.get("mainEntity")):
                        if isinstance(main, dict):
                            yield from _type_names(main)


def _type_names(thing: dict[str, Any]) -> Iterator[str]:
    for name in _as_list(thing.get("@type")):
        if isinstance(name, str):
            yield name.rpartition("/")[2]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _itemtype(element: HtmlElement) -> str:
    return str(element.get("itemtype", "")).rpartition("/")[2]


def _is_article_meta(meta: HtmlElement) -> bool:
    name = (meta.get("property") or meta.get("name") or "").lower()
    value = meta.get("content", "").lower()
    if name == "og:type" and value in ("article", "blog", "news"):
        return True
    return bool(value) and (
        name in _ARTICLE_NAMES
        or name.startswith("article:")
        or meta.get("itemprop") == "datePublished"
    )
