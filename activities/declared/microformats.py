"""Microformats, the classic ones and those of version 2: things that class names describe."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import XPath
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

_MAX_DEPTH = 20
"""Levels of things inside of things."""

_MAX_ITEMS = 5_000
"""Things on one page."""

_ROOT_NAME = re.compile(rf"(?:^|\s)({'|'.join(ROOTS)})(?=\s|$)")

_CLASSES = XPath("//@class", smart_strings=False)
"""All values of `class`, without the elements, which are much slower to get."""

_RATED = frozenset(("product", "recipe", "event", "card", "entry"))
"""Kinds of things that a rating inside of them is about."""


def read_microformats(root: HtmlElement, base_url: str) -> list[Entity]:
    """Return the things that no other thing has as a value."""
    return [thing for thing in _Microformats(root, base_url).top() if thing.properties]


class _Microformats:
    """A reader of one page's microformats, within limits."""

    def __init__(self, root: HtmlElement, base_url: str) -> None:
        self._base_url = base_url
        self._kinds: dict[HtmlElement, Kind] = {}
        has_any = any(map(_ROOT_NAME.search, _CLASSES(root)))
        for element in root.iterfind(".//*[@class]") if has_any else ():
            found = _ROOT_NAME.search(element.get("class"))
            if found and len(self._kinds) < _MAX_ITEMS:
                self._kinds[element] = KINDS[ROOTS[found[1]]]
        self._things: dict[HtmlElement, Entity | None] = {}

    def top(self) -> Iterator[Entity]:
        """Yield the things that are no value of another thing."""
        for element in list(self._kinds):
            around = next((e for e in element.iterancestors() if e in self._kinds), None)
            if around is not None and _terms_of(element, self._kinds[around]):
                continue
            thing = self._thing(element, 0)
            if thing is not None:
                yield thing

    def _thing(self, root: HtmlElement, depth: int) -> Entity | None:
        """Return the thing that an element describes."""
        if root not in self._things:
            self._things[root] = None  # until it is known
            if depth <= _MAX_DEPTH:
                self._things[root] = self._read(root, self._kinds[root], depth)
        return self._things[root]

    def _read(self, root: HtmlElement, kind: Kind, depth: int) -> Entity:
        entity = Entity("microformats", kind.types, is_beside=self._is_beside(root, kind))
        for element in self._inside(root, kind):
            for term in _terms_of(element, kind):
                own_term = term_of_identifier(element) if term == "identifier" else term
                for value in self._values(element, term, depth):
                    entity.add(own_term, value)
            if kind.name == "entry":
                add_rel(entity, element)
        _complete(entity, root, kind, self._base_url)
        return entity

    def _is_beside(self, root: HtmlElement, kind: Kind) -> bool:
        """Return whether a thing is no more than a part of what the page is about."""
        if kind.name == "card" and any(
            around.tag == "article" or around in self._kinds for around in root.iterancestors()
        ):
            return True  # the author of an article, or a reader with a comment
        return is_beside_main(root)

    def _inside(self, root: HtmlElement, kind: Kind) -> Iterator[HtmlElement]:
        """Yield the elements below a root, without those inside of other things."""
        is_review = kind.name in ("review", "review-aggregate")
        stack = list(reversed(root))
        while stack:
            element = stack.pop()
            if not isinstance(element.tag, str):
                continue
            # The item of a review is not marked as a thing before version 2.
            if is_review and element not in self._kinds and "item" in _classes(element):
                self._kinds[element] = KINDS["item"]
            yield element
            if element not in self._kinds:
                stack.extend(reversed(element))

    def _values(self, element: HtmlElement, term: str, depth: int) -> list[Value | None]:
        """Return the values that an element declares for a property of schema.org."""
        thing = self._thing(element, depth + 1) if element in self._kinds else None
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


def _terms_of(element: HtmlElement, kind: Kind) -> list[str]:
    """Return the properties of schema.org that an element is a value of."""
    names = _classes(element)
    if kind.name in _RATED and any(ROOTS.get(name) == "review-aggregate" for name in names):
        return ["aggregateRating"]
    terms = []
    for name in names:
        prefix, _, rest = name.partition("-")
        if prefix in ("p", "u", "dt", "e") and rest in kind.version_2:
            terms.append(kind.version_2[rest])
        elif name in kind.classic:
            terms.append(kind.classic[name])
    return list(dict.fromkeys(terms))


def add_rel(entity: Entity, element: HtmlElement) -> None:
    """Add what a link declares by its relation: a tag, a category or the author."""
    relations = (element.get("rel") or "").lower().split() if element.tag == "a" else []
    if "author" in relations and "author" not in entity.properties:
        entity.add("author", text_value(element, "author"))
    if "category" in relations:
        entity.add("articleSection", text_value(element, "articleSection"))
    elif "tag" in relations:
        entity.add("keywords", text_value(element, "keywords"))


def _complete(entity: Entity, root: HtmlElement, kind: Kind, base_url: str) -> None:
    """Add what follows from the rest, such as a card's name, which is its text otherwise."""
    if kind.name == "card":
        if not entity.properties.get("name"):
            entity.add("name", text_value(root, "name"))
        names = entity.properties.get("name")
        if names and names == entity.properties.get("worksFor"):
            entity.types = ("Organization",)
            del entity.properties["worksFor"]
    if root.tag in ("a", "area") and "url" not in entity.properties:
        entity.add("url", address_of(root, base_url))
    if "priceCurrency" not in entity.properties:
        named = in_text(" ".join(map(str, entity.properties.get("price", ()))))
        entity.add("priceCurrency", code_of(named[0]) if len(named) == 1 else None)
    if kind.name == "entry":
        for link in root.iterfind(".//a[@rel]"):
            if "bookmark" in link.get("rel").lower().split():
                entity.properties.setdefault("url", [address_of(link, base_url) or ""])
