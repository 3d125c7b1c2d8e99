"""Which schemas are refused before they cost money, and what the client is warned of."""

from __future__ import annotations

from typing import Any

import pytest

from domain.schema.validation import check_schema, schema_warnings

DRAFT_4 = "http://json-schema.org/draft-04/schema#"


def of(**keywords: Any) -> dict[str, Any]:
    return {"type": "object", **keywords}


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (of(required=["a"], additionalProperties=False), "'a' is required but not allowed"),
        (of(required=["a"], properties={"a": False}), "'a' is required but not allowed"),
        (
            of(
                allOf=[
                    {"properties": {name: {}}, "required": [name], "additionalProperties": False}
                    for name in ("a", "b")
                ]
            ),
            "is required but not allowed",
        ),
        (of(allOf=[{"type": "array"}]), "its types exclude each other"),
        (of(**{"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}}), "its types exclude"),
        (of(allOf=[False]), "a part of it is false"),
        (of(minProperties=2, maxProperties=1), "minProperties is greater than maxProperties"),
        (of(enum=["a"]), "no value of its enum"),
        (of(anyOf=[{"type": "array"}, {"required": ["x"], "properties": {"x": False}}]), "anyOf"),
    ],
)
def test_a_schema_that_no_result_can_fulfil_is_refused(schema: dict[str, Any], reason: str) -> None:
    [error] = check_schema(schema)
    assert error.startswith("schema: no result can fulfil it: ")
    assert reason in error


def test_all_problems_of_a_schema_are_told_at_once() -> None:
    errors = check_schema(
        of(
            properties={
                "a": {"type": "strng"},
                "b": {"enum": "x"},
                "c": {"pattern": "("},
                "d": {"minimum": "1"},
            }
        )
    )
    for part in ("['a']['type']: 'strng' is not one of", "['b']['enum']", "c.pattern", "['d']"):
        assert any(part in error for error in errors), part
    errors = check_schema(
        of(properties={"a": {"$ref": "#/x"}, "b": {"$ref": "y.json"}, "c": {"pattern": "("}})
    )
    assert len(errors) == 3


@pytest.mark.parametrize(
    ("schema", "error"),
    [
        (of(**{"$schema": "http://json-schema.org/draft-03/schema#"}), "schema.$schema: drafts"),
        (of(**{"$schema": DRAFT_4, "properties": {"a": {"$ref": 5}}}), "schema.properties.a.$ref"),
        (of(**{"$dynamicRef": "#gone"}), "schema.$dynamicRef: '#gone' leads nowhere"),
        (of(properties={"a": {"$ref": "#/$defs"}}, **{"$defs": []}), "schema['$defs']"),
        (of(properties={"a": {"$ref": "b.json"}}), "only references within the schema"),
        (
            of(
                **{
                    "not": {"items": {"$ref": "#/$defs/a"}},
                    "$defs": {"a": {"not": {"$ref": "#/$defs/a"}}},
                }
            ),
            "schema.items: refers to itself without an end",
        ),
        (of(**{"if": {"$ref": "#"}}), "schema: refers to itself without an end"),
        (
            of(
                properties={"a": {"$ref": "#/$defs/a"}},
                **{"$defs": {"a": {"anyOf": [{"not": {"$ref": "#/$defs/a"}}]}}},
            ),
            "schema.properties.a: refers to itself without an end",
        ),
    ],
)
def test_a_schema_that_cannot_be_applied_is_refused(schema: dict[str, Any], error: str) -> None:
    [found] = check_schema(schema)
    assert error in found


@pytest.mark.parametrize(
    ("schema", "warnings"),
    [
        (of(properties={"a": {"type": "string", "x-mine": 1, "title": "A"}}), []),
        (of(properties={"a": {"type": "string", "pattern": r"(?!b)(a)\1"}}), []),
        (
            of(properties={"a": {"nullable": True}, "b": {"nullable": True}}),
            ["schema.properties.b.nullable: has no effect in 2020-12. The same at 1 other places."],
        ),
        (
            of(**{"$schema": DRAFT_4, "properties": {"a": {"const": 1}}}),
            ["schema.properties.a.const: has no effect in draft-04."],
        ),
        (
            of(
                **{
                    "$schema": "http://json-schema.org/draft-07/schema#",
                    "properties": {"a": {"$ref": "#/definitions/b", "minLength": 1}},
                    "definitions": {"b": {"type": "string"}},
                }
            ),
            ["schema.properties.a.$ref: what stands beside it has no effect in draft-07."],
        ),
        (
            of(**{"$schema": "https://example.com/mine"}),
            ["schema.$schema: is not known; draft 2020-12 is used."],
        ),
        (
            of(properties={"a": {"type": "string", "enum": [1, 2]}}),
            [
                "schema.properties.a: no value can fulfil it: no value of its enum fulfils the "
                "other keywords."
            ],
        ),
        (
            of(properties={"a": {"type": "integer", "minimum": 5, "maximum": 1}}),
            ["schema.properties.a: no value can fulfil it: minimum is greater than maximum."],
        ),
        (of(anyOf=[False, {"required": ["a"]}]), []),
        (of(allOf=[{"type": ["object", "null"]}]), []),
        (of(properties={"a": {"type": "number", "allOf": [{"type": "integer"}]}}), []),
        (of(properties={"a": {"minLength": 5, "maximum": 1, "minimum": 2}}), []),
    ],
)
def test_warnings_name_what_has_no_effect(schema: dict[str, Any], warnings: list[str]) -> None:
    assert check_schema(schema) == []
    assert schema_warnings(schema) == warnings


@pytest.mark.parametrize(
    "address",
    [
        None,
        "http://json-schema.org/schema#",
        "http://json-schema.org/draft-04/schema",
        "https://json-schema.org/draft-06/schema#",
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema#",
    ],
)
def test_a_draft_is_known_by_its_address(address: str | None) -> None:
    schema = of() if address is None else of(**{"$schema": address})
    assert (check_schema(schema), schema_warnings(schema)) == ([], [])
