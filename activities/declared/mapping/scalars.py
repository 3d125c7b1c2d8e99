"""How a single value of the schema is filled: a string, a number or a boolean."""

from __future__ import annotations

from typing import Any

from activities.declared.entities import Source
from activities.declared.mapping.context import FillContext, Place
from activities.declared.mapping.converters import Converter
from activities.declared.mapping.filled import Provenance
from activities.declared.mapping.lookup import Candidate, Scope

_SHORT = 100
"""Characters of values that are joined with commas. Longer ones get a line each."""


def fill_scalar(
    context: FillContext,
    name: str,
    schema: dict[str, Any],
    place: Place,
    candidates: list[Candidate],
) -> Any:
    """Return the value of the most trusted source, and note which other sources disagree."""
    chosen: Any = None
    origin: Candidate | None = None
    disagreeing: list[Source] = []
    is_uncertain = False
    for candidate in candidates:
        value, has_more = _value_of(context, name, schema, place.scope, candidate)
        if value is None:
            is_uncertain |= has_more
            continue
        if origin is None:
            chosen, origin = value, candidate
        elif value != chosen and candidate.source not in (origin.source, *disagreeing):
            disagreeing.append(candidate.source)
    if origin is not None:
        noted = Provenance(origin.source, origin.path, tuple(disagreeing))
        context.filled.provenance[place.pointer] = noted
    elif is_uncertain:
        context.filled.note_uncertain(place.pointer)
    return chosen


def _value_of(
    context: FillContext, name: str, schema: dict[str, Any], scope: Scope, candidate: Candidate
) -> tuple[Any, bool]:
    """Return the one value that a source declares, in the type of the schema.

    The second value says whether there is something that has no certain meaning.
    """
    if candidate.is_converted or candidate.is_uncertain:
        return next(iter(candidate.values), None), candidate.is_uncertain
    converter = Converter(name, schema, context.declared, scope, candidate.path)
    if not converter.is_in_currency(scope):
        return None, False
    found: list[Any] = []
    for declared in candidate.in_currency(converter.hints.currency):
        value = converter.convert(declared)
        if value is not None and value not in found and context.is_valid(value, schema):
            found.append(value)
    if len(found) <= 1:
        return found[0] if found else None, converter.is_uncertain
    return _together(context, schema, converter, found), True


def _together(
    context: FillContext, schema: dict[str, Any], converter: Converter, found: list[Any]
) -> Any:
    """Return one value for several, or None if nothing tells which one is meant."""
    hints = converter.hints
    if schema["type"] != "string" or "enum" in schema or hints.is_date:
        return None
    if hints.is_address:
        return found[0]
    if hints.is_currency:
        return None
    separator = ", " if all(len(value) <= _SHORT for value in found) else "\n"
    joined = separator.join(found)
    return joined if context.is_valid(joined, schema) else None
