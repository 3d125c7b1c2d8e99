"""Short parts of an article that belong to it: notes, facts, captions.

An extractor knows running text, and takes such parts for boilerplate.
"""

from __future__ import annotations

import re
from collections import Counter

from lxml.html import HtmlElement

from activities.content.page_parts import Mark, mark_of
from activities.content.records import leads_to_files
from activities.content.text_sizes import TextSize, TextSizes

_MIN_BLOCKS = 2
"""Blocks of the article beside a fact. A container of one block may hold something else."""

_MAX_LINK_SHARE = 0.5
"""Share of text that is links. More leads to other pages, or else to files."""

_NUMBERED = re.compile(r"\s*[^\W\d]+\.?\s*\d+")
"""The beginning of a numbered caption, such as `Fig. 3`."""

_FACTS = ("address", "blockquote", "dl", "table", "time")
"""Elements that are facts of the article, whatever their length."""

_NOTES = frozenset(("alert", "note"))
"""Roles of notes and warnings, by WAI-ARIA 1.2."""


def captions(kept: set[HtmlElement]) -> list[HtmlElement]:
    """Return the captions of kept tables, and the numbered captions of kept pictures.

    A text refers to these. Other captions of pictures repeat it, or name the photographer.
    """
    figures = {
        figure
        for element in kept
        if element.tag in ("img", "table")
        for figure in element.iterancestors("figure")
    }
    return [
        caption
        for figure in figures
        for caption in figure.iterchildren("figcaption")
        if next(figure.iter("table"), None) is not None
        or _NUMBERED.match(" ".join(caption.itertext()))
    ]


def facts_beside(kept: set[HtmlElement], sizes: TextSizes) -> list[HtmlElement]:
    """Return the notes and facts that stand beside several blocks of an article."""
    around = {ancestor for element in kept for ancestor in element.iterancestors()}
    counts = Counter(element.getparent() for element in around.union(kept))
    holder = _common_holder(kept)
    return [
        child
        for element in (holder, *holder.iterdescendants())
        if counts[element] >= _MIN_BLOCKS
        for child in element
        if child not in kept and child not in around and _is_fact(child, sizes[child])
    ]


def _common_holder(kept: set[HtmlElement]) -> HtmlElement:
    """Return the smallest element around all blocks."""
    counts = Counter(ancestor for element in kept for ancestor in element.iterancestors())
    holders = next(iter(kept)).iterancestors()
    return next(holder for holder in holders if counts[holder] == len(kept))


def _is_fact(element: HtmlElement, size: TextSize) -> bool:
    """Return whether markup says that an element is a note, data, a quotation or a file."""
    if not size.text or size.controls or mark_of(element) not in (None, Mark.ASIDE):
        return False
    if element.tag == "aside" and size.links:
        return False
    if size.link_share >= _MAX_LINK_SHARE or next(element.iter("form"), None) is not None:
        return size.links > 0 and leads_to_files(element)
    return (
        element.get("role") in _NOTES
        or element.tag == "aside"
        or next(element.iter(*_FACTS), None) is not None
        or leads_to_files(element)
    )
