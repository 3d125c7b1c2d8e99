"""How an array of the schema is filled."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from activities.declared.entities import Entity, Table, Value
from activities.declared.mapping.context import FillContext, Place, properties_of
from activities.declared.mapping.converters import Converter
from activities.declared.mapping.filled import Provenance
from activities.declared.mapping.labelled import convert_cell
from activities.declared.mapping.lists import list_candidates
from activities.declared.mapping.lookup import Candidate
from activities.declared.mapping.property_names import label_key
from activities.declared.vocabulary import tokens

_COMMA_LISTS = frozenset(
    ("keywords", "tags", "topics", "categories", "genres", "cuisines", "skills")
)
"""Names of arrays whose values are often one string with commas."""

_MIN_COLUMNS = 2
"""Columns of a table that have to match properties. A schema with one property needs one."""

FillObject = Callable[[dict[str, Any], Place], dict[str, Any] | None]
"""A function that fills an object's schema at a place."""


class ArrayFiller:
    """A filler of arrays. It fills the objects of an array with `fill_object`."""

    def __init__(self, context: FillContext, fill_object: FillObject) -> None:
        self._context = context
        self._fill_object = fill_object

    def fill(
        self, name: str, schema: dict[str, Any], place: Place, candidates: list[Candidate]
    ) -> list[Any] | None:
        """Return the array, or None if nothing is declared for it."""
        item = schema.get("items")
        options = [] if item is None else list(self._context.options(item))
        objects = [option for option in options if option["type"] == "object"]
        if objects:
            return self._objects(name, objects, place, candidates)
        if not candidates and place.is_about_page and "breadcrumb" in name.lower():
            candidates = list_candidates(self._context.lookup, name)
        return self._scalars(name, options or [{"type": "string"}], place, candidates)

    def _objects(
        self,
        name: str,
        options: list[dict[str, Any]],
        place: Place,
        candidates: list[Candidate],
    ) -> list[Any] | None:
        """Return an object for each thing of the first candidate that has any."""
        if place.is_about_page:
            candidates = [*candidates, *list_candidates(self._context.lookup, name)]
        for candidate in candidates:
            found = self._objects_about(_things(candidate), options, place)
            if found:
                self._context.note_origin(place, candidate)
                return found
        return self._table_rows(options[0], place) if place.is_about_page else None

    def _objects_about(
        self, entities: list[Entity], options: list[dict[str, Any]], place: Place
    ) -> list[Any]:
        found: list[Any] = []
        for entity in entities:
            inner = place.item(len(found), entity)
            for option in options:
                value = self._fill_object(option, inner)
                if value is not None and value not in found:
                    found.append(value)
                    break
        return found

    def _table_rows(self, item: dict[str, Any], place: Place) -> list[Any] | None:
        """Return the rows of the first table whose headings are the item's properties."""
        properties = properties_of(item)
        required = set(item.get("required", ()))
        for table in self._context.declared.tables:
            columns = {label_key(heading): i for i, heading in enumerate(table.headings)}
            matched = {
                name: columns[label_key(name)] for name in properties if label_key(name) in columns
            }
            if len(matched) < min(_MIN_COLUMNS, len(properties)) or not required <= set(matched):
                continue
            found: list[dict[str, Any]] = []
            for row in table.rows:
                record = self._record(row, table, matched, item, place.item(len(found)))
                if any(value is not None for value in record.values()):
                    found.append(record)
            if found:
                origin = Provenance("table", ", ".join(table.headings))
                self._context.filled.provenance[place.pointer] = origin
                return found
        return None

    def _record(
        self,
        row: list[str],
        table: Table,
        matched: dict[str, int],
        item: dict[str, Any],
        place: Place,
    ) -> dict[str, Any]:
        """Return the object for one row of a table."""
        record: dict[str, Any] = {}
        properties, required = properties_of(item), item.get("required", ())
        for name, column in matched.items():
            for option in self._context.options(properties[name]):
                converter = Converter(name, option, self._context.declared)
                value = convert_cell(converter, option, table.headings[column], row[column])
                if value is not None and self._context.is_valid(value, option):
                    record[name] = value
                    break
                if converter.is_uncertain:
                    self._context.filled.note_uncertain(place.member(name).pointer)
            else:
                if name in required:
                    record[name] = None
        return record

    def _scalars(
        self,
        name: str,
        options: list[dict[str, Any]],
        place: Place,
        candidates: list[Candidate],
    ) -> list[Any] | None:
        """Return the converted values of the first candidate that has any."""
        declared = self._context.declared
        for candidate in candidates:
            found: list[Any] = []
            converters = [
                (Converter(name, option, declared, place.scope, candidate.path), option)
                for option in options
            ]
            for value in _split_list(name, _steps(candidate.values)):
                for converter, option in converters:
                    converted = converter.convert(value)
                    if converted is not None and self._context.is_valid(converted, option):
                        if converted not in found:
                            found.append(converted)
                        break
            if any(converter.is_uncertain for converter, _ in converters):
                self._context.filled.note_uncertain(place.pointer)
            if found:
                self._context.note_origin(place, candidate)
                return found
        return None


def _things(candidate: Candidate) -> list[Entity]:
    """Return the things of a candidate. A plain value becomes a thing with only a name."""
    return [
        value if isinstance(value, Entity) else Entity(candidate.source, (), {"name": [value]})
        for value in _steps(candidate.values)
    ]


def _split_list(name: str, values: list[Value]) -> list[Value]:
    """Return the values, where one string with commas stands for several values."""
    if len(values) != 1 or not isinstance(values[0], str) or _COMMA_LISTS.isdisjoint(tokens(name)):
        return values
    return [part.strip() for part in re.split(r"[,;]", values[0])]


def _steps(values: list[Value]) -> list[Value]:
    """Return the values, where the steps of a recipe's section stand for the section."""
    steps: list[Value] = []
    for value in values:
        if not isinstance(value, Entity):
            steps.append(value)
        elif "HowToSection" in value.types or "ItemList" in value.types:
            steps += _steps(value.properties.get("itemListElement", []))
        elif "HowToStep" in value.types and value.properties.get("text"):
            # The text, and not the heading, stands for a step in a list of strings.
            text = value.properties["text"]
            steps.append(Entity(value.source, value.types, {**value.properties, "name": text}))
        else:
            steps.append(value)
    return steps
