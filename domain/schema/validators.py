"""Validators of canonical schemas, for `jsonschema`: strict ones, and those with the null rule.

They differ from the validators of `jsonschema` in three ways: patterns are those of ECMA-262 and
matched in limited time, decimal fractions are multiples of decimal fractions, and the rule for null
can be applied.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from jsonschema import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import Draft202012Validator, extend

from domain.schema.patterns import matches

Errors = Iterator[ValidationError]


def strict_validator(root: dict[str, Any]) -> Validator:
    """Return a validator of `root`, a canonical schema."""
    validator: Validator = _STRICT(root)
    return validator


def relaxed_validator(root: dict[str, Any]) -> Validator:
    """Return a validator of `root` under the rule for null.

    The value of each property may be null, wherever a schema says what a value must be. The rule
    does not hold within conditions (`if`, `not`, `contains`), which would mean something else by
    it. So it allows more than `root` does, and forbids nothing that `root` allows. A null does not
    bring what `dependentSchemas` and `dependentRequired` ask for. If no branch of `oneOf` fits
    without the rule, several branches may fit by the rule.
    """
    validator: Validator = _RELAXED(root)
    return validator


def extra_names(instance: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """Return the names that `properties` and `patternProperties` of `schema` say nothing about."""
    properties = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    return [
        name
        for name in instance
        if name not in properties and not any(matches(pattern, name) for pattern in patterns)
    ]


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, str) and not matches(pattern, instance):
        yield ValidationError("does not match the pattern")


def _multiple_of(validator: Any, factor: Any, instance: Any, schema: Any) -> Errors:
    if not validator.is_type(instance, "number"):
        return
    if not math.isfinite(instance):
        yield ValidationError("is not a multiple")
        return
    # 19.99 is a multiple of 0.01, although the binary fractions nearest to them are not.
    if (Fraction(repr(instance)) / Fraction(repr(factor))).denominator != 1:
        yield ValidationError("is not a multiple")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Errors:
    if not isinstance(instance, dict):
        return
    for pattern, part in patterns.items():
        named = {name: value for name, value in instance.items() if matches(pattern, name)}
        yield from _members(validator, part, named, named, pattern)


def _additional_properties(validator: Any, part: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        yield from _members(validator, part, instance, extra_names(instance, schema))


def _unevaluated_properties(validator: Any, part: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        known = _evaluated(validator, instance, {**schema, "unevaluatedProperties": None})
        yield from _members(
            validator, part, instance, [name for name in instance if name not in known]
        )


def _unevaluated_items(validator: Any, part: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, list):
        known = _evaluated_items(validator, instance, {**schema, "unevaluatedItems": None})
        for number, value in enumerate(instance):
            if number not in known:
                yield from validator.descend(value, part, path=number)


def _members(
    validator: Any, part: Any, instance: dict[str, Any], names: Iterable[str], place: Any = None
) -> Errors:
    for name in names:
        if part is False:
            yield ValidationError("has a property that is not allowed")
            return
        if instance[name] is not None or not isinstance(validator, _RELAXED):
            yield from validator.descend(instance[name], part, path=name, schema_path=place)


def _evaluated(validator: Any, instance: dict[str, Any], schema: Any) -> set[str]:
    """Return the names that `schema` evaluates (JSON Schema 2020-12 core, 11.3)."""
    if not isinstance(schema, dict):
        return set()
    if schema.get("additionalProperties") is not None or (
        schema.get("unevaluatedProperties") is not None
    ):
        return set(instance)
    known = instance.keys() - extra_names(instance, schema)
    for part in _applied(validator, instance, schema):
        known |= _evaluated(validator, instance, part)
    return known


def _evaluated_items(validator: Any, instance: list[Any], schema: Any) -> set[int]:
    """Return the numbers of the items that `schema` evaluates."""
    if not isinstance(schema, dict):
        return set()
    if "items" in schema or schema.get("unevaluatedItems") is not None:
        return set(range(len(instance)))
    known = set(range(len(schema.get("prefixItems", ()))))
    if "contains" in schema:
        holds = (_holds(validator, value, schema["contains"]) for value in instance)
        known |= {number for number, held in enumerate(holds) if held}
    for part in _applied(validator, instance, schema):
        known |= _evaluated_items(validator, instance, part)
    return known


def _applied(validator: Any, instance: Any, schema: dict[str, Any]) -> Iterator[Any]:
    """Yield the schemas that apply to the same instance as `schema`, and that it fulfils."""
    parts = [part for keyword in ("allOf", "anyOf", "oneOf") for part in schema.get(keyword, ())]
    if "$ref" in schema:
        parts.append(validator._resolver.lookup(schema["$ref"]).contents)
    for name, part in schema.get("dependentSchemas", {}).items():
        if isinstance(instance, dict) and name in instance:
            parts.append(part)
    if "if" in schema:
        holds = _holds(validator, instance, schema["if"])
        parts += [schema["if"], schema.get("then")] if holds else [schema.get("else")]
    for part in parts:
        if part is not None and validator.evolve(schema=part).is_valid(instance):
            yield part


def _holds(validator: Any, instance: Any, condition: Any) -> bool:
    """Return whether `instance` fulfils `condition`, without the rule for null."""
    strict = _STRICT(condition, _resolver=validator._resolver)
    return bool(strict.is_valid(instance))


def _properties(validator: Any, properties: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        for name, part in properties.items():
            if name in instance:
                yield from _members(validator, part, instance, [name], name)


def _if(validator: Any, condition: Any, instance: Any, schema: Any) -> Errors:
    keyword = "then" if _holds(validator, instance, condition) else "else"
    if keyword in schema:
        yield from validator.descend(instance, schema[keyword], schema_path=keyword)


def _not(validator: Any, condition: Any, instance: Any, schema: Any) -> Errors:
    if _holds(validator, instance, condition):
        yield ValidationError("should not be valid")


def _contains(validator: Any, condition: Any, instance: Any, schema: Any) -> Errors:
    strict = _STRICT(schema, _resolver=validator._resolver)
    yield from Draft202012Validator.VALIDATORS["contains"](strict, condition, instance, schema)


def _one_of(validator: Any, branches: Any, instance: Any, schema: Any) -> Errors:
    fitting = sum(_holds(validator, instance, branch) for branch in branches)
    if fitting == 1:
        return
    if fitting > 1:
        yield ValidationError("fulfils several branches")
        return
    errors: list[ValidationError] = []
    for index, branch in enumerate(branches):
        found = list(validator.descend(instance, branch, schema_path=index))
        if not found:
            return
        errors += found
    yield ValidationError("fulfils no branch", context=errors)


def _dependent_required(validator: Any, rules: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        for name, others in rules.items():
            if instance.get(name) is not None and not instance.keys() >= set(others):
                yield ValidationError("lacks a property")


def _dependent_schemas(validator: Any, rules: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        for name, part in rules.items():
            if instance.get(name) is not None:
                yield from validator.descend(instance, part, schema_path=name)


_STRICT: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        "pattern": _pattern,
        "multipleOf": _multiple_of,
        "properties": _properties,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "unevaluatedProperties": _unevaluated_properties,
        "unevaluatedItems": _unevaluated_items,
    },
)
_RELAXED: Any = extend(  # type: ignore[no-untyped-call]
    _STRICT,
    {
        "if": _if,
        "not": _not,
        "contains": _contains,
        "oneOf": _one_of,
        "dependentRequired": _dependent_required,
        "dependentSchemas": _dependent_schemas,
    },
)
