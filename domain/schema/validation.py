"""Check the JSON Schemas that clients send, and warn about keywords without effect."""

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

# Limits of one schema. The last three are the limits of OpenAI's structured outputs:
# https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas
MAX_BYTES = 64 * 1024
MAX_LEVELS = 10
MAX_PROPERTIES = 5_000
MAX_ENUM_VALUES = 1_000

_MAX_SHOWN = 100
"""Characters of a client's text that a sentence repeats."""

_MAX_SHOWN_ERROR = 300
"""Characters of an error of jsonschema, which may quote a large part of the schema."""

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
"""Keywords whose value is a schema."""

_SUBSCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems", "items")
"""Keywords whose value is a list of schemas."""

_SUBSCHEMA_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
"""Keywords whose value is an object of schemas."""

_IN_PLACE = ("not", "if", "then", "else")
"""Keywords with one schema that applies to the same value as the schema around it."""

_NOT_ENFORCED = {
    "format": "the format is told to the model but not checked",
    "contentEncoding": "it is not checked",
    "contentMediaType": "it is not checked",
    "contentSchema": "it is not checked",
}


def check_schema(schema: dict[str, Any]) -> list[str]:
    """Return a sentence for each problem of `schema`, with its place; empty if it is valid."""
    size = len(json.dumps(schema, ensure_ascii=False).encode())
    if size > MAX_BYTES:
        return [f"schema: has {size} bytes; at most {MAX_BYTES} are allowed."]
    if schema.get("type") != "object":
        return ['schema.type: the root must be of type "object".']
    if not isinstance(schema.get("$schema", ""), str):
        return ["schema.$schema: must be a string."]
    if too_large := _check_size(schema):
        return too_large
    dialect = validator_for(schema, default=Draft202012Validator)
    # `dialect.check_schema()` compiles patterns, and some of them raise an OverflowError.
    error = best_match(dialect(dialect.META_SCHEMA).iter_errors(schema))
    if error is not None:
        place = "".join(f"[{part!r}]" for part in error.absolute_path)
        return [f"schema{place}: {error.message[:_MAX_SHOWN_ERROR]}."]
    return _check_patterns(schema) or _check_references(schema) or _check_circles(schema)


def schema_warnings(schema: dict[str, Any]) -> list[str]:
    """Return a sentence for each keyword of `schema` that is not enforced."""
    has_patterns = has_pattern_properties(schema)
    return [
        f"{path}.{keyword}: {reason}."
        for path, _, part in _walk(schema)
        for keyword, reason in _unenforced(part, has_patterns=has_patterns)
    ]


def _unenforced(part: dict[str, Any], *, has_patterns: bool) -> list[tuple[str, str]]:
    """Return the keywords of `part` that are not enforced, each with its reason."""
    found = [(keyword, _NOT_ENFORCED[keyword]) for keyword in part if keyword in _NOT_ENFORCED]
    found += _unsupported_patterns(part)
    if "unevaluatedProperties" in part and has_patterns:
        found.append(("unevaluatedProperties", "it is not checked beside patternProperties"))
    named = {keyword for keyword, _ in found}
    reason = "the model is not forced to follow it; the answer is checked afterwards"
    found += [
        (keyword, reason)
        for keyword in part
        if keyword in CHECKED_AFTERWARDS and keyword not in named
    ]
    return found


def _unsupported_patterns(part: dict[str, Any]) -> list[tuple[str, str]]:
    patterns = [("patternProperties", pattern) for pattern in part.get("patternProperties", ())]
    if "pattern" in part:
        patterns.append(("pattern", part["pattern"]))
    return [
        (
            keyword,
            f"{pattern[:_MAX_SHOWN]!r} is not checked, because it cannot be matched in linear "
            "time; leave out lookarounds and references to groups",
        )
        for keyword, pattern in patterns
        if compiled(pattern) is None
    ]


def _check_size(schema: dict[str, Any]) -> list[str]:
    """Check how large `schema` is. It need not be valid yet: large ones take long to validate."""
    properties = enum_values = 0
    for path, level, part in _walk(schema):
        if level > MAX_LEVELS:
            return [f"{path}: is nested deeper than {MAX_LEVELS} levels."]
        properties += _length(part.get("properties"))
        enum_values += _length(part.get("enum"))
    if properties > MAX_PROPERTIES:
        return [f"schema: has {properties} properties; at most {MAX_PROPERTIES} are allowed."]
    if enum_values > MAX_ENUM_VALUES:
        return [f"schema: has {enum_values} enum values; at most {MAX_ENUM_VALUES} are allowed."]
    return []


def _length(value: Any) -> int:
    return len(value) if isinstance(value, dict | list) else 0


def _check_patterns(schema: dict[str, Any]) -> list[str]:
    for path, _, part in _walk(schema):
        for pattern in (part.get("pattern"), *part.get("patternProperties", {})):
            if pattern is not None and not _compiles(pattern):
                return [f"{path}.pattern: {pattern[:_MAX_SHOWN]!r} is not a regular expression."]
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
            return [f"{path}.$ref: {reference[:_MAX_SHOWN]!r} leads nowhere."]
    return []


def _check_circles(schema: dict[str, Any]) -> list[str]:
    """Return the first schema that refers to itself for the same value.

    Validation of such a schema never ends. A schema may refer to itself for a deeper value.
    """
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
    """Yield path, level (1 is the root) and schema, for `schema` and all schemas within."""
    stack: list[tuple[str, int, Any]] = [("schema", 1, schema)]
    while stack:
        path, level, part = stack.pop()
        if not isinstance(part, dict):
            continue
        yield path, level, part
        if level <= MAX_LEVELS:
            stack.extend((f"{path}.{place}", level + 1, inner) for place, inner in _children(part))


def _children(part: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield place and value of each schema directly within `part`."""
    for keyword in _SUBSCHEMA:
        if isinstance(part.get(keyword), dict):
            yield keyword, part[keyword]
    for keyword in _SUBSCHEMA_LISTS:
        if isinstance(part.get(keyword), list):
            for index, entry in enumerate(part[keyword]):
                yield f"{keyword}[{index}]", entry
    for keyword in _SUBSCHEMA_MAPS:
        if isinstance(part.get(keyword), dict):
            for name, entry in part[keyword].items():
                yield f"{keyword}.{name}", entry


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True
