"""JSON-LD: things that scripts of the page describe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement
from w3lib.html import remove_tags, replace_entities

from activities.declared.entities import Entity, Value
from activities.declared.json_ld_languages import in_language
from activities.declared.json_ld_parts import is_same, merged
from activities.declared.language import page_language
from activities.declared.tolerant_json import parse_tolerantly
from activities.declared.values.addresses import absolute

_MAX_DEPTH = 20
"""Levels of things inside of things."""

_MAX_ENTITIES = 5_000
"""Things on one page."""

_ADDRESSES = frozenset(
    ("url", "image", "logo", "photo", "contentUrl", "thumbnailUrl", "embedUrl", "downloadUrl")
)
"""Properties whose values are URLs. They may be relative to the page (JSON-LD 1.1, 7.1)."""

_HOST = re.compile(r"www\.", re.IGNORECASE)

_PREFIX = re.compile(r"^(?:https?://(?:www\.)?schema\.org/|schema:)", re.IGNORECASE)
_MARKUP = re.compile(r"<(?:p|br|b|i|a|ul|ol|li|div|span|strong|em|h[1-6])\b[^>]*>", re.IGNORECASE)


def read_json_ld(root: HtmlElement, base_url: str) -> list[Entity]:
    """Return the things that the page's JSON-LD describes, with their references resolved."""
    documents: list[Any] = []
    for script in root.iter("script"):
        kind = (script.get("type") or "").split(";")[0].strip().lower()
        if kind == "application/ld+json" and script.text:
            documents += parse_tolerantly(script.text)
    reader = _Reader(base_url, page_language(root))
    things = [thing for document in documents for thing in reader.things(document)]
    return reader.link(merged(things))


class _Reader:
    """A reader of one page's documents, within limits."""

    def __init__(self, base_url: str, language: str | None) -> None:
        self._base_url = base_url
        self._language = language
        self._by_id: dict[str, Entity] = {}
        self._left = _MAX_ENTITIES

    def things(self, document: Any) -> Iterator[Entity]:
        """Yield the things at the top of a document."""
        if isinstance(document, list):
            for part in document:
                yield from self.things(part)
        elif isinstance(document, dict):
            graph = document.get("@graph")
            if graph is not None:
                yield from self.things(graph)
            if graph is None or any(not name.startswith("@") for name in document):
                entity = self._entity(document, 0)
                if entity is not None:
                    yield from self._owners(entity, document) or [entity]

    def _owners(self, entity: Entity, node: dict[str, Any]) -> list[Entity]:
        """Return the things of which a thing is declared to be a value, with that value.

        The node names them under `@reverse`. An offer names them as what it offers.
        """
        reverse = node.get("@reverse")
        pairs = list(reverse.items()) if isinstance(reverse, dict) else []
        found = [
            (_PREFIX.sub("", name), owner)
            for name, value in pairs
            for owner in self._values(value, 1)
        ]
        if "Offer" in entity.types:
            found += [("offers", owner) for owner in entity.properties.get("itemOffered", ())]
        owners = [(name, owner) for name, owner in found if isinstance(owner, Entity)]
        for name, owner in owners:
            owner.add(name, entity)
        return [owner for _, owner in owners]

    def link(self, things: list[Entity]) -> list[Entity]:
        """Replace references with what they refer to. Return the things that have properties."""
        seen: set[int] = set()
        stack = list(things)
        while stack:
            entity = stack.pop()
            if id(entity) in seen:
                continue
            seen.add(id(entity))
            for values in entity.properties.values():
                for number, value in enumerate(values):
                    if isinstance(value, Entity):
                        values[number] = self._fuller(value)
                        stack.append(values[number])  # type: ignore[arg-type]
        return [thing for thing in things if thing.properties]

    def _fuller(self, thing: Entity) -> Entity:
        """Return the thing with the same `@id` that has more properties, if there is one."""
        known = self._by_id.get(thing.id or "", thing)
        is_known = known is not thing and (not thing.properties or is_same(known, thing))
        return known if is_known and known.properties.keys() >= thing.properties.keys() else thing

    def _entity(self, node: dict[str, Any], depth: int) -> Entity | None:
        if depth > _MAX_DEPTH or self._left <= 0:
            return None
        self._left -= 1
        types = node.get("@type", node.get("type", ()))
        names = types if isinstance(types, list) else [types]
        identifier = node.get("@id")
        entity = Entity(
            "json-ld",
            tuple(_PREFIX.sub("", name) for name in names if isinstance(name, str)),
            id=self._identifier(identifier) if isinstance(identifier, str) else None,
        )
        for name, value in node.items():
            if name.startswith("@") or (name == "type" and "@type" not in node):
                continue
            term = _PREFIX.sub("", name)
            if term == "interactionType" and isinstance(value, dict):
                value = value.get("@type")  # all that such a thing has
            for single in self._values(in_language(value, self._language), depth + 1):
                entity.add(term, self._absolute(single) if term in _ADDRESSES else single)
        if entity.id and entity.properties:
            known = self._by_id.setdefault(entity.id, entity)
            if is_same(known, entity) and known.properties.keys() < entity.properties.keys():
                self._by_id[entity.id] = entity
        return entity

    def _identifier(self, identifier: str) -> str:
        """Return the absolute form of an `@id`. Names of blank nodes begin with `_:`."""
        return absolute(self._base_url, identifier) or identifier

    def _absolute(self, value: Value) -> Value:
        """Return the absolute form of an address that is written relative to the page."""
        if not isinstance(value, str) or not value or re.search(r"\s", value) or _HOST.match(value):
            return value
        return absolute(self._base_url, value) or value

    def _values(self, value: Any, depth: int) -> Iterator[Value]:
        if isinstance(value, list):
            for single in value:
                yield from self._values(single, depth)
        elif isinstance(value, dict):
            for wrapper in ("@value", "@list", "@set"):
                if wrapper in value:
                    yield from self._values(value[wrapper], depth)
                    return
            entity = self._entity(value, depth)
            if entity is not None and (entity.properties or entity.id):
                yield entity
        elif isinstance(value, str):
            yield plain_text(value)
        elif isinstance(value, (bool, int, float)):
            yield value


def plain_text(value: str) -> str:
    """Return a value without the markup and character references that do not belong in JSON."""
    if "&" in value:
        value = replace_entities(value)
    if "<" in value and _MARKUP.search(value):
        value = remove_tags(re.sub(r"<(?:br|/p|/li|/div)\b[^>]*>", "\n", value))
        value = "\n".join(" ".join(line.split()) for line in value.splitlines() if line.strip())
    return value.strip()
