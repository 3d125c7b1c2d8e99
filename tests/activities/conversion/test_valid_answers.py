"""A valid answer comes back unchanged, save for the rules for null and for unnamed properties."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from activities.conversion.tasks import ConformedAnswer, conform
from domain.schema.canonical import canonical
from domain.schema.strict import strict_schema
from domain.schema.validation import check_schema
from tests.support import generated
from tests.support.model_server import fails_strict_dialect
from tests.support.strict_dialect import can_say

TEXT = {"type": "string"}
NUMBER = {"type": "number"}


def named(*names: str, required: tuple[str, ...] = (), **others: Any) -> dict[str, Any]:
    schema: dict[str, Any] = {"properties": dict.fromkeys(names, TEXT), **others}
    return {**schema, "required": list(required)} if required else schema


BOOK = {"kind": "book", "isbn": "978-3"}
IS_BOOK = {"properties": {"kind": {"const": "book"}}}
FULL = {"name": "Atlas", "city": "Linz"}

UNCHANGED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "then": (named("kind") | {"if": IS_BOOK, "then": named("isbn", required=("isbn",))}, BOOK),
    "then within then": (
        named("kind")
        | {"if": True, "then": {"if": IS_BOOK, "then": named("isbn", required=("isbn",))}},
        BOOK,
    ),
    "then of a reference": (
        named("kind")
        | {
            "allOf": [{"$ref": "#/$defs/rule"}],
            "$defs": {"rule": {"if": IS_BOOK, "then": named("isbn")}},
        },
        BOOK,
    ),
    "else": (
        named("kind") | {"if": {"properties": {"kind": {"const": "map"}}}, "else": named("isbn")},
        BOOK,
    ),
    "if": (named("kind") | {"if": named("isbn")}, BOOK),
    "only a name in required": (named("kind", required=("kind", "isbn")), BOOK),
    "dependentSchemas": (named("kind") | {"dependentSchemas": {"kind": named("isbn")}}, BOOK),
    "dependentRequired": (named("kind") | {"dependentRequired": {"kind": ["isbn"]}}, BOOK),
    "dependencies": (
        named("kind") | {"dependencies": {"kind": named("isbn"), "isbn": ["kind"]}},
        BOOK,
    ),
    "$ref beside properties": (
        {"$ref": "#/$defs/thing", "$defs": {"thing": named("name")}} | named("city"),
        FULL,
    ),
    "the same property twice": (
        {
            "allOf": [{"properties": {"at": named("name")}}, {"properties": {"at": named("city")}}],
        },
        {"at": FULL},
    ),
    "$anchor": (
        {"$ref": "#thing", "$defs": {"x": {"$anchor": "thing", **named("name")}}},
        {"name": "Atlas"},
    ),
    "$id": (
        {
            "properties": {"at": {"$ref": "thing.json"}},
            "$defs": {
                "x": {"$id": "thing.json", "$ref": "#/$defs/y", "$defs": {"y": named("name")}}
            },
        },
        {"at": {"name": "Atlas"}},
    ),
    "$dynamicRef": (
        {
            "$dynamicAnchor": "node",
            "properties": {"below": {"type": "array", "items": {"$dynamicRef": "#node"}}},
            "additionalProperties": False,
        },
        {"below": [{"below": [{"below": []}]}]},
    ),
    "two fitting branches of anyOf": (
        {"anyOf": [named("name", required=("name",)), named("city", required=("city",))]},
        FULL,
    ),
    "a second anyOf": (
        {"allOf": [{"anyOf": [named("name")]}, {"anyOf": [named("city"), named("zip")]}]},
        FULL,
    ),
    "anyOf beside oneOf": (
        {
            "anyOf": [named("name")],
            "oneOf": [named("city", required=("city",)), named("zip", required=("zip",))],
        },
        FULL,
    ),
    "a property that only the other branch names": (
        {
            "oneOf": [
                named("name", required=("name",)),
                {**named("city"), "not": {"required": ["name"]}},
            ]
        },
        FULL,
    ),
    "a branch without properties": ({"anyOf": [named("name"), {"type": "object"}]}, {"x": 1}),
    "a branch beside properties": (
        named("name") | {"anyOf": [named("city"), {"required": ["name"]}]},
        FULL,
    ),
    "lookahead in patternProperties": (
        {"patternProperties": {"^(?!x-)": TEXT}, "additionalProperties": False},
        FULL,
    ),
    "names of letters": ({"patternProperties": {r"^\p{L}+$": TEXT}}, {"größe": "46 cm"}),
    "unevaluatedProperties": (
        {"allOf": [named("name")], "unevaluatedProperties": TEXT},
        FULL,
    ),
    "unevaluatedProperties beside patternProperties": (
        {"patternProperties": {"^n": TEXT}, "unevaluatedProperties": {"const": "Linz"}},
        FULL,
    ),
    "propertyNames": ({"propertyNames": {"pattern": "^[a-z]+$"}}, FULL),
    "decimal multiples": ({"properties": {"price": {"multipleOf": 0.01}}}, {"price": 19.99}),
    "numbers as texts": ({"properties": {"sku": {"type": ["string", "number"]}}}, {"sku": "007"}),
    "a blank text in a list": (
        {"properties": {"lines": {"type": "array", "items": TEXT}}},
        {"lines": ["a", "", "N/A", "b"]},
    ),
    "a blank text in an enum": ({"properties": {"size": {"enum": ["", "S"]}}}, {"size": ""}),
    "a blank text in a map": ({"additionalProperties": TEXT}, {"a": "", "b": "N/A"}),
    "null in a list": (
        {"properties": {"list": {"type": "array", "items": {"type": ["string", "null"]}}}},
        {"list": ["a", None]},
    ),
    "null in a tuple": (
        {"properties": {"pair": {"prefixItems": [TEXT, {"type": "null"}]}}},
        {"pair": ["a", None]},
    ),
    "null that must be there": (
        {"properties": {"a": {"type": "null"}}, "minProperties": 1},
        {"a": None},
    ),
    "an unnamed property that must be there": (named("name") | {"minProperties": 2}, FULL),
    "items of a tuple": (
        {"properties": {"pair": {"prefixItems": [named("name")], "items": named("city")}}},
        {"pair": [{"name": "a"}, {"city": "b"}]},
    ),
    "unevaluatedItems": (
        {"properties": {"pair": {"prefixItems": [TEXT], "unevaluatedItems": named("city")}}},
        {"pair": ["a", {"city": "b"}]},
    ),
    "contains": (
        {"properties": {"list": {"contains": {"const": 1}, "maxContains": 1}}},
        {"list": ["1", 1, True]},
    ),
    "draft-04": (
        {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "properties": {"n": {"minimum": 1, "exclusiveMinimum": True}},
            "dependencies": {"n": {"properties": {"const": {"const": "not known here"}}}},
        },
        {"n": 2, "const": 5},
    ),
    "draft-07": (
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "definitions": {"thing": {"$id": "#thing", **named("name")}},
            "properties": {
                "at": {"$ref": "#thing", "maxProperties": 0},
                "pair": {"items": [TEXT, NUMBER], "additionalItems": {"type": "boolean"}},
            },
        },
        {"at": {"name": "Atlas"}, "pair": ["a", 1, True, False]},
    ),
    "2019-09": (
        {
            "$schema": "https://json-schema.org/draft/2019-09/schema",
            "$recursiveAnchor": True,
            "properties": {"below": {"$recursiveRef": "#"}, "name": TEXT},
            "unevaluatedProperties": False,
        },
        {"name": "a", "below": {"name": "b", "below": {"name": "c"}}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNCHANGED)
def test_what_a_keyword_allows_stays(case: str) -> None:
    schema, answer = UNCHANGED[case]
    schema = {"type": "object", **schema}
    assert check_schema(schema) == []
    assert conform(answer, schema) == ConformedAnswer(answer)
    strict = strict_schema(schema)
    if strict is not None:
        assert fails_strict_dialect(strict) is None
        assert can_say(strict, answer)


def test_a_valid_part_of_an_invalid_answer_stays() -> None:
    alternatives = {"anyOf": [named("email", required=("email",)), named("phone")]}
    schema = {"type": "object", "properties": {"price": NUMBER, "contact": alternatives}}
    contact = {"email": "a@b.example", "phone": "123"}
    found = conform({"price": "$1,299.00", "contact": contact}, schema)
    assert found == ConformedAnswer({"price": 1299.0, "contact": contact})


def test_a_condition_is_decided_by_the_normalised_value() -> None:
    schema = {
        "type": "object",
        "properties": {"kind": {"enum": ["book", "map"]}, "pages": {"type": "integer"}},
        "required": ["kind"],
        "if": IS_BOOK,
        "then": {"properties": {"price": NUMBER}, "required": ["price"]},
    }
    assert conform({"kind": "Book", "pages": "412"}, schema) == ConformedAnswer(
        {"kind": "book", "pages": 412, "price": None}
    )
    assert conform({"kind": "Map"}, schema) == ConformedAnswer({"kind": "map"})
    assert conform({"kind": None}, schema) == ConformedAnswer({"kind": None})


def test_a_value_that_the_page_lacks_is_null_wherever_it_is_required() -> None:
    """Not only where the same schema names and requires the property."""
    schemas: list[dict[str, Any]] = [
        {"allOf": [named("name"), {"required": ["name"]}]},
        {"$ref": "#/$defs/thing", "$defs": {"thing": named("name")}, "required": ["name"]},
        {"oneOf": [named("name", required=("name",)), named("city", required=("name", "city"))]},
        {"additionalProperties": TEXT, "required": ["name"]},
    ]
    for schema in schemas:
        found = conform({"name": None}, {"type": "object", **schema})
        assert (found.result, found.violation) == ({"name": None}, None)


def test_a_null_chooses_no_alternative() -> None:
    """Servers make models write all properties, those without a value as null."""
    for keyword in ("anyOf", "oneOf"):
        alternatives = [{"required": ["email"]}, {"required": ["phone"]}]
        schema = {"type": "object", **named("email", "phone"), keyword: alternatives}
        found = conform({"email": None, "phone": "123"}, schema)
        assert found == ConformedAnswer({"phone": "123"})
        assert conform({"email": None, "phone": None}, schema).violation is None


def test_properties_with_a_forbidden_name_are_left_out_and_told() -> None:
    schema = {
        "type": "object",
        "propertyNames": {"pattern": "^[a-z]+$"},
        "additionalProperties": NUMBER,
    }
    found = conform({"height": 4, "Net width": 5}, schema)
    assert found == ConformedAnswer({"height": 4}, unnamed=[""])


def test_unnamed_properties_are_left_out_and_told() -> None:
    schema = {
        "type": "object",
        "properties": {"name": TEXT, "at": {**named("city"), "type": "object"}, "map": {}},
    }
    answer = {"name": "a", "motto": "b", "at": {"city": "c", "x/y": 1}, "map": {"any": 1}}
    assert conform(answer, schema) == ConformedAnswer(
        {"name": "a", "at": {"city": "c"}, "map": {"any": 1}}, unnamed=["/at", ""]
    )


# Random answers, and for each a random schema that it fulfils.

NAMES = st.sampled_from(["a", "b", "name", "price", "größe", "x/y", "z~", "$ref"])
SCALARS = st.sampled_from(["tin", "12", "yes", "$1,299.00", "C++", 7, 0, 2.5, 3.0, True, False])
ANSWERS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3),
        st.dictionaries(NAMES, inner, min_size=1, max_size=4),
    ),
    max_leaves=8,
)
TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer"}


@st.composite
def schemas_of(draw: st.DrawFn, value: Any, depth: int = 0) -> dict[str, Any]:
    """Draw a schema that `value` fulfils and that names all properties of `value`."""
    plain = draw(plain_schemas_of(value, depth))
    if depth > 4:
        return plain
    other = draw(st.sampled_from([{"const": "never"}, {"type": "null"}, {"not": {}}, False]))
    more = draw(plain_schemas_of(value, depth + 3))
    match draw(st.integers(0, 11)):
        case 0:
            return {"anyOf": [other, plain, more]}
        case 1:
            return {"oneOf": [plain, other]}
        case 2:
            return {"allOf": [plain, {"anyOf": [more, other]}, {"anyOf": [other, more]}]}
        case 3:
            return {"if": more, "then": plain, "else": False}
        case 4:
            return {"if": other, "then": False, "else": plain}
        case 5 if isinstance(value, dict):
            return {"dependentSchemas": {draw(st.sampled_from(sorted(value))): plain}}
        case 6 if isinstance(value, dict) and len(value) > 1:
            names = sorted(value)
            halves = [{name: value[name] for name in half} for half in (names[:1], names[1:])]
            parts = [draw(plain_schemas_of(half, depth, is_closed=False)) for half in halves]
            return {"allOf": parts} if draw(st.booleans()) else {"anyOf": parts}
        case 7:
            return {**plain, "not": other or {"const": "never"}}
    return plain


@st.composite
def plain_schemas_of(
    draw: st.DrawFn, value: Any, depth: int, *, is_closed: bool | None = None
) -> dict[str, Any]:
    if depth > 4 and not isinstance(value, dict):
        return draw(st.sampled_from([{}, {"enum": [value, "other"]}]))
    schema: dict[str, Any] = {}
    if draw(st.booleans()):
        schema["type"] = TYPES.get(type(value), "number")
    if isinstance(value, dict):
        inner = {name: draw(schemas_of(part, depth + 1)) for name, part in value.items()}
        in_pattern = {name for name in inner if draw(st.integers(0, 5)) == 0}
        schema["properties"] = {n: part for n, part in inner.items() if n not in in_pattern}
        if in_pattern:
            schema["patternProperties"] = {
                f"^(?!_){''.join(f'[{sign}]' for sign in name)}$": inner[name]
                for name in in_pattern
            }
        schema["required"] = draw(st.lists(st.sampled_from(sorted(value)), unique=True))
        if is_closed is None and draw(st.integers(0, 3)) == 0:
            schema[draw(st.sampled_from(["additionalProperties", "unevaluatedProperties"]))] = False
    elif isinstance(value, list):
        if draw(st.booleans()):
            schema["prefixItems"] = [draw(schemas_of(part, depth + 1)) for part in value]
        else:
            parts = [draw(schemas_of(part, depth + 1)) for part in value]
            schema["items"] = {"anyOf": parts}
    elif draw(st.integers(0, 3)) == 0:
        schema["enum"] = ["other", value]
    return schema


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    answer = draw(st.dictionaries(NAMES, ANSWERS, min_size=1, max_size=4))
    schema = draw(schemas_of(answer))
    if draw(st.booleans()):
        schema = {"$ref": "#/$defs/all", "$defs": {"all": schema}}
    return answer, {**schema, "type": "object"}


@pytest.mark.long
@settings(
    max_examples=generated.count(80, long=1_000),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(case=cases())
def test_a_valid_answer_stays(case: tuple[dict[str, Any], dict[str, Any]]) -> None:
    answer, schema = case
    hypothesis.assume(Draft202012Validator(schema).is_valid(answer))
    hypothesis.assume(check_schema(schema) == [])
    assert conform(answer, schema) == ConformedAnswer(answer)
    assert canonical(canonical(schema)) == canonical(schema)
    strict = strict_schema(schema)
    if strict is not None:
        assert fails_strict_dialect(strict) is None
        assert can_say(strict, answer)
