"""The main content of a page as markdown: what it is about, without what surrounds it on every
page of its site.

Articles go to an article extractor, which is good at telling which words belong to the article,
but loses the language of code, tables and where links lead. So its words only select the blocks
of the original page, and those are converted. On other kinds of pages (products, documentation,
forums) such extractors lose half, so there only what is known to be navigation is left out.
"""

from __future__ import annotations

import re
from copy import deepcopy

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from readability import Document
from readability.readability import Unparseable

from activities.content import alignment, dom
from activities.content.boilerplate import remove_surroundings
from activities.content.markdown import to_markdown

_FEW_WORDS = 0.4
"""Where the article extraction finds less than this part of what is left without navigation, it
has usually missed the article, and the second extractor gets its turn."""

_MISSED = 1.5
"""... and is believed if it finds so many times as much; less more is captions and bylines."""

_MINIMAL_WORDS = 25
"""Main content of fewer words is taken for a miss: short enough for a real paragraph, longer
than a lone caption or menu."""

_ARTICLE_CHARACTERS = 2_000_000
"""HTML longer than this is no article, and finding that out would take over ten seconds."""

_ADDRESS = re.compile(r"\]\([^)]*\)")
"""Where a link in markdown leads."""

_ARTICLE_NAMES = frozenset(("pubdate", "publishdate", "parsely-pub-date", "citation_journal_title"))
"""Names of `meta` elements that only articles have."""

_ARTICLE_TYPE = re.compile(r"""["'/](?:\w*Article|BlogPosting|LiveBlogPosting|Report|Review)["']""")


def main_content(html: str, url: str) -> str:
    """The main content of the page at `url`; all of it if nothing else is found."""
    root = dom.parse(html)
    base_url = dom.base_of(root, url)
    is_article = len(html) <= _ARTICLE_CHARACTERS and _is_article(root)
    dom.clean(root)
    if is_article:
        text = _article_text(root, url)
        if alignment.count_words(text) >= _MINIMAL_WORDS:
            alignment.keep_covered(root, text)
            return to_markdown(root, base_url)
    whole = deepcopy(root)
    remove_surroundings(root)
    return to_markdown(root, base_url, preset="aggressive") or to_markdown(whole, base_url)


def _is_article(root: HtmlElement) -> bool:
    """Whether the page says of itself that it is one, or is built like one."""
    for meta in root.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").lower()
        value = meta.get("content", "").lower()
        if name == "og:type" and value in ("article", "blog", "news"):
            return True
        if value and (name in _ARTICLE_NAMES or name.startswith("article:")):
            return True
        if value and meta.get("itemprop") == "datePublished":
            return True
    for script in root.iter("script"):
        if script.get("type", "").lower() == "application/ld+json" and _ARTICLE_TYPE.search(
            script.text or ""
        ):
            return True
    return any(
        _ARTICLE_TYPE.search(f'{element.get("itemtype")}"')
        for element in root.iterfind(".//*[@itemtype]")
    )


def _article_text(root: HtmlElement, url: str) -> str:
    text = (
        trafilatura.extract(deepcopy(root), url=url, favor_precision=True, include_comments=False)
        or ""
    )
    words = alignment.count_words(text)
    surroundless = to_markdown(root, url, preset="aggressive")
    if words >= _FEW_WORDS * alignment.count_words(_ADDRESS.sub("", surroundless)):
        return text
    try:
        summary = Document(etree.tostring(root, encoding="unicode", method="html")).summary()
    except (Unparseable, etree.LxmlError):
        return text
    other = dom.parse(summary).text_content()
    return other if alignment.count_words(other) > _MISSED * words else text
