"""Regular expressions of clients' schemas, matched in linear time.

Python's own take exponential time for some patterns, and whoever sends a schema, or writes a page,
could hold up a worker with one. Those of RE2 take time in proportion to the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import re2
from jsonschema import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

MAX_MEMORY = 2**20
"""Bytes that one compiled pattern may take."""


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Any:
    """`pattern` with a method `search`; None if it cannot be matched in linear time, as with
    lookarounds and references to groups."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error:
        return None


@lru_cache(maxsize=16)
def with_safe_patterns(dialect: type[Validator]) -> type[Validator]:
    """`dialect`, enforcing only patterns that can be matched in linear time.

    The schemas must not have `$schema` anywhere, since that brings the dialect's own rules back.
    """
    known = dialect.VALIDATORS
    replaced = {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties(known["additionalProperties"]),
    }
    if "unevaluatedProperties" in known:
        replaced["unevaluatedProperties"] = _unevaluated(known["unevaluatedProperties"])
    return extend(dialect, replaced)  # type: ignore[no-any-return, no-untyped-call]


def has_pattern_properties(schema: Any) -> bool:
    """Whether names are matched against patterns anywhere in `schema`."""
    if isinstance(schema, dict):
        return bool(schema.get("patternProperties")) or any(
            has_pattern_properties(part) for part in schema.values()
        )
    return isinstance(schema, list) and any(has_pattern_properties(part) for part in schema)


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _may_match(pattern, instance):
        yield ValidationError("does not match the pattern")


def _pattern_properties(
    validator: Any, patterns: dict[str, Any], instance: Any, schema: Any
) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for pattern, part in patterns.items():
        if (matcher := compiled(pattern)) is None:
            continue
        for name, value in instance.items():
            if _found(matcher, name):
                yield from validator.descend(value, part, path=name, schema_path=pattern)


def _additional_properties(original: Any) -> Any:
    def check(
        validator: Any, allowed: Any, instance: Any, schema: Any
    ) -> Iterator[ValidationError]:
        if not isinstance(instance, dict):
            return
        patterns = schema.get("patternProperties", {})
        others = {
            name: value
            for name, value in instance.items()
            if not any(_may_match(pattern, name) for pattern in patterns)
        }
        plain = {name: part for name, part in schema.items() if name != "patternProperties"}
        yield from original(validator, allowed, others, plain)

    return check


def _unevaluated(original: Any) -> Any:
    def check(
        validator: Any, allowed: Any, instance: Any, schema: Any
    ) -> Iterator[ValidationError]:
        if not has_pattern_properties(validator.schema):
            yield from original(validator, allowed, instance, schema)

    return check


def _may_match(pattern: str, text: str) -> bool:
    matcher = compiled(pattern)
    return matcher is None or _found(matcher, text)


def _found(matcher: Any, text: str) -> bool:
    return matcher.search(text.encode(errors="replace").decode()) is not None
