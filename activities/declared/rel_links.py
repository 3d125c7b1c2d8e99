"""Links that declare something of the page by their relation (HTML, 4.6.7)."""

from __future__ import annotations

from lxml.html import HtmlElement

from activities.declared.entities import Entity
from activities.declared.microformats import add_rel

_RELATIONS = frozenset(("author", "tag", "category"))


def read_rel_links(root: HtmlElement, things: list[Entity]) -> Entity:
    """Return the author and the tags that links of the main content declare.

    `things` are those of the page's microformats. If one of them is an entry, the links belong to
    entries. If there are several articles, they belong to one of these.
    """
    page = Entity("microformats")
    if any("Article" in thing.types for thing in things):
        return page
    links = [
        link
        for link in root.iterfind(".//a[@rel]")
        if not _RELATIONS.isdisjoint(link.get("rel").lower().split())
    ]
    if not links or sum(1 for _ in root.iter("article")) > 1:
        return page
    for link in links:
        around = {ancestor.tag for ancestor in link.iterancestors()}
        if around & {"article", "main"} and not around & {"aside", "nav"}:
            add_rel(page, link)
    return page
