"""OpenGraph and other `meta` elements, with the property names of schema.org."""

from __future__ import annotations

from lxml.html import HtmlElement

from activities.declared.entities import Entity, Source

_NAMES: dict[str, tuple[Source, str]] = {
    "og:title": ("opengraph", "name"),
    "og:description": ("opengraph", "description"),
    "og:image": ("opengraph", "image"),
    "og:image:url": ("opengraph", "image"),
    "og:image:secure_url": ("opengraph", "image"),
    "og:video": ("opengraph", "video"),
    "og:url": ("opengraph", "url"),
    "og:site_name": ("opengraph", "siteName"),
    "og:locale": ("opengraph", "inLanguage"),
    "og:type": ("opengraph", "type"),
    "og:price:amount": ("opengraph", "price"),
    "og:price:currency": ("opengraph", "priceCurrency"),
    "og:availability": ("opengraph", "availability"),
    "og:brand": ("opengraph", "brand"),
    "og:email": ("opengraph", "email"),
    "og:phone_number": ("opengraph", "telephone"),
    "article:published_time": ("opengraph", "datePublished"),
    "article:modified_time": ("opengraph", "dateModified"),
    "article:author": ("opengraph", "author"),
    "article:section": ("opengraph", "articleSection"),
    "article:tag": ("opengraph", "keywords"),
    "book:author": ("opengraph", "author"),
    "book:isbn": ("opengraph", "isbn"),
    "product:price:amount": ("opengraph", "price"),
    "product:price:currency": ("opengraph", "priceCurrency"),
    "product:sale_price:amount": ("opengraph", "salePrice"),
    "product:availability": ("opengraph", "availability"),
    "product:brand": ("opengraph", "brand"),
    "product:condition": ("opengraph", "itemCondition"),
    "product:retailer_item_id": ("opengraph", "sku"),
    "product:category": ("opengraph", "category"),
    "description": ("meta", "description"),
    "author": ("meta", "author"),
    "keywords": ("meta", "keywords"),
    "date": ("meta", "datePublished"),
    "dc.title": ("meta", "name"),
    "dc.creator": ("meta", "author"),
    "dc.date": ("meta", "datePublished"),
    "dcterms.created": ("meta", "datePublished"),
    "citation_title": ("meta", "name"),
    "citation_author": ("meta", "author"),
    "citation_publication_date": ("meta", "datePublished"),
    "citation_doi": ("meta", "doi"),
    "citation_journal_title": ("meta", "journal"),
    "application-name": ("meta", "siteName"),
    "twitter:title": ("meta", "name"),
    "twitter:description": ("meta", "description"),
    "twitter:image": ("meta", "image"),
}
"""Names of `meta` elements, with their source and the property of schema.org."""

_LISTS = frozenset(("image", "keywords", "author", "video", "price"))
"""Properties that may have several values. Several values of another one are a mistake.

Of several prices, none is known to be the right one.
"""


def read_page_meta(root: HtmlElement) -> list[Entity]:
    """Return the descriptions of the page itself: OpenGraph first, then other `meta` elements."""
    entities: dict[Source, Entity] = {"opengraph": Entity("opengraph"), "meta": Entity("meta")}
    for meta in root.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").strip().lower()
        content = (meta.get("content") or "").strip()
        if name not in _NAMES or not content:
            continue
        source, term = _NAMES[name]
        if term == "author" and content.startswith(("http:", "https:")):
            continue  # the URL of a profile, not a name
        entities[source].add(term, content)
    for entity in entities.values():
        if reduced := entity.properties.pop("salePrice", None):
            entity.properties["price"] = reduced
        for name, values in entity.properties.items():
            if name not in _LISTS:
                del values[1:]
    return [entity for entity in entities.values() if entity.properties]


def canonical_url(root: HtmlElement) -> str | None:
    """Return the URL that the page gives as its own, as the page writes it."""
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            return str(link.get("href")).strip()
    return None
