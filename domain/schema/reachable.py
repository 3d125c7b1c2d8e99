"""The schemas within a canonical schema, each by the path of names that first leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.schema.applied import in_place
from domain.schema.references import target

_VALUES = (
    "items",
    "contains",
    "additionalProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
)
"""Keywords with one schema for values inside of a value."""


def reachable(
    root: dict[str, Any], *, in_negations: bool = False
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield path and schema for each schema that says something about a value of its own.

    Schemas for the same value, such as those in `allOf`, are not yielded but looked into. What
    `not` says is looked into with `in_negations` only.
    """
    pending: list[tuple[str, Any]] = [("", root)]
    seen: set[int] = set()
    while pending:
        path, schema = pending.pop()
        if not isinstance(schema, dict) or id(schema) in seen:
            continue
        seen.add(id(schema))
        yield path, schema
        inside = [schema]
        known = {id(schema)}
        while inside:
            part = inside.pop()
            pending.extend((path + place, inner) for place, inner in _values(part))
            negation = [part.get("not")] if in_negations else []
            for inner in (*in_place(part, root), *negation):
                if isinstance(inner, dict) and id(inner) not in known:
                    known.add(id(inner))
                    inside.append(inner)


def endless(root: dict[str, Any]) -> str | None:
    """Return the path of a schema that leads to itself for the same value, or None.

    Validation against such a schema never ends. A schema may lead to itself for a deeper value.
    """
    done: set[int] = set()

    def has_circle(part: Any, above: frozenset[int]) -> bool:
        if not isinstance(part, dict) or id(part) in done:
            return False
        if id(part) in above:
            return True
        inner = [*in_place(part, root), part.get("not")]
        if any(has_circle(each, above | {id(part)}) for each in inner):
            return True
        done.add(id(part))
        return False

    schemas = reachable(root, in_negations=True)
    return next((path for path, part in schemas if has_circle(part, frozenset())), None)


def unconditional(schema: Any, root: dict[str, Any]) -> list[Any]:
    """Return `schema` and all schemas that each value which fulfils it fulfils as well."""
    found: dict[int, Any] = {}
    pending = [schema]
    while pending:
        part = pending.pop()
        if id(part) in found:
            continue
        found[id(part)] = part
        if isinstance(part, dict):
            pending += part.get("allOf", ())
            if "$ref" in part:
                pending.append(target(part["$ref"], root))
    return list(found.values())


def _values(part: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield place and schema for each value inside of a value."""
    for name, inner in part.get("properties", {}).items():
        yield f".properties.{name}", inner
    for keyword in _VALUES:
        yield f".{keyword}", part.get(keyword)
    for name, inner in part.get("patternProperties", {}).items():
        yield f".patternProperties.{name}", inner
    for index, inner in enumerate(part.get("prefixItems", ())):
        yield f".prefixItems[{index}]", inner
