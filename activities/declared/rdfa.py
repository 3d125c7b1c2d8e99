"""RDFa: things of schema.org that attributes of the page's elements describe.

That is RDFa Lite, with the `rel` of RDFa Core around things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import XPath
from lxml.html import HtmlElement

from activities.declared.element_values import is_beside_main, value_of
from activities.declared.entities import Entity
from activities.declared.values.addresses import absolute

_MAX_ITEMS = 5_000
"""Things on one page."""

_ADDRESSES = frozenset(("url", "image", "logo", "sameAs", "mainEntityOfPage", "contentUrl"))
"""Properties whose values are URLs, also where a thing has that URL."""

_PREFIX = re.compile(r"([\w-]+):\s+(?:https?://(?:www\.)?schema\.org/)(?=\s|$)", re.IGNORECASE)
"""A prefix for schema.org in the attribute `prefix`."""

_PREFIXES = XPath("//@prefix", smart_strings=False)


def read_rdfa(root: HtmlElement, base_url: str) -> list[Entity]:
    """Return the things at the top that RDFa describes with schema.org."""
    reader = _Rdfa(root, base_url)
    if reader.holders:
        reader.add_values()
    return [
        thing for thing in reader.things if thing.properties and id(thing) not in reader.referred
    ]


class _Rdfa:
    """A reader of one page's RDFa, within limits."""

    def __init__(self, root: HtmlElement, base_url: str) -> None:
        self._root = root
        self._base_url = base_url
        prefixes = {name for text in _PREFIXES(root) for name in _PREFIX.findall(text)} | {"schema"}
        self._namespace = re.compile(
            rf"^(?:https?://(?:www\.)?schema\.org/|(?:{'|'.join(map(re.escape, prefixes))}):)",
            re.IGNORECASE,
        )
        self.things: list[Entity] = []
        self.holders: dict[HtmlElement, Entity] = {}
        """Things by the elements that describe them."""
        self.referred: set[int] = set()
        """The `id()` of things that other things refer to."""
        for element in root.iterfind(".//*[@typeof]"):
            if len(self.holders) < _MAX_ITEMS:
                self._add_thing(element)
        self._by_id = {thing.id: thing for thing in self.things if thing.id}

    def _add_thing(self, element: HtmlElement) -> None:
        types = [self._namespace.sub("", name) for name in (element.get("typeof") or "").split()]
        entity = Entity("rdfa", tuple(types), id=absolute(self._base_url, element.get("resource")))
        around = self._holder_of(element)
        names = self._names(element.get("property")) or self._relations(element)
        self.holders[element] = entity
        if around is not None and names:
            for name in names:
                around.add(name, entity)
        else:
            entity.is_beside = is_beside_main(element)
            self.things.append(entity)

    def add_values(self) -> None:
        """Add the values of all elements with `property` to the things around them."""
        for element in self._root.iterfind(".//*[@property]"):
            around = None if element in self.holders else self._holder_of(element)
            if around is not None:
                names = self._names(element.get("property"))
                for name in names:
                    self._add_value(around, name, names, element)

    def _add_value(self, around: Entity, name: str, names: list[str], element: HtmlElement) -> None:
        """Add an element's value: the thing that it refers to, or else a plain value."""
        address = absolute(self._base_url, element.get("resource") or element.get("href"))
        thing = None if name in _ADDRESSES else self._by_id.get(address or "")
        if thing is None or thing is around:
            around.add(name, value_of(element, names, self._base_url, is_rdfa=True))
        else:
            around.add(name, thing)
            # Of two things that refer to each other, the first stays at the top.
            if id(around) not in self.referred:
                self.referred.add(id(thing))

    def _holder_of(self, element: HtmlElement) -> Entity | None:
        """Return the thing that the closest element around `element` describes."""
        holders = self.holders
        return next((holders[e] for e in element.iterancestors() if e in holders), None)

    def _names(self, attribute: str | None) -> list[str]:
        """Return the properties in an attribute, without those of other vocabularies."""
        names = (self._namespace.sub("", name) for name in (attribute or "").split())
        return [name for name in names if ":" not in name]

    def _relations(self, element: HtmlElement) -> list[str]:
        """Return the properties that the `rel` around a thing names, with their prefix."""
        for around in self._between(element):
            relations = (around.get("rel") or "").split()
            if found := [name for name in relations if self._namespace.match(name)]:
                return [self._namespace.sub("", name) for name in found]
        return []

    def _between(self, element: HtmlElement) -> Iterator[HtmlElement]:
        """Yield the elements around a thing, up to the thing around it."""
        yield element
        for around in element.iterancestors():
            if around in self.holders:
                return
            yield around
