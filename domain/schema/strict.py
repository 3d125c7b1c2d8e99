"""A client's schema in the strict dialect of structured outputs.

That dialect, in the form that OpenAI and the others agree upon: each object names all of its
properties, requires all of them and allows no others; alternatives are `anyOf`; references lead to
`$defs`; limits of numbers, lengths and the like are unknown. What a property may lack is `null`
there, which `activities.conversion.normalise` undoes. Limits are told in the descriptions, since
models heed them, and are checked here once the answer has come.
"""

from __future__ import annotations

import json
from typing import Any

from domain.schema.rules import resolve

_MAX_DEPTH = 40
_MAX_DEFINITIONS = 500
_MAX_DESCRIPTION = 1000

_TOLD = (
    "format",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
)
"""Keywords that go into the description."""

CHECKED_AFTERWARDS = (
    "not",
    "if",
    "dependentSchemas",
    "dependentRequired",
    "dependencies",
    "patternProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "contains",
    "prefixItems",
    "unevaluatedProperties",
    "unevaluatedItems",
)
"""Keywords of which the dialect has nothing: no server holds a model to them."""

_PLAIN_TYPES = frozenset(("string", "number", "integer", "boolean", "null"))


class _InexpressibleError(Exception):
    """The dialect has no form for this; leaving it out would change what is asked for."""


def strict_schema(schema: dict[str, Any]) -> dict[str, Any] | None:
    """`schema` in the strict dialect, such that every object that fulfils `schema` by the
    contract's rule for null has a form in it. None if there is none: objects with names that are
    not known before, tuples, values of any kind."""
    try:
        return _Strict(schema).run()
    except _InexpressibleError:
        return None


class _Strict:
    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._names: dict[str, str] = {}
        self._definitions: dict[str, dict[str, Any]] = {}

    def run(self) -> dict[str, Any]:
        strict = self._part(self._root, 0, is_root=True)
        if "properties" not in strict:
            raise _InexpressibleError
        if self._definitions:
            strict["$defs"] = self._definitions
        return strict

    def _part(self, schema: Any, depth: int, *, is_root: bool = False) -> dict[str, Any]:
        if not isinstance(schema, dict) or depth > _MAX_DEPTH:
            raise _InexpressibleError
        reference = schema.get("$ref")
        if isinstance(reference, str) and not _constrains(schema, besides="$ref"):
            return {"$ref": f"#/$defs/{self._definition(reference, depth)}"}
        schema = resolve(schema, self._root)
        alternatives = schema.get("anyOf") or schema.get("oneOf")
        if alternatives and not _only_limits(alternatives):
            if is_root:
                raise _InexpressibleError  # the dialect's root is no alternative
            # What `allOf` has is in the schema already.
            base = {
                name: part
                for name, part in schema.items()
                if name not in ("anyOf", "oneOf", "allOf")
            }
            base = base if _constrains(base) else {}
            branches = [
                self._part({"allOf": [branch], **base} if base else branch, depth + 1)
                for branch in alternatives
                if branch is not False
            ]
            return _described({"anyOf": branches}, schema)
        return _described(self._plain(schema, depth), schema)

    def _plain(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        if "const" in schema:
            return _enumeration([schema["const"]])
        if "enum" in schema:
            return _enumeration(schema["enum"])
        types = schema.get("type") or _implied(schema)
        types = [types] if isinstance(types, str) else types
        if len(types) == 1:
            return self._typed(types[0], schema, depth)
        if types and set(types) <= _PLAIN_TYPES:
            return {"type": types}
        if types:
            return {"anyOf": [self._typed(kind, schema, depth) for kind in types]}
        raise _InexpressibleError

    def _typed(self, kind: str, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            items = schema.get("items")
            if "prefixItems" in schema or not isinstance(items, dict):
                raise _InexpressibleError
            return {"type": "array", "items": self._part(items, depth + 1)}
        return {"type": kind}

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        others = schema.get("additionalProperties")
        is_open = others not in (None, False) or schema.get("patternProperties")
        if is_open or (not properties and others is None):
            raise _InexpressibleError
        if not set(schema.get("required", ())) <= properties.keys():
            raise _InexpressibleError
        strict = {
            name: _nullable(self._part(part, depth + 1))
            for name, part in properties.items()
            if part is not False
        }
        return {
            "type": "object",
            "properties": strict,
            "required": list(strict),
            "additionalProperties": False,
        }

    def _definition(self, reference: str, depth: int) -> str:
        if reference not in self._names:
            if len(self._names) >= _MAX_DEFINITIONS:
                raise _InexpressibleError
            name = self._names[reference] = f"d{len(self._names) + 1}"
            target = resolve({"$ref": reference}, self._root)
            self._definitions[name] = self._part(target, depth + 1)
        return self._names[reference]


def _nullable(strict: dict[str, Any]) -> dict[str, Any]:
    kind = strict.get("type")
    if isinstance(kind, str) and kind in _PLAIN_TYPES - {"null"}:
        nullable = {**strict, "type": [kind, "null"]}
        if "enum" in strict:
            nullable["enum"] = [*strict["enum"], None]
        return nullable
    if kind == "null" or (isinstance(kind, list) and "null" in kind):
        return strict
    if isinstance(kind, list):
        return {**strict, "type": [*kind, "null"]}
    if "anyOf" in strict:
        if any(branch.get("type") == "null" for branch in strict["anyOf"]):
            return strict
        return {**strict, "anyOf": [*strict["anyOf"], {"type": "null"}]}
    description = {"description": strict["description"]} if "description" in strict else {}
    plain = {name: part for name, part in strict.items() if name != "description"}
    return {"anyOf": [plain, {"type": "null"}], **description}


def _enumeration(values: list[Any]) -> dict[str, Any]:
    kinds: dict[str, list[Any]] = {}
    for value in values:
        kinds.setdefault(_kind(value), []).append(value)
    if not kinds or not kinds.keys() <= _PLAIN_TYPES:
        raise _InexpressibleError
    branches: list[dict[str, Any]] = [
        {"type": kind} if kind == "null" else {"type": kind, "enum": members}
        for kind, members in kinds.items()
    ]
    return branches[0] if len(branches) == 1 else {"anyOf": branches}


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
    return "other"


def _implied(schema: dict[str, Any]) -> list[str]:
    """The type of a schema that does not name it, as a reader would take it."""
    if "properties" in schema:
        return ["object"]
    return ["array"] if "items" in schema else []


def _constrains(schema: dict[str, Any], besides: str = "") -> bool:
    """Whether `schema` says more than what a reader is told."""
    silent = {besides, "title", "description", "examples", "default", "$comment", "$defs"}
    return bool(schema.keys() - silent - {"definitions", "$schema", "$id", "deprecated"})


def _only_limits(alternatives: list[Any]) -> bool:
    """Whether they only say which properties go together; that is checked afterwards."""
    return all(
        isinstance(branch, dict)
        and branch.keys() <= {"required", "not", "type"}
        and branch.get("type", "object") == "object"
        for branch in alternatives
    )


def _described(strict: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """`strict` with what `schema` tells a reader, and with the limits that it sets."""
    told = [str(schema[name]) for name in ("title", "description") if schema.get(name)]
    limits = [
        f"{name} {json.dumps(schema[name], ensure_ascii=False)}" for name in _TOLD if name in schema
    ]
    if limits:
        told.append(f"({', '.join(limits)})")
    if told and "$ref" not in strict:
        return {**strict, "description": ". ".join(told)[:_MAX_DESCRIPTION]}
    return strict
