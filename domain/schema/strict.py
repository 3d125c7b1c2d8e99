"""A client's schema in the strict dialect of structured outputs.

The dialect is the common subset of OpenAI and the other servers. Each object names all of its
properties, requires all of them and allows no others. Alternatives are `anyOf`. References lead to
`$defs`. Limits of numbers and lengths are unknown.

A property that may be missing is `null` in the dialect; `activities.conversion.normalise` removes
such nulls. Limits become part of the descriptions, because models respect them. The answer is
checked against the limits afterwards.
"""

from __future__ import annotations

import json
from typing import Any

from domain.schema.canonical import canonical
from domain.schema.references import any_of_them, resolve, target

_MAX_DEPTH = 40
_MAX_DEFINITIONS = 500
_MAX_DESCRIPTION = 1000
"""Characters of one description."""

_DESCRIBED = (
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
"""Keywords that become part of the description."""

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
"""Keywords that the dialect cannot express, so that no server enforces them."""

_ANNOTATIONS = frozenset(
    (
        "title",
        "description",
        "examples",
        "default",
        "deprecated",
        "$comment",
        "$defs",
        "definitions",
        "$schema",
        "$id",
    )
)
"""Keywords that allow and forbid no value."""

_PLAIN_TYPES = frozenset(("string", "number", "integer", "boolean", "null"))


class _InexpressibleError(Exception):
    """The dialect has no form for a part of the schema, and leaving it out changes the meaning."""


def strict_schema(schema: dict[str, Any]) -> dict[str, Any] | None:
    """Return `schema` in the strict dialect, or None if the dialect cannot express it.

    Every object that fulfils `schema` under the contract's rule for null has a form in the result,
    with two exceptions. A schema without `type` that has `properties` means an object, and one that
    has `items` a list. A property that only a condition names has the type that it has there.
    The dialect cannot express objects with unknown names, tuples, and values of any kind.
    """
    try:
        return _StrictSchemaBuilder(canonical(schema)).build()
    except _InexpressibleError:
        return None


class _StrictSchemaBuilder:
    """Builds the strict form of one schema, with its definitions."""

    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._names: dict[str, str] = {}
        self._definitions: dict[str, dict[str, Any]] = {}

    def build(self) -> dict[str, Any]:
        strict = self._strict(self._root, 0, is_root=True)
        if "properties" not in strict:
            raise _InexpressibleError
        if self._definitions:
            strict["$defs"] = self._definitions
        return strict

    def _strict(self, schema: Any, depth: int, *, is_root: bool = False) -> dict[str, Any]:
        if not isinstance(schema, dict) or depth > _MAX_DEPTH:
            raise _InexpressibleError
        reference = schema.get("$ref")
        if reference is not None and not _constrains(schema, besides="$ref"):
            return {"$ref": f"#/$defs/{self._definition(reference, depth)}"}
        schema = resolve(schema, self._root)
        alternatives = schema.get("anyOf") or schema.get("oneOf")
        if not alternatives:
            return _described(self._single(schema, depth), schema)
        if is_root:
            raise _InexpressibleError  # the root must be an object
        branches = self._branches(schema, alternatives, depth)
        return _described({"anyOf": branches}, schema)

    def _branches(
        self, schema: dict[str, Any], alternatives: list[Any], depth: int
    ) -> list[dict[str, Any]]:
        """Return each alternative combined with the keywords beside the alternatives."""
        base = {name: part for name, part in schema.items() if name not in ("anyOf", "oneOf")}
        base = base if _constrains(base) else {}
        branches = [branch for branch in alternatives if branch is not False]
        if "anyOf" in schema:
            branches += self._together(branches)
        return [
            self._strict({"allOf": [branch], **base} if base else branch, depth + 1)
            for branch in branches
        ]

    def _together(self, branches: list[Any]) -> list[dict[str, Any]]:
        """Return one more branch, in which an object can have what several branches ask for."""
        objects = [resolve(branch, self._root) for branch in branches]
        objects = [part for part in objects if part.get("properties")]
        names = [part["properties"].keys() for part in objects]
        is_closed = any(part.get("additionalProperties") is False for part in objects)
        has_all = any(set().union(*names) <= keys for keys in names)
        if len(objects) < 2 or is_closed or has_all or _are_exclusive(objects):
            return []
        return [any_of_them(objects, self._root)]

    def _single(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        """Return the strict form of a schema without alternatives."""
        if "const" in schema:
            return _enumeration([schema["const"]])
        if "enum" in schema:
            return _enumeration(schema["enum"])
        types = schema.get("type") or _implied_types(schema)
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
            return {"type": "array", "items": self._strict(items, depth + 1)}
        return {"type": kind}

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        others = schema.get("additionalProperties")
        is_open = others not in (None, False) or schema.get("patternProperties")
        is_open = is_open or schema.get("unevaluatedProperties") not in (None, False)
        if is_open or (not properties and others is None):
            raise _InexpressibleError
        if not set(schema.get("required", ())) <= properties.keys():
            raise _InexpressibleError
        if schema.get("minProperties", 0) > len(properties):
            raise _InexpressibleError
        strict = {
            name: _nullable(self._strict(part, depth + 1))
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
        """Return the name in `$defs` of what `reference` leads to."""
        if reference not in self._names:
            if len(self._names) >= _MAX_DEFINITIONS:
                raise _InexpressibleError
            name = self._names[reference] = f"d{len(self._names) + 1}"
            self._definitions[name] = self._strict(target(reference, self._root), depth + 1)
        return self._names[reference]


def _nullable(strict: dict[str, Any]) -> dict[str, Any]:
    """Return `strict` with `null` as one more value."""
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
    """Return a schema of `values`, with one branch for each type."""
    by_type: dict[str, list[Any]] = {}
    for value in values:
        by_type.setdefault(_type_of(value), []).append(value)
    if not by_type or not by_type.keys() <= _PLAIN_TYPES:
        raise _InexpressibleError
    branches: list[dict[str, Any]] = [
        {"type": kind} if kind == "null" else {"type": kind, "enum": members}
        for kind, members in by_type.items()
    ]
    return branches[0] if len(branches) == 1 else {"anyOf": branches}


def _type_of(value: Any) -> str:
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


def _implied_types(schema: dict[str, Any]) -> list[str]:
    """Return the type that a schema without `type` obviously means."""
    if "properties" in schema:
        return ["object"]
    return ["array"] if "items" in schema else []


def _constrains(schema: dict[str, Any], besides: str = "") -> bool:
    """Return whether `schema` has a keyword that limits values, other than `besides`."""
    return bool(schema.keys() - _ANNOTATIONS - {besides})


def _are_exclusive(objects: list[dict[str, Any]]) -> bool:
    """Return whether one property tells all of `objects` apart, so that no value fits two."""
    shared = set.intersection(*(set(part.get("required", ())) for part in objects))
    for name in shared:
        rules = [part["properties"].get(name) for part in objects]
        values = [
            json.dumps(value)
            for rule in rules
            if isinstance(rule, dict)
            for value in rule.get("enum", [rule["const"]] if "const" in rule else [])
        ]
        is_listed = all(
            isinstance(rule, dict) and rule.keys() & {"enum", "const"} for rule in rules
        )
        if is_listed and len(set(values)) == len(values):
            return True
    return False


def _described(strict: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return `strict` with the title, the description and the limits of `schema` as text."""
    texts = [str(schema[name]) for name in ("title", "description") if schema.get(name)]
    limits = [
        f"{name} {json.dumps(schema[name], ensure_ascii=False)}"
        for name in _DESCRIBED
        if name in schema
    ]
    if limits:
        texts.append(f"({', '.join(limits)})")
    if texts and "$ref" not in strict:
        return {**strict, "description": ". ".join(texts)[:_MAX_DESCRIPTION]}
    return strict
