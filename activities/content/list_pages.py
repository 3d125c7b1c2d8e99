"""Pages that are lists of articles or products, by their structure."""

from __future__ import annotations

from lxml.html import HtmlElement

from activities.content.page_kind import is_article_item
from activities.content.text_sizes import HEADINGS, TextSizes, outermost, total
from activities.content.titles import titles

_MIN_ARTICLES = 2
"""Elements `article` of a list."""

_MIN_ITEMS = 3
"""Other elements of a list."""

_MAX_ITEM_SHARE = 0.5
"""Share of a list's text that its longest item may have.

A page with a longer one is that article, with others below it.
"""

_MIN_LIST_SHARE = 0.5
"""Share of the page's text that a list has."""


def is_list(body: HtmlElement, sizes: TextSizes) -> bool:
    """Return whether most of a page is a list of articles, of which none is the page's own.

    The items are articles with headings, or alike elements with linked headings side by side.
    Comments are articles without a heading. Below an article there may be others, but the page has
    the title of the first.
    """
    around_title = _around_title(body)
    outermost = _outermost_articles(body)
    headed = sum(sizes[article].headings > 0 for article in outermost)
    lists = [items for items in _alike_items(body).values() if len(items) >= _MIN_ITEMS]
    if 2 * headed >= len(outermost) >= _MIN_ARTICLES:
        lists.append(outermost)
    articles = [holder for holder in around_title if holder in sizes and _is_article(holder)]
    return any(
        around_title.isdisjoint(items)
        and _is_most(items, body, sizes)
        and not _are_below_article(items, articles, sizes)
        for items in lists
    )


def other_texts(body: HtmlElement) -> list[HtmlElement]:
    """Return the headed articles and the items of lists that do not hold the page's own title.

    These are teasers of other pages, and articles that are loaded below the first.
    """
    around_title = _around_title(body)
    groups = [items for items in _alike_items(body).values() if len(items) >= _MIN_ITEMS]
    articles = _outermost_articles(body)
    if not around_title.isdisjoint(articles):  # else one of them may be the page's own
        groups += [[item] for item in articles if next(item.iter(*HEADINGS), None) is not None]
    found = {item for items in groups if around_title.isdisjoint(items) for item in items}
    return outermost(found)


def _around_title(body: HtmlElement) -> set[HtmlElement]:
    """Return the elements around the headings that are the page's own."""
    headings = list(body.iter("h1"))
    own = (*titles(body), *(headings if len(headings) == 1 else ()))
    return {holder for title in own for holder in title.iterancestors()}


def _are_below_article(
    items: list[HtmlElement], articles: list[HtmlElement], sizes: TextSizes
) -> bool:
    """Return whether an article without the items has more running text than all of them."""
    running = total(sizes, items).running
    around = set(items[0].iterancestors())
    return any(article not in around and sizes[article].running > running for article in articles)


def _is_article(element: HtmlElement) -> bool:
    return element.tag == "article" or is_article_item(element)


def _is_most(items: list[HtmlElement], body: HtmlElement, sizes: TextSizes) -> bool:
    """Return whether items are most of the page, and none of them is most of the items."""
    texts = [sizes[item].text for item in items]
    return (
        max(texts) <= _MAX_ITEM_SHARE * sum(texts)
        and sum(texts) >= _MIN_LIST_SHARE * sizes[body].text
    )


def _outermost_articles(body: HtmlElement) -> list[HtmlElement]:
    found: list[HtmlElement] = []
    inside: set[HtmlElement] = set()
    for element in body.iter():
        if element.getparent() in inside:
            inside.add(element)
        elif _is_article(element):
            inside.add(element)
            found.append(element)
    return found


def _alike_items(body: HtmlElement) -> dict[tuple[HtmlElement, str, str], list[HtmlElement]]:
    """Return the elements with a linked heading, by the parent, tag and class that they share."""
    groups: dict[tuple[HtmlElement, str, str], list[HtmlElement]] = {}
    seen: set[HtmlElement] = set()
    for heading in body.iter(*HEADINGS):
        if not _is_linked(heading):
            continue
        for element in (heading, *heading.iterancestors()):
            if element is body or element in seen:
                break
            seen.add(element)
            key = (element.getparent(), element.tag, element.get("class", ""))
            groups.setdefault(key, []).append(element)
    return groups


def _is_linked(heading: HtmlElement) -> bool:
    """Return whether a heading leads to another page, and not to its own place on this page."""
    links = (*heading.iter("a"), *heading.iterancestors("a"))
    return any(not link.get("href", "#").startswith("#") for link in links)
