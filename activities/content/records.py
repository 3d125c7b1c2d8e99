"""Facts by their structure: tables, definitions, captions, and records that are built alike."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from activities.content.text_sizes import TextSizes, total

_MIN_RECORDS = 3
"""Records that are a list without being marked as one. Two may be the columns of a page."""

_MIN_SHARE = 0.5
"""Share of an element's text that its records are."""

_MAX_LINK_SHARE = 0.5
"""Share of a record's text that is links. More is a link to another page."""

_MAX_LINKED = 0.9
"""Share of the text of linked records that is links. More is a menu with numbers."""

_INLINE = frozenset(("p", "a", "span", "br"))
"""Elements that are no record, however many there are."""

_DIGIT = re.compile(r"\d")

_PRICE = re.compile(r"[$€£¥₹₽]\s*\d|\d\s*[$€£¥₹₽]")

_FILE = re.compile(
    r"(?i)^(?:tel|mailto):"
    r"|\.(?:csv|dmg|docx?|epub|exe|gz|ics|mp3|msi|od[pst]|pdf|pptx?|tgz|xlsx?|zip)(?=[?#\s]|$)"
)
"""The address or the text of a link to a file, a telephone or a mailbox."""

Shape = tuple[str, str]
"""The tag and the first class of an element, which elements of one kind share."""


def shape_of(element: HtmlElement) -> Shape:
    """Return the tag and the first class. Further classes tell items of one kind apart."""
    return element.tag, element.get("class", "").strip().partition(" ")[0]


def has_number(element: HtmlElement) -> bool:
    """Return whether an element has a number outside of links, such as a price or a date."""
    return any(map(_DIGIT.search, element.xpath(".//text()[not(ancestor::a)]")))


def has_price(element: HtmlElement) -> bool:
    """Return whether an element has an amount with the sign of a currency."""
    return _PRICE.search(element.text_content()) is not None


def leads_to_files(element: HtmlElement) -> bool:
    """Return whether at least half of an element's links lead to files, telephones or mailboxes."""
    links = list(element.iter("a"))
    return bool(links) and 2 * sum(map(is_file, links)) >= len(links)


def is_file(link: HtmlElement) -> bool:
    """Return whether a link leads to a file, a telephone or a mailbox."""
    return _FILE.search(f"{link.get('href', '')} {link.text_content().strip()}") is not None


def has_linked_records(element: HtmlElement, sizes: TextSizes) -> bool:
    """Return whether most of an element is items with a link, and a price or the like beside it."""
    size = sizes[element]
    if size.link_share >= _MAX_LINKED or size.headings > len(element):
        return False
    for items in _alike_children(element, sizes):
        records = [item for item in items if sizes[item].links and has_number(item)]
        if len(records) >= max(_MIN_RECORDS, _MIN_SHARE * len(items)):
            return True
    return False


def has_facts(element: HtmlElement, sizes: TextSizes) -> bool:
    """Return whether an element holds a table, definitions, captions, or records without links."""
    return (
        any(
            sizes[part].text and sizes[part].link_share < _MAX_LINK_SHARE
            for part in element.iter("table", "dl")
        )
        or len(list(element.iter("figcaption"))) >= _MIN_RECORDS
        or any(
            len(items) >= _MIN_RECORDS or (items[0].tag == "li" and all(map(has_number, items)))
            for items in _alike_children(element, sizes)
            if all(_is_record(item, sizes) for item in items)
        )
    )


def _is_record(element: HtmlElement, sizes: TextSizes) -> bool:
    """Return whether an element has several parts and is no link. Its question may be a button."""
    size = sizes[element]
    return (
        element.tag not in _INLINE
        and len(element) > 1
        and (size.link_share < _MAX_LINK_SHARE or (not size.links and size.text > size.linked))
    )


def _alike_children(element: HtmlElement, sizes: TextSizes) -> Iterator[list[HtmlElement]]:
    """Yield groups of children of one shape that are most of an element's text."""
    wanted = _MIN_SHARE * sizes[element].text
    for holder in element.iter():
        if len(holder) < 2 or sizes[holder].text < wanted:
            continue
        groups: dict[Shape, list[HtmlElement]] = {}
        for child in holder:
            if sizes[child].text:
                groups.setdefault(shape_of(child), []).append(child)
        for items in groups.values():
            if len(items) > 1 and total(sizes, items).text >= wanted:
                yield items
