"""The main content of a page as markdown, without the boilerplate around it.

An article goes to an article extractor. Such an extractor tells well which words belong to the
article, but it loses tables, the language of code, and where links lead. So its words are not the
result. They only select the blocks of the original page that are converted.

On other kinds of pages (products, documentation, forums) article extractors lose half of the
content. There, only boilerplate is removed.
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
from activities.content.boilerplate import remove_boilerplate
from activities.content.markdown import to_markdown
from activities.content.words import count_words

_MIN_SHARE = 0.4
"""Share of the page's words without navigation that trafilatura has to find.

If it finds less, it has usually missed the article, and readability gets its turn.
"""

_MIN_GAIN = 1.5
"""Factor by which readability has to find more words. A smaller gain is captions and bylines."""

_MIN_WORDS = 25
"""Words of an article's text.

Fewer words are a miss: a lone caption or a menu. A real paragraph has more.
"""

_MAX_ARTICLE = 2_000_000
"""Characters of HTML. More is no article, and the extractors would need over ten seconds."""

_LINK_TARGET = re.compile(r"\]\([^)]*\)")
"""The address of a link in markdown."""

_ARTICLE_NAMES = frozenset(("pubdate", "publishdate", "parsely-pub-date", "citation_journal_title"))
"""Names of `meta` elements that only articles have."""

_ARTICLE_TYPE = re.compile(r"""["'/](?:\w*Article|BlogPosting|LiveBlogPosting|Report|Review)["']""")
"""Types of schema.org that are articles, in JSON-LD and in `itemtype`."""


def main_content(html: str, url: str) -> str:
    """Return the main content of the page at `url`, or the whole page if no content is found."""
    root = dom.parse(html)
    base_url = dom.base_of(root, url)
    is_article = len(html) <= _MAX_ARTICLE and _is_article(root)
    dom.clean(root)
    if is_article:
        text = _article_text(root, url)
        if count_words(text) >= _MIN_WORDS:
            alignment.keep_covered(root, text)
            return to_markdown(root, base_url)
    whole = deepcopy(root)
    remove_boilerplate(root)
    return to_markdown(root, base_url, preset="aggressive") or to_markdown(whole, base_url)


def _is_article(root: HtmlElement) -> bool:
    """Return whether the page declares itself an article."""
    if any(_is_article_meta(meta) for meta in root.iter("meta")):
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


def _article_text(root: HtmlElement, url: str) -> str:
    """Return the text of the article, by the extractor that finds enough of it."""
    text = (
        trafilatura.extract(deepcopy(root), url=url, favor_precision=True, include_comments=False)
        or ""
    )
    words = count_words(text)
    without_navigation = to_markdown(root, url, preset="aggressive")
    if words >= _MIN_SHARE * count_words(_LINK_TARGET.sub("", without_navigation)):
        return text
    try:
        summary = Document(etree.tostring(root, encoding="unicode", method="html")).summary()
    except (Unparseable, etree.LxmlError):
        return text
    other = dom.parse(summary).text_content()
    return other if count_words(other) > _MIN_GAIN * words else text
