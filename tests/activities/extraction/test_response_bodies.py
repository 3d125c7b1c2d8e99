"""Responses in the forms of gateways and home-made servers, which are not those of OpenAI."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.extraction import FOUND, LANTERN, error_of, extract, extractor_of
from tests.support.model_server import ModelServer, Reply

TEXT = json.dumps(FOUND)
USAGE = {"prompt_tokens": 700, "completion_tokens": 20, "total_tokens": 720}


def completion(message: object, usage: object = USAGE, reason: str = "stop") -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": reason, "message": message}
    return {"object": "chat.completion", "model": "m", "choices": [choice], "usage": usage}


def content(value: object, **others: object) -> dict[str, object]:
    return {"role": "assistant", "content": value, **others}


def stream(*pieces: str) -> str:
    chunks: list[dict[str, Any]] = [{"choices": [{"delta": {"content": each}}]} for each in pieces]
    chunks[-1]["choices"][0]["finish_reason"] = "stop"
    chunks.append({"choices": [], "usage": USAGE})
    return "".join(f"data: {json.dumps(each)}\n\n" for each in chunks) + "data: [DONE]\n\n"


CALL = {"id": "1", "type": "function", "function": {"name": "result", "arguments": TEXT}}

USABLE: dict[str, object] = {
    "parts": completion(content([{"type": "text", "text": TEXT}])),
    "parts of a text": completion(content([TEXT[:9], {"type": "text", "text": TEXT[9:]}])),
    "a thought before": completion(
        content([{"type": "thinking", "thinking": "{}"}, {"type": "text", "text": TEXT}])
    ),
    "a parsed answer": completion(content(FOUND)),
    "a tool's call": completion(content(None, tool_calls=[CALL]), reason="tool_calls"),
    "an old tool's call": completion(content("", function_call=CALL["function"])),
    "taken for thoughts": completion(content(None, reasoning_content=f"\n{TEXT}")),
    "least": {"choices": [{"message": {"content": TEXT}}]},
    "a byte order mark": f"\ufeff{json.dumps(completion(content(TEXT)))}",
    "a stream": stream(TEXT[:12], TEXT[12:20], TEXT[20:]),
}


@pytest.mark.parametrize("body", USABLE.values(), ids=USABLE)
async def test_the_answer_is_found_where_the_server_puts_it(
    model: ModelServer, body: object
) -> None:
    model.reply_next(Reply(body=body))
    async with extractor_of(model.url) as extractor:
        result, _, _ = await extract(extractor, schema=LANTERN)
    assert result == FOUND
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        (None, 0),
        ([1], 0),
        ({}, 0),
        ({"prompt_tokens": "700", "completion_tokens": 20.0}, 720),
        ({**USAGE, "total_tokens": float("inf")}, 720),
        ({**USAGE, "prompt_tokens_details": [], "completion_tokens_details": "x"}, 720),
        ({**USAGE, "prompt_tokens_details": {"cached_tokens": "many"}}, 720),
        ({"prompt_tokens": -5, "completion_tokens": -1, "total_tokens": True}, 1),
    ],
)
async def test_no_usage_costs_the_answer(model: ModelServer, usage: object, tokens: int) -> None:
    model.reply_next(Reply(body=json.dumps(completion(content(TEXT), usage))))
    async with extractor_of(model.url) as extractor:
        result, used, _ = await extract(extractor, schema=LANTERN)
    assert result == FOUND
    assert used.tokens == tokens


BROKEN: dict[str, object] = {
    "a message that is a text": completion(TEXT),
    "no message": completion(None),
    "choices that are no list": {"choices": {"message": content(TEXT)}},
    "a choice that is none": {"choices": [None]},
    "an interface of another kind": {"message": content(TEXT), "done": True},
    "a list": [completion(content(TEXT))],
    "a text": json.dumps(TEXT),
    "deeper than any answer": "[" * 100_000,
    "a page": "<html>Log in</html>",
    "a stream of nothing": "data: [DONE]\n\n",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
async def test_what_is_no_completion_says_so(model: ModelServer, body: object) -> None:
    model.script = lambda _: Reply(body=body)
    error = await error_of(model)
    assert error.failure.code == "LLM_REJECTED"
    assert "no chat completion" in error.failure.message


@pytest.mark.parametrize(
    ("reason", "text", "code"),
    [
        ("MAX_TOKENS", TEXT[:20], "LLM_LENGTH"),
        ("max_tokens", TEXT[:20], "LLM_LENGTH"),
        ("model_length", TEXT[:20], "LLM_LENGTH"),
        ("SAFETY", "", "LLM_CONTENT_FILTER"),
        ("guardrail_intervened", "No.", "LLM_CONTENT_FILTER"),
        ("error", "", "LLM_OVERLOADED"),
    ],
)
async def test_the_reasons_of_other_interfaces_are_known(
    model: ModelServer, reason: str, text: str, code: str
) -> None:
    model.script = lambda _: Reply(body=completion(content(text), reason=reason))
    assert (await error_of(model)).failure.code == code


async def test_an_error_in_a_choice_is_a_refusal(model: ModelServer) -> None:
    broken = completion(content(""), reason="error")
    broken["choices"][0]["error"] = {"code": 502, "message": "Provider returned error"}
    model.script = lambda _: Reply(body=broken)
    assert (await error_of(model)).failure.code == "LLM_OVERLOADED"


ANSWERS = {
    "single quotes": "{'name': 'Tin lantern', 'price': 1299}",
    "Python's words": "{'name': 'Tin lantern', 'price': 1299, 'color': None}",
    "a comma too many": '{"name": "Tin lantern", "price": 1299, "color": null,}',
    "comments": '{"name": "Tin lantern", // the name\n "price": 1299}',
    "a fence and words": f"Here:\n```json\n{TEXT}\n```\nI hope that {{this}} helps.",
    "a text within JSON": json.dumps(TEXT),
    "an empty object first": f"{{}} was wrong. {TEXT}",
    "a byte order mark": f"\ufeff{TEXT}",
    "the end of a turn": f"{TEXT}<|im_end|>",
    "thoughts without a beginning": f'I say {{"name": "x"}}.\n</think>\n\n{TEXT}',
    "Mistral's thoughts": f'[THINK]Perhaps {{"name": "x"}}.[/THINK]{TEXT}',
    "channels": f'<|channel|>analysis<|message|>{{"name": "x"}}<|end|><|start|>assistant'
    f"<|channel|>final<|message|>{TEXT}",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
async def test_an_object_is_read_however_it_is_written(model: ModelServer, answer: str) -> None:
    model.reply_next(Reply(content=answer))
    async with extractor_of(model.url) as extractor:
        result, _, _ = await extract(extractor, schema=LANTERN)
    assert result == FOUND
    assert len(model.requests) == 1
