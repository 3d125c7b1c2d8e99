"""Pages that are too long for one request."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from activities.content.blocks import split
from activities.content.tokens import estimate_tokens
from activities.conversion.tasks import ModelPage
from domain.failures import ScrapeError
from tests.support import model_server as server
from tests.support.extraction import LANTERN, PAGE, codes, error_of, extract, extractor_of
from tests.support.model_server import ModelServer, Reply, says


def long_page(rows: int) -> ModelPage:
    table = "\n".join(f"| {number} | lamp {number} | {number}.50 |" for number in range(rows))
    return ModelPage(
        PAGE.url, f"# Lamps\n\n| no | name | price |\n|---|---|---|\n{table}", "", None
    )


def test_the_parts_together_are_the_whole_page() -> None:
    page = (
        long_page(800).main + "\n\n```py\nx = 1\n\n\ny = 2\n```\n\n" + "word " * 3000 + "é" * 9000
    )
    parts = split(page, 600)
    assert all(estimate_tokens(part) <= 600 for part in parts)
    joined = "\n".join(parts)
    assert all(f"| lamp {number} |" in joined for number in range(800))
    assert (joined.count("word"), joined.count("é")) == (3000, 9000)
    assert "x = 1\n\n\ny = 2" in joined
    assert sum("| no | name | price |" in part for part in parts) > 5, "each piece has the head"


LAMPS = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "lamps": {
            "type": "array",
            "minItems": 300,
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "price": {"type": "number"}},
                "required": ["name"],
            },
        },
    },
    "required": ["title", "lamps"],
}


def answer_lamps(body: server.Json) -> Reply:
    lines = server.page_of(body).splitlines()
    rows = [line.split("|") for line in lines if "| lamp " in line]
    lamps = [{"name": row[2].strip(), "price": row[3].strip()} for row in rows]
    return says({"title": "Lamps" if "# Lamps" in lines else None, "lamps": lamps})


async def test_a_long_page_is_read_in_parts_and_nothing_is_lost(model: ModelServer) -> None:
    model.script = answer_lamps
    async with extractor_of(model.url, context_tokens=4000) as extractor:
        result, usage, warnings = await extract(extractor, long_page(1000), schema=LAMPS)
    assert result["title"] == "Lamps"
    assert [lamp["name"] for lamp in result["lamps"]] == [f"lamp {n}" for n in range(1000)]
    assert result["lamps"][7] == {"name": "lamp 7", "price": 7.5}
    assert warnings == []
    assert len(model.requests) > 2
    assert usage.tokens == 120 * len(model.requests)
    parts = [
        re.search(r"page, part (\d+) of (\d+)>>", server.page_of(request))
        for request in model.requests
    ]
    number = len(parts)
    assert {found and found.groups() for found in parts} == {
        (str(part), str(number)) for part in range(1, number + 1)
    }


@pytest.mark.parametrize("refusal", [server.CONTEXT_OPENAI, server.CONTEXT_VLLM])
async def test_a_page_that_the_server_finds_too_long_is_halved(
    model: ModelServer, refusal: Reply
) -> None:
    def script(body: server.Json) -> Reply:
        return refusal if len(server.page_of(body)) > 5000 else answer_lamps(body)

    model.script = script
    async with extractor_of(model.url) as extractor:
        result, _, _ = await extract(extractor, long_page(400), schema=LAMPS)
    assert [lamp["name"] for lamp in result["lamps"]] == [f"lamp {n}" for n in range(400)]


async def test_a_page_whose_answer_is_too_long_is_halved(model: ModelServer) -> None:
    def script(body: server.Json) -> Reply:
        is_long = server.page_of(body).count("| lamp ") > 150
        return says("{", finish_reason="length") if is_long else answer_lamps(body)

    model.script = script
    async with extractor_of(model.url) as extractor:
        result, _, _ = await extract(extractor, long_page(400), schema=LAMPS)
    assert [lamp["name"] for lamp in result["lamps"]] == [f"lamp {n}" for n in range(400)]


async def test_an_entry_of_two_parts_appears_once(model: ModelServer) -> None:
    lamps = [
        [{"name": "a", "price": 1}, {"name": "b", "price": None}],
        [{"name": "b", "price": 2}, {"name": "a", "price": 1}, {"name": "c", "price": 3}],
    ]
    schema = json.loads(json.dumps(LAMPS))
    del schema["properties"]["lamps"]["minItems"]
    model.reply_next(*(says({"title": str(n), "lamps": part}) for n, part in enumerate(lamps)))
    page = ModelPage(PAGE.url, "\n\n".join(f"{'word ' * 900}" for _ in range(2)), "", None)
    async with extractor_of(model.url, context_tokens=3600, concurrency=1) as extractor:
        result, _, _ = await extract(extractor, page, schema=schema)
    assert result == {
        "title": "0",
        "lamps": [{"name": "a", "price": 1}, {"name": "b", "price": 2}, {"name": "c", "price": 3}],
    }
    assert len(model.requests) == 2


LONG_SCHEMA = {
    "type": "object",
    "properties": {
        f"field_{n}": {"type": "string", "description": "What the page says of it " * 4}
        for n in range(100)
    },
}


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ({"schema": LONG_SCHEMA}, r"the schema takes about \d{4,5}, the answer may take 1000\."),
        (
            {"prompt": "Say what the page says of lamps. " * 300, "output": "markdown"},
            r"the prompt takes about \d{4}, the answer may take 1000\.",
        ),
        (
            {"prompt": "Shorten it.", "schema": LONG_SCHEMA},
            r"the schema takes about \d{4,5}, the prompt takes about \d, the answer may take",
        ),
    ],
    ids=["schema", "prompt", "both"],
)
async def test_a_question_longer_than_the_context_says_what_is_too_long(
    model: ModelServer, request_: dict[str, Any], named: str
) -> None:
    error = await error_of(model, request=request_, context_tokens=2500)
    assert error.failure.code == "QUESTION_TOO_LONG"
    assert "of the model's 2500 tokens" in error.failure.message
    assert re.search(named, error.failure.message)
    assert "extractContentOnly" not in error.failure.message
    assert "Shorten the schema" in error.failure.message
    assert model.requests == []


async def test_a_page_with_too_many_parts_fails(model: ModelServer) -> None:
    async with extractor_of(model.url, context_tokens=4000, max_parts=2) as extractor:
        with pytest.raises(ScrapeError) as caught:
            await extract(extractor, long_page(3000), schema=LANTERN)
        assert caught.value.failure.code == "PAGE_TOO_LONG"
        assert caught.value.failure.message.startswith(
            "Reading the page takes more than 2 requests."
        )
        assert model.requests == []
        # The main content alone fits, and a warning says so.
        page = ModelPage(PAGE.url, PAGE.main, long_page(3000).main, None)
        _, _, warnings = await extract(extractor, page, schema=LANTERN)
    assert codes(warnings) == ["MAIN_CONTENT_ONLY"]


async def test_markdown_answers_are_joined_by_the_model(model: ModelServer) -> None:
    def script(body: server.Json) -> Reply:
        instructions = body["messages"][0]["content"]
        return says("whole") if "put together one answer" in instructions else says("part")

    model.script = script
    async with extractor_of(model.url, context_tokens=4000) as extractor:
        result, _, _ = await extract(
            extractor, long_page(400), prompt="Sum it up", output="markdown"
        )
    assert result == "whole"


async def test_declared_data_is_cut_to_the_room_that_is_left(model: ModelServer) -> None:
    evidence = {"title": "t", "things": [{"name": f"thing {n}"} for n in range(2000)]}
    async with extractor_of(model.url, context_tokens=4000) as extractor:
        _, _, warnings = await extract(
            extractor, ModelPage(PAGE.url, PAGE.main, "", evidence), schema=LANTERN
        )
    assert codes(warnings) == ["DECLARATIONS_CUT"]
    assert "thing 0" in server.page_of(model.requests[0])
