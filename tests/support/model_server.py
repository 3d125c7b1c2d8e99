"""A model's server with the chat-completions API, whose answers and failures are scripted.

Its errors have the words of the real servers. It keeps all requests, so that tests can check them.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.support.servers import LocalServer

KEY = "sk-model-key-5e1c"
"""The only key that the server accepts."""

MODEL = "test-model"

Json = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """The response to one request."""

    content: str | None = None
    status: int = 200
    body: object = None
    """Body of the response, instead of a completion."""
    headers: Mapping[str, str] = field(default_factory=dict)
    finish_reason: str = "stop"
    refusal: str | None = None
    thinking: str | None = None
    """What the model thought before its answer."""
    tokens: tuple[int, int] = (100, 20)
    """Tokens of the prompt and of the answer."""
    delay: float = 0
    action: str | None = None
    """`hang` to never answer, `drop` to close the connection."""


def says(value: object, **options: Any) -> Reply:
    """Return a completion with `value`, as JSON unless it is a string."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Reply(content=text, **options)


def openai_error(
    status: int,
    message: str,
    *,
    kind: str = "invalid_request_error",
    param: str | None = None,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Return an error in the form of OpenAI."""
    error = {"message": message, "type": kind, "param": param, "code": code}
    return Reply(status=status, body={"error": error}, headers=headers or {})


def vllm_error(status: int, message: str, *, nested: bool = True) -> Reply:
    """Return an error in the form of vLLM. Only new versions have the `nested` form."""
    names = {400: "BadRequestError", 404: "NotFoundError", 500: "InternalServerError"}
    error = {"message": message, "type": names[status], "param": None, "code": status}
    return Reply(status=status, body={"error": error} if nested else {"object": "error", **error})


BAD_KEY = openai_error(
    401, f"Incorrect API key provided: {KEY}. Find yours in your settings.", code="invalid_api_key"
)
QUOTA = openai_error(
    429,
    "You exceeded your current quota, please check your plan and billing details.",
    kind="insufficient_quota",
    code="insufficient_quota",
)
NO_SUCH_MODEL = openai_error(
    404, "The model `test-model` does not exist or you do not have access.", code="model_not_found"
)
OVERLOADED = openai_error(503, "The engine is currently overloaded.", kind="server_error")
FILTERED = openai_error(
    400,
    "The response was filtered due to the prompt triggering Azure OpenAI's content management "
    "policy.",
    param="prompt",
    code="content_filter",
)
CONTEXT_OPENAI = openai_error(
    400,
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 "
    "tokens.",
    param="messages",
    code="context_length_exceeded",
)
CONTEXT_VLLM = vllm_error(
    400, "The decoder prompt (length 9000) is longer than the maximum model length of 8192."
)
NO_JSON_SCHEMA_OPENAI = openai_error(
    400,
    "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
    param="response_format",
)
NO_JSON_OBJECT_OPENAI = openai_error(
    400,
    "Invalid parameter: 'response_format' of type 'json_object' is not supported with this model.",
    param="response_format",
)
NO_JSON_SCHEMA_VLLM = vllm_error(
    400,
    "[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should "
    "be 'text' or 'json_object'\", 'input': 'json_schema'}]",
    nested=False,
)
THIS_SCHEMA_OPENAI = openai_error(
    400,
    "Invalid schema for response_format 'result': In context=('properties', 'name'), "
    "'additionalProperties' is required to be supplied and to be false.",
    param="response_format",
    code="invalid_json_schema",
)
THIS_SCHEMA_VLLM = vllm_error(
    400, "The provided JSON schema contains features not supported by xgrammar.", nested=False
)
THIS_SCHEMA_GUIDANCE = vllm_error(400, 'Grammar error: Unimplemented keys: ["multipleOf"]')
NO_MAX_TOKENS = openai_error(
    400,
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
    "'max_completion_tokens' instead.",
    param="max_tokens",
    code="unsupported_parameter",
)
NO_TEMPERATURE = openai_error(
    400,
    "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) "
    "value is supported.",
    param="temperature",
    code="unsupported_value",
)


def rate_limited(retry_after: str | None = None, **headers: str) -> Reply:
    """Return the rate limit error of OpenAI, with a `Retry-After` header if given."""
    given = {"Retry-After": retry_after} if retry_after is not None else {}
    return openai_error(
        429,
        "Rate limit reached for test-model: Limit 3, Used 3, Requested 1.",
        kind="requests",
        code="rate_limit_exceeded",
        headers={**given, **headers},
    )


Script = Callable[[Json], Reply]


class ModelServer(LocalServer):
    """A server that sends the replies of `reply_next` first, and then those of `script`."""

    def __init__(self, script: Script | None = None) -> None:
        self.script: Script = script or (lambda _: says({}))
        self.requests: list[Json] = []
        """Bodies of all requests."""
        self.most_at_once = 0
        """Highest number of requests that were under way at the same time."""
        self._at_once = 0
        self._next: deque[Reply] = deque()
        self._arrived = asyncio.Condition()

    @property
    def url(self) -> str:
        """Value for `OPENAI_BASE_URL`."""
        return f"{self.origin}/v1"

    def reply_next(self, *replies: Reply) -> None:
        """Send `replies` to the next requests."""
        self._next.extend(replies)

    def reset(self, script: Script | None = None) -> None:
        """Forget all requests and queued replies, and reply with `script` from now on."""
        self.requests.clear()
        self._next.clear()
        self.most_at_once = 0
        self.script = script or (lambda _: says({}))

    async def wait_requests(self, count: int, timeout: float = 60) -> None:
        """Wait until `count` requests have arrived."""
        async with asyncio.timeout(timeout), self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) >= count)

    def application(self) -> web.Application:
        """Return the application, see `LocalServer`."""
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_post("/v1/chat/completions", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body: Json = await request.json()
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return _response(BAD_KEY)
        if body["model"] != MODEL:
            return _response(NO_SUCH_MODEL)
        _check(body)
        async with self._arrived:
            self.requests.append(body)
            self._arrived.notify_all()
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            reply = self._next.popleft() if self._next else self.script(body)
            if reply.action == "hang":
                await asyncio.Event().wait()
            if reply.action == "drop":
                assert request.transport is not None
                request.transport.close()
                await asyncio.Event().wait()
            await asyncio.sleep(reply.delay)
        finally:
            self._at_once -= 1
        return _response(reply)


def _check(body: Json) -> None:
    """Check what every real server insists on."""
    assert body["messages"][0]["role"] == "system"
    roles = [message["role"] for message in body["messages"][1:]]
    assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"], roles
    assert all(isinstance(message["content"], str) for message in body["messages"])


def _response(reply: Reply) -> web.Response:
    if isinstance(reply.body, str):
        return web.Response(
            text=reply.body, status=reply.status, headers=reply.headers, content_type="text/html"
        )
    if reply.body is not None:
        return web.json_response(reply.body, status=reply.status, headers=reply.headers)
    prompt, answer = reply.tokens
    message = {"role": "assistant", "content": reply.content, "refusal": reply.refusal}
    if reply.thinking is not None:
        message["reasoning_content"] = reply.thinking
    return web.json_response(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": MODEL,
            "choices": [{"index": 0, "message": message, "finish_reason": reply.finish_reason}],
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": answer,
                "total_tokens": prompt + answer,
            },
        }
    )


def page_of(body: Json) -> str:
    """Return the message of a request that holds the page."""
    return str(body["messages"][1]["content"])


def fails_strict_dialect(schema: Any, place: str = "schema") -> str | None:
    """Return why OpenAI refuses a schema in strict mode, by its documentation, or None."""
    if not isinstance(schema, dict):
        return f"{place} is no object"
    allowed = {
        "type", "properties", "required", "additionalProperties", "items", "enum", "anyOf",
        "description", "$ref", "$defs",
    }  # fmt: skip
    if unknown := schema.keys() - allowed:
        return f"{place} has {sorted(unknown)}"
    if "$ref" in schema:
        return None if schema.keys() == {"$ref"} else f"{place} has more than $ref"
    kind = schema.get("type")
    if kind is None and "anyOf" not in schema:
        return f"{place} has no type"
    if kind == "object":
        properties = schema.get("properties")
        if properties is None or schema.get("additionalProperties") is not False:
            return f"{place} is open"
        if sorted(schema.get("required", ())) != sorted(properties):
            return f"{place} does not require all"
    if kind == "array" and "items" not in schema:
        return f"{place} has no items"
    inner = [(f"{place}.{name}", part) for name, part in schema.get("properties", {}).items()]
    inner += [(f"{place}.$defs.{name}", part) for name, part in schema.get("$defs", {}).items()]
    inner += [(f"{place}.anyOf", part) for part in schema.get("anyOf", ())]
    if "items" in schema:
        inner.append((f"{place}.items", schema["items"]))
    return next(
        (wrong for name, part in inner if (wrong := fails_strict_dialect(part, name))), None
    )
