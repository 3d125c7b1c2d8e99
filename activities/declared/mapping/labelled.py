"""Values that stand beside a label, in tables and definition lists."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from activities.declared.entities import Declared, Entity, LabelledValue
from activities.declared.mapping.converters import Converter
from activities.declared.mapping.entity_text import describe
from activities.declared.mapping.lookup import Candidate
from activities.declared.mapping.property_names import (
    label_key,
    unit_of_label,
    without_unit,
)
from activities.declared.values import numbers, texts
from activities.declared.vocabulary import joined


class LabelIndex:
    """The labelled values of a page, by label."""

    def __init__(self, labels: Iterable[LabelledValue]) -> None:
        self._by_key: dict[str, list[LabelledValue]] = {}
        for labelled in labels:
            self._add(labelled)

    def _add(self, labelled: LabelledValue) -> None:
        self._by_key.setdefault(label_key(labelled.label), []).append(labelled)

    def add_extra_properties(self, entities: Iterable[Entity]) -> None:
        """Add the `additionalProperty` values of things, which are labels with values as well."""
        for entity in entities:
            for extra in entity.properties.get("additionalProperty", ()):
                if isinstance(extra, Entity):
                    self._add_extra(extra)

    def _add_extra(self, extra: Entity) -> None:
        name = next((texts.plain(value) for value in extra.properties.get("name", ())), None)
        text = describe(extra)
        if name and text and text != name:
            self._add(LabelledValue(name, text, extra.source))

    def all_texts(self) -> dict[str, str]:
        """Return all labels with their values."""
        return {
            labelled.label: labelled.text
            for entries in self._by_key.values()
            for labelled in entries
        }

    def under(self, name: str) -> list[LabelledValue]:
        """Return the values whose label is a property's own name, with or without its unit."""
        keys = dict.fromkeys((label_key(name), joined(without_unit(name))))
        return [labelled for key in keys for labelled in self._by_key.get(key, ())]


def labelled_candidates(
    labels: LabelIndex, name: str, schema: dict[str, Any], declared: Declared
) -> list[Candidate]:
    """Return the labelled value for a property, or nothing if there are different ones."""
    candidates = []
    for labelled in labels.under(name):
        value = convert_cell(name, schema, labelled.label, labelled.text, declared)
        if value is not None:
            candidates.append(
                Candidate([value], labelled.source, labelled.label, is_converted=True)
            )
    if len({str(candidate.values[0]) for candidate in candidates}) > 1:
        return []  # several values, and nothing tells which one is meant
    return candidates[:1]


def convert_cell(
    name: str, schema: dict[str, Any], label: str, text: str, declared: Declared
) -> Any:
    """Return a cell's text in the type of the schema, with the unit in its heading or label."""
    converter = Converter(name, schema, declared)
    currency = converter.hints.currency
    if currency is not None:
        given = re.findall(r"[^\W\d]+|[^\w\s.,]+", f"{label} {text}")
        if currency not in map(numbers.currency_code, given):
            return None
    if schema["type"] in ("number", "integer"):
        unit = unit_of_label(label)
        if unit is not None:
            return converter.convert(f"{text} {unit}")
    return converter.convert(text)
