"""Asking a model, by the real client, of a server that speaks the real protocol."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import pytest_asyncio

from activities.content.blocks import estimate_tokens, split
from activities.conversion.tasks import ModelPage, conform
from activities.extraction.breaker import Breaker
from activities.extraction.errors import ModelError
from domain.failures import ScrapeError
from tests.support import model_server as server
from tests.support.extraction import LANTERN, PAGE, extract, extractor_of
from tests.support.model_server import KEY, ModelServer, Reply, says
from tests.support.site import closed_port

FOUND = {"name": "Tin lantern", "price": 1299}


@pytest_asyncio.fixture(scope="module")
async def running() -> AsyncIterator[ModelServer]:
    async with ModelServer() as started:
        yield started


@pytest.fixture
def model(running: ModelServer) -> ModelServer:
    running.reset(lambda _: says(FOUND))
    return running


async def error_of(model: ModelServer | str, **options: Any) -> ScrapeError:
    request = options.pop("request", {"schema": LANTERN})
    url = model if isinstance(model, str) else model.url
    async with extractor_of(url, **options) as extractor:
        with pytest.raises(ScrapeError) as caught:
            await extract(extractor, **request)
    assert KEY not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.failure.message}"
    return caught.value


def formats(model: ModelServer) -> list[str]:
    return [body.get("response_format", {"type": "none"})["type"] for body in model.requests]


# What is answered


async def test_a_schema_is_answered_by_a_model_that_is_held_to_it(model: ModelServer) -> None:
    async with extractor_of(model.url) as extractor:
        result, usage, warnings = await extract(extractor, schema=LANTERN)
    assert (result, warnings) == (FOUND, [])
    [body] = model.requests
    form = body["response_format"]["json_schema"]
    assert form["strict"] is True
    assert server.fails_strict_dialect(form["schema"]) is None
    assert body["temperature"] == 0
    assert (usage.tokens, usage.model.name, usage.model.level, usage.model.calls) == (  # type: ignore[union-attr]
        120,
        server.MODEL,
        "json_schema",
        1,
    )
    assert usage.model is not None
    assert 0 < usage.model.seconds < 10


async def test_numbers_nulls_and_enums_are_put_right(model: ModelServer) -> None:
    schema = {
        "type": "object",
        "properties": {
            "price": {"type": "number"},
            "count": {"type": "integer"},
            "stock": {"enum": ["in_stock", "sold_out"]},
            "size": {"type": "string", "enum": ["small", "large"]},
            "color": {"type": "string"},
            "weight": {"type": "number"},
            "is_new": {"type": "boolean"},
            "tags": {"type": "array", "items": {"enum": ["tin", "handmade"]}},
            "maker": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "since": {"type": "integer"}},
                "required": ["name"],
            },
        },
        "required": ["price", "size", "weight", "maker"],
    }
    model.reply_next(
        says(
            {
                "price": "$1,299.00",
                "count": 3.0,
                "stock": "In stock",
                "size": "enormous",
                "color": None,
                "is_new": "yes",
                "tags": ["Tin", "cheap", "handmade"],
                "maker": {"since": None, "motto": "ever on"},
            }
        )
    )
    async with extractor_of(model.url) as extractor:
        result, _, warnings = await extract(extractor, schema=schema)
    assert result == {
        "price": 1299.0,
        "count": 3,
        "stock": "in_stock",
        "size": None,
        "weight": None,
        "is_new": True,
        "tags": ["tin", "handmade"],
        "maker": {"name": None},
    }
    assert warnings == ["Values that the enum does not have were left out of /tags."]


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        ("1.299,00 €", {"type": "number"}, 1299.0),
        ("1.2M", {"type": "number"}, "1.2M"),
        ("5 million", {"type": "number"}, "5 million"),
        ("4.7", {"type": "integer"}, "4.7"),
        ("out of stock", {"enum": ["in stock", "out of stock"]}, "out of stock"),
        ("not new", {"enum": ["new", "used"]}, None),
        ("unavailable", {"enum": ["available"]}, None),
        ("Brand new", {"enum": ["new", "used"]}, "new"),
        ("refurbishd", {"enum": ["new", "refurbished"]}, "refurbished"),
        ("c", {"enum": ["C", "C++"]}, "C"),
        ("C#", {"enum": ["C", "C++"]}, None),
        ("2", {"enum": [1, 2, 3]}, 2),
        (True, {"enum": [1, 2]}, None),
        (7, {"type": "string"}, "7"),
        ("N/A", {"type": "string"}, None),
        ("5", {"anyOf": [{"type": "number"}, {"type": "string"}]}, "5"),
        ("5", {"anyOf": [{"type": "number"}, {"type": "boolean"}]}, 5),
        (5, {"type": "array", "items": {"type": "integer"}}, [5]),
        (["a"], {"type": "string"}, "a"),
        (
            {"kind": "b", "y": "2"},
            {
                "oneOf": [
                    {
                        "type": "object",
                        "properties": {"kind": {"const": kind}, name: {"type": "number"}},
                        "required": ["kind", name],
                    }
                    for kind, name in (("a", "x"), ("b", "y"))
                ]
            },
            {"kind": "b", "y": 2},
        ),
    ],
)
def test_values_are_converted_only_where_they_mean_the_same(
    value: object, schema: dict[str, Any], expected: object
) -> None:
    root = {"type": "object", "properties": {"value": schema}, "required": ["value"]}
    assert conform({"value": value}, root).result == {"value": expected}


async def test_a_prompt_gets_the_best_json_and_a_list_is_wrapped(model: ModelServer) -> None:
    model.reply_next(says({"name": "Tin", "color": None}), says([{"n": 1}]))
    async with extractor_of(model.url) as extractor:
        assert (await extract(extractor, prompt="Name it"))[0] == {"name": "Tin"}
        assert (await extract(extractor, prompt="List it"))[0] == {"items": [{"n": 1}]}
    assert formats(model) == ["json_object"] * 2
    assert "Name it" in model.requests[0]["messages"][0]["content"]


async def test_json_without_a_prompt_is_the_main_thing_of_the_page(model: ModelServer) -> None:
    async with extractor_of(model.url) as extractor:
        assert (await extract(extractor, output="json"))[0] == FOUND
    assert "the main thing that this page is about" in model.requests[0]["messages"][0]["content"]


async def test_a_prompt_for_markdown_is_answered_in_markdown(model: ModelServer) -> None:
    model.reply_next(says("<think>tin?</think>\n\n# A lantern\n\nIt burns."), says(""))
    async with extractor_of(model.url) as extractor:
        result, _, _ = await extract(extractor, prompt="Praise it", output="markdown")
        empty, _, warnings = await extract(extractor, prompt="Praise it", output="markdown")
    assert result == "# A lantern\n\nIt burns."
    assert formats(model) == ["none", "none"]
    assert (empty, warnings) == ("", ["The model's answer is empty."])


async def test_little_text_and_empty_answers_are_said(model: ModelServer) -> None:
    page = ModelPage(PAGE.url, "Loading", "", None)
    model.reply_next(says({"name": None, "price": None}))
    async with extractor_of(model.url) as extractor:
        result, _, warnings = await extract(extractor, page, schema=LANTERN)
    assert result == {"name": None, "price": None}
    assert warnings == [
        "The page has almost no text: 7 letters.",
        "The model found nothing of what was asked for on the page.",
    ]


async def test_about_an_empty_page_no_model_is_asked(model: ModelServer) -> None:
    page = ModelPage(PAGE.url, "", " \n", None)
    async with extractor_of(model.url) as extractor:
        result, usage, warnings = await extract(extractor, page, schema=LANTERN)
        markdown, _, _ = await extract(extractor, page, prompt="Sum it up", output="markdown")
    assert (result, markdown) == ({"name": None, "price": None}, "")
    assert "has no text" in warnings[0]
    assert (model.requests, usage.tokens) == ([], 0)


async def test_what_the_page_declares_goes_along(model: ModelServer) -> None:
    async with extractor_of(model.url) as extractor:
        await extract(extractor, schema=LANTERN)
    page = server.page_of(model.requests[0])
    assert page.index(PAGE.main) < page.index(PAGE.rest) < page.index("declared>>")
    assert json.dumps(PAGE.evidence) in page


# Levels


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
    assert formats(model) == ["json_schema", "json_object", "json_object"]
    assert usage.model is not None
    assert usage.model.level == "json_object"
    assert json.dumps(LANTERN) in model.requests[1]["messages"][0]["content"]


async def test_a_server_without_any_format_is_only_told(model: ModelServer) -> None:
    model.script = lambda _: says(f"Here it is:\n```json\n{json.dumps(FOUND)}\n```\nAnything else?")
    model.reply_next(server.NO_JSON_SCHEMA_OPENAI, server.NO_JSON_OBJECT_OPENAI)
    async with extractor_of(model.url) as extractor:
        result, usage, _ = await extract(extractor, schema=LANTERN)
        await extract(extractor, schema=LANTERN)
    assert result == FOUND
    assert formats(model) == ["json_schema", "json_object", "none", "none"]
    assert usage.model is not None
    assert usage.model.level == "prompt"


@pytest.mark.parametrize(
    "refusal",
    [server.THIS_SCHEMA_OPENAI, server.THIS_SCHEMA_VLLM, server.THIS_SCHEMA_GUIDANCE],
    ids=["openai", "vllm-xgrammar", "vllm-guidance"],
)
async def test_a_schema_that_is_refused_says_nothing_about_others(
    model: ModelServer, refusal: Reply
) -> None:
    model.reply_next(refusal)
    other = {"type": "object", "properties": {"name": {"type": "string"}}}
    async with extractor_of(model.url) as extractor:
        for schema in (LANTERN, LANTERN, other):
            await extract(extractor, schema=schema)
    assert formats(model) == ["json_schema", "json_object", "json_object", "json_schema"]


async def test_parameters_that_a_model_does_not_take_are_left_out(model: ModelServer) -> None:
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
async def test_what_the_strict_dialect_has_no_form_for_is_not_asked_for_in_it(
    model: ModelServer, properties: dict[str, Any]
) -> None:
    model.reply_next(says({}))
    async with extractor_of(model.url) as extractor:
        await extract(extractor, schema={"type": "object", "properties": properties})
    assert formats(model) == ["json_object"]


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


# What goes wrong

PERMANENT = {
    "quota": (server.QUOTA, "LLM_QUOTA"),
    "no such model": (server.NO_SUCH_MODEL, "LLM_REJECTED"),
    "content filter": (server.FILTERED, "LLM_CONTENT_FILTER"),
    "answer filtered": (Reply(content="", finish_reason="content_filter"), "LLM_CONTENT_FILTER"),
    "refusal": (Reply(refusal="I cannot help with that."), "LLM_REFUSED"),
    "length": (says('{"name": "Tin', finish_reason="length"), "LLM_LENGTH"),
    "too long by OpenAI": (server.CONTEXT_OPENAI, "LLM_REJECTED"),
    "too long by vLLM": (server.CONTEXT_VLLM, "LLM_REJECTED"),
    "web page": (Reply(body="<h1>It works!</h1>"), "LLM_REJECTED"),
    "other JSON": (Reply(body={"hello": "world"}), "LLM_REJECTED"),
    "permission": (server.openai_error(403, "No access to the project."), "LLM_AUTH"),
    "payment": (server.openai_error(402, "Insufficient Balance"), "LLM_QUOTA"),
}
TRANSIENT = {
    "rate limit": (server.rate_limited(), "LLM_RATE_LIMITED"),
    "overload": (server.OVERLOADED, "LLM_OVERLOADED"),
    "bad gateway": (Reply(status=502, body="<h1>Bad gateway</h1>"), "LLM_OVERLOADED"),
    "dropped": (Reply(action="drop"), "LLM_UNREACHABLE"),
}


@pytest.mark.parametrize("name", PERMANENT)
async def test_failures_that_stay_are_told_apart(model: ModelServer, name: str) -> None:
    reply, code = PERMANENT[name]
    model.script = lambda _: reply
    error = await error_of(model)
    assert error.failure.code == code
    assert not (isinstance(error, ModelError) and error.is_transient)
    assert len(model.requests) == 1, "nothing is gained by asking again"


@pytest.mark.parametrize("name", TRANSIENT)
async def test_failures_that_pass_are_waited_out(model: ModelServer, name: str) -> None:
    reply, _ = TRANSIENT[name]
    model.reply_next(reply, reply)
    async with extractor_of(model.url) as extractor:
        assert (await extract(extractor, schema=LANTERN))[0] == FOUND
    assert len(model.requests) == 3


@pytest.mark.parametrize("name", TRANSIENT)
async def test_failures_that_do_not_pass_soon_are_told_apart(model: ModelServer, name: str) -> None:
    reply, code = TRANSIENT[name]
    model.script = lambda _: reply
    error = await error_of(model)
    assert isinstance(error, ModelError)
    assert (error.failure.code, error.is_transient, error.failure.retryable) == (code, True, True)
    assert len(model.requests) == 3


async def test_a_bad_key_is_told_and_not_repeated(model: ModelServer) -> None:
    error = await error_of(model, key="sk-another-key")
    assert error.failure.code == "LLM_AUTH"
    assert "OPENAI_API_KEY" in error.failure.message
    assert "sk-" not in error.failure.message


async def test_a_server_that_does_not_answer_is_given_up(model: ModelServer) -> None:
    model.script = lambda _: Reply(action="hang")
    error = await error_of(model, timeout=0.3)
    assert isinstance(error, ModelError)
    assert (error.failure.code, error.is_transient) == ("LLM_TIMEOUT", True)
    assert len(model.requests) == 1


async def test_a_server_that_is_not_there() -> None:
    error = await error_of(f"http://127.0.0.1:{closed_port()}/v1")
    assert error.failure.code == "LLM_UNREACHABLE"


async def test_broken_json_is_asked_for_once_more(model: ModelServer) -> None:
    model.reply_next(says('{"name": "Tin'))
    async with extractor_of(model.url) as extractor:
        assert (await extract(extractor, schema=LANTERN))[0] == FOUND
    assert "not a JSON object" in model.requests[1]["messages"][3]["content"]
    model.reset(lambda _: says('{"name": "x", "price": NaN}'))
    assert (await error_of(model)).failure.code == "LLM_INVALID_JSON"
    assert len(model.requests) == 2


async def test_the_model_hears_once_what_is_wrong(model: ModelServer) -> None:
    model.reply_next(says({"name": "Tin", "price": "a lot"}))
    async with extractor_of(model.url) as extractor:
        assert (await extract(extractor, schema=LANTERN))[0] == FOUND
    *_, told = model.requests[1]["messages"]
    assert "result.price does not fulfil 'type': \"number\"" in told["content"]


async def test_an_answer_that_stays_wrong_fails_and_says_where(model: ModelServer) -> None:
    model.script = lambda _: says({"name": "Tin", "price": "a lot"})
    error = await error_of(model)
    assert error.failure.code == "EXTRACTION_INVALID"
    assert "result.price does not fulfil 'type'" in error.failure.message
    assert "a lot" not in error.failure.message
    assert len(model.requests) == 2


@pytest.mark.parametrize(
    "limit",
    [
        lambda: server.rate_limited("0.3"),
        lambda: server.rate_limited(None, **{"Retry-After-Ms": "300"}),
        lambda: server.rate_limited(format_datetime(datetime.now(UTC) + timedelta(seconds=2))),
    ],
    ids=["seconds", "milliseconds", "date"],
)
async def test_retry_after_is_honoured_by_all(model: ModelServer, limit: Any) -> None:
    model.reply_next(limit())
    async with extractor_of(model.url) as extractor:
        began = time.monotonic()
        first = asyncio.create_task(extract(extractor, schema=LANTERN))
        await model.wait_requests(1)
        await asyncio.sleep(0.05)
        await extract(extractor, schema=LANTERN)
        assert time.monotonic() - began > 0.25
        await first
    assert len(model.requests) == 3


async def test_a_long_retry_after_puts_items_off_without_asking(model: ModelServer) -> None:
    model.reply_next(server.rate_limited("120"))
    async with extractor_of(model.url) as extractor:
        for _ in range(2):
            with pytest.raises(ModelError) as caught:
                await extract(extractor, schema=LANTERN)
            assert caught.value.failure.code == "LLM_RATE_LIMITED"
            assert caught.value.retry_after is not None
            assert 100 < caught.value.retry_after <= 120
    assert len(model.requests) == 1


async def test_requests_at_once_are_bounded(model: ModelServer) -> None:
    model.script = lambda _: says(FOUND, delay=0.05)
    async with extractor_of(model.url, concurrency=3) as extractor:
        await asyncio.gather(*(extract(extractor, schema=LANTERN) for _ in range(12)))
    assert model.most_at_once == 3


async def test_a_dead_server_is_left_alone(model: ModelServer) -> None:
    model.script = lambda _: server.OVERLOADED
    async with extractor_of(model.url) as extractor:
        errors = []
        for _ in range(6):
            with pytest.raises(ModelError) as caught:
                await extract(extractor, schema=LANTERN)
            errors.append(caught.value)
    assert len(model.requests) == 5
    assert errors[-1].failure.code == "LLM_OVERLOADED"
    assert "left alone" in errors[-1].failure.message
    assert errors[-1].retry_after


def test_the_breaker_lets_one_call_find_out() -> None:
    now = 0.0
    breaker = Breaker(lambda: now)

    def call(code: str | None = "LLM_TIMEOUT") -> bool:
        """Whether the call got through."""
        reached = False
        try:
            with breaker.call():
                reached = True
                if code is not None:
                    raise ModelError(code, "No.")
        except ModelError:
            pass
        return reached

    assert [call() for _ in range(6)] == [True] * 5 + [False]
    now += 2.1
    assert (call(), call()) == (True, False), "one finds out that it is still down"
    now += 2.1
    assert not call(), "which takes twice as long"
    now += 2.1
    with breaker.call():
        assert not call(None), "nobody else asks meanwhile"
    assert call(None)
    # A server that refuses is there.
    assert [call("LLM_REJECTED") for _ in range(9)] == [True] * 9


# Long pages


def long_page(rows: int) -> ModelPage:
    table = "\n".join(f"| {number} | lamp {number} | {number}.50 |" for number in range(rows))
    return ModelPage(
        PAGE.url, f"# Lamps\n\n| no | name | price |\n|---|---|---|\n{table}", "", None
    )


def test_parts_together_are_the_page() -> None:
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


def reads_lamps(body: server.Json) -> Reply:
    lines = server.page_of(body).splitlines()
    rows = [line.split("|") for line in lines if "| lamp " in line]
    lamps = [{"name": row[2].strip(), "price": row[3].strip()} for row in rows]
    return says({"title": "Lamps" if "# Lamps" in lines else None, "lamps": lamps})


async def test_a_long_page_is_read_in_parts_and_nothing_is_lost(model: ModelServer) -> None:
    model.script = reads_lamps
    async with extractor_of(model.url, context_tokens=4000) as extractor:
        result, usage, warnings = await extract(extractor, long_page(1000), schema=LAMPS)
    assert result["title"] == "Lamps"
    assert [lamp["name"] for lamp in result["lamps"]] == [f"lamp {n}" for n in range(1000)]
    assert result["lamps"][7] == {"name": "lamp 7", "price": 7.5}
    assert warnings == []
    assert len(model.requests) > 2
    assert usage.tokens == 120 * len(model.requests)
    assert "This is part 1 of" in model.requests[0]["messages"][0]["content"]


@pytest.mark.parametrize("refusal", [server.CONTEXT_OPENAI, server.CONTEXT_VLLM])
async def test_a_page_that_is_longer_than_thought_is_split(
    model: ModelServer, refusal: Reply
) -> None:
    def script(body: server.Json) -> Reply:
        return refusal if len(server.page_of(body)) > 5000 else reads_lamps(body)

    model.script = script
    async with extractor_of(model.url) as extractor:
        result, _, _ = await extract(extractor, long_page(400), schema=LAMPS)
    assert [lamp["name"] for lamp in result["lamps"]] == [f"lamp {n}" for n in range(400)]


async def test_an_answer_that_is_longer_than_may_be_is_had_in_parts(model: ModelServer) -> None:
    def script(body: server.Json) -> Reply:
        is_long = server.page_of(body).count("| lamp ") > 150
        return says("{", finish_reason="length") if is_long else reads_lamps(body)

    model.script = script
    async with extractor_of(model.url) as extractor:
        result, _, _ = await extract(extractor, long_page(400), schema=LAMPS)
    assert [lamp["name"] for lamp in result["lamps"]] == [f"lamp {n}" for n in range(400)]


async def test_what_is_in_two_parts_is_there_once(model: ModelServer) -> None:
    lamps = [
        [{"name": "a", "price": 1}, {"name": "b", "price": None}],
        [{"name": "b", "price": 2}, {"name": "a", "price": 1}, {"name": "c", "price": 3}],
    ]
    schema = json.loads(json.dumps(LAMPS))
    del schema["properties"]["lamps"]["minItems"]
    model.reply_next(*(says({"title": str(n), "lamps": part}) for n, part in enumerate(lamps)))
    page = ModelPage(PAGE.url, "\n\n".join(f"{'word ' * 900}" for _ in range(2)), "", None)
    async with extractor_of(model.url, context_tokens=3500, concurrency=1) as extractor:
        result, _, _ = await extract(extractor, page, schema=schema)
    assert result == {
        "title": "0",
        "lamps": [{"name": "a", "price": 1}, {"name": "b", "price": 2}, {"name": "c", "price": 3}],
    }
    assert len(model.requests) == 2


async def test_a_page_beyond_all_bounds_fails_and_says_so(model: ModelServer) -> None:
    async with extractor_of(model.url, context_tokens=4000, max_parts=2) as extractor:
        with pytest.raises(ScrapeError) as caught:
            await extract(extractor, long_page(3000), schema=LANTERN)
        assert caught.value.failure.code == "PAGE_TOO_LONG"
        assert model.requests == []
        # The main content alone is enough, and that is said.
        page = ModelPage(PAGE.url, PAGE.main, long_page(3000).main, None)
        _, _, warnings = await extract(extractor, page, schema=LANTERN)
    assert warnings == ["The page is too long to be read in full: only its main content was read."]


async def test_answers_in_markdown_are_put_together(model: ModelServer) -> None:
    def script(body: server.Json) -> Reply:
        instructions = body["messages"][0]["content"]
        return says("whole") if "put together one answer" in instructions else says("part")

    model.script = script
    async with extractor_of(model.url, context_tokens=4000) as extractor:
        result, _, _ = await extract(
            extractor, long_page(400), prompt="Sum it up", output="markdown"
        )
    assert result == "whole"


async def test_more_is_declared_than_there_is_room_for(model: ModelServer) -> None:
    evidence = {"title": "t", "things": [{"name": f"thing {n}"} for n in range(2000)]}
    async with extractor_of(model.url, context_tokens=4000) as extractor:
        _, _, warnings = await extract(
            extractor, ModelPage(PAGE.url, PAGE.main, "", evidence), schema=LANTERN
        )
    assert "declares more about itself" in warnings[0]
    assert "thing 0" in server.page_of(model.requests[0])
