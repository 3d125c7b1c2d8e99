"""Random schemas and bad answers: each result obeys the rule for null and fits its schema.

Otherwise the item fails with a code.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import hypothesis
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from activities.extraction.extractor import Extractor
from domain.failures import ScrapeError
from domain.schema.strict import strict_schema
from domain.schema.validation import check_schema
from tests.support import generated
from tests.support.extraction import extract, extractor_of
from tests.support.model_server import ModelServer, fails_strict_dialect, says

pytestmark = pytest.mark.long

EXAMPLES = generated.count(150, long=10_000)

NAMES = st.sampled_from(["a", "b", "name", "price", "kind", "größe", "x/y", "z~", "type", "$ref2"])
WORDS = st.sampled_from(["in stock", "sold out", "New", "used", "5", "", "null", "C", "C++", "ja"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2000),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    WORDS,
    st.sampled_from(["$1,299.00", "1.2M", "yes", "N/A", "1.299,00 €", "about 5", "\ud800", "12"]),
)


def leaves() -> st.SearchStrategy[Any]:
    return st.one_of(
        st.sampled_from(
            [
                {"type": "string"},
                {"type": "number"},
                {"type": "integer"},
                {"type": "boolean"},
                {"type": "null"},
                {"type": ["string", "null"]},
                {"type": ["number", "string"]},
                {"type": "number", "minimum": 0, "maximum": 1000},
                {"type": "string", "minLength": 2, "pattern": "^[a-zA-Z]"},
                {"type": "string", "format": "date", "description": "When"},
                {"const": "New"},
                {"const": 5},
                {},
                True,
            ]
        ),
        st.lists(st.one_of(WORDS, st.integers(0, 9), st.none(), st.booleans()), min_size=1).map(
            lambda values: {"enum": list({json.dumps(value): value for value in values}.values())}
        ),
        st.sampled_from(["d1", "d2", "d3"]).map(lambda name: {"$ref": f"#/$defs/{name}"}),
        st.just({"$ref": "#"}),
    )


def grown(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        objects(parts),
        st.fixed_dictionaries(
            {"type": st.just("array"), "items": parts},
            optional={
                "minItems": st.integers(0, 2),
                "maxItems": st.integers(2, 4),
                "uniqueItems": st.booleans(),
            },
        ),
        st.lists(parts, min_size=1, max_size=2).map(
            lambda first: {"type": "array", "prefixItems": first}
        ),
        st.lists(parts, min_size=1, max_size=3).map(lambda several: {"anyOf": several}),
        st.lists(parts, min_size=1, max_size=3).map(lambda several: {"oneOf": several}),
        st.lists(parts, min_size=1, max_size=2).map(lambda several: {"allOf": several}),
        parts.map(lambda part: {"not": part}),
        st.tuples(parts, parts).map(lambda two: {"if": two[0], "then": two[1]}),
    )


@st.composite
def objects(draw: st.DrawFn, parts: st.SearchStrategy[Any]) -> dict[str, Any]:
    properties = draw(st.dictionaries(NAMES, parts, max_size=4))
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    names = [*properties, *(["extra"] if draw(st.integers(0, 9)) == 0 else [])]
    if names:
        schema["required"] = draw(st.lists(st.sampled_from(names), unique=True))
    match draw(st.integers(0, 9)):
        case 0:
            schema["additionalProperties"] = draw(parts)
        case 1:
            schema["additionalProperties"] = False
        case 2:
            schema["additionalProperties"] = True
        case 3:
            schema["patternProperties"] = {"^p": draw(parts)}
        case 4:
            schema["minProperties"] = 1
        case 5:
            schema["dependentRequired"] = {"a": ["b"]}
    return schema


PARTS = st.recursive(leaves(), grown, max_leaves=8)


@st.composite
def schemas(draw: st.DrawFn) -> dict[str, Any]:
    schema = draw(objects(PARTS))
    schema["$defs"] = {name: draw(PARTS) for name in ("d1", "d2", "d3")}
    if draw(st.integers(0, 9)) == 0:
        schema["anyOf"] = draw(st.lists(objects(PARTS), min_size=1, max_size=2))
    hypothesis.assume(check_schema(schema) == [])
    return schema


JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=10,
)


@st.composite
def fitting_answers(draw: st.DrawFn, schema: Any, root: dict[str, Any], depth: int = 0) -> Any:
    """Draw an answer that mostly fits `schema`, like the answer of a model."""
    if not isinstance(schema, dict) or depth > 6 or draw(st.integers(0, 11)) == 0:
        return draw(JSON)
    if "$ref" in schema:
        reference = schema["$ref"]
        target = root if reference == "#" else root["$defs"][reference.rpartition("/")[2]]
        return draw(fitting_answers(target, root, depth + 1))
    for union in ("anyOf", "oneOf", "allOf"):
        if union in schema and "properties" not in schema:
            return draw(fitting_answers(draw(st.sampled_from(schema[union])), root, depth + 1))
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    if "const" in schema:
        return schema["const"]
    kind = schema.get("type")
    kind = draw(st.sampled_from(kind)) if isinstance(kind, list) else kind
    match kind:
        case "object":
            properties = schema["properties"]
            answer = {
                name: draw(fitting_answers(part, root, depth + 1))
                for name, part in properties.items()
                if draw(st.integers(0, 4))
            }
            if draw(st.integers(0, 3)) == 0:
                answer[draw(st.sampled_from(["extra", "p1", "b"]))] = draw(JSON)
            return answer
        case "array":
            count = draw(st.integers(0, 3))
            items = schema.get("items", {})
            return [draw(fitting_answers(items, root, depth + 1)) for _ in range(count)]
        case "string":
            return draw(WORDS)
        case "number" | "integer":
            return draw(st.one_of(st.integers(-5, 2000), st.sampled_from(["$1,299.00", "3"])))
        case "boolean":
            return draw(st.booleans())
    return draw(JSON)


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], list[str]]:
    """Draw a schema, and the two answers of the model."""
    schema = draw(schemas())
    texts = []
    for _ in range(2):
        answer = draw(fitting_answers(schema, schema))
        text = json.dumps(answer)
        match draw(st.integers(0, 14)):
            case 0:
                text = text[: len(text) // 2]
            case 1:
                text = f"Sure! Here you are:\n```json\n{text}\n```"
            case 2:
                text = text.replace("5", "1e999")
            case 3:
                text = text.replace("null", "NaN")
            case 4:
                text = draw(st.text(max_size=40))
        texts.append(text)
    return schema, texts


# The rules again, written independently of the code. They check only what is certain: if a schema
# has alternatives, they do not decide which one is meant.


def relaxed(root: dict[str, Any]) -> dict[str, Any]:
    """Return `root` under the contract's rule: properties may be null, except in conditions."""
    strict = {
        "strict": {key: _strict(part) for key, part in root.items() if key != "$defs"},
        **{f"strict-{name}": _strict(part) for name, part in root["$defs"].items()},
    }
    result: dict[str, Any] = _relaxed(root)
    return {**result, "$defs": {**result["$defs"], **strict}}


def _relaxed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_relaxed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result: dict[str, Any] = {}
    for keyword, part in schema.items():
        if keyword in ("properties", "patternProperties"):
            result[keyword] = {name: _or_null(inner) for name, inner in part.items()}
        elif keyword == "additionalProperties":
            result[keyword] = _or_null(part)
        elif keyword == "$defs":
            result[keyword] = {name: _relaxed(inner) for name, inner in part.items()}
        elif keyword in ("not", "if"):
            result[keyword] = _strict(part)
        elif keyword in ("enum", "const", "required", "dependentRequired"):
            result[keyword] = part
        elif keyword != "oneOf":
            result[keyword] = _relaxed(part)
    if "oneOf" in schema:
        strict = _strict(schema["oneOf"])
        by_nulls = {"not": {"anyOf": strict}, "anyOf": _relaxed(schema["oneOf"])}
        one_of = {"anyOf": [{"oneOf": strict}, by_nulls]}
        result["allOf"] = [*result.get("allOf", ()), one_of]
    return result


def _or_null(schema: Any) -> Any:
    return schema if schema is False else {"anyOf": [{"type": "null"}, _relaxed(schema)]}


def _strict(schema: Any) -> Any:
    """Return a part of a schema with references to what is not relaxed."""
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result: dict[str, Any] = {}
    for keyword, part in schema.items():
        if keyword == "$ref":
            name = part.rpartition("/")[2]
            result[keyword] = "#/$defs/strict" if part == "#" else f"#/$defs/strict-{name}"
        elif keyword in ("properties", "patternProperties"):
            result[keyword] = {name: _strict(inner) for name, inner in part.items()}
        elif keyword in ("enum", "const", "required", "dependentRequired"):
            result[keyword] = part
        else:
            result[keyword] = _strict(part)
    return result


def broken_null_rule(value: Any, schema: Any, root: dict[str, Any], depth: int = 0) -> str | None:
    if not isinstance(schema, dict) or depth > 12:
        return None
    if "$ref" in schema:
        reference = schema["$ref"]
        target = root if reference == "#" else root["$defs"][reference.rpartition("/")[2]]
        return broken_null_rule(value, target, root, depth + 1)
    if isinstance(value, dict) and schema.get("type") == "object":
        for name in schema.get("required", ()):
            if name not in value:
                return f"{name} is required and not there"
        for name, part in schema.get("properties", {}).items():
            if name not in value:
                continue
            if value[name] is None and name not in schema.get("required", ()):
                is_required_elsewhere = "anyOf" in schema or "dependentRequired" in schema
                if not is_required_elsewhere:
                    return f"{name} is optional and null"
            if wrong := broken_null_rule(value[name], part, root, depth + 1):
                return wrong
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        for part in value:
            if wrong := broken_null_rule(part, schema["items"], root, depth + 1):
                return wrong
    return None


@pytest_asyncio.fixture(scope="module")
async def extractor(running_model: ModelServer) -> AsyncIterator[Extractor]:
    async with extractor_of(running_model.url) as made:
        yield made


ENDS: Counter[str] = Counter()


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(case=cases())
async def test_a_result_obeys_the_rules_or_the_item_fails(
    running_model: ModelServer, extractor: Extractor, case: tuple[dict[str, Any], list[str]]
) -> None:
    schema, texts = case
    strict = strict_schema(schema)
    assert strict is None or fails_strict_dialect(strict) is None
    running_model.reset()
    running_model.reply_next(*map(says, texts))
    result: Any = None
    try:
        result, _, _ = await extract(extractor, schema=schema)
    except ScrapeError as error:
        code = error.failure.code
    else:
        code = "OK"
    if code != "OK":
        assert code in ("EXTRACTION_INVALID", "LLM_INVALID_JSON")
        assert len(running_model.requests) == 2, "the model was told what is wrong"
        ENDS[code] += 1
        return
    assert isinstance(result, dict)
    assert broken_null_rule(result, schema, schema) is None
    assert Draft202012Validator(relaxed(schema)).is_valid(result)
    json.dumps(result, allow_nan=False)
    ENDS[f"answer {len(running_model.requests)}"] += 1


def test_the_examples_had_all_kinds_of_ends() -> None:
    assert sum(ENDS.values()) >= EXAMPLES
    assert ENDS["answer 1"] > EXAMPLES / 20
    assert ENDS["answer 2"] > 0
    assert ENDS["EXTRACTION_INVALID"] > 0
    assert ENDS["LLM_INVALID_JSON"] > 0
