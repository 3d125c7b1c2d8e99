"""Schemas that no value can fulfil. Without this check they cost money for each page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.schema.patterns import matches
from domain.schema.reachable import reachable, unconditional
from domain.schema.references import common_types
from domain.schema.validators import strict_validator

_LIMITS = (
    ("minLength", "maxLength", {"string"}),
    ("minItems", "maxItems", {"array"}),
    ("minProperties", "maxProperties", {"object"}),
    ("minimum", "maximum", {"number", "integer"}),
)
"""Pairs of limits, and the types of which all values have these limits."""

_MAX_DEPTH = 1
"""Levels of alternatives inside of alternatives. Each level multiplies the time."""


def contradictions(root: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield path and reason for each schema of a canonical schema that no value can fulfil.

    Only plain contradictions are found, such as a required property that is not allowed. May raise
    `PatternTimeoutError` if a pattern is not linear.
    """
    for path, schema in reachable(root):
        reason = _contradiction(schema, root)
        if reason is not None:
            yield path, reason


def _contradiction(schema: Any, root: dict[str, Any], depth: int = 0) -> str | None:
    parts = unconditional(schema, root)
    if False in parts:
        return "a part of it is false"
    parts = [part for part in parts if isinstance(part, dict)]
    types = common_types(part["type"] for part in parts if "type" in part)
    if types is not None:
        if not types:
            return "its types exclude each other"
        for low, high, kinds in _LIMITS:
            if set(types) <= kinds and _limit(parts, low, max) > _limit(parts, high, min):
                return f"{low} is greater than {high}"
        if set(types) == {"object"} and (name := _forbidden(parts)) is not None:
            return f"the property {name!r} is required but not allowed"
    for part in parts:
        if "enum" in part and not _has_member(part["enum"], schema, root):
            return "no value of its enum fulfils the other keywords"
        for keyword in ("anyOf", "oneOf"):
            branches = part.get(keyword, ()) if depth < _MAX_DEPTH else ()
            beside = [_without_alternatives(each) for each in parts]
            reasons = [_contradiction({"allOf": [*beside, b]}, root, depth + 1) for b in branches]
            if reasons and None not in reasons:
                return f"no branch of {keyword} can be fulfilled ({reasons[0]})"
    return None


def _without_alternatives(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key not in ("anyOf", "oneOf")}


def _limit(parts: list[dict[str, Any]], keyword: str, strictest: Any) -> float:
    limits = [part[keyword] for part in parts if keyword in part]
    none = float("-inf") if strictest is max else float("inf")
    return float(strictest(limits)) if limits else none


def _forbidden(parts: list[dict[str, Any]]) -> str | None:
    """Return a property that one of `parts` requires and another one does not allow."""
    for name in (name for part in parts for name in part.get("required", ())):
        for part in parts:
            properties = part.get("properties", {})
            if properties.get(name) is False:
                return str(name)
            is_closed = part.get("additionalProperties") is False and name not in properties
            if is_closed and not _has_pattern(part, name):
                return str(name)
    return None


def _has_pattern(part: dict[str, Any], name: str) -> bool:
    return any(matches(pattern, name) for pattern in part.get("patternProperties", ()))


def _has_member(values: list[Any], schema: Any, root: dict[str, Any]) -> bool:
    validator = strict_validator(root).evolve(schema=schema)
    try:
        return any(validator.is_valid(value) for value in values)
    except RecursionError:
        return True
