"""The contract's rules for structured results, applied to a model's answer.

Required properties are present, and `null` where there is no value. Optional properties without a
value are left out. An enum gets its closest member or `null`. Numbers are numbers, however the
model wrote them. No rule invents a value. What is wrong beyond these rules stays wrong, and the
validator reports it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from jsonschema.validators import Draft202012Validator, validator_for

from activities.conversion import coerce
from domain.schema.patterns import compiled, with_safe_patterns
from domain.schema.references import escape, resolve
from domain.schema.rules import with_null_rule

_MAX_STEPS = 200_000
"""Values that are looked at. Each alternative of a schema looks at its values once more."""

_MAX_DEPTH = 60
"""Levels of values inside of values."""

_ALTERNATIVES = frozenset(("anyOf", "oneOf", "allOf"))
"""Keywords that one alternative replaces. `resolve` has merged the schemas of `allOf` already."""


class TooComplexError(Exception):
    """Schema and answer together need too many steps."""


@dataclass
class Normalised:
    """An answer that follows the rules."""

    result: dict[str, Any]
    left_out: list[str] = field(default_factory=list)
    """JSON Pointers of lists from which values outside of their enum were left out."""
    uncertain: list[str] = field(default_factory=list)
    """JSON Pointers of numbers that are left out, because they do not have only one meaning."""


def normalise(
    answer: dict[str, Any], schema: dict[str, Any], language: str | None = None
) -> Normalised:
    """Return `answer` by the rules of `schema`, an object's. Raises `TooComplexError`.

    `language` is that of the page. Numbers that the model wrote as texts are read by it.
    """
    normaliser = _Normaliser(schema, language)
    try:
        result = normaliser.value(answer, schema, "", 0)
    except RecursionError:
        raise TooComplexError from None
    result = result if isinstance(result, dict) else answer
    return Normalised(result, normaliser.left_out, normaliser.uncertain)


def without_nulls(value: Any) -> Any:
    """Return `value` without members that are `null`: the rule for results without a schema."""
    if isinstance(value, dict):
        return {name: without_nulls(part) for name, part in value.items() if part is not None}
    if isinstance(value, list):
        return [without_nulls(part) for part in value if part is not None]
    return value


def is_empty(value: Any) -> bool:
    """Return whether `value` holds no value, at any depth."""
    if isinstance(value, dict):
        return all(map(is_empty, value.values()))
    if isinstance(value, list):
        return all(map(is_empty, value))
    return value is None or (isinstance(value, str) and not value.strip())


class _Normaliser:
    """The rules of one schema, and the steps that are left for one answer."""

    def __init__(self, root: dict[str, Any], language: str | None) -> None:
        self._root = root
        self._language = language
        validator_class = with_safe_patterns(validator_for(root, default=Draft202012Validator))
        self._validator = validator_class(with_null_rule(root))
        self._steps = _MAX_STEPS
        self.left_out: list[str] = []
        self.uncertain: list[str] = []

    def value(self, value: Any, schema: Any, pointer: str, depth: int) -> Any:
        """Return `value` in the form of `schema`, or unchanged if there is no way to that form."""
        self._steps -= 1
        if self._steps < 0 or depth > _MAX_DEPTH:
            raise TooComplexError
        schema = resolve(schema, self._root)
        alternatives = schema.get("anyOf") or schema.get("oneOf")
        if alternatives:
            return self._best_of(value, schema, alternatives, pointer, depth)
        if value is None:
            return None
        if "enum" in schema or "const" in schema:
            return coerce.to_member(value, schema.get("enum", [schema.get("const")]))
        types = schema.get("type", [])
        types = [types] if isinstance(types, str) else list(types)
        evidence = coerce.evidence_of(pointer.rpartition("/")[2], schema, self._language)
        if coerce.is_uncertain_number(value, types, evidence):
            self.uncertain.append(pointer)
            return None
        value = coerce.to_type(value, types, evidence)
        if isinstance(value, dict):
            return self._object(value, schema, pointer, depth)
        if isinstance(value, list):
            return self._array(value, schema, pointer, depth)
        return value

    def _best_of(
        self, value: Any, schema: dict[str, Any], alternatives: list[Any], pointer: str, depth: int
    ) -> Any:
        """Return the value by the alternative that fits it as it is, or else keeps most of it."""
        base = {name: part for name, part in schema.items() if name not in _ALTERNATIVES}
        candidates: list[tuple[bool, int, Any]] = []
        noted, uncertain = len(self.left_out), self.uncertain.copy()
        for branch in alternatives:
            if not isinstance(branch, dict):
                continue
            found = self.value(value, {**base, "allOf": [branch]}, pointer, depth + 1)
            if self._fits(found, schema):
                candidates.append((self._fits(value, branch), _count_values(found), found))
        del self.left_out[noted:]
        best = max(candidates, key=lambda candidate: candidate[:2])[2] if candidates else value
        if best is not None:
            self.uncertain = uncertain
        return best

    def _object(
        self, value: dict[str, Any], schema: dict[str, Any], pointer: str, depth: int
    ) -> dict[str, Any]:
        properties = schema.get("properties", {})
        required = schema.get("required", ())
        result: dict[str, Any] = {}
        for name, part in properties.items():
            found = None
            if name in value:
                found = self.value(value[name], part, f"{pointer}/{escape(name)}", depth + 1)
            is_nothing = found is None or (isinstance(found, dict) and is_empty(found))
            if name in required or not is_nothing:
                result[name] = found
        for name, part in value.items():
            if name not in properties and (rule := _rule_for(name, schema)) is not None:
                found = self.value(part, rule, f"{pointer}/{escape(name)}", depth + 1)
                if found is not None:
                    result[name] = found
        for name in required:
            result.setdefault(name, None)
        return result

    def _array(
        self, value: list[Any], schema: dict[str, Any], pointer: str, depth: int
    ) -> list[Any]:
        items = schema.get("items", {})
        # Before draft 2020-12, `items` may be a list, and `additionalItems` is for the others.
        first = schema.get("prefixItems", items if isinstance(items, list) else [])
        others = schema.get("additionalItems", {}) if isinstance(items, list) else items
        result = []
        takes_null: bool | None = None
        for number, part in enumerate(value):
            place = f"{pointer}/{number}"
            if number < len(first):
                result.append(self.value(part, first[number], place, depth + 1))
                continue
            found = self.value(part, others, place, depth + 1)
            if found is None:
                if takes_null is None:
                    takes_null = self._fits(None, others)
                if not takes_null:
                    if part is not None and pointer not in self.left_out:
                        self.left_out.append(pointer)
                    continue
            result.append(found)
        return _unique(result) if schema.get("uniqueItems") is True else result

    def _fits(self, value: Any, schema: Any) -> bool:
        self._steps -= 1
        return bool(self._validator.evolve(schema=with_null_rule(schema)).is_valid(value))


def _rule_for(name: str, schema: dict[str, Any]) -> Any:
    """Return the schema for a property that is not named, or None if the property is not wanted."""
    for pattern, part in schema.get("patternProperties", {}).items():
        matcher = compiled(pattern)
        if matcher is not None and matcher.search(name.encode(errors="replace").decode()):
            return part
    others = schema.get("additionalProperties")
    if others is True:
        return {}
    if isinstance(others, dict):
        return others
    is_open = not schema.get("properties") and others is None
    return {} if is_open and not schema.get("patternProperties") else None


def _count_values(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_count_values, value.values()))
    if isinstance(value, list):
        return sum(map(_count_values, value))
    return value is not None


def _unique(values: list[Any]) -> list[Any]:
    by_content: dict[str, Any] = {}
    for value in values:
        by_content.setdefault(json.dumps(value, sort_keys=True), value)
    return list(by_content.values())
