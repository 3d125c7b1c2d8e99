"""Patterns of schemas are those of ECMA-262, and are matched in limited time."""

from __future__ import annotations

from typing import Any

import pytest

from activities.conversion.tasks import conform
from domain.schema import patterns
from domain.schema.rules import violation
from domain.schema.validation import check_schema

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
        (text_schema(r"(?=b)a"), {"text": "never matches"}, True),
        (text_schema(r"^(?!b)a"), {"text": "a"}, False),
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
            True,
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
    ("pattern", "matching", "others"),
    [
        (r"^\p{L}+$", ["Zoë", "字"], ["a1"]),
        (r"^\p{Letter}\p{gc=Decimal_Number}$", ["é4", "é٤"], ["44"]),
        (r"^\P{Lu}\p{Script=Greek}$", ["aδ"], ["Aδ", "aa"]),
        (r"^\p{Emoji}$", ["😀"], ["a"]),
        (r"^(?<year>\d{4})$", ["1987"], ["١٩٨٧", "1987\n"]),
        (r"^(?<q>['\"]).*\k<q>$", ["'a'"], ["'a\""]),
        (r"^(a)\1$", ["aa"], ["ab"]),
        (r"^(?!x-)", ["a"], ["x-a"]),
        (r"(?<!b)a$", ["a", "ca"], ["ba"]),
        (r"^(?=.*\d)[\w.-]{8,2000}$", ["pass-word1"], ["pass-word", "é1é1é1é1"]),
        (r"^\cA\x41\u0042\u{1F600}\uD83D\uDE00$", ["\x01AB😀😀"], ["AB"]),
        (r"^\/\-\_\@$", ["/-_@"], [r"\/\-\_\@"]),
        (r"^.$", ["a", "\t"], ["\u2028", "\n", ""]),
        (r"^\s\S$", ["\ufeffa", "\xa0a"], ["aa"]),
        (r"^[\s\S][\W][^\D]$", ["\né4"], ["aa4", "-é-"]),
        (r"^[^][[&&|~]$", ["a&", "\n["], ["aa"]),
        (r"^[]$", [], ["", "a"]),
        (r"^[\b]\0$", ["\b\0"], ["b0"]),
        (r"\A(?i)ab\Z", ["AB"], ["AB\n", "xAB"]),  # of other languages
        (r"(?s)^a.b$", ["a\nb"], ["ab"]),
        (r"(?m)^b$(?!x)", ["a\nb\nc"], ["a\nbc"]),
        (r"^(?P<n>a){2,3}$", ["aaa"], ["a"]),
        (r"^.{1,5000}$", ["a" * 5000], ["a" * 5001]),
    ],
)
def test_patterns_have_the_meaning_that_ecma_262_gives_them(
    pattern: str, matching: list[str], others: list[str]
) -> None:
    schema = text_schema(pattern)
    assert check_schema(schema) == []
    assert [text for text in matching if violation({"text": text}, schema) is not None] == []
    assert [text for text in others if violation({"text": text}, schema) is None] == []


@pytest.mark.parametrize(
    "pattern",
    ["(", "[a", "a{2,1}", "[z-a]", "*a", r"(?<n>a", r"\p{Nope}", "(?=a)((a{1000}){1000}){1000}"],
)
def test_a_pattern_that_cannot_be_matched_is_refused(pattern: str) -> None:
    [error] = check_schema(text_schema(pattern))
    assert error.startswith("schema.properties.text.pattern")


def test_a_pattern_that_takes_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_TIMEOUT", 0.01)
    slow = "^(?=a)((a|aa)+)+$"
    assert check_schema(text_schema(slow)) == []
    result = {"text": "a" * 60 + "!"}
    assert "takes too long" in str(violation(result, text_schema(slow)))
    assert "takes too long" in str(conform(result, text_schema(slow)).violation)
