"""The entry: fill a JSON Schema from what a page declares. What is not declared stays empty."""

from __future__ import annotations

from typing import Any

from activities.declared.entities import Declared
from activities.declared.mapping.context import FillContext, Place, properties_of
from activities.declared.mapping.filled import Filled
from activities.declared.mapping.main_thing import main_scope
from activities.declared.mapping.objects import ObjectFiller
from domain.schema.canonical import canonical
from domain.schema.references import escape, resolve


def fill(schema: dict[str, Any], declared: Declared) -> Filled:
    """Fill an object's schema from what a page declares. Nothing is guessed.

    Required properties for which nothing is declared are null; optional ones are left out. Each
    value fulfils its part of the schema. The whole result may still break a rule such as `oneOf`.
    """
    schema = canonical(schema)
    context = FillContext(schema, declared)
    root = resolve(schema, schema)
    hints = f"{root.get('title', '')} {root.get('description', '')}"
    scope = main_scope(context.lookup, _property_names(root, schema), hints)
    context.labels.add_extra_properties(scope.entities)
    result = ObjectFiller(context).fill(root, Place(scope))
    filled = context.filled
    if result is None:
        required = [name for name in root.get("required", ()) if name in properties_of(root)]
        pointers = [f"/{escape(name)}" for name in required]
        filled.missing += [pointer for pointer in pointers if pointer not in filled.uncertain]
        result = dict.fromkeys(required)
    filled.result = result
    filled.forget_missing_in_lists()
    filled.forget_certain()
    return filled


def _property_names(root: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """Return the names of the root's properties, and of the properties inside of these."""
    properties = properties_of(root)
    inner = [name for part in properties.values() for name in properties_of(resolve(part, schema))]
    return [*properties, *inner]
