"""Failures of a model and of its server: codes, retries and limits."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from activities.extraction.errors import ModelError
from tests.support import model_server as server
from tests.support.extraction import FOUND, LANTERN, error_of, extract, extractor_of
from tests.support.model_server import ModelServer, Reply, says
from tests.support.site import closed_port

PERMANENT = {
    "quota": (server.QUOTA, "LLM_QUOTA"),
    "no such model": (server.NO_SUCH_MODEL, "LLM_REJECTED"),
    "content filter": (server.FILTERED, "LLM_CONTENT_FILTER"),
    "answer filtered": (Reply(content="", finish_reason="content_filter"), "LLM_CONTENT_FILTER"),
    "refusal": (Reply(refusal="I cannot help with that."), "LLM_REFUSED"),
    "length": (says('{"name": "Tin', finish_reason="length"), "LLM_LENGTH"),
    "too long by OpenAI": (server.CONTEXT_OPENAI, "PAGE_TOO_LONG"),
    "too long by vLLM": (server.CONTEXT_VLLM, "PAGE_TOO_LONG"),
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
async def test_each_permanent_failure_has_its_code(model: ModelServer, name: str) -> None:
    reply, code = PERMANENT[name]
    model.script = lambda _: reply
    error = await error_of(model)
    assert error.failure.code == code
    assert not (isinstance(error, ModelError) and error.is_transient)
    assert len(model.requests) == 1, "another request would not help"


@pytest.mark.parametrize("name", TRANSIENT)
async def test_transient_failures_are_retried(model: ModelServer, name: str) -> None:
    reply, _ = TRANSIENT[name]
    model.reply_next(reply, reply)
    async with extractor_of(model.url) as extractor:
        assert (await extract(extractor, schema=LANTERN))[0] == FOUND
    assert len(model.requests) == 3


@pytest.mark.parametrize("name", TRANSIENT)
async def test_each_transient_failure_that_lasts_has_its_code(
    model: ModelServer, name: str
) -> None:
    reply, code = TRANSIENT[name]
    model.script = lambda _: reply
    error = await error_of(model)
    assert isinstance(error, ModelError)
    assert (error.failure.code, error.is_transient, error.failure.retryable) == (code, True, True)
    assert len(model.requests) == 3


async def test_a_bad_key_is_reported_but_not_repeated(model: ModelServer) -> None:
    error = await error_of(model, key="sk-another-key")
    assert error.failure.code == "LLM_AUTH"
    assert "OPENAI_API_KEY" in error.failure.message
    assert "sk-" not in error.failure.message


async def test_a_server_that_does_not_answer_is_a_timeout(model: ModelServer) -> None:
    model.script = lambda _: Reply(action="hang")
    error = await error_of(model, timeout=0.3)
    assert isinstance(error, ModelError)
    assert (error.failure.code, error.is_transient) == ("LLM_TIMEOUT", True)
    assert len(model.requests) == 1


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    error = await error_of(f"http://127.0.0.1:{closed_port()}/v1")
    assert error.failure.code == "LLM_UNREACHABLE"


async def test_broken_json_is_sent_back_once(model: ModelServer) -> None:
    model.reply_next(says('{"name": "Tin'))
    async with extractor_of(model.url) as extractor:
        assert (await extract(extractor, schema=LANTERN))[0] == FOUND
    assert "not a JSON object" in model.requests[1]["messages"][3]["content"]
    model.reset(lambda _: says('{"name": "x", "price": 12'))
    assert (await error_of(model)).failure.code == "LLM_INVALID_JSON"
    assert len(model.requests) == 2


async def test_the_model_is_told_once_what_is_wrong(model: ModelServer) -> None:
    model.reply_next(says({"name": "Tin", "price": "a lot"}))
    async with extractor_of(model.url) as extractor:
        assert (await extract(extractor, schema=LANTERN))[0] == FOUND
    *_, told = model.requests[1]["messages"]
    assert "result.price does not fulfil 'type': \"number\"" in told["content"]


async def test_an_answer_that_stays_wrong_fails_and_names_the_place(model: ModelServer) -> None:
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
async def test_retry_after_holds_back_all_requests(model: ModelServer, limit: Any) -> None:
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


async def test_a_long_retry_after_fails_items_without_a_request(model: ModelServer) -> None:
    model.reply_next(server.rate_limited("120"))
    async with extractor_of(model.url) as extractor:
        for _ in range(2):
            with pytest.raises(ModelError) as caught:
                await extract(extractor, schema=LANTERN)
            assert caught.value.failure.code == "LLM_RATE_LIMITED"
            assert caught.value.retry_after is not None
            assert 100 < caught.value.retry_after <= 120
    assert len(model.requests) == 1


async def test_the_number_of_requests_at_once_is_limited(model: ModelServer) -> None:
    model.script = lambda _: says(FOUND, delay=0.05)
    async with extractor_of(model.url, concurrency=3) as extractor:
        await asyncio.gather(*(extract(extractor, schema=LANTERN) for _ in range(12)))
    assert model.most_at_once == 3
