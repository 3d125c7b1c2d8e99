"""What a page declares about itself, as far as a wall would not.

Templates of sites declare things on all of their pages, and on the page of a plug-in that asks for
a CAPTCHA too: the site's name, its owner, a trail of links. Only what belongs to one piece of
content counts as content.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_OG_TYPES = re.compile(r"article|product|book|profile|video|music", re.IGNORECASE)
"""Values of `og:type` with which a page declares that it has content. `website` is on all pages."""

_ARTICLE_PROPERTIES = re.compile(
    r"article:(?:published_time|modified_time|section|tag)|product:[\w:]+"
)
"""Properties of one piece of content. Templates set `article:publisher` on all pages."""

_DATA_TYPES = re.compile(
    r'"@type"\s*:\s*(?:\[[^\]]{0,200})?"(?:https?://schema\.org/)?'
    r"(?:\w*Article|\w*Posting|Report|Product(?:Group|Model)?|Recipe|\w*Event|\w*Review|Book|Movie|TV\w+"
    r"|\w*Episode|\w*Recording|\w*Album|VideoObject|VideoGame|Course|HowTo|FAQPage|QAPage|Question"
    r'|Dataset|SoftwareApplication|\w*Application|ProfilePage|Vehicle|Car|Apartment|Accommodation)"'
)
"""Types of schema.org that describe one piece of content. `WebSite`, `WebPage`, `Organization` and
`BreadcrumbList` are on all pages of a site."""

_DIFFICULTY = re.compile(r'"difficulty"\s*:\s*\d')
_WORK = re.compile(r'"(?:challenge|algorithm|salt|nonce|seed|hash)\w*"\s*:|"rules"')
"""Names in the settings of a proof of work."""

_MAX_DATA = 100_000
"""Characters of data in which a type is looked for."""

_OWN_LINKS = frozenset(("canonical", "manifest", "alternate", "search", "amphtml", "next", "prev"))
"""Relations of links in the head with which a site equips its pages."""

_DESCRIPTIONS = re.compile(
    r"description|keywords|author|og:\w+|twitter:\w+|google-site-verification"
)
"""Names of `meta` elements with which a site equips its pages."""

_ANALYSTS = re.compile(
    r"googletagmanager\.com|google-analytics\.com|googlesyndication|plausible\.io|matomo|piwik"
    r"|hotjar|segment\.com|connect\.facebook\.net|mc\.yandex\.ru|clarity\.ms|hm\.baidu\.com"
    r"|static\.cloudflareinsights\.com|/gtm\.js|/gtag/"
)
"""Hosts and names of scripts that count the visitors of a site's own pages."""


def is_content_data(data: str) -> bool:
    """Return whether JSON-LD describes a piece of content."""
    return _DATA_TYPES.search(data[:_MAX_DATA]) is not None


def is_work(data: str) -> bool:
    """Return whether `data` has the settings of a proof of work."""
    return all(pattern.search(data[:_MAX_DATA]) for pattern in (_DIFFICULTY, _WORK))


def is_content_meta(meta: HtmlElement) -> bool:
    """Return whether a `meta` element declares a piece of content."""
    name = meta.get("property") or meta.get("name") or ""
    if name == "og:type":
        return _OG_TYPES.match(meta.get("content") or "") is not None
    return _ARTICLE_PROPERTIES.fullmatch(name) is not None


def is_description(meta: HtmlElement) -> bool:
    """Return whether a `meta` element describes the page for search engines and other sites."""
    name = (meta.get("property") or meta.get("name") or "").lower()
    return bool(meta.get("content")) and _DESCRIPTIONS.fullmatch(name) is not None


def is_own_link(link: HtmlElement) -> bool:
    """Return whether a link in the head belongs to a page of the site's own."""
    relations = (link.get("rel") or "").lower().split()
    return bool(link.get("href")) and not _OWN_LINKS.isdisjoint(relations)


def is_analyst(source: str) -> bool:
    """Return whether the script at `source` counts visitors."""
    return _ANALYSTS.search(source) is not None


def forbids_index(meta: HtmlElement) -> bool:
    """Return whether a `meta` element asks search engines not to list the page."""
    name, content = (meta.get("name") or "").lower(), (meta.get("content") or "").lower()
    return name in ("robots", "googlebot") and ("noindex" in content or content == "none")
