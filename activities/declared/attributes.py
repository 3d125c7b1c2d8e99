"""Microdata and RDFa Lite: things whose properties are attributes of the page's elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from lxml.html import HtmlElement

from activities.declared.entities import Entity, Value

_MAX_DEPTH = 20
_MAX_ITEMS = 5_000
_MAX_TEXT = 20_000

_NAMESPACE = re.compile(r"^(?:https?://(?:www\.)?schema\.org/|schema:)", re.IGNORECASE)

_ADDRESSES = {
    "a": "href",
    "area": "href",
    "link": "href",
    "img": "src",
    "audio": "src",
    "video": "src",
    "embed": "src",
    "iframe": "src",
    "source": "src",
    "object": "data",
}
_MACHINE_READABLE = {"time": "datetime", "data": "value", "meter": "value", "meta": "content"}


def read_microdata(root: HtmlElement, base_url: str) -> list[Entity]:
    """The things at the top, those within them being values of theirs."""
    reader = _Microdata(root, base_url)
    return [
        entity
        for element in root.iterfind(".//*[@itemscope]")
        if element.get("itemprop") is None
        and (entity := reader.entity(element, 0)) is not None
        and entity.properties
    ]


class _Microdata:
    def __init__(self, root: HtmlElement, base_url: str) -> None:
        self._root = root
        self._base_url = base_url
        self._left = _MAX_ITEMS

    def entity(self, scope: HtmlElement, depth: int) -> Entity | None:
        if depth > _MAX_DEPTH or self._left <= 0:
            return None
        self._left -= 1
        types = (scope.get("itemtype") or "").split()
        entity = Entity("microdata", tuple(_NAMESPACE.sub("", name) for name in types))
        identifier = scope.get("itemid")
        entity.id = urljoin(self._base_url, identifier) if identifier else None
        for element in self._properties(scope):
            value: Value | None
            if element.get("itemscope") is not None:
                value = self.entity(element, depth + 1)
                if value is not None and not value.properties:
                    value = _value(element, self._base_url)
            else:
                value = _value(element, self._base_url)
            for name in (element.get("itemprop") or "").split():
                entity.add(_NAMESPACE.sub("", name), value)
        return entity

    def _properties(self, scope: HtmlElement) -> Iterator[HtmlElement]:
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


def read_rdfa(root: HtmlElement, base_url: str) -> list[Entity]:
    """The things at the top, as far as RDFa Lite describes them with schema.org."""
    things: list[Entity] = []
    holders: dict[HtmlElement, Entity] = {}
    for element in root.iterfind(".//*[@typeof]"):
        if len(holders) >= _MAX_ITEMS:
            break
        types = tuple(_NAMESPACE.sub("", name) for name in (element.get("typeof") or "").split())
        entity = Entity("rdfa", types, id=element.get("resource"))
        holders[element] = entity
        around = next((holders[e] for e in element.iterancestors() if e in holders), None)
        names = _rdfa_names(element)
        if around is not None and names:
            for name in names:
                around.add(name, entity)
        else:
            things.append(entity)
    if not holders:
        return []
    for element in root.iterfind(".//*[@property]"):
        if element in holders:
            continue
        around = next((holders[e] for e in element.iterancestors() if e in holders), None)
        if around is None:
            continue
        for name in _rdfa_names(element):
            around.add(name, _value(element, base_url, is_rdfa=True))
    return [thing for thing in things if thing.properties]


def _rdfa_names(element: HtmlElement) -> list[str]:
    names = (_NAMESPACE.sub("", name) for name in (element.get("property") or "").split())
    return [name for name in names if ":" not in name]


def _value(element: HtmlElement, base_url: str, *, is_rdfa: bool = False) -> str | None:
    content = element.get("content")
    if content is not None:
        return str(content).strip()
    tag = element.tag
    if tag in _MACHINE_READABLE and element.get(_MACHINE_READABLE[tag]) is not None:
        return str(element.get(_MACHINE_READABLE[tag])).strip()
    address = element.get("resource") if is_rdfa else None
    if address is None and tag in _ADDRESSES:
        address = element.get(_ADDRESSES[tag])
        if not address and tag == "img":
            address = element.get("data-src")
    if address:
        try:
            return urljoin(base_url, str(address).strip())
        except ValueError:
            return None
    return text_of(element)


def text_of(element: HtmlElement) -> str:
    """What a reader sees of an element, in one line."""
    parts: list[str] = []
    stack: list[HtmlElement | str] = [element]
    while stack:
        part = stack.pop()
        if isinstance(part, str):
            parts.append(part)
            continue
        if part is not element and part.tail:
            stack.append(part.tail)
        if not isinstance(part.tag, str) or part.tag in ("script", "style", "template"):
            continue
        if part.tag in ("br", "p", "div", "li", "td", "tr"):
            parts.append(" ")
        children: list[HtmlElement | str] = list(part)
        stack.extend(reversed(children))
        if part.text:
            parts.append(part.text)
    return " ".join("".join(parts).split())[:_MAX_TEXT]
