"""What a schema asks for, under the contract's rule for what a page does not say.

A required property is always there, `null` where the page has no value for it, also where the
schema does not allow `null`. An optional one is left out.
"""

from __future__ import annotations

import json
from typing import Any

from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import Draft202012Validator, validator_for

from domain.schema.patterns import with_safe_patterns

_MAX_REFERENCES = 20

_MAX_WANTED = 200
"""Characters of a keyword's value up to which a sentence repeats it."""

_NULL = {"type": "null"}


def violation(result: Any, schema: dict[str, Any]) -> str | None:
    """What is wrong with `result` by `schema` and the rule for null: a sentence without any of
    the page's text; None if nothing is."""
    relaxed = with_null_rule(schema)
    dialect = validator_for(schema, default=Draft202012Validator)
    validator = with_safe_patterns(dialect)(relaxed)
    try:
        error = best_match(validator.iter_errors(result))
    except RecursionError:
        return "result is nested too deep for the schema, which refers to itself."
    if error is None:
        return None
    error = _behind_null(error)
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.path)
    wanted = json.dumps(error.validator_value, ensure_ascii=False, default=str)
    rule = (
        f"{error.validator!r}: {wanted}" if len(wanted) <= _MAX_WANTED else f"{error.validator!r}"
    )
    return f"result{place} does not fulfil {rule}."


def _behind_null(error: ValidationError) -> ValidationError:
    """What is wrong by the schema itself, where the rule for null has added an alternative."""
    while error.validator == "anyOf" and _adds_null(error.validator_value):
        behind = best_match(part for part in error.context or () if part.schema_path[0] == 1)
        if behind is None:
            break
        behind.path.extendleft(reversed(error.path))
        behind.parent = None
        error = behind
    return error


def _adds_null(alternatives: Any) -> bool:
    return bool(alternatives[0] == _NULL)


def with_null_rule(schema: Any) -> Any:
    """`schema` such that required properties may be `null`, without naming its dialect."""
    if isinstance(schema, list):
        return [with_null_rule(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {
        name: part
        if name in ("enum", "const", "required", "default", "examples")
        else _of_each(part)
        if name in _MAPS and isinstance(part, dict)
        else with_null_rule(part)
        for name, part in schema.items()
        if name != "$schema"
    }
    properties = result.get("properties")
    if isinstance(properties, dict):
        for name in schema.get("required", ()):
            if name in properties:
                properties[name] = {"anyOf": [_NULL, properties[name]]}
    return result


_MAPS = frozenset(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"))


def _of_each(schemas: dict[str, Any]) -> dict[str, Any]:
    return {name: with_null_rule(part) for name, part in schemas.items()}


def resolve(schema: Any, root: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """`schema` with its reference within `root`, and its `allOf`, put in place. `{}` for `true`
    and for what cannot be resolved."""
    for _ in range(_MAX_REFERENCES):
        if not isinstance(schema, dict):
            return {}
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            break
        beside = {name: part for name, part in schema.items() if name != "$ref"}
        schema = {**_at(reference, root), **beside}
    else:
        return {}
    for part in schema.get("allOf", ()):
        merged = resolve(part, root, depth + 1) if depth < _MAX_REFERENCES else {}
        schema = {
            **merged,
            **schema,
            "properties": {**merged.get("properties", {}), **schema.get("properties", {})},
            "required": [*schema.get("required", ()), *merged.get("required", ())],
        }
    return dict(schema)


def _at(reference: str, root: dict[str, Any]) -> dict[str, Any]:
    target: Any = root
    for part in reference.removeprefix("#").strip("/").split("/"):
        part = part.replace("~1", "/").replace("~0", "~")
        if not part:
            continue
        if isinstance(target, list) and part.isdecimal() and int(part) < len(target):
            target = target[int(part)]
        elif isinstance(target, dict):
            target = target.get(part)
        else:
            return {}
    return target if isinstance(target, dict) else {}
