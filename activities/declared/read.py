"""The entry: read all data that a page declares."""

from __future__ import annotations

from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from activities.content import dom
from activities.declared.element_values import text_of
from activities.declared.entities import Declared
from activities.declared.interactions import name_interactions
from activities.declared.json_ld import read_json_ld
from activities.declared.labels import read_labels
from activities.declared.language import page_language, reading_language
from activities.declared.microdata import read_microdata
from activities.declared.microformats import read_microformats
from activities.declared.page_meta import canonical_url, read_page_meta
from activities.declared.rdfa import read_rdfa
from activities.declared.rel_links import read_rel_links
from activities.declared.values.addresses import absolute

_MAX_HEADINGS = 5
"""Headings of the first level. A page has one, and by mistake a few more."""


def read_declared(root: HtmlElement, url: str) -> Declared:
    """Return what the page at `url` declares.

    The tree must not be cleaned yet, because scripts and `meta` elements are read. It is not
    changed.
    """
    base_url = dom.base_of(root, url)
    labels, tables = read_labels(root)
    classes = read_microformats(root, base_url)
    links = read_rel_links(root, classes)
    title = root.findtext("head/title") or ""
    headings: list[str] = [
        text_of(heading)
        for heading in islice(root.iter("h1"), _MAX_HEADINGS)
        if not _is_of_site(heading, base_url, url)
    ]
    things = [
        *read_json_ld(root, base_url),
        *read_microdata(root, base_url),
        *read_rdfa(root, base_url),
        *classes,
    ]
    name_interactions(things)
    return Declared(
        url=url,
        base_url=base_url,
        canonical=_absolute(base_url, canonical_url(root)),
        language=page_language(root),
        reading_language=reading_language(root, url),
        title=" ".join(title.split()),
        headings=headings,
        things=things,
        page=[entity for entity in (*read_page_meta(root), links) if entity.properties],
        labels=labels,
        tables=tables,
    )


def _is_of_site(heading: HtmlElement, base_url: str, url: str) -> bool:
    """Return whether a heading is the site's name, which leads to the first page of the site."""
    links = [*heading.iterancestors("a"), *heading.iter("a")]
    addresses = [_absolute(base_url, link.get("href")) or "" for link in links]
    return any(
        urlsplit(address).path in ("", "/") and not urlsplit(address).query
        for address in addresses
        if urlsplit(address).netloc == urlsplit(url).netloc
    ) and urlsplit(url).path not in ("", "/")


def _absolute(base_url: str, address: str | None) -> str | None:
    found = absolute(base_url, address)
    return found if found and found.startswith(("http:", "https:")) else None
