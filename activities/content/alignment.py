"""Reduction of a page to the blocks that an extracted text covers, and what belongs to them."""

from __future__ import annotations

from lxml.html import HtmlElement

from activities.content.article_facts import captions, facts_beside
from activities.content.rewrites import structure
from activities.content.text_blocks import divide
from activities.content.text_index import covered_blocks
from activities.content.text_sizes import HEADINGS, TextSize, TextSizes, total
from activities.content.titles import main_title, titles
from activities.content.words import words_of

_MAX_LINKED_SHARE = 0.8
"""Share of a section's text that is links. A section with more leads to other pages."""

_DATA = frozenset(("table", "dl"))

_MAX_DATA_LINKS = 0.5
"""Share of the text of a table that is links, if it belongs to the text around it."""

_MAX_PICTURE_SIBLINGS = 3
"""Children of an element around a picture. An element with more and with text is no picture."""


def covered_elements(body: HtmlElement, text: str) -> set[HtmlElement]:
    """Return the blocks that `text` covers.

    The tree is changed: inline content between blocks gets an element of its own.
    """
    return {block.element for block in covered_blocks(divide(body), text)}


def keep_blocks(
    body: HtmlElement, blocks: set[HtmlElement], facts: list[HtmlElement], sizes: TextSizes
) -> None:
    """Reduce the tree, in place, to some blocks and to what belongs to them.

    That is pictures and code between the blocks, their headings, headed sections and facts beside
    them, and the page's title. `facts` are others that are kept as well.
    """
    kept = set(blocks)
    _keep_headed_sections(body, kept, sizes)
    _keep_neighbours(body, kept, sizes)
    kept.update(facts_beside(kept, sizes))
    kept.update(captions(kept))
    title = _title_above(body, kept)
    if title is not None:
        kept.add(title)
    _prune(body, kept.union(facts))


def _keep_neighbours(body: HtmlElement, kept: set[HtmlElement], sizes: TextSizes) -> None:
    """Add pictures, code, notes and data between the kept blocks, and the headings before these."""
    order = list(body.iter())
    number = {element: i for i, element in enumerate(order)}
    positions = [number[block] for block in kept]
    parents = {block.getparent() for block in kept}
    around = {ancestor for block in kept for ancestor in block.iterancestors()}
    for element in order[min(positions) : max(positions) + 1]:
        is_kept = (
            element.tag == "pre"
            or (element.tag == "aside" and _is_note(sizes[element]))
            or (
                (element.tag in _DATA or (_is_row(element) and element not in around))
                and element.getparent() in parents
                and _is_data(sizes[element])
            )
            or (element.tag == "img" and _is_beside(element, body, kept, parents))
            or (element.tag in HEADINGS and _is_right_before(element, kept))
        )
        if is_kept:
            kept.add(element)


def _is_beside(
    image: HtmlElement, body: HtmlElement, kept: set[HtmlElement], parents: set[HtmlElement]
) -> bool:
    """Return whether a picture, or its own element, stands beside or in a kept block.

    Its own element is small, or holds nothing but pictures and captions, as a gallery does.
    """
    holder = image
    while holder is not body and holder.getparent() is not None:
        if holder.getparent() in parents or holder in kept:
            return True
        if len(holder.getparent()) > _MAX_PICTURE_SIBLINGS and _has_text(holder.getparent()):
            return False
        holder = holder.getparent()
    return False


def _has_text(element: HtmlElement) -> bool:
    """Return whether an element has text besides captions."""
    return any(map(str.strip, element.xpath(".//text()[not(ancestor::figcaption)]")))


def _keep_headed_sections(body: HtmlElement, kept: set[HtmlElement], sizes: TextSizes) -> None:
    """Add the sections beside the kept blocks that hold none of them, and more than links.

    An extractor knows running text. It takes a list of names or of numbers for navigation.
    """
    parents = {block.getparent() for block in kept}
    around = {ancestor for element in kept for ancestor in element.iterancestors()}
    for heading in list(body.iter(*HEADINGS)):
        if heading in kept or heading.getparent() not in parents:
            continue
        section = _section_below(heading)
        size = total(sizes, section)
        is_left_out = kept.isdisjoint(section) and around.isdisjoint(section)
        # Teasers of other pages have headings themselves.
        is_own = not size.headings and size.link_share < _MAX_LINKED_SHARE
        if section and is_left_out and is_own:
            kept.update((heading, *section))


def _section_below(heading: HtmlElement) -> list[HtmlElement]:
    """Return what follows a heading, up to the next heading that is as high."""
    section = []
    for sibling in heading.itersiblings():
        if sibling.tag in HEADINGS and sibling.tag <= heading.tag:
            break
        section.append(sibling)
    return section


def _is_data(size: TextSize) -> bool:
    """Return whether a table or a list of definitions holds more than links."""
    return size.text > 0 and size.link_share < _MAX_DATA_LINKS


def _is_row(element: HtmlElement) -> bool:
    """Return whether an element was a table of one row, which arranges its cells."""
    return element.tag == "div" and element.get("role") == structure.ARRANGED and len(element) == 1


def _is_note(size: TextSize) -> bool:
    """Return whether an aside is a note or a warning. Offers have links, buttons or headings."""
    return bool(size.text) and not (size.links or size.controls or size.headings)


def _is_right_before(heading: HtmlElement, kept: set[HtmlElement]) -> bool:
    following = heading.getnext()
    return following is not None and following in kept


def _title_above(body: HtmlElement, kept: set[HtmlElement]) -> HtmlElement | None:
    """Return the last heading before the kept blocks that is a part of the page's title.

    Without one, that is the only `h1` before the blocks, or what has the words of the page's title.
    It may be one of the blocks.
    """
    headings = {heading for heading in titles(body) if len(words_of(heading.text_content())) > 1}
    best = None
    others = []
    by_words = main_title(body)
    if by_words in kept:
        return by_words
    is_above = False
    for element in body.iter():
        if element in kept:
            break
        is_above = is_above or element is by_words
        if element in headings:
            best = element
        elif element.tag == "h1":
            others.append(element)
    if best is not None:
        return best
    if others:
        return others[0] if len(others) == 1 else None
    return by_words if is_above else None


def _prune(body: HtmlElement, kept: set[HtmlElement]) -> None:
    """Remove all elements that are neither kept nor around kept elements."""
    around = {ancestor for element in kept for ancestor in element.iterancestors()}
    stack = [body]
    while stack:
        element = stack.pop()
        for child in list(element):
            if child in kept:
                child.tail = None
            elif child in around:
                child.tail = None
                stack.append(child)
            else:
                element.remove(child)
