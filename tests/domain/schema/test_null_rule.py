"""The rule for null: what it allows besides the schema, and what it must leave alone."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from activities.conversion.tasks import conform
from domain.schema.rules import violation
from domain.schema.validation import check_schema
from tests.support import generated

TEXT = {"type": "string"}
TEXT_OR_NULL = {"type": ["string", "null"]}
NAMED = {"properties": {"a": TEXT}, "required": ["a"]}


def listing(**keywords: Any) -> dict[str, Any]:
    return {"properties": {"list": {"type": "array", **keywords}}}


ALLOWED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a required property": (NAMED, {"a": None}),
    "within a list": (listing(items={"type": "object", **NAMED}), {"list": [{"a": None}]}),
    "behind a reference": (
        {"$ref": "#/$defs/named", "$defs": {"named": NAMED}},
        {"a": None},
    ),
    "in then": ({"if": {"required": ["k"]}, "then": NAMED}, {"k": "x", "a": None}),
    "in a branch": ({"anyOf": [NAMED]}, {"a": None}),
    "fewer with values than maxContains": (
        listing(contains=NAMED, maxContains=1),
        {"list": [{"a": "x"}, {"a": None}]},
    ),
    "not one too many for maxContains": (
        listing(contains=NAMED, minContains=0, maxContains=0),
        {"list": [{"a": None}]},
    ),
    "items by a condition that a null does not fulfil": (
        listing(
            **{
                "if": {"prefixItems": [NAMED]},
                "then": {"prefixItems": [True]},
                "else": {"prefixItems": [True, True]},
                "unevaluatedItems": False,
            }
        ),
        {"list": [{"a": None}, 1]},
    ),
    "forbidden text": ({"properties": {"a": TEXT_OR_NULL}, "not": NAMED}, {"a": None}),
    "a reference used both ways": (
        {
            "properties": {"main": {"$ref": "#/$defs/named"}},
            "not": {"properties": {"main": {"$ref": "#/$defs/named"}}, "required": ["main"]},
            "$defs": {"named": {"type": "object", **NAMED}},
        },
        {"main": {"a": None}},
    ),
}

FORBIDDEN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a null that not forbids": (
        {
            "properties": {"a": TEXT_OR_NULL},
            "not": {"properties": {"a": {"type": "null"}}, "required": ["a"]},
        },
        {"a": None},
    ),
    "a null is nothing that contains asks for": (
        listing(contains={"properties": {"a": {"const": 1}}, "required": ["a"]}),
        {"list": [{"a": None}]},
    ),
    "a null within a list of texts": (listing(items=TEXT), {"list": [None]}),
    "a null that fulfils a condition": (
        {
            "properties": {"a": TEXT_OR_NULL},
            "if": {"properties": {"a": {"const": None}}, "required": ["a"]},
            "then": {"required": ["reason"]},
        },
        {"a": None},
    ),
    "a property that must not be there": (
        {"properties": {"a": False}},
        {"a": None},
    ),
}


@pytest.mark.parametrize("case", ALLOWED)
def test_a_null_is_allowed(case: str) -> None:
    schema, value = ALLOWED[case]
    assert violation(value, {"type": "object", **schema}) is None


@pytest.mark.parametrize("case", FORBIDDEN)
def test_a_null_is_not_allowed(case: str) -> None:
    schema, value = FORBIDDEN[case]
    assert violation(value, {"type": "object", **schema}) is not None


@pytest.mark.parametrize(
    "rule",
    [
        {"not": {"not": {"required": ["a"]}}},
        {"minProperties": 2},
        {"contains": {}, "if": {"required": ["a"]}, "else": False},
    ],
)
def test_an_optional_null_stays_where_the_schema_needs_it(rule: dict[str, Any]) -> None:
    """Also beside a null that only the rule allows."""
    schema = {"properties": {"a": TEXT_OR_NULL, "b": TEXT}, "required": ["b"], **rule}
    found = conform({"a": None, "b": None}, {"type": "object", **schema})
    assert (found.result, found.violation) == ({"a": None, "b": None}, None)


def test_a_null_that_the_schema_does_not_allow_makes_up_for_nothing() -> None:
    schema = {"type": "object", "properties": {"a": TEXT}, "minProperties": 1}
    assert conform({"a": None}, schema).violation is not None


# The rule again, as another schema that plain validators can read.

_CONDITIONS = ("if", "not", "contains", "propertyNames")
_LISTS = ("anyOf", "allOf", "prefixItems")
_MEMBERS = ("properties", "patternProperties")


def relaxed(root: dict[str, Any]) -> dict[str, Any]:
    """Return a schema of what the rule allows: each definition stands there in two versions."""
    definitions = root["$defs"]
    return {
        **_relaxed({key: part for key, part in root.items() if key != "$defs"}),
        "$defs": {
            **{name: _relaxed(part) for name, part in definitions.items()},
            **{f"strict-{name}": _strict(part) for name, part in definitions.items()},
        },
    }


def _relaxed(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    result: dict[str, Any] = dict(schema)
    more: list[Any] = []
    for keyword, part in schema.items():
        if keyword in _CONDITIONS:
            result[keyword] = _strict(part)
        elif keyword in _LISTS:
            result[keyword] = [_relaxed(inner) for inner in part]
        elif keyword in _MEMBERS:
            result[keyword] = {name: _or_null(inner) for name, inner in part.items()}
        elif keyword == "additionalProperties":
            result[keyword] = _or_null(part)
        elif keyword in ("items", "then", "else"):
            result[keyword] = _relaxed(part)
        elif keyword == "oneOf":
            del result[keyword]
            strict = [_strict(inner) for inner in part]
            by_nulls = {"not": {"anyOf": strict}, "anyOf": [_relaxed(inner) for inner in part]}
            more.append({"anyOf": [{"oneOf": strict}, by_nulls]})
        elif keyword == "dependentSchemas":
            del result[keyword]
            more += [{"anyOf": [_lacks(name), _relaxed(inner)]} for name, inner in part.items()]
        elif keyword == "dependentRequired":
            del result[keyword]
            more += [{"anyOf": [_lacks(name), {"required": names}]} for name, names in part.items()]
    if more:
        result["allOf"] = [*result.get("allOf", ()), *more]
    return result


def _lacks(name: str) -> dict[str, Any]:
    """Return a schema of everything but objects with a value for `name`."""
    has_value = {"properties": {name: {"not": {"type": "null"}}}, "required": [name]}
    return {"not": {"type": "object", **has_value}}


def _or_null(schema: Any) -> Any:
    return schema if schema is False else {"anyOf": [{"type": "null"}, _relaxed(schema)]}


def _strict(schema: Any) -> Any:
    """Return a part of a schema with references to what is not relaxed."""
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"].replace("#/$defs/", "#/$defs/strict-")}
    return {
        keyword: {name: _strict(inner) for name, inner in part.items()}
        if keyword in (*_MEMBERS, "dependentSchemas")
        else part
        if keyword in ("enum", "const", "required", "dependentRequired", "type")
        else _strict(part)
        for keyword, part in schema.items()
    }


NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.recursive(
    st.sampled_from([None, None, 1, "x"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)
LEAVES = st.sampled_from(
    [
        *({}, TEXT, {"type": "null"}, TEXT_OR_NULL, {"const": 1}, {"enum": ["x", None]}, NAMED),
        *({"required": ["a"]}, {"type": "object"}, {"$ref": "#/$defs/d"}, {"$ref": "#/$defs/e"}),
    ]
)


def grown(parts: st.SearchStrategy[Any], *, can_be_unevaluated: bool) -> st.SearchStrategy[Any]:
    two = st.lists(parts, min_size=1, max_size=2)
    objects: dict[str, st.SearchStrategy[Any]] = {
        "properties": st.dictionaries(NAMES, parts, min_size=1, max_size=2),
        "additionalProperties": parts,
        "required": st.lists(NAMES, unique=True, max_size=2),
        "dependentSchemas": st.dictionaries(NAMES, parts, max_size=1),
        "dependentRequired": st.dictionaries(NAMES, st.lists(NAMES, max_size=1), max_size=1),
        "minProperties": st.integers(0, 2),
    }
    arrays: dict[str, st.SearchStrategy[Any]] = {
        "items": parts,
        "prefixItems": two,
    }
    counted = {"minContains": st.integers(0, 1), "maxContains": st.integers(0, 2)}
    if can_be_unevaluated:
        objects["unevaluatedProperties"] = st.one_of(st.just(False), parts)
        arrays["unevaluatedItems"] = st.one_of(st.just(False), parts)
    return st.one_of(
        st.fixed_dictionaries({}, optional=objects),
        st.fixed_dictionaries({}, optional=arrays),
        st.fixed_dictionaries({"contains": parts}, optional={**arrays, **counted}),
        parts.map(lambda part: {"not": part}),
        st.fixed_dictionaries({"if": parts}, optional={"then": parts, "else": parts}),
        st.sampled_from(["anyOf", "oneOf", "allOf"]).flatmap(
            lambda keyword: two.map(lambda several: {keyword: several})
        ),
    )


@st.composite
def cases(draw: st.DrawFn, *, can_be_unevaluated: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    parts = st.recursive(
        LEAVES, lambda inner: grown(inner, can_be_unevaluated=can_be_unevaluated), max_leaves=5
    )
    schema = {
        "type": "object",
        "properties": draw(st.dictionaries(NAMES, parts, min_size=1, max_size=3)),
        "required": draw(st.lists(NAMES, unique=True, max_size=2)),
        "allOf": [draw(parts)],
        "$defs": {"d": draw(parts), "e": draw(LEAVES)},
    }
    hypothesis.assume(check_schema(schema) == [])
    return schema, draw(st.dictionaries(NAMES, VALUES, min_size=1, max_size=3))


MANY = settings(
    max_examples=generated.count(100, long=10_000),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.long
@MANY
@given(case=cases(can_be_unevaluated=False))
def test_the_rule_is_that_of_its_definition(case: tuple[dict[str, Any], dict[str, Any]]) -> None:
    schema, value = case
    is_allowed = Draft202012Validator(relaxed(schema)).is_valid(value)
    assert (violation(value, schema) is None) == is_allowed


@pytest.mark.long
@MANY
@given(case=cases(can_be_unevaluated=True))
def test_what_the_schema_allows_is_never_refused(
    case: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    schema, value = case
    hypothesis.assume(Draft202012Validator(schema).is_valid(value))
    assert violation(value, schema) is None
    assert conform(value, schema).violation is None
