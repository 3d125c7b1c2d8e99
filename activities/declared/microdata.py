"""Microdata: things that are described by attributes of the page's elements."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from activities.declared.element_values import is_beside_main, value_of
from activities.declared.entities import Entity, Value
from activities.declared.values.addresses import absolute

_MAX_DEPTH = 20
"""Levels of things inside of things."""

_MAX_ITEMS = 5_000
"""Things on one page."""

_NAMESPACE = re.compile(r"^(?:https?://(?:www\.)?schema\.org/|schema:)", re.IGNORECASE)


def read_microdata(root: HtmlElement, base_url: str) -> list[Entity]:
    """Return the things at the top. Things inside of others are values of these."""
    reader = _Microdata(root, base_url)
    things = []
    for element in root.iterfind(".//*[@itemscope]"):
        entity = reader.entity(element, 0) if element.get("itemprop") is None else None
        if entity is not None and entity.properties:
            entity.is_beside = is_beside_main(element)
            things.append(entity)
    return things


class _Microdata:
    """A reader of one page's microdata, within limits."""

    def __init__(self, root: HtmlElement, base_url: str) -> None:
        self._root = root
        self._base_url = base_url
        self._left = _MAX_ITEMS

    def entity(self, scope: HtmlElement, depth: int) -> Entity | None:
        """Return the thing that an element with `itemscope` describes."""
        if depth > _MAX_DEPTH or self._left <= 0:
            return None
        self._left -= 1
        types = (scope.get("itemtype") or "").split()
        entity = Entity("microdata", tuple(_NAMESPACE.sub("", name) for name in types))
        entity.id = absolute(self._base_url, scope.get("itemid"))
        for element in self._properties(scope):
            names = [_NAMESPACE.sub("", name) for name in (element.get("itemprop") or "").split()]
            value = self._value_of(element, names, depth)
            for name in names:
                entity.add(name, value)
        return entity

    def _value_of(self, element: HtmlElement, names: list[str], depth: int) -> Value | None:
        """Return an element's value: a thing, unless nothing is declared of that thing."""
        if element.get("itemscope") is not None:
            entity = self.entity(element, depth + 1)
            if entity is None or entity.properties:
                return entity
        return value_of(element, names, self._base_url)

    def _properties(self, scope: HtmlElement) -> Iterator[HtmlElement]:
        """Yield the elements that are properties of a thing, also those named by `itemref`."""
        stack = list(reversed(scope))
        for reference in (scope.get("itemref") or "").split():
            referred = self._root.xpath("//*[@id=$id]", id=reference)
            stack[:0] = [element for element in referred[:1] if element is not scope]
        seen = {scope}
        while stack:
            element = stack.pop()
            if not isinstance(element.tag, str) or element in seen:
                continue
            seen.add(element)
            if element.get("itemprop") is not None:
                yield element
            if element.get("itemscope") is None:
                stack.extend(reversed(element))
