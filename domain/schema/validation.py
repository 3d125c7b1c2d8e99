"""Checks of the JSON Schemas that clients send."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from jsonschema.exceptions import best_match
from jsonschema.validators import Draft202012Validator, validator_for
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable

from domain.schema.patterns import compiled, has_pattern_properties
from domain.schema.strict import CHECKED_AFTERWARDS

MAX_BYTES = 64 * 1024
MAX_LEVELS = 10
MAX_PROPERTIES = 5_000
MAX_ENUM_VALUES = 1_000

_SUBSCHEMA = (
    "items",
    "additionalProperties",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "additionalItems",
)
_SUBSCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems", "items")
_SUBSCHEMA_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")

_IN_PLACE = ("not", "if", "then", "else")
"""Keywords with one schema for the same value."""

_NOT_ENFORCED = {
    "format": "the format is told to the model but not checked",
    "contentEncoding": "it is not checked",
    "contentMediaType": "it is not checked",
    "contentSchema": "it is not checked",
}


def check_schema(schema: dict[str, Any]) -> list[str]:
    """What is wrong with `schema`: a sentence each, naming the place; empty if nothing is."""
    size = len(json.dumps(schema, ensure_ascii=False).encode())
    if size > MAX_BYTES:
        return [f"schema: has {size} bytes; at most {MAX_BYTES} are allowed."]
    if schema.get("type") != "object":
        return ['schema.type: the root must be of type "object".']
    if not isinstance(schema.get("$schema", ""), str):
        return ["schema.$schema: must be a string."]
    dialect = validator_for(schema, default=Draft202012Validator)
    # Not its own check_schema(): that compiles patterns and lets an OverflowError through.
    error = best_match(dialect(dialect.META_SCHEMA).iter_errors(schema))
    if error is not None:
        place = "".join(f"[{part!r}]" for part in error.absolute_path)
        return [f"schema{place}: {error.message[:300]}."]
    return _check_limits(schema) or _check_references(schema) or _check_circles(schema)


def schema_warnings(schema: dict[str, Any]) -> list[str]:
    """What the schema asks for that will not be enforced, a sentence each."""
    warnings = []
    matches_names = has_pattern_properties(schema)
    for path, _, part in _walk(schema):
        warnings += [
            f"{path}.{keyword}: {_NOT_ENFORCED[keyword]}."
            for keyword in part
            if keyword in _NOT_ENFORCED
        ]
        patterns = [("patternProperties", pattern) for pattern in part.get("patternProperties", ())]
        if "pattern" in part:
            patterns.append(("pattern", part["pattern"]))
        for keyword, pattern in patterns:
            if compiled(pattern) is None:
                warnings.append(
                    f"{path}.{keyword}: {pattern[:100]!r} is not checked, since it cannot "
                    "be matched in linear time; leave out lookarounds and references to groups."
                )
        if "unevaluatedProperties" in part and matches_names:
            warnings.append(
                f"{path}.unevaluatedProperties: it is not checked beside patternProperties."
            )
        warnings += [
            f"{path}.{keyword}: no model is held to it; its answer is checked against it."
            for keyword in part
            if keyword in CHECKED_AFTERWARDS
            and not any(warning.startswith(f"{path}.{keyword}:") for warning in warnings)
        ]
    return warnings


def _check_limits(schema: dict[str, Any]) -> list[str]:
    properties = enum_values = 0
    for path, level, part in _walk(schema):
        if level > MAX_LEVELS:
            return [f"{path}: is nested deeper than {MAX_LEVELS} levels."]
        properties += len(part.get("properties", {}))
        enum_values += len(part.get("enum", []))
        for pattern in (part.get("pattern"), *part.get("patternProperties", {})):
            if pattern is not None and not _compiles(pattern):
                return [f"{path}.pattern: {pattern[:100]!r} is not a regular expression."]
    if properties > MAX_PROPERTIES:
        return [f"schema: has {properties} properties; at most {MAX_PROPERTIES} are allowed."]
    if enum_values > MAX_ENUM_VALUES:
        return [f"schema: has {enum_values} enum values; at most {MAX_ENUM_VALUES} are allowed."]
    return []


def _check_references(schema: dict[str, Any]) -> list[str]:
    resolver = Registry().resolver_with_root(Resource.opaque(schema))
    for path, _, part in _walk(schema):
        reference = part.get("$ref")
        if reference is None:
            continue
        if not reference.startswith("#"):
            return [f"{path}.$ref: only references within the schema are allowed (#/$defs/…)."]
        try:
            resolver.lookup(reference)
        except Unresolvable:
            return [f"{path}.$ref: {reference[:100]!r} leads nowhere."]
    return []


def _check_circles(schema: dict[str, Any]) -> list[str]:
    """What refers to itself without going deeper into the data can never be decided."""
    resolver = Registry().resolver_with_root(Resource.opaque(schema))
    done: set[int] = set()

    def has_circle(part: Any, above: frozenset[int]) -> bool:
        if not isinstance(part, dict) or id(part) in done:
            return False
        if id(part) in above:
            return True
        inner = [part[keyword] for keyword in _IN_PLACE if keyword in part]
        for keyword in ("allOf", "anyOf", "oneOf"):
            inner += part.get(keyword, [])
        inner += part.get("dependentSchemas", {}).values()
        if "$ref" in part:
            inner.append(resolver.lookup(part["$ref"]).contents)
        if any(has_circle(each, above | {id(part)}) for each in inner):
            return True
        done.add(id(part))
        return False

    return [
        f"{path}: refers to itself without an end."
        for path, _, part in _walk(schema)
        if has_circle(part, frozenset())
    ][:1]


def _walk(schema: dict[str, Any]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Path, level (1 is the root) and schema of `schema` and all within it."""
    stack: list[tuple[str, int, Any]] = [("schema", 1, schema)]
    while stack:
        path, level, part = stack.pop()
        if not isinstance(part, dict):
            continue
        yield path, level, part
        if level > MAX_LEVELS:
            continue
        stack.extend(
            (f"{path}.{keyword}", level + 1, part[keyword])
            for keyword in _SUBSCHEMA
            if isinstance(part.get(keyword), dict)
        )
        for keyword in _SUBSCHEMA_LISTS:
            if isinstance(part.get(keyword), list):
                stack.extend(
                    (f"{path}.{keyword}[{index}]", level + 1, entry)
                    for index, entry in enumerate(part[keyword])
                )
        for keyword in _SUBSCHEMA_MAPS:
            if isinstance(part.get(keyword), dict):
                stack.extend(
                    (f"{path}.{keyword}.{name}", level + 1, entry)
                    for name, entry in part[keyword].items()
                )


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True
