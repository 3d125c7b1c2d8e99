"""The main content of a page as markdown, without the boilerplate around it.

First, boilerplate is removed: what a page marks as such, and what its siblings, other pages of its
site, have as well. What is left is the main content of products, lists, forums and
documentation.

An article goes to an article extractor as well. Such an extractor tells well which words belong to
the article, but it loses tables, the language of code, and where links lead. So its words are not
the result. They only select the blocks of the page that are converted.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import trafilatura
from lxml.html import HtmlElement

from activities.content import alignment, dom
from activities.content.boilerplate import remove_boilerplate
from activities.content.continuations import continuations
from activities.content.list_pages import is_list, other_texts
from activities.content.markdown import full_page, to_markdown
from activities.content.menus import forms_to_write
from activities.content.page_kind import Kind, declared_kind
from activities.content.repeated import prints_of
from activities.content.scope import (
    find_scope,
    has_form_above,
    has_incomplete_items,
    is_one_of_several,
    main_around,
    reduce_main,
    widened,
)
from activities.content.surroundings import Surroundings
from activities.content.text_sizes import TextSize, TextSizes, measure, total
from activities.content.threads import reduce_to_thread
from activities.content.titles import main_title
from activities.content.words import count_words

_MIN_SHARE = 0.6
"""Share of the scope's text that the extractor's blocks have to be, if the page is an article.

If they are less, the extractor has missed a part of the page, such as a list or a table.
"""

_MIN_DECLARED_SHARE = 0.4
"""The same share, if the page declares one article. The rest is asides and offers."""

_MIN_RUNNING = 0.4
"""Share of an article's text that is running text. Tables and lists of names have less."""

_MIN_RUNNING_SHARE = 0.5
"""Share of the page's running text that the scope has to hold.

If it holds less, the page has several texts, and the extractor chose one of them.
"""

_MIN_MAIN_SHARE = 0.5
"""Share of the page's text that a scope within `main` has to hold.

The rest of `main` is less likely boilerplate than what stands elsewhere.
"""

_MIN_PRODUCT_RUNNING_SHARE = 0.3
"""The share of the running text on the page of one product. Reviews and offers have the rest."""

_MIN_PRODUCT_SHARE = 0.2
"""Share of the page's text that the scope has to hold on the page of one product."""

_MIN_PRECISE_SHARE = 0.5
"""Share of the page's running text that the extractor has to find when it prefers precision.

If it finds less, it prefers neither, and compares its methods.
"""

_MIN_WORDS = 25
"""Words of an article's text.

Fewer words are a miss: a lone caption or a menu. A real paragraph has more.
"""

_MAX_LENGTH = 2_000_000
"""Characters of HTML. With more, the extractor would need over ten seconds."""


@dataclass(frozen=True)
class MainContent:
    """The main content of a page, and what its siblings are to know of the page."""

    markdown: str
    """The main content, or the whole page if no content is found."""
    prints: bytes
    """The prints of the page's texts and pictures (`repeated`), 64 bits each."""


def main_content(html: str, url: str) -> str:
    """Return the main content of the page at `url`, or the whole page if no content is found."""
    return _read(html, url, None).markdown


def main_content_beside_siblings(html: str, url: str, repeated: frozenset[int]) -> MainContent:
    """Return the main content of the page at `url`.

    `repeated` are the prints of what is on the page's siblings.
    """
    return _read(html, url, repeated)


def _read(html: str, url: str, repeated: frozenset[int] | None) -> MainContent:
    """Return the main content. Its prints are empty if `repeated` is None."""
    root = dom.parse(html)
    base_url = dom.base_of(root, url)
    kind = declared_kind(root)
    forms = forms_to_write(root)
    dom.clean(root)
    body = root.find("body")
    prints = b""
    if body is not None:
        if repeated is not None:
            prints = prints_of(body).tobytes()
        sizes = remove_boilerplate(body, forms, repeated or frozenset())
        if kind is Kind.THREAD:
            reduce_to_thread(body, sizes)
        elif len(html) <= _MAX_LENGTH and (kind is Kind.ARTICLE or not is_list(body, sizes)):
            _reduce_to_text(root, body, url, kind, sizes)
    return MainContent(to_markdown(root, base_url) or full_page(html, url), prints)


def _reduce_to_text(
    root: HtmlElement, body: HtmlElement, url: str, kind: Kind | None, sizes: TextSizes
) -> None:
    """Reduce the page to the part around its running text, or to the blocks of its article."""
    wanted = sizes[body].running
    if kind is Kind.ARTICLE:
        wanted -= total(sizes, other_texts(body)).running
    text = _running_text(root, url, wanted)
    if count_words(text) < _MIN_WORDS:
        return
    blocks = alignment.covered_elements(body, text)
    if not blocks:
        return
    sizes = measure(body)
    scope = find_scope(body, blocks, sizes)
    if kind is Kind.ARTICLE and not is_one_of_several(scope, sizes):
        blocks.update(continuations(scope, blocks, sizes))
        scope = find_scope(body, blocks, sizes)
    is_article = not is_one_of_several(scope, sizes) and (
        kind is Kind.ARTICLE
        or (
            kind is Kind.CALLED_ARTICLE
            and not has_incomplete_items(scope, blocks, sizes)
            and not has_form_above(body, scope)
        )
    )
    if is_article and _is_found(kind, total(sizes, list(blocks)), sizes[scope]):
        # A page may call itself an article that is none, such as questions and answers.
        has_more = kind is Kind.CALLED_ARTICLE and scope is not body
        facts = Surroundings(body, scope, sizes).facts() if has_more else []
        alignment.keep_blocks(body, blocks, facts, sizes)
        return
    scope = widened(scope, body, sizes)
    if scope is not body and _is_most(kind, scope, body, sizes):
        main = main_around(scope)
        if main is None:
            Surroundings(body, scope, sizes).remove_foreign()
        else:
            reduce_main(main, scope, main_title(body), sizes)


def _is_most(kind: Kind | None, scope: HtmlElement, body: HtmlElement, sizes: TextSizes) -> bool:
    """Return whether a scope holds so much of the page that the rest is boilerplate."""
    size, page = sizes[scope], sizes[body]
    if kind is Kind.PRODUCT:
        return (
            size.running >= _MIN_PRODUCT_RUNNING_SHARE * page.running
            and size.text >= _MIN_PRODUCT_SHARE * page.text
        )
    return size.running >= _MIN_RUNNING_SHARE * page.running and (
        main_around(scope) is None or size.text >= _MIN_MAIN_SHARE * page.text
    )


def _running_text(root: HtmlElement, url: str, wanted: int) -> str:
    """Return the running text of a page: the precise one, or the fuller one if that is little.

    `wanted` is the number of characters of running text on the page.
    """
    for is_precise in (True, False):
        text = trafilatura.extract(
            deepcopy(root),
            url=url,
            include_comments=False,
            fast=is_precise,
            favor_precision=is_precise,
        )
        if text and len("".join(text.split())) >= _MIN_PRECISE_SHARE * wanted:
            break
    return text or ""


def _is_found(kind: Kind | None, found: TextSize, scope: TextSize) -> bool:
    """Return whether an extractor found enough of an article."""
    if kind is Kind.ARTICLE:
        return found.text >= _MIN_DECLARED_SHARE * scope.text
    return found.text >= _MIN_SHARE * scope.text and scope.running >= _MIN_RUNNING * scope.text
