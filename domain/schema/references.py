"""References of canonical schemas, and the merged view of a schema with all that it leads to."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import product
from math import prod
from typing import Any

_MAX_DEPTH = 30
"""Schemas that lead to each other for the same value."""

_MAX_BRANCHES = 64
"""Branches of several groups of alternatives, multiplied."""

_MEMBERS = ("properties", "patternProperties")
_SCHEMAS = ("items", "additionalProperties")
_IN_PLACE = (
    "$ref", "$defs", "allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas", "not",
)  # fmt: skip


def target(reference: str, root: dict[str, Any]) -> Any:
    """Return the schema at `reference`, as canonical schemas have it."""
    if reference == "#":
        return root
    return root["$defs"][reference.removeprefix("#/$defs/")]


def escape(name: str) -> str:
    """Return a property's name as a part of a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def value_at(document: Any, pointer: str) -> Any:
    """Return the value at a JSON Pointer (RFC 6901), or None if there is none."""
    value = document
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(key)] if key.isdecimal() and int(key) < len(value) else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def resolve(schema: Any, root: dict[str, Any]) -> dict[str, Any]:
    """Return one schema in place of `schema`, and of what it leads to for the same value.

    `root` is canonical, and `schema` a part of it. References and `allOf` are merged. Properties
    that a schema asks for only sometimes, as `then` and `dependentSchemas` do, are optional ones.
    Several groups of alternatives become one `anyOf`. Each value that fulfils `schema` fulfils the
    result too. Returns `{}` for `true`, and where schemas lead to each other without an end.
    """
    return _Merger(root, 0).merged(schema)


def only_limits(branches: list[Any]) -> bool:
    """Return whether alternatives say only which properties an object must have together."""
    return all(
        isinstance(branch, dict)
        and branch.keys() <= {"required", "not", "type"}
        and branch.get("type", "object") == "object"
        for branch in branches
    )


def any_of_them(branches: list[Any], root: dict[str, Any]) -> dict[str, Any]:
    """Return an object's schema with all properties of `branches`, of which none is required."""
    return _Merger(root, 0).any_of_them(branches)


class _Merger:
    """Merges the schemas for one value, `depth` schemas away from the one that was asked for."""

    def __init__(self, root: dict[str, Any], depth: int) -> None:
        self._root = root
        self._depth = depth
        self._merged: dict[str, Any] = {}
        self._groups: list[dict[str, list[Any]]] = []
        self._optional: dict[str, list[Any]] = {}
        """Schemas of properties that may be asked for. No schema means that any value will do."""

    def merged(self, schema: Any) -> dict[str, Any]:
        self._add(schema, self._depth)
        alternatives = self._alternatives()
        properties = dict(self._merged.get("properties", {}))
        for name, schemas in self._optional.items():
            if name not in properties:
                properties[name] = _one_of(schemas)
        if properties:
            self._merged["properties"] = properties
        return {**self._merged, **alternatives}

    def any_of_them(self, branches: list[Any]) -> dict[str, Any]:
        for branch in branches:
            self._add_optional(branch, self._depth + 1)
        return self.merged({"type": "object"})

    def _add(self, schema: Any, depth: int) -> None:
        if schema is False:
            self._merged["enum"] = []
        if not isinstance(schema, dict) or depth > _MAX_DEPTH:
            return
        for keyword, part in schema.items():
            if keyword not in _IN_PLACE:
                known = self._merged.get(keyword)
                self._merged[keyword] = part if known is None else _both(keyword, known, part)
        if "$ref" in schema:
            self._add(target(schema["$ref"], self._root), depth + 1)
        for part in schema.get("allOf", ()):
            self._add(part, depth + 1)
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                self._groups.append({keyword: schema[keyword]})
        for part in _sometimes(schema):
            self._add_optional(part, depth + 1)
        for name, others in schema.get("dependentRequired", {}).items():
            self._name(name, *others)

    def _add_optional(self, schema: Any, depth: int) -> None:
        """Add the properties that `schema`, which may not apply, names."""
        if depth > _MAX_DEPTH:
            return
        part = _Merger(self._root, depth).merged(schema)
        for name, inner in part.get("properties", {}).items():
            self._optional.setdefault(name, []).append(inner)
        self._name(*part.get("required", ()))
        is_open = part.get("patternProperties") or part.get("additionalProperties")
        if is_open or part.get("unevaluatedProperties"):
            self._merged.setdefault("additionalProperties", True)
        for branch in part.get("anyOf") or part.get("oneOf") or ():
            self._add_optional(branch, depth + 1)

    def _name(self, *names: str) -> None:
        for name in names:
            self._optional.setdefault(name, [])

    def _alternatives(self) -> dict[str, list[Any]]:
        """Return one group of alternatives instead of several."""
        groups = []
        for group in self._groups:
            [branches] = group.values()
            if only_limits(branches):
                for branch in branches:
                    self._name(*branch.get("required", ()))
            else:
                groups.append(group)
        if len(groups) == 1:
            return groups[0]
        several = [branches for group in groups for branches in group.values()]
        if not several or prod(map(len, several)) > _MAX_BRANCHES:
            return {}
        return {"anyOf": [{"allOf": list(chosen)} for chosen in product(*several)]}


def _sometimes(schema: dict[str, Any]) -> list[Any]:
    """Return the schemas that apply to the same value only under a condition."""
    parts = [schema[keyword] for keyword in ("if", "then", "else") if keyword in schema]
    return parts + list(schema.get("dependentSchemas", {}).values())


def _one_of(schemas: list[Any]) -> Any:
    """Return a schema for what one of `schemas` allows."""
    different = {json.dumps(part, sort_keys=True): part for part in schemas if part is not True}
    if not different:
        return True
    return next(iter(different.values())) if len(different) == 1 else {"anyOf": [*schemas]}


def _both(keyword: str, first: Any, second: Any) -> Any:
    """Return the value of a keyword that two schemas for the same value have."""
    if keyword in _MEMBERS:
        shared = {
            name: _all_of(first[name], part) for name, part in second.items() if name in first
        }
        return {**first, **second, **shared}
    if keyword in ("unevaluatedProperties", "unevaluatedItems"):
        # What one schema allows is evaluated for the other one.
        return first if second is False else second
    if keyword in _SCHEMAS:
        return _all_of(first, second)
    if keyword == "prefixItems":
        shared_items = [_all_of(*pair) for pair in zip(first, second, strict=False)]
        return shared_items + first[len(second) :] + second[len(first) :]
    if keyword == "required":
        return list(dict.fromkeys((*first, *second)))
    if keyword == "dependentRequired":
        return {**second, **first}
    if keyword == "type":
        return common_types((first, second))
    if keyword == "enum":
        texts = {json.dumps(value, sort_keys=True) for value in second}
        return [value for value in first if json.dumps(value, sort_keys=True) in texts]
    return first


def _all_of(first: Any, second: Any) -> Any:
    if first == second or second is True:
        return first
    return second if first is True else {"allOf": [first, second]}


def common_types(several: Iterable[Any]) -> list[str] | None:
    """Return the types that all values of the keyword `type` have in common; None without any."""
    common: list[str] | None = None
    for types in several:
        types = [types] if isinstance(types, str) else list(types)
        common = types if common is None else _shared(common, types)
    return common


def _shared(first: list[str], second: list[str]) -> list[str]:
    shared = [kind for kind in first if kind in second]
    is_whole = "integer" in (*first, *second) and "number" in (*first, *second)
    if is_whole and shared.count("number") == shared.count("integer") == 0:
        whole_in_both = {"integer", "number"} & {*first} and {"integer", "number"} & {*second}
        return [*shared, "integer"] if whole_in_both else shared
    return shared
