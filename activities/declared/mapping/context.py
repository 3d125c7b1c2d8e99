"""What all parts of filling one schema share: the schema, the page and the result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from activities.declared.entities import Declared, Entity
from activities.declared.mapping.filled import Filled, Provenance
from activities.declared.mapping.labelled import LabelIndex
from activities.declared.mapping.lookup import Candidate, Lookup, Scope
from domain.schema.patterns import PatternTimeoutError
from domain.schema.references import escape, resolve
from domain.schema.validators import relaxed_validator

_MAX_DEPTH = 12
"""Levels of objects inside of objects. The things of a page, and schemas, can be circular."""

_MAX_OBJECTS = 5_000
"""Objects that are filled for one schema, for the same reason."""

_MAX_ALTERNATIVES_DEPTH = 4
"""Levels of `anyOf` and `oneOf` inside of each other."""


@dataclass(frozen=True)
class Place:
    """A place in the result, and the thing that this place is about."""

    scope: Scope
    pointer: str = ""
    """JSON Pointer of the place."""
    depth: int = 0

    @property
    def is_about_page(self) -> bool:
        """Whether this place is about the page's main thing."""
        return self.scope.page is not None

    def member(self, name: str) -> Place:
        """Return the place of a property."""
        return replace(self, pointer=f"{self.pointer}/{escape(name)}")

    def item(self, number: int, entity: Entity | None = None) -> Place:
        """Return the place of an object in a list, which is about `entity`."""
        entities = () if entity is None else (entity,)
        return Place(Scope(entities), f"{self.pointer}/{number}", self.depth + 1)

    def inside(self, scope: Scope) -> Place:
        """Return this place as that of an object about `scope`, one level deeper."""
        return Place(scope, self.pointer, self.depth + 1)


class FillContext:
    """The state of filling one schema from one page."""

    def __init__(self, schema: dict[str, Any], declared: Declared) -> None:
        self.root = schema
        self.declared = declared
        self.lookup = Lookup(declared)
        self.labels = LabelIndex(declared.labels)
        self.filled = Filled({})
        self._validator = relaxed_validator(schema)
        self._objects_left = _MAX_OBJECTS

    def may_fill_object(self, depth: int) -> bool:
        """Return whether one more object at `depth` is within the limits, and count the object."""
        self._objects_left -= 1
        return depth <= _MAX_DEPTH and self._objects_left >= 0

    def note_origin(self, place: Place, candidate: Candidate) -> None:
        """Note where the value at `place` comes from."""
        origin = Provenance(candidate.source, candidate.path)
        self.filled.provenance[place.pointer] = origin

    def options(self, part: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
        """Yield the schemas, each of one type, of which a value has to fulfil one."""
        schema = resolve(part, self.root)
        for keyword in ("anyOf", "oneOf"):
            if isinstance(schema.get(keyword), list) and depth < _MAX_ALTERNATIVES_DEPTH:
                rest = {key: value for key, value in schema.items() if key != keyword}
                for branch in schema[keyword]:
                    yield from self.options({"allOf": [branch, rest]}, depth + 1)
                return
        types = schema.get("type")
        if types is None:
            types = _implied_types(schema)
        for kind in types if isinstance(types, list) else [types]:
            if kind != "null":
                yield {**schema, "type": kind}

    def is_valid(self, value: Any, schema: Any) -> bool:
        """Return whether `value` fulfils `schema`, where required properties may be null."""
        if not isinstance(schema, dict):
            return schema is not False
        try:
            return bool(self._validator.evolve(schema=schema).is_valid(value))
        except (PatternTimeoutError, RecursionError):
            return False


def properties_of(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the properties that an object's schema names."""
    properties = schema.get("properties")
    return properties if isinstance(properties, dict) else {}


def _implied_types(schema: dict[str, Any]) -> list[str]:
    """Return the types that a schema without `type` means."""
    if "properties" in schema:
        return ["object"]
    if "items" in schema:
        return ["array"]
    if "enum" in schema or "const" in schema:
        return ["string"]
    return ["string", "number", "boolean"]
