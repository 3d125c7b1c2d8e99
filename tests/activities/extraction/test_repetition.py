"""Answers in which the model repeats itself until it is cut off."""

from __future__ import annotations

import json

import pytest

from tests.support.extraction import codes, error_of, extract, extractor_of
from tests.support.model_server import Json, ModelServer, Reply, says

LANTERN = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "colors": {"type": "array", "items": {"type": "string"}},
        "sizes": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"size": {"type": "string"}, "price": {"type": "number"}},
                "required": ["size", "price"],
            },
        },
        "price": {"type": "number"},
    },
    "required": ["name", "colors", "sizes", "price"],
}


def cut(text: str) -> Reply:
    return says(text, finish_reason="length")


def properties_of(body: Json) -> list[str]:
    return list(body["response_format"]["json_schema"]["schema"]["properties"])


@pytest.mark.parametrize(
    ("endless", "further", "expected"),
    [
        (
            '{"name": "Tin lantern", "colors": ["tin", "red", ' + '"red", ' * 200,
            {"sizes": [], "price": 1299},
            {"name": "Tin lantern", "colors": ["tin", "red"], "sizes": [], "price": 1299},
        ),
        (
            '{"name": "Tin lantern", "colors": [], "sizes": [{"size": "small", "price": 5}, '
            + '{"size": "large", "price": 9}, ' * 50
            + '{"size": "la',
            {"price": 1299},
            {
                "name": "Tin lantern",
                "colors": [],
                "sizes": [{"size": "small", "price": 5}, {"size": "large", "price": 9}],
                "price": 1299,
            },
        ),
        (
            '{"name": "' + "by the sea, " * 90,
            {"colors": ["tin"], "sizes": [], "price": 1299},
            {"name": None, "colors": ["tin"], "sizes": [], "price": 1299},
        ),
        (
            '{"name": "Tin lantern",' + "\n" * 500,
            {"sizes": [], "price": 1299},
            {"name": "Tin lantern", "colors": None, "sizes": [], "price": 1299},
        ),
    ],
    ids=["text in a list", "object in a list", "first text", "white space"],
)
async def test_what_comes_before_and_after_a_repetition_counts(
    model: ModelServer, endless: str, further: Json, expected: Json
) -> None:
    model.script = lambda body: says(further) if len(properties_of(body)) < 4 else cut(endless)
    async with extractor_of(model.url) as extractor:
        result, usage, warnings = await extract(extractor, schema=LANTERN)
    assert result == expected
    assert codes(warnings) == ["ANSWER_REPEATED"]
    assert properties_of(model.requests[1]) == list(further)
    assert usage.model is not None
    assert usage.model.calls == 2


async def test_a_model_that_repeats_itself_again_is_asked_a_few_times(model: ModelServer) -> None:
    def endless(body: Json) -> Reply:
        return cut(f'{{"{properties_of(body)[0]}": "' + "sea, " * 300)

    model.script = endless
    async with extractor_of(model.url) as extractor:
        result, _, warnings = await extract(extractor, schema=LANTERN)
    assert result == dict.fromkeys(LANTERN["properties"])
    assert codes(warnings) == ["ANSWER_REPEATED", "NOTHING_FOUND"]
    assert len(model.requests) == 4


async def test_an_object_without_a_schema_keeps_what_comes_before(model: ModelServer) -> None:
    model.script = lambda _: cut('{"name": "Tin lantern", "colors": [' + '"tin", ' * 300)
    async with extractor_of(model.url) as extractor:
        result, _, warnings = await extract(extractor, output="json")
    assert result == {"name": "Tin lantern", "colors": ["tin"]}
    assert codes(warnings) == ["ANSWER_REPEATED"]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"colors": [f"color {number}" for number in range(300)]})[:-2],
        '{"name": "Tin lantern ----------------------------------------',
        "sea, " * 300,
    ],
    ids=["long list", "line", "no object"],
)
async def test_a_long_answer_is_no_repetition(model: ModelServer, text: str) -> None:
    model.script = lambda _: cut(text)
    error = await error_of(model, request={"schema": LANTERN})
    assert error.failure.code == "LLM_LENGTH"
