"""Regular expressions of clients' schemas, matched in linear time.

Python's own `re` takes exponential time for some patterns. A client, or the author of a page, could
block a worker with such a pattern. RE2 takes time in proportion to the text.
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
    """Return the compiled `pattern`, which has a method `search`.

    Returns None for a pattern that RE2 does not support. Lookarounds and references to groups
    cannot be matched in linear time.
    """
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error:
        return None


@lru_cache(maxsize=16)
def with_safe_patterns(dialect: type[Validator]) -> type[Validator]:
    """Return `dialect` with patterns matched by RE2; unsupported patterns match everything.

    The schemas must not contain `$schema`, because `$schema` brings back the original rules.
    """
    known = dialect.VALIDATORS
    replaced = {
        "pattern": _check_pattern,
        "patternProperties": _check_pattern_properties,
        "additionalProperties": _additional_properties(known["additionalProperties"]),
    }
    if "unevaluatedProperties" in known:
        replaced["unevaluatedProperties"] = _unevaluated_properties(known["unevaluatedProperties"])
    return extend(dialect, replaced)  # type: ignore[no-any-return, no-untyped-call]


def has_pattern_properties(schema: Any) -> bool:
    """Return whether `patternProperties` occurs anywhere in `schema`."""
    if isinstance(schema, dict):
        return bool(schema.get("patternProperties")) or any(
            has_pattern_properties(part) for part in schema.values()
        )
    return isinstance(schema, list) and any(has_pattern_properties(part) for part in schema)


def _check_pattern(
    validator: Any, pattern: str, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _may_match(pattern, instance):
        yield ValidationError("does not match the pattern")


def _check_pattern_properties(
    validator: Any, patterns: dict[str, Any], instance: Any, schema: Any
) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for pattern, part in patterns.items():
        if (matcher := compiled(pattern)) is None:
            continue
        for name, value in instance.items():
            if _matches(matcher, name):
                yield from validator.descend(value, part, path=name, schema_path=pattern)


def _additional_properties(original: Any) -> Any:
    """Return `original`, the check of jsonschema, without names that a pattern may match."""

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
        # Without patterns in the schema, `original` compiles none with Python's `re`.
        plain = {name: part for name, part in schema.items() if name != "patternProperties"}
        yield from original(validator, allowed, others, plain)

    return check


def _unevaluated_properties(original: Any) -> Any:
    """Return `original`, the check of jsonschema, for schemas without `patternProperties` only."""

    def check(
        validator: Any, allowed: Any, instance: Any, schema: Any
    ) -> Iterator[ValidationError]:
        if not has_pattern_properties(validator.schema):
            yield from original(validator, allowed, instance, schema)

    return check


def _may_match(pattern: str, text: str) -> bool:
    matcher = compiled(pattern)
    return matcher is None or _matches(matcher, text)


def _matches(matcher: Any, text: str) -> bool:
    return matcher.search(text.encode(errors="replace").decode()) is not None
