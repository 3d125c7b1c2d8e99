"""Patterns of schemas are matched in linear time, whatever the text is."""

from __future__ import annotations

from typing import Any

import pytest

from domain.schema.rules import violation
from domain.schema.validation import check_schema, schema_warnings

EXPONENTIAL = "^(a+)+$"
TEXT = "a" * 5000 + "!"
"""Python's own `re` would need 2 to the power of 5,000 steps to match this with `EXPONENTIAL`."""


def text_schema(pattern: str, **others: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"text": {"type": "string", "pattern": pattern}},
        **others,
    }


@pytest.mark.parametrize(
    ("schema", "result", "is_wrong"),
    [
        (text_schema(EXPONENTIAL), {"text": TEXT}, True),
        (text_schema(EXPONENTIAL), {"text": "aaa"}, False),
        (text_schema(r"^\d{3}$"), {"text": "12"}, True),
        (text_schema(r"(?=b)a"), {"text": "not enforced"}, False),
        ({"type": "object", "patternProperties": {EXPONENTIAL: False}}, {TEXT: 1}, False),
        ({"type": "object", "patternProperties": {EXPONENTIAL: False}}, {"aa": 1}, True),
        (
            {
                "type": "object",
                "patternProperties": {EXPONENTIAL: {}},
                "additionalProperties": False,
            },
            {TEXT: 1},
            True,
        ),
        (
            {
                "type": "object",
                "patternProperties": {EXPONENTIAL: {}},
                "additionalProperties": False,
            },
            {"aa": 1},
            False,
        ),
        ({"type": "object", "propertyNames": {"pattern": EXPONENTIAL}}, {TEXT: 1}, True),
        (
            {
                "type": "object",
                "patternProperties": {EXPONENTIAL: {}},
                "unevaluatedProperties": False,
            },
            {TEXT: 1},
            False,
        ),
        ({"type": "object", "unevaluatedProperties": False}, {"a": 1}, True),
        # `$schema` brings no other rules, neither at the root nor within.
        (
            text_schema("a", **{"$schema": "http://json-schema.org/draft-07/schema#"}),
            {"text": "b"},
            True,
        ),
        (
            {
                "type": "object",
                "properties": {
                    "text": {
                        "$schema": "https://json-schema.org/draft/2020-12/schema",
                        "pattern": EXPONENTIAL,
                    }
                },
            },
            {"text": TEXT},
            True,
        ),
    ],
)
def test_patterns_are_enforced_in_linear_time(
    schema: dict[str, Any], result: dict[str, Any], is_wrong: bool
) -> None:
    assert check_schema(schema) == []
    assert (violation(result, schema) is not None) == is_wrong


@pytest.mark.parametrize(
    ("schema", "warned"),
    [
        (text_schema(EXPONENTIAL), None),
        (text_schema(r"(a)\1"), "schema.properties.text.pattern"),
        ({"type": "object", "patternProperties": {"(?!a)b": {}}}, "schema.patternProperties"),
        (
            {"type": "object", "patternProperties": {"a": {}}, "unevaluatedProperties": False},
            "schema.unevaluatedProperties",
        ),
    ],
)
def test_a_warning_names_each_pattern_that_is_not_checked(
    schema: dict[str, Any], warned: str | None
) -> None:
    assert check_schema(schema) == []
    warnings = [warning for warning in schema_warnings(schema) if "is not checked" in warning]
    assert [warning.partition(":")[0] for warning in warnings] == ([warned] if warned else [])
