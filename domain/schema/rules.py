"""The contract's rule for values that a page does not have, and the validation under that rule.

A required property is always present. It is `null` if the page has no value, even if the schema
does not allow `null`. An optional property without a value is left out.
"""

from __future__ import annotations

import json
from typing import Any

from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import Draft202012Validator, validator_for

from domain.schema.patterns import with_safe_patterns

_MAX_SHOWN_VALUE = 200
"""Characters of a keyword's value. Longer values are not repeated in a sentence."""

_NULL = {"type": "null"}

_NOT_SCHEMAS = frozenset(("enum", "const", "required", "default", "examples"))
"""Keywords whose values are data and hold no schemas."""

_SCHEMA_MAPS = frozenset(
    ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
)
"""Keywords whose values are objects with names as keys and schemas as values."""


def violation(result: Any, schema: dict[str, Any]) -> str | None:
    """Return how `result` breaks `schema` under the rule for null, or None if it does not.

    The sentence names the place and the keyword. It holds none of the page's text.
    """
    relaxed = with_null_rule(schema)
    dialect = validator_for(schema, default=Draft202012Validator)
    validator = with_safe_patterns(dialect)(relaxed)
    try:
        error = best_match(validator.iter_errors(result))
    except RecursionError:
        return "result is nested too deep for the schema, which refers to itself."
    return None if error is None else _sentence(_without_null_rule(error))


def _sentence(error: ValidationError) -> str:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.path)
    wanted = json.dumps(error.validator_value, ensure_ascii=False, default=str)
    keyword = repr(error.validator)
    if len(wanted) <= _MAX_SHOWN_VALUE:
        keyword = f"{keyword}: {wanted}"
    return f"result{place} does not fulfil {keyword}."


def _without_null_rule(error: ValidationError) -> ValidationError:
    """Return the error of the client's own schema behind an `anyOf` that the null rule added."""
    while error.validator == "anyOf" and _adds_null(error.validator_value):
        original = best_match(part for part in error.context or () if part.schema_path[0] == 1)
        if original is None:
            break
        original.path.extendleft(reversed(error.path))
        original.parent = None
        error = original
    return error


def _adds_null(alternatives: Any) -> bool:
    return bool(alternatives[0] == _NULL)


def with_null_rule(schema: Any) -> Any:
    """Return `schema` with required properties that may be `null`, and without `$schema`."""
    if isinstance(schema, list):
        return [with_null_rule(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    relaxed = {
        keyword: _relaxed_value(keyword, value)
        for keyword, value in schema.items()
        if keyword != "$schema"
    }
    properties = relaxed.get("properties")
    if isinstance(properties, dict):
        for name in schema.get("required", ()):
            if name in properties:
                properties[name] = {"anyOf": [_NULL, properties[name]]}
    return relaxed


def _relaxed_value(keyword: str, value: Any) -> Any:
    if keyword in _NOT_SCHEMAS:
        return value
    if keyword in _SCHEMA_MAPS and isinstance(value, dict):
        return {name: with_null_rule(part) for name, part in value.items()}
    return with_null_rule(value)
