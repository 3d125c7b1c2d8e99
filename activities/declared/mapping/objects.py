"""How an object of the schema is filled."""

from __future__ import annotations

from typing import Any

from activities.declared.entities import Entity
from activities.declared.mapping.arrays import ArrayFiller
from activities.declared.mapping.context import FillContext, Place, properties_of
from activities.declared.mapping.labelled import labelled_candidates
from activities.declared.mapping.lookup import Candidate, Scope
from activities.declared.mapping.property_names import without_unit
from activities.declared.mapping.scalars import fill_scalar
from activities.declared.vocabulary import WRAPPERS, tokens

_FIRST_COUNTS = frozenset(("Person", "Organization", "ImageObject"))
"""Types of which the first thing is taken if several things have one of them."""


class ObjectFiller:
    """A filler of objects, and of the objects and arrays inside of them."""

    def __init__(self, context: FillContext) -> None:
        self._context = context
        self._arrays = ArrayFiller(context, self.fill)

    def fill(self, schema: dict[str, Any], place: Place) -> dict[str, Any] | None:
        """Return the object, or None if no property of it is declared."""
        if not self._context.may_fill_object(place.depth):
            return None
        properties = properties_of(schema)
        if not properties:
            return self._free_object(place)
        required = set(schema.get("required", ()))
        result: dict[str, Any] = {}
        missing = []
        for name, part in properties.items():
            inner = place.member(name)
            value = self._property(name, part, inner)
            if value is not None:
                result[name] = value
            elif name in required:
                result[name] = None
                if inner.pointer not in self._context.filled.uncertain:
                    missing.append(inner.pointer)
        if all(value is None for value in result.values()):
            return None
        self._context.filled.missing += missing
        return result

    def _free_object(self, place: Place) -> dict[str, Any] | None:
        """Return an object whose schema names no properties."""
        if place.is_about_page:
            return self._context.labels.all_texts() or None
        entities = place.scope.entities
        return entities[0].to_json() if entities and place.depth else None

    def _property(self, name: str, part: Any, place: Place) -> Any:
        """Return the value of a property, by the first of its types for which there is one."""
        for option in self._context.options(part):
            value = self._value(name, option, place)
            if value is not None and self._context.is_valid(value, part):
                return value
            self._context.filled.forget(place.pointer)
        return None

    def _value(self, name: str, schema: dict[str, Any], place: Place) -> Any:
        lookup = self._context.lookup
        description = str(schema.get("description", ""))
        candidates = list(lookup.candidates(place.scope, without_unit(name), description))
        if schema["type"] == "object":
            return self._nested(name, schema, place, candidates)
        if schema["type"] == "array":
            return self._arrays.fill(name, schema, place, candidates)
        if place.is_about_page:
            candidates += labelled_candidates(self._context.labels, name, schema, lookup.declared)
        return fill_scalar(self._context, name, schema, place, candidates)

    def _nested(
        self, name: str, schema: dict[str, Any], place: Place, candidates: list[Candidate]
    ) -> dict[str, Any] | None:
        """Return an object inside of another object."""
        found = self._about_declared_thing(name, schema, place, candidates)
        if found is not None:
            return found
        words = tokens(name)
        if place.is_about_page:
            things = self._context.lookup.only_thing(words)
            if things and not set(things) & set(place.scope.entities):
                found = self.fill(schema, place.inside(Scope(tuple(things))))
                if found is not None:
                    return found
            # An object such as `details` only groups properties of the thing around it.
            if things or not WRAPPERS.isdisjoint(words):
                return self.fill(schema, place.inside(place.scope))
        return self._about_name(schema, place, candidates)

    def _about_declared_thing(
        self, name: str, schema: dict[str, Any], place: Place, candidates: list[Candidate]
    ) -> dict[str, Any] | None:
        """Return the object about a thing that is declared under the property's name."""
        for candidate in [*self._context.lookup.things(place.scope, name), *candidates]:
            entities = [value for value in candidate.values if isinstance(value, Entity)]
            if len(entities) > 1 and not _FIRST_COUNTS.issuperset(entities[0].types[:1]):
                continue  # several things, and nothing tells which one is meant
            if entities:
                found = self._about_entity(schema, place, entities[0], candidate)
                if found is not None:
                    return found
        return None

    def _about_name(
        self, schema: dict[str, Any], place: Place, candidates: list[Candidate]
    ) -> dict[str, Any] | None:
        """Return the object about a thing of which only the name is declared."""
        if "name" not in properties_of(schema):
            return None
        for candidate in candidates:
            if len(candidate.values) == 1:
                named = Entity(candidate.source, (), {"name": list(candidate.values)})
                found = self._about_entity(schema, place, named, candidate)
                if found is not None:
                    return found
        return None

    def _about_entity(
        self, schema: dict[str, Any], place: Place, entity: Entity, candidate: Candidate
    ) -> dict[str, Any] | None:
        """Return the object about `entity`, and note its origin."""
        found = self.fill(schema, place.inside(Scope((entity,))))
        if found is not None:
            self._context.note_origin(place, candidate)
        return found
