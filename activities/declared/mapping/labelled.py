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
from activities.declared.values import currencies, texts
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
        converter = Converter(name, schema, declared)
        value = convert_cell(converter, schema, labelled.label, labelled.text)
        found = [] if value is None else [value]
        if found or converter.is_uncertain:
            candidates.append(
                Candidate(found, labelled.source, labelled.label, bool(found), not found)
            )
    values = {str(value) for candidate in candidates for value in candidate.values}
    if len(values) > 1:  # nothing tells which one is meant
        return [Candidate([], candidates[0].source, candidates[0].path, is_uncertain=True)]
    return sorted(candidates, key=lambda candidate: candidate.is_uncertain)[:1]


def convert_cell(converter: Converter, schema: dict[str, Any], label: str, text: str) -> Any:
    """Return a cell's text in the type of the schema, with the unit in its heading or label."""
    currency = converter.hints.currency
    if currency is not None:
        given = re.findall(r"[^\W\d]+|[^\w\s.,]+", f"{label} {text}")
        if currency not in map(currencies.code_of, given):
            return None
    if schema["type"] in ("number", "integer"):
        unit = unit_of_label(label)
        if unit is not None:
            return converter.convert_with_unit(text, unit)
    return converter.convert(text)
