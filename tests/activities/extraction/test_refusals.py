"""The sentence of an item whose request a server refuses, and what the log says about it."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from activities.extraction.errors import LengthRefusedError
from activities.extraction.refusals import ServerRefusal, from_refusal
from tests.support import model_server as server
from tests.support.extraction import (
    FOUND,
    LANTERN,
    PAGE,
    error_of,
    extract,
    extractor_of,
    formats_of,
)
from tests.support.model_server import KEY, Json, ModelServer, Reply, openai_error, says

NO_SUCH_MODEL = {
    "OpenAI": (
        server.openai_error(
            404, "The model `x` does not exist or you do not have access to it.",
            code="model_not_found",
        ),
        "HTTP status 404 (model_not_found)",
    ),
    "vLLM": (
        server.vllm_error(404, "The model `x` does not exist."), "HTTP status 404 (NotFoundError)"
    ),
    "Ollama": (
        Reply(status=404, body={"error": "model 'x' not found"}), "HTTP status 404."
    ),
    "LiteLLM": (
        openai_error(
            400,
            "400: {'error': 'Invalid model name passed in model=x. Call `/v1/models`'}",
            kind="None", code="400",
        ),
        "HTTP status 400.",
    ),
    "DeepSeek": (openai_error(400, "Model Not Exist"), "HTTP status 400 (invalid_request_error)"),
    "Azure": (
        Reply(
            status=404,
            body={
                "error": {
                    "code": "DeploymentNotFound",
                    "message": "The API deployment for this resource does not exist.",
                }
            },
        ),
        "HTTP status 404 (DeploymentNotFound)",
    ),
    "Gemini": (
        Reply(
            status=404,
            body=[
                {
                    "error": {
                        "code": 404,
                        "message": "models/x is not found for API version v1main",
                        "status": "NOT_FOUND",
                    }
                }
            ],
        ),
        "HTTP status 404 (NOT_FOUND)",
    ),
    "LM Studio": (
        Reply(status=400, body={"error": "No models loaded. Please load a model."}),
        "HTTP status 400.",
    ),
    "Xinference": (
        Reply(status=400, body={"detail": "[pid=771] Model not found in the model list, uid: x"}),
        "HTTP status 400.",
    ),
    "a gateway with status 200": (
        Reply(body={"error": {"message": "x is not a valid model ID", "code": 400}}),
        "HTTP status 400.",
    ),
}  # fmt: skip

WRONG_PATH = {
    "FastAPI": Reply(status=404, body={"detail": "Not Found"}),
    "nginx": Reply(status=404, body="<html><h1>404 Not Found</h1></html>"),
    "llama.cpp": openai_error(404, "File Not Found", kind="not_found_error"),
    "OpenAI": openai_error(404, "Invalid URL (POST /v1/v1/chat/completions)"),
    "no POST": Reply(status=405, body={"detail": "Method Not Allowed"}),
}


@pytest.mark.parametrize("name", NO_SUCH_MODEL)
async def test_a_model_that_does_not_exist_is_named(model: ModelServer, name: str) -> None:
    reply, named = NO_SUCH_MODEL[name]
    model.script = lambda _: reply
    failure = (await error_of(model)).failure
    assert failure.code == "LLM_REJECTED"
    assert f"has no such model: {named}" in failure.message
    assert failure.message.endswith("Check SPIDRA_LLM_MODEL.")
    assert len(model.requests) == 1


@pytest.mark.parametrize("name", WRONG_PATH)
async def test_a_wrong_path_is_named(model: ModelServer, name: str) -> None:
    model.script = lambda _: WRONG_PATH[name]
    failure = (await error_of(model)).failure
    assert failure.code == "LLM_REJECTED"
    assert "OPENAI_BASE_URL" in failure.message
    assert "SPIDRA_LLM_MODEL" not in failure.message


async def test_the_code_of_the_server_is_in_the_sentence(model: ModelServer) -> None:
    model.script = lambda _: openai_error(400, "Bad.", code="invalid_prompt")
    assert "HTTP status 400 (invalid_prompt)." in (await error_of(model)).failure.message
    model.script = lambda _: openai_error(400, "Bad.", code="see <b>page</b>", kind="some words")
    assert "HTTP status 400. " in (await error_of(model)).failure.message
    error = await error_of(model, key="sk-another")
    assert "HTTP status 401 (invalid_api_key)." in error.failure.message
    assert "OPENAI_API_KEY" in error.failure.message


async def answers_in_log(
    model: ModelServer, caplog: pytest.LogCaptureFixture, reply: Reply, times: int = 1
) -> list[str]:
    """Return what the log says about `reply` if the server answers so to several requests."""
    caplog.clear()
    model.script = lambda _: reply
    async with extractor_of(model.url) as extractor:
        for _ in range(times):
            with pytest.raises(Exception, match="LLM_"):
                await extract(extractor, schema=LANTERN)
    records = [each for each in caplog.records if "answer" in vars(each)]
    assert all(each.levelno == logging.WARNING for each in records)
    return [str(vars(each)["answer"]) for each in records]


async def test_the_reason_of_the_server_is_logged_once(
    model: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    reply = openai_error(400, "Seed 17 is not allowed.")
    assert await answers_in_log(model, caplog, reply, times=3) == ["Seed 17 is not allowed."]
    long = openai_error(400, "No. " * 500)
    assert len((await answers_in_log(model, caplog, long))[0]) <= 301


@pytest.mark.parametrize(
    "message",
    [
        f"Bad input: {PAGE.main}",
        f"Bad input: {PAGE.main!r}",
        f"[{{'loc': ['body'], 'msg': 'Bad input: ', 'input': '{PAGE.main[30:90]}'}}]",
        "Bad input: You extract data from a web page.",
    ],
)
async def test_the_log_has_no_text_of_the_request(
    model: ModelServer, caplog: pytest.LogCaptureFixture, message: str
) -> None:
    [answer] = await answers_in_log(model, caplog, openai_error(400, message))
    assert "Bad input:" in answer
    assert "lantern of tin" not in answer
    assert "made by hand" not in answer
    assert "extract data" not in answer


async def test_the_log_has_no_key(model: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    replies = [
        openai_error(400, f"The key {KEY} has no access to this feature."),
        openai_error(400, "The key sk-proj-Ab12Cd34Ef56 has no access to this feature."),
    ]
    for reply in replies:
        assert await answers_in_log(model, caplog, reply) == [
            "The key [key] has no access to this feature."
        ]
    [answer] = await answers_in_log(model, caplog, openai_error(401, f"Bad key {KEY[:9]}***"))
    assert answer == ""


@pytest.mark.parametrize("place", ["fields", "sentence"])
async def test_the_words_of_a_page_do_not_decide_what_a_refusal_means(
    model: ModelServer, place: str
) -> None:
    def reply(request: Json) -> Reply:
        if place == "fields":
            return Reply(status=400, body={"detail": [{"msg": "Bad value", "input": request}]})
        return openai_error(400, f"Bad value: {request['messages'][1]['content']}")

    model.script = reply
    page = replace(PAGE, main="Billing of tokens and json_schema: DeploymentNotFound, max_tokens.")
    async with extractor_of(model.url) as extractor:
        for _ in range(2):
            with pytest.raises(Exception, match=r"LLM_REJECTED.*HTTP status 400"):
                await extract(extractor, page, schema=LANTERN)
    assert formats_of(model) == ["json_schema", "json_schema"]


async def test_what_every_model_without_a_feature_refuses_is_no_warning(
    model: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    model.script = lambda _: says(FOUND)
    model.reply_next(server.NO_MAX_TOKENS, server.NO_TEMPERATURE, server.NO_JSON_SCHEMA_OPENAI)
    async with extractor_of(model.url) as extractor:
        await extract(extractor, schema=LANTERN)
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


async def test_a_schema_that_leaves_no_room_is_named(model: ModelServer) -> None:
    properties = {f"property_{number}": {"type": "string"} for number in range(500)}
    error = await error_of(
        model, context_tokens=4000, request={"schema": {"type": "object", "properties": properties}}
    )
    assert error.failure.code == "QUESTION_TOO_LONG"
    assert "schema" in error.failure.message
    assert "extractContentOnly" not in error.failure.message
    assert model.requests == []


@pytest.mark.parametrize(("status", "is_length"), [(400, True), (500, True), (502, False)])
def test_a_server_behind_another_may_refuse_with_500(status: int, is_length: bool) -> None:
    message = "rpc error: the request exceeds the available context size, try increasing it"
    refusal = ServerRefusal.from_body(status, {"error": {"message": message}})
    error = from_refusal(refusal, {"max_tokens": 1000, "messages": [{"content": "x" * 9000}]})
    assert isinstance(error, LengthRefusedError) == is_length
