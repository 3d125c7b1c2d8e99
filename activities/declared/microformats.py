"""Microformats, the classic ones and those of version 2: things that class names describe."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

from activities.declared.element_values import is_beside_main
from activities.declared.entities import Entity, Value
from activities.declared.microformat_kinds import (
    ADDRESSES,
    DATES,
    KINDS,
    LISTS,
    ROOTS,
    TEXTS,
    Kind,
)
from activities.declared.microformat_values import (
    address_of,
    amount_of,
    date_of,
    term_of_identifier,
    text_value,
)
from activities.declared.values.currencies import code_of, in_text

_RATINGS = frozenset(("hreview-aggregate", "h-review-aggregate"))

_MAX_DEPTH = 20
"""Levels of things inside of things."""

_MAX_ITEMS = 5_000
"""Things on one page."""


def read_microformats(root: HtmlElement, base_url: str) -> list[Entity]:
    """Return the things that no other thing has as a value."""
    reader = _Microformats(base_url)
    return [thing for thing in reader.top(root) if thing.properties]


def read_rel_links(root: HtmlElement, entries: list[Entity]) -> Entity:
    """Return what links declare of the page itself: its author and its tags (HTML, 4.6.7).

    Links of entries are left out. So are links beside the main content, and those of one of
    several articles.
    """
    page = Entity("microformats")
    if any("Article" in entry.types for entry in entries):
        return page
    articles = sum(1 for _ in root.iter("article"))
    for link in root.iterfind(".//a[@rel]"):
        around = {ancestor.tag for ancestor in link.iterancestors()}
        if around & {"article", "main"} and not around & {"aside", "nav"} and articles < 2:
            _add_rel(page, link)
    return page


class _Microformats:
    """A reader of one page's microformats, within limits."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._left = _MAX_ITEMS

    def top(self, element: HtmlElement) -> Iterator[Entity]:
        """Yield the things below an element that are no value of another thing."""
        for root in element.iterfind(".//*[@class]"):
            kinds = _kinds_of(root) if self._left > 0 else []
            if kinds and not _is_value(root):
                thing = self._thing(root, kinds, 0)
                if thing is not None:
                    yield thing

    def _thing(self, root: HtmlElement, kinds: list[Kind], depth: int) -> Entity | None:
        """Return the thing that an element describes."""
        if depth > _MAX_DEPTH or self._left <= 0:
            return None
        self._left -= 1
        kind = kinds[0]
        entity = Entity("microformats", kind.types, is_beside=is_beside_main(root))
        for element in _inside(root):
            for term in _terms_of(element, kind):
                own_term = term_of_identifier(element) if term == "identifier" else term
                for value in self._values(element, term, depth):
                    entity.add(own_term, value)
            if kind.name == "entry":
                _add_rel(entity, element)
        _complete(entity, root, kind, self._base_url)
        return entity

    def _values(self, element: HtmlElement, term: str, depth: int) -> list[Value | None]:
        """Return the values that an element declares for a property of schema.org."""
        nested = _kinds_of(element)
        if nested:
            thing = self._thing(element, nested, depth + 1)
            if thing is not None and thing.properties:
                return [thing]
        if term in DATES:
            return [date_of(element)]
        if term in ADDRESSES:
            return [address_of(element, self._base_url)]
        if term in LISTS and (parts := list(element.iter("li"))):
            return [text_value(part, TEXTS) for part in parts]
        if term == "price":
            return [amount_of(element)]
        return [text_value(element, term)]


def _classes(element: HtmlElement) -> list[str]:
    return (element.get("class") or "").split()


def _kinds_of(element: HtmlElement) -> list[Kind]:
    """Return the kinds of thing that an element describes by its classes."""
    kinds = [KINDS[ROOTS[name]] for name in _classes(element) if name in ROOTS]
    # The item of a review has no class of its own before version 2.
    if not kinds and "item" in _classes(element) and _is_in_review(element):
        kinds = [KINDS["item"]]
    return kinds


def _is_in_review(element: HtmlElement) -> bool:
    around = _root_around(element)
    return around is not None and any(
        kind.name in ("review", "review-aggregate") for kind in _kinds_of(around)
    )


def _root_around(element: HtmlElement) -> HtmlElement | None:
    """Return the closest element around that describes a thing."""
    for around in element.iterancestors():
        if any(name in ROOTS for name in _classes(around)):
            return around
    return None


def _is_value(element: HtmlElement) -> bool:
    """Return whether an element that describes a thing is a value of the thing around it."""
    around = _root_around(element)
    return around is not None and any(_terms_of(element, kind) for kind in _kinds_of(around))


def _inside(root: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the elements below a root, without those inside of other things."""
    stack = list(reversed(root))
    while stack:
        element = stack.pop()
        if not isinstance(element.tag, str):
            continue
        yield element
        if not _kinds_of(element):
            stack.extend(reversed(element))


def _terms_of(element: HtmlElement, kind: Kind) -> list[str]:
    """Return the properties of schema.org that an element is a value of."""
    terms = []
    for name in _classes(element):
        prefix, _, rest = name.partition("-")
        if prefix in ("p", "u", "dt", "e") and rest in kind.version_2:
            terms.append(kind.version_2[rest])
        elif name in kind.classic:
            terms.append(kind.classic[name])
    is_rating = not _RATINGS.isdisjoint(_classes(element))
    if is_rating and kind.name in ("product", "recipe", "event", "card", "entry"):
        return ["aggregateRating"]
    return list(dict.fromkeys(terms))


def _add_rel(entity: Entity, element: HtmlElement) -> None:
    """Add what a link declares by its relation: a tag, a category, the author, the own address."""
    relations = (element.get("rel") or "").lower().split() if element.tag == "a" else []
    if "author" in relations and "author" not in entity.properties:
        entity.add("author", text_value(element, "author"))
    if "category" in relations:
        entity.add("articleSection", text_value(element, "articleSection"))
    elif "tag" in relations:
        entity.add("keywords", text_value(element, "keywords"))


def _complete(entity: Entity, root: HtmlElement, kind: Kind, base_url: str) -> None:
    """Add what follows from the rest: a card's name is its text, if it has no other."""
    if kind.name == "card":
        if not entity.properties.get("name"):
            entity.add("name", text_value(root, "name"))
        if entity.properties.get("name") == entity.properties.get("worksFor"):
            entity.types = ("Organization",)
            del entity.properties["worksFor"]
    if "priceCurrency" not in entity.properties:
        shown = " ".join(map(str, entity.properties.get("price", ())))
        named = in_text(shown)
        entity.add("priceCurrency", code_of(named[0]) if len(named) == 1 else None)
    if kind.name == "entry":
        for link in root.iterfind(".//a[@rel]"):
            if "bookmark" in link.get("rel").lower().split():
                entity.properties.setdefault("url", [address_of(link, base_url) or ""])
