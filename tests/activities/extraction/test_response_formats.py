"""Formats and parameters that a server refuses, and the strict dialect."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from activities.extraction.answers import parse_object
from activities.extraction.enforcement import breaks_format
from activities.extraction.marks import new_boundary, text_without_marks
from domain.schema.strict import strict_schema
from tests.support import model_server as server
from tests.support.extraction import FOUND, LANTERN, extract, extractor_of, formats_of
from tests.support.model_server import ModelServer, Reply, says


@pytest.mark.parametrize(
    "refusal", [server.NO_JSON_SCHEMA_OPENAI, server.NO_JSON_SCHEMA_VLLM], ids=["openai", "vllm"]
)
async def test_a_server_without_schemas_is_asked_for_them_once(
    model: ModelServer, refusal: Reply
) -> None:
    model.reply_next(refusal)
    other = {"type": "object", "properties": {"name": {"type": "string"}}}
    async with extractor_of(model.url) as extractor:
        _, usage, _ = await extract(extractor, schema=LANTERN)
        await extract(extractor, schema=other)
    assert formats_of(model) == ["json_schema", "json_object", "json_object"]
    assert usage.model is not None
    assert usage.model.level == "json_object"
    assert json.dumps(LANTERN) in model.requests[1]["messages"][0]["content"]


async def test_a_server_without_formats_gets_only_instructions(model: ModelServer) -> None:
    model.script = lambda _: says(f"Here it is:\n```json\n{json.dumps(FOUND)}\n```\nAnything else?")
    model.reply_next(server.NO_JSON_SCHEMA_OPENAI, server.NO_JSON_OBJECT_OPENAI)
    async with extractor_of(model.url) as extractor:
        result, usage, _ = await extract(extractor, schema=LANTERN)
        await extract(extractor, schema=LANTERN)
    assert result == FOUND
    assert formats_of(model) == ["json_schema", "json_object", "none", "none"]
    assert usage.model is not None
    assert usage.model.level == "prompt"


@pytest.mark.parametrize(
    "refusal",
    [server.THIS_SCHEMA_OPENAI, server.THIS_SCHEMA_VLLM, server.THIS_SCHEMA_GUIDANCE],
    ids=["openai", "vllm-xgrammar", "vllm-guidance"],
)
async def test_a_refused_schema_does_not_affect_other_schemas(
    model: ModelServer, refusal: Reply
) -> None:
    model.reply_next(refusal)
    other = {"type": "object", "properties": {"name": {"type": "string"}}}
    async with extractor_of(model.url) as extractor:
        for schema in (LANTERN, LANTERN, other):
            await extract(extractor, schema=schema)
    assert formats_of(model) == ["json_schema", "json_object", "json_object", "json_schema"]


async def levels_of(model: ModelServer, texts: list[str], **request: Any) -> list[str]:
    """Return the level that is reported for each of several items, answered by `texts`."""
    found = []
    async with extractor_of(model.url) as extractor:
        for text in texts:
            model.script = lambda _, text=text: says(text)  # type: ignore[misc]
            _, usage, _ = await extract(extractor, **request)
            assert usage.model is not None
            found.append(usage.model.level)
    return found


COMPLETE = json.dumps({**FOUND, "color": None})
"""An answer as the strict dialect demands it."""


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{COMPLETE}\n```",
        f"Here it is: {COMPLETE}",
        f"{COMPLETE}\n\nAnything else?",
        '{"name": "Tin lantern", "price": NaN, "color": null}',
        f"[{COMPLETE}]",
    ],
    ids=["fence", "words before", "words behind", "no JSON", "list"],
)
async def test_a_server_that_ignores_formats_in_silence_is_not_said_to_enforce_them(
    model: ModelServer, text: str
) -> None:
    levels = await levels_of(model, [COMPLETE, text, COMPLETE], schema=LANTERN)
    assert levels == ["json_schema", "prompt", "prompt"]
    assert formats_of(model)[-1] == "json_schema", "the format may help, so it is still asked for"


@pytest.mark.parametrize(
    "answer",
    [
        {"name": "Tin lantern", "price": "$1,299", "color": None},
        {"name": "Tin lantern", "price": 1299, "color": None, "more": 1},
    ],
    ids=["type", "unknown"],
)
async def test_a_schema_that_an_answer_breaks_is_not_said_to_be_enforced(
    model: ModelServer, answer: object
) -> None:
    other = {"type": "object", "properties": {"name": {"type": "string"}}}
    model.reply_next(says(COMPLETE), says(answer), says({"name": "Tin"}), says(COMPLETE))
    levels = []
    async with extractor_of(model.url) as extractor:
        for schema in (LANTERN, LANTERN, other, LANTERN):
            _, usage, _ = await extract(extractor, schema=schema)
            assert usage.model is not None
            levels.append(usage.model.level)
    assert levels == ["json_schema", "prompt", "json_schema", "prompt"]


@pytest.mark.parametrize(
    "text",
    [
        f"<think>A lantern of tin.</think>\n{COMPLETE}",
        f"  {json.dumps({**FOUND, 'color': None}, indent=2)}\n",
        '{"name": "Tin lantern", "price": 1e999, "color": null}',
        '{"name": "Tin lantern", "price": 1299.0, "color": null}',
        '{"name": "Tin lantern", "price": null}',
        f'{{"name": "Tin lantern", "price": {"9" * 5000}, "color": null}}',
        '{"name": "Tin \\ud83d", "price": 1, "color": null}',
    ],
    ids=["thoughts", "spaces", "overflow", "float", "missing", "many digits", "surrogate"],
)
async def test_a_strange_answer_that_fits_proves_nothing(model: ModelServer, text: str) -> None:
    assert await levels_of(model, [text], schema=LANTERN) == ["json_schema"]


async def test_an_overflow_in_the_place_of_an_integer_costs_only_itself(model: ModelServer) -> None:
    members = {"name": {"type": "string"}, "count": {"type": "integer"}}
    model.reply_next(says('{"name": "Tin", "count": 1e999}'))
    async with extractor_of(model.url) as extractor:
        result, _, _ = await extract(extractor, schema={"type": "object", "properties": members})
    assert (result, len(model.requests)) == ({"name": "Tin"}, 1)


def test_alternatives_of_a_recursive_schema_are_checked_in_time() -> None:
    terms = [
        {
            "type": "object",
            "properties": {"left": {"$ref": "#/$defs/term"}, "sign": {"enum": [sign]}},
        }
        for sign in "+-"
    ]
    members = {"term": {"$ref": "#/$defs/term"}}
    schema = strict_schema(
        {"type": "object", "properties": members, "$defs": {"term": {"anyOf": terms}}}
    )
    answer: dict[str, object] = {"sign": "*"}
    for _ in range(22):
        answer = {"left": answer, "sign": "+"}
    start = time.process_time()
    assert breaks_format(json.dumps({"term": answer}), schema)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "text", ['{"n": 1.', '{"n": -0.5e', '{"n": 2E+', '{"n": "\\', '{"n": "\\u12']
)
def test_an_answer_that_may_be_cut_within_a_value_proves_nothing(text: str) -> None:
    assert not breaks_format(text, None)
    assert breaks_format(f"{text} and so on", None)


@pytest.mark.parametrize("end", range(0, len(COMPLETE), 3))
def test_an_answer_that_may_be_cut_proves_nothing(end: int) -> None:
    schema = strict_schema(LANTERN)
    assert not breaks_format(COMPLETE[:end], schema)
    assert breaks_format(f"Sure: {COMPLETE[:end]}", schema)


async def test_json_objects_are_not_said_to_be_enforced_where_they_are_not(
    model: ModelServer,
) -> None:
    texts = ['{"name": "Tin"}', 'Sure! {"name": "Tin"}', '{"name": "Tin"}']
    assert await levels_of(model, texts, prompt="Name it") == ["json_object", "prompt", "prompt"]
    assert set(formats_of(model)) == {"json_object"}


async def test_parameters_that_the_model_refuses_are_left_out(model: ModelServer) -> None:
    model.reply_next(server.NO_MAX_TOKENS, server.NO_TEMPERATURE)
    async with extractor_of(model.url) as extractor:
        await extract(extractor, schema=LANTERN)
        await extract(extractor, schema=LANTERN)
    first, _, third, fourth = model.requests
    assert first["max_tokens"] == 1000
    for body in (third, fourth):
        assert "temperature" not in body
        assert "max_tokens" not in body
        assert body["max_completion_tokens"] == 1000


@pytest.mark.parametrize(
    "properties",
    [
        {"a": {"type": "object", "additionalProperties": {"type": "number"}}},
        {"a": {}},
        {"a": {"type": "array"}},
        {"a": {"type": "array", "prefixItems": [{"type": "string"}]}},
        {"a": {"type": "object", "patternProperties": {"^x": {}}}},
        {"a": {"enum": [{"b": 1}]}},
    ],
)
async def test_a_schema_beyond_the_strict_dialect_is_sent_as_json_object(
    model: ModelServer, properties: dict[str, Any]
) -> None:
    model.reply_next(says({}))
    async with extractor_of(model.url) as extractor:
        await extract(extractor, schema={"type": "object", "properties": properties})
    assert formats_of(model) == ["json_object"]


async def test_references_unions_and_limits_have_a_strict_form(model: ModelServer) -> None:
    schema = {
        "type": "object",
        "$defs": {
            "node": {
                "type": "object",
                "title": "Node",
                "properties": {
                    "name": {"type": "string", "minLength": 2, "pattern": "^[a-z]"},
                    "below": {"type": "array", "items": {"$ref": "#/$defs/node"}, "maxItems": 5},
                },
                "required": ["name"],
            }
        },
        "properties": {
            "tree": {"$ref": "#/$defs/node"},
            "again": {"$ref": "#/properties/tree", "description": "The other one"},
            "date": {"type": "string", "format": "date"},
            "either": {"oneOf": [{"type": "string"}, {"$ref": "#/$defs/node"}]},
            "mixed": {"enum": ["a", 1, None, True]},
            "several": {"type": ["string", "number"]},
            "all": {"allOf": [{"$ref": "#/$defs/node"}, {"required": ["below"]}]},
            "limited": {
                "type": "object",
                "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
                "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
            },
        },
        "required": ["tree"],
    }
    model.reply_next(says({"tree": {"name": "oak", "below": [{"name": "elm", "below": None}]}}))
    async with extractor_of(model.url) as extractor:
        result, _, _ = await extract(extractor, schema=schema)
    assert result == {"tree": {"name": "oak", "below": [{"name": "elm"}]}}
    strict = model.requests[0]["response_format"]["json_schema"]["schema"]
    assert server.fails_strict_dialect(strict) is None
    assert strict["$defs"]["d1"]["properties"]["name"] == {
        "type": ["string", "null"],
        "description": '(pattern "^[a-z]", minLength 2)',
    }
    assert strict["properties"]["date"]["description"] == '(format "date")'


@pytest.mark.parametrize("text", [" \n" * 100_000 + "{", "<think>" * 20_000, "word " * 50_000])
def test_endless_answers_are_read_in_time(text: str) -> None:
    start = time.process_time()
    assert parse_object(text) is None
    assert time.process_time() - start < 5


def test_marks_in_endless_answers_are_found_in_time() -> None:
    boundary = new_boundary()
    start = time.process_time()
    text_without_marks("-".join(["word"] * 20_000) + boundary, boundary)
    assert time.process_time() - start < 5
